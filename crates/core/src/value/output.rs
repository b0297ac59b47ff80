//! The AWS CLI's output format of a role's profile. Only the AWS CLI uses it.

use crate::value::input::InputError;
use crate::value::sanitise;

/// How the AWS CLI prints responses; see [its
/// formats](https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// YAML, printed as a stream.
    YamlStream,
    /// Values separated by tabs.
    Text,
    /// A table.
    Table,
    /// No output.
    Off,
}

impl OutputFormat {
    const ALL: [Self; 6] = [
        Self::Json,
        Self::Yaml,
        Self::YamlStream,
        Self::Text,
        Self::Table,
        Self::Off,
    ];

    /// Parses the AWS CLI's name of a format.
    ///
    /// # Errors
    /// If the AWS CLI has no such format.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let found = Self::ALL.into_iter().find(|it| it.text() == text.trim());
        found.ok_or_else(|| {
            let words = Self::ALL.map(Self::text).join(", ");
            InputError::new(
                "output",
                format!(
                    "\"{}\" is not an output format of the AWS CLI.",
                    sanitise::echo(text)
                ),
                format!("Allowed: {words}."),
            )
        })
    }

    /// Returns the AWS CLI's name of the format.
    pub fn text(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::YamlStream => "yaml-stream",
            Self::Text => "text",
            Self::Table => "table",
            Self::Off => "off",
        }
    }
}
