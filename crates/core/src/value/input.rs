//! What is wrong with a value that a person or a file gave, told without echoing it in full.

use crate::value::problem::{Problem, ProblemCode};

/// A value that is not allowed: in which field, what is wrong, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {remedy}")]
pub struct InputError {
    /// The field's name in `roles.toml`, in forms and in answers.
    pub field: &'static str,
    /// What is wrong: one sentence.
    pub what: String,
    /// What is allowed, or what to do: one sentence.
    pub remedy: String,
}

impl InputError {
    /// Returns the error of `field`.
    pub fn new(field: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            field,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl From<InputError> for Problem {
    fn from(error: InputError) -> Self {
        Problem::new(ProblemCode::InvalidInput, error.what, error.remedy).with_detail(error.field)
    }
}

/// Checks length and alphabet of a field whose characters are all ASCII.
///
/// # Errors
/// Names the field's label, the first character that is not allowed with its position (from 1), or the length.
pub(crate) fn check_ascii_field(
    field: &'static str,
    label: &str,
    text: &str,
    length: std::ops::RangeInclusive<usize>,
    marks: &str,
) -> Result<(), InputError> {
    let allowed = format!(
        "Allowed: A-Z a-z 0-9 and {}",
        marks
            .chars()
            .map(String::from)
            .collect::<Vec<_>>()
            .join(" ")
    );
    let stranger = text
        .chars()
        .enumerate()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || marks.contains(*c)));
    if let Some((position, character)) = stranger {
        let what = format!(
            "{label} has {} at position {}.",
            crate::value::sanitise::describe(character),
            position + 1
        );
        return Err(InputError::new(field, what, format!("{allowed}.")));
    }
    if !length.contains(&text.len()) {
        let what = format!("{label} has {} characters.", text.len());
        let remedy = format!("Use {} to {} characters.", length.start(), length.end());
        return Err(InputError::new(field, what, remedy));
    }
    Ok(())
}
