//! The syntax rules of parameters, and the error messages of STS for them.

use crate::failure::Failure;

/// Collects the errors in a call's parameters, because STS reports all of them at once.
#[derive(Default)]
pub(crate) struct Constraints {
    violations: Vec<String>,
}

/// Returns whether session names, source identities and similar names may contain the character: `[\w+=,.@-]`.
pub(crate) fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

impl Constraints {
    /// Requires a parameter and checks its length.
    pub(crate) fn required(&mut self, name: &str, value: Option<&str>, length: [usize; 2]) {
        match value {
            None => self.violations.push(format!(
                "Value null at '{name}' failed to satisfy constraint: Member must not be null"
            )),
            Some(value) => self.length(name, value, length),
        }
    }

    /// Checks a length, in characters.
    pub(crate) fn length(&mut self, name: &str, value: &str, [least, most]: [usize; 2]) {
        let length = value.chars().count();
        if length < least {
            self.fail(
                name,
                value,
                &format!("Member must have length greater than or equal to {least}"),
            );
        }
        if length > most {
            self.fail(
                name,
                value,
                &format!("Member must have length less than or equal to {most}"),
            );
        }
    }

    /// Checks characters. `pattern` is the rule as STS writes it.
    pub(crate) fn characters(
        &mut self,
        name: &str,
        value: &str,
        pattern: &str,
        is_allowed: impl Fn(char) -> bool,
    ) {
        if !value.chars().all(is_allowed) {
            let rule = format!("Member must satisfy regular expression pattern: {pattern}");
            self.fail(name, value, &rule);
        }
    }

    /// Checks a number's range.
    pub(crate) fn range(&mut self, name: &str, value: i64, [least, most]: [i64; 2]) {
        if value < least {
            let rule = format!("Member must have value greater than or equal to {least}");
            self.fail(name, &value.to_string(), &rule);
        }
        if value > most {
            let rule = format!("Member must have value less than or equal to {most}");
            self.fail(name, &value.to_string(), &rule);
        }
    }

    /// Records that a value breaks a rule.
    pub(crate) fn fail(&mut self, name: &str, value: &str, rule: &str) {
        self.violations.push(format!(
            "Value '{value}' at '{name}' failed to satisfy constraint: {rule}"
        ));
    }

    /// Fails if any rule was broken.
    pub(crate) fn check(self) -> Result<(), Failure> {
        let count = self.violations.len();
        let plural = if count == 1 { "error" } else { "errors" };
        if count == 0 {
            return Ok(());
        }
        let text = format!(
            "{count} validation {plural} detected: {}",
            self.violations.join("; ")
        );
        Err(Failure::new(400, "ValidationError", text))
    }
}

/// Reads `DurationSeconds`. Text that is not a number is malformed input.
pub(crate) fn duration(text: Option<&str>, default: i64) -> Result<i64, Failure> {
    let Some(text) = text else { return Ok(default) };
    text.parse().map_err(|_| {
        Failure::new(
            400,
            "MalformedInput",
            format!("Unexpected value '{text}' for DurationSeconds"),
        )
    })
}
