//! ARNs of roles.

use std::fmt;

use crate::value::arn::Arn;
use crate::value::input::InputError;
use crate::value::region::{PARTITIONS, Partition};
use crate::value::sanitise;

/// The maximum length of an ARN in STS.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
const ARN_MAX: usize = 2048;
/// The maximum length of the name of an IAM role.
const ROLE_NAME_MAX: usize = 64;
const EXAMPLE: &str = "Example: arn:aws:iam::123456789012:role/Name.";

/// The valid ARN of an IAM role: `arn:<partition>:iam::<12 digits>:role/<path/name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleArn {
    text: String,
    partition: Partition,
    account_start: usize,
    name_start: usize,
}

impl RoleArn {
    /// Parses a role ARN and trims it.
    ///
    /// # Errors
    /// Says which part is wrong and what is allowed there.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text =
            text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
        if text.is_empty() {
            return refuse("The role ARN is empty.", EXAMPLE);
        }
        check_characters(text)?;
        let Some(arn) = Arn::split(text) else {
            return refuse(
                format!("\"{}\" is not an ARN.", sanitise::echo(text)),
                EXAMPLE,
            );
        };
        let partition = parse_partition(arn.partition)?;
        check_kind(&arn)?;
        check_account(arn.account)?;
        let name_start = text.rfind('/').map_or(0, |slash| slash + 1);
        check_name(&text[name_start..])?;
        let account_start = "arn:".len() + partition.name.len() + ":iam::".len();
        Ok(Self {
            text: text.to_owned(),
            partition,
            account_start,
            name_start,
        })
    }

    /// Returns the whole ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the partition.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Returns the 12-digit account ID.
    pub fn account_id(&self) -> &str {
        &self.text[self.account_start..self.account_start + 12]
    }

    /// Returns the role's name without its path.
    pub fn role_name(&self) -> &str {
        &self.text[self.name_start..]
    }

    /// Returns whether `assumed` is the ARN of a session of this role, as returned by AssumeRole and GetCallerIdentity:
    /// `arn:<partition>:sts::<account>:assumed-role/<name without path>/<session name>`.
    pub fn is_role_of(&self, assumed: &str) -> bool {
        let prefix = format!(
            "arn:{}:sts::{}:assumed-role/{}/",
            self.partition.name,
            self.account_id(),
            self.role_name()
        );
        assumed
            .strip_prefix(&prefix)
            .is_some_and(|session| !session.is_empty() && !session.contains('/'))
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn refuse<T>(what: impl Into<String>, remedy: impl Into<String>) -> Result<T, InputError> {
    Err(InputError::new("arn", what, remedy))
}

fn check_characters(text: &str) -> Result<(), InputError> {
    for (index, character) in text.chars().enumerate() {
        let position = index + 1;
        if character.is_control() {
            let what = format!(
                "The ARN has a control character (U+{:04X}) at position {position}.",
                u32::from(character)
            );
            return refuse(
                what,
                "Control characters are not allowed. Paste the ARN again.",
            );
        }
        if sanitise::is_hidden(character) {
            let what = format!(
                "The ARN has {} at position {position}.",
                sanitise::describe(character)
            );
            return refuse(what, "Delete it, or paste the ARN again.");
        }
    }
    match text.chars().count() {
        count if count > ARN_MAX => refuse(
            format!("The ARN has {count} characters."),
            "Use at most 2,048.",
        ),
        _ => Ok(()),
    }
}

fn parse_partition(name: &str) -> Result<Partition, InputError> {
    Partition::named(name).ok_or_else(|| {
        let known: Vec<&str> = PARTITIONS.iter().map(|p| p.name).collect();
        let what = format!("\"{}\" is not an AWS partition.", sanitise::echo(name));
        InputError::new("arn", what, format!("Known: {}.", known.join(", ")))
    })
}

fn check_kind(arn: &Arn<'_>) -> Result<(), InputError> {
    if arn.service == "sts"
        && let Some(session) = arn.resource.strip_prefix("assumed-role/")
    {
        let role = session.split('/').next().unwrap_or_default();
        let remedy = format!(
            "Use the role's own ARN, such as arn:aws:iam::{}:role/{} (with its path, if it has one).",
            sanitise::echo(arn.account),
            sanitise::echo(role)
        );
        return refuse("This is the ARN of a session.", remedy);
    }
    if arn.service != "iam" {
        let what = format!(
            "This is an ARN of the service \"{}\".",
            sanitise::echo(arn.service)
        );
        return refuse(what, EXAMPLE);
    }
    if !arn.region.is_empty() {
        return refuse(
            "IAM ARNs have no region.",
            format!("Leave it out. {EXAMPLE}"),
        );
    }
    match arn.resource.split_once('/') {
        Some(("role", _)) => Ok(()),
        Some((kind, _)) => {
            let what = format!("This is a {} ARN.", sanitise::echo(kind));
            refuse(what, format!("A role ARN has \":role/\". {EXAMPLE}"))
        }
        None => refuse("The ARN names no role.", EXAMPLE),
    }
}

fn check_account(account: &str) -> Result<(), InputError> {
    if account.chars().any(|c| !c.is_ascii_digit()) {
        return refuse(
            "The account ID has characters that are not ASCII digits.",
            "An account ID has 12 digits, 0 to 9.",
        );
    }
    match account.len() {
        12 => Ok(()),
        length => refuse(
            format!("The account ID has {length} digits."),
            "An account ID has 12.",
        ),
    }
}

fn check_name(name: &str) -> Result<(), InputError> {
    if name.is_empty() {
        return refuse("The ARN has no role name.", EXAMPLE);
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    if let Some((index, stranger)) = name.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        let what = format!(
            "The role name has {} at position {}.",
            sanitise::describe(stranger),
            index + 1
        );
        return refuse(what, "Allowed: A-Z a-z 0-9 + = , . @ _ -.");
    }
    match name.len() {
        length if length > ROLE_NAME_MAX => refuse(
            format!("The role name has {length} characters."),
            "Use at most 64.",
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        RoleArn::parse(text)
            .expect_err("must be refused")
            .to_string()
    }

    #[test]
    fn splits_an_arn_with_a_path() {
        let arn =
            RoleArn::parse(" arn:aws-us-gov:iam::808768216571:role/team/guest\n").expect("valid");
        assert_eq!(
            (arn.partition().name, arn.account_id(), arn.role_name()),
            ("aws-us-gov", "808768216571", "guest")
        );
    }

    #[test]
    fn b01_b02_b03_b04_b05_b06_b07_b08_b09_b11_b12_say_what_is_wrong() {
        let long_name = format!("arn:aws:iam::123456789012:role/{}", "x".repeat(65));
        for (bad, part) in [
            ("", "is empty"),
            ("arn:aws:iam::12345:role/X", "has 5 digits"),
            ("arn:aws:iam::123456789012:user/X", "This is a user ARN"),
            (
                "arn:aws:sts::123456789012:assumed-role/R/S",
                "arn:aws:iam::123456789012:role/R",
            ),
            (
                "arn:aws-moon:iam::123456789012:role/X",
                "Known: aws, aws-cn",
            ),
            ("arn:aws:iam:us-east-1:123456789012:role/X", "no region"),
            (
                "arn:aws:iam::123456789012:ro\u{200b}le/X",
                "U+200B at position 29",
            ),
            (
                "arn:aws:iam::123456789012:role/\u{430}dmin",
                "U+0430) at position 1",
            ),
            (&long_name, "at most 64"),
            (
                "arn:aws:iam::１２３４５６７８９０１２:role/X",
                "ASCII digits",
            ),
            (
                "arn:aws:iam::123456789012:role/X\u{1b}[0m",
                "control character",
            ),
            ("arn:aws:iam::123456789012:role/", "has no role name"),
            ("arn:aws:s3:::bucket", "service \"s3\""),
            ("guest", "is not an ARN"),
        ] {
            assert!(message(bad).contains(part), "{bad:?}: {}", message(bad));
        }
    }

    #[test]
    fn b10_accepts_every_legal_path() {
        assert!(RoleArn::parse("arn:aws:iam::123456789012:role/a';$(id)`<b>/X").is_ok());
    }

    #[test]
    fn b53_distinguishes_its_own_sessions_from_others() {
        let arn = RoleArn::parse("arn:aws:iam::123456789012:role/team/guest").expect("valid");
        assert!(arn.is_role_of("arn:aws:sts::123456789012:assumed-role/guest/me"));
        for other in [
            "arn:aws:sts::123456789013:assumed-role/guest/me",
            "arn:aws:sts::123456789012:assumed-role/guest2/me",
            "arn:aws-cn:sts::123456789012:assumed-role/guest/me",
            "arn:aws:sts::123456789012:assumed-role/guest/",
            "arn:aws:iam::123456789012:role/team/guest",
        ] {
            assert!(!arn.is_role_of(other), "{other}");
        }
    }
}
