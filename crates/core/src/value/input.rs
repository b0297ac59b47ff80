//! Errors about values from the user or a file. They do not contain the full value.

use crate::value::problem::{Problem, ProblemCode};

/// A value that is not allowed: the field, what is wrong, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {remedy}")]
pub struct InputError {
    /// The field's name in `roles.toml`, in forms and in responses.
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

/// Checks the length and the characters of an ASCII field.
///
/// # Errors
/// Says the field's label, and either the first character that is not allowed with its position (from 1), or the length.
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
