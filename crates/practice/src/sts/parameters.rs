//! The parameters of a query-protocol call.

use crate::call::Call;
use crate::failure::Failure;

/// The number of list members to read, which is more than any list may have.
const MEMBERS_READ: usize = 100;

/// Names and values as sent.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the parameters of a call.
    pub(crate) fn new(call: &Call) -> Self {
        Self(call.parameters())
    }

    /// Returns a parameter.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// Adds a parameter.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns a parameter that must be there.
    ///
    /// # Errors
    /// If it is absent or empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        let value = self.optional(name).filter(|it| !it.is_empty());
        value.ok_or_else(|| {
            let text = format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
            );
            Failure::new(400, "ValidationError", text)
        })
    }

    /// Returns `prefix.member.1`, `prefix.member.2` and so on, each followed by `suffix`.
    pub(crate) fn members(&self, prefix: &str, suffix: &str) -> Vec<&str> {
        (1..=MEMBERS_READ)
            .map_while(|index| self.optional(&format!("{prefix}.member.{index}{suffix}")))
            .collect()
    }
}
