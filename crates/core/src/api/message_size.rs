//! Messages that are too long to be sent: which of their texts is too long, and how long it may be.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroize;

use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};

/// Checks that a message has at most `max` bytes as JSON.
///
/// # Errors
/// Names the longest text of a message that is too long, and what is allowed. Its detail is the name of the field.
pub fn check(message: &impl Serialize, max: usize) -> Result<(), Problem> {
    let size = size_of(message);
    if size <= max {
        return Ok(());
    }
    let mut longest = Text::default();
    if let Ok(value) = serde_json::to_value(message) {
        longest.find(value, "");
    }
    Err(longest.problem(size, max))
}

/// Returns the size of a message as JSON, in bytes.
fn size_of(message: &impl Serialize) -> usize {
    let mut count = Count(0);
    // Counting never fails, and what cannot be serialised is not sent.
    let _ = serde_json::to_writer(&mut count, message);
    count.0
}

/// A text of a message. It may be a secret.
#[derive(Default)]
struct Text {
    field: String,
    characters: usize,
    size: usize,
    /// What is wrong with it as a name, if it is to be one.
    as_name: Option<Problem>,
}

impl Text {
    /// Finds the longest text of a value, and overwrites all of them.
    fn find(&mut self, value: Value, field: &str) {
        match value {
            Value::String(mut text) => {
                let size = size_of(&text);
                if size > self.size {
                    *self = Self {
                        field: field.to_owned(),
                        characters: text.chars().count(),
                        size,
                        as_name: is_name(field)
                            .then(|| Name::parse(&text).err().map(Problem::from))
                            .flatten(),
                    };
                }
                text.zeroize();
            }
            Value::Array(values) => values.into_iter().for_each(|it| self.find(it, field)),
            Value::Object(fields) => fields
                .into_iter()
                .for_each(|(name, it)| self.find(it, &name)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn problem(self, size: usize, max: usize) -> Problem {
        if let Some(problem) = self.as_name {
            return problem;
        }
        let quotes = 2;
        let allowed = max.saturating_sub(size - self.size + quotes);
        let label = self.field.replace('_', " ");
        let what = format!(
            "The field \"{label}\" has {} characters, which is too many.",
            self.characters
        );
        let remedy = format!("Shorten it to {allowed} bytes.");
        Problem::new(ProblemCode::InvalidInput, what, remedy).with_detail(self.field)
    }
}

/// Returns whether a field holds the name of a role or an access key.
fn is_name(field: &str) -> bool {
    matches!(
        field,
        "role" | "key" | "name" | "new_name" | "source" | "previous_name"
    )
}

struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::protocol::{Call, REQUEST_MAX};

    #[test]
    fn a_message_that_fits_is_fine() {
        let search = |length: usize| Call::Search {
            text: "x".repeat(length),
        };
        assert_eq!(check(&search(0), 23), Ok(()));
        assert_eq!(check(&search(1), 23), Ok(()));
        assert!(check(&search(2), 23).is_err());
        assert_eq!(check(&search(60_000), REQUEST_MAX), Ok(()));
    }

    #[test]
    fn the_longest_text_is_named_with_what_is_allowed() {
        let call = Call::CheckReason {
            role: "guest".into(),
            reason: "é".repeat(70_000),
        };
        let problem = check(&call, REQUEST_MAX).expect_err("too long");
        assert_eq!(
            problem.to_string(),
            "The field \"reason\" has 70000 characters, which is too many. Shorten it to 65491 bytes."
        );
        assert_eq!(problem.detail.as_deref(), Some("reason"));
        let call = Call::CheckReason {
            role: "x".repeat(100_000),
            reason: String::new(),
        };
        let problem = check(&call, REQUEST_MAX).expect_err("too long");
        assert_eq!(
            problem,
            Name::parse(&"x".repeat(100_000))
                .expect_err("too long")
                .into()
        );
    }
}
