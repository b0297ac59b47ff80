//! Who may assume a role: a user, another role, a whole account, or everyone.

use super::account_id::AccountId;
use super::iam_name::{NAME_MAX, name};
use super::typed::{check_visible, placeholder, trimmed};
use crate::value::arn::Arn;
use crate::value::input::InputError;
use crate::value::region::{PARTITIONS, Partition};
use crate::value::sanitise::echo;

const EXAMPLES: &str = "Examples: arn:aws:iam::123456789012:user/Name, arn:aws:iam::123456789012:role/Name, or an account ID.";

/// Who may assume a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The partition; `aws` if the text names none.
    pub partition: Partition,
    /// What it is.
    pub kind: CallerKind,
}

/// What may assume a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerKind {
    /// An IAM user.
    User {
        /// Its account.
        account: AccountId,
        /// Its name without the path.
        name: String,
        /// The ARN.
        arn: String,
    },
    /// A role.
    Role {
        /// Its account.
        account: AccountId,
        /// Its name without the path.
        name: String,
        /// The ARN.
        arn: String,
    },
    /// All users and roles of an account that their own policies allow it.
    Account(AccountId),
    /// Everyone: `*`.
    Everyone,
}

impl Caller {
    /// Parses the ARN of a user or role, an account ID, the ARN of an account, or `*`.
    ///
    /// # Errors
    /// Says what is wrong with it, or why IAM does not accept it in a trust policy.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = trimmed(text);
        let [commercial, ..] = PARTITIONS;
        let of = |kind| Self {
            partition: commercial,
            kind,
        };
        if text.is_empty() {
            return refuse("Nobody is named who may assume the role.", EXAMPLES);
        }
        if text == "*" {
            return Ok(of(CallerKind::Everyone));
        }
        check_visible("who", "The caller", text)?;
        if let Some(error) = placeholder("who", "The caller", text) {
            return Err(error);
        }
        if text.starts_with(|c: char| c.is_numeric()) && !text.contains(':') {
            let account = AccountId::parse("who", text)?;
            return Ok(of(CallerKind::Account(account)));
        }
        match text.get(..4) {
            Some("arn:") => Self::parse_arn(text),
            _ => not_an_arn(text),
        }
    }

    fn parse_arn(text: &str) -> Result<Self, InputError> {
        let Some(arn) = Arn::split(text) else {
            return refuse(
                format!("The ARN \"{}\" has too few parts.", echo(text)),
                format!("IAM ARNs have two colons before the account. {EXAMPLES}"),
            );
        };
        let Some(partition) = Partition::named(arn.partition) else {
            let known: Vec<&str> = PARTITIONS.iter().map(|it| it.name).collect();
            let what = format!("\"{}\" is not an AWS partition.", echo(arn.partition));
            return refuse(what, format!("Known: {}.", known.join(", ")));
        };
        check_service(&arn)?;
        let account = AccountId::parse("who", arn.account)?;
        let kind = match arn.resource.split_once('/') {
            None if arn.resource == "root" => CallerKind::Account(account),
            Some((kind @ ("user" | "role"), rest)) => {
                let own = rest.rsplit('/').next().unwrap_or_default();
                let name = own_name(kind, own)?;
                let arn = text.to_owned();
                match kind {
                    "user" => CallerKind::User { account, name, arn },
                    _ => CallerKind::Role { account, name, arn },
                }
            }
            _ => return other_resource(&arn),
        };
        Ok(Self { partition, kind })
    }

    /// Returns the account; `None` for everyone.
    pub fn account(&self) -> Option<&AccountId> {
        match &self.kind {
            CallerKind::User { account, .. }
            | CallerKind::Role { account, .. }
            | CallerKind::Account(account) => Some(account),
            CallerKind::Everyone => None,
        }
    }

    /// Returns the principal as a trust policy names it.
    pub fn principal(&self) -> String {
        match &self.kind {
            CallerKind::User { arn, .. } | CallerKind::Role { arn, .. } => arn.clone(),
            CallerKind::Account(account) => {
                format!("arn:{}:iam::{account}:root", self.partition.name)
            }
            CallerKind::Everyone => "*".to_owned(),
        }
    }
}

fn refuse<T>(what: impl Into<String>, remedy: impl Into<String>) -> Result<T, InputError> {
    Err(InputError::new("who", what, remedy))
}

fn not_an_arn(text: &str) -> Result<Caller, InputError> {
    if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") {
        let what =
            "This is a service of AWS. Rolecall sets up roles that people and programs assume.";
        return refuse(what, EXAMPLES);
    }
    if text.to_ascii_lowercase().starts_with("arn:") {
        return refuse(
            "The ARN does not begin with \"arn:\" in lower case.",
            EXAMPLES,
        );
    }
    let what = format!(
        "\"{}\" is neither an ARN nor an account ID, nor an access key here.",
        echo(text)
    );
    refuse(what, EXAMPLES)
}

fn check_service(arn: &Arn<'_>) -> Result<(), InputError> {
    if arn.service == "sts" && arn.resource.starts_with("assumed-role/") {
        let role = arn.resource.split('/').nth(1).unwrap_or_default();
        let remedy = format!(
            "Use the role's own ARN, such as arn:{}:iam::{}:role/{} (with its path, if it has one).",
            echo(arn.partition),
            echo(arn.account),
            echo(role)
        );
        return refuse("This is the ARN of a session, which ends.", remedy);
    }
    if arn.service != "iam" {
        let what = format!("This is an ARN of the service \"{}\".", echo(arn.service));
        return refuse(what, EXAMPLES);
    }
    match arn.region {
        "" => Ok(()),
        region => refuse(
            format!(
                "IAM ARNs have no region, and this one has \"{}\" there.",
                echo(region)
            ),
            format!("Write two colons after \"iam\". {EXAMPLES}"),
        ),
    }
}

fn own_name(kind: &str, text: &str) -> Result<String, InputError> {
    if text.is_empty() {
        let what = format!("The ARN ends before the {kind}'s name.");
        return refuse(what, EXAMPLES);
    }
    if text.contains(['*', '?']) {
        let what = "IAM accepts no wildcard in a principal's name.";
        return refuse(
            what,
            "Name the account instead, and give the policy to the users you mean.",
        );
    }
    name("who", &format!("The {kind}'s name"), text, NAME_MAX)
}

fn other_resource(arn: &Arn<'_>) -> Result<Caller, InputError> {
    let (kind, rest) = match arn.resource.split_once(['/', ':']) {
        Some((kind, rest)) => (kind, rest),
        None => (arn.resource, ""),
    };
    match kind {
        "group" => refuse(
            "A group cannot be named in a trust policy.",
            format!(
                "Name its account {}, and give the policy through the group: --grant group:{}.",
                echo(arn.account),
                echo(rest)
            ),
        ),
        "user" | "role" if rest.is_empty() => {
            refuse(format!("The ARN ends before the {kind}'s name."), EXAMPLES)
        }
        "user" | "role" => refuse(
            format!(
                "\"{}\" needs a slash in place of the colon.",
                echo(arn.resource)
            ),
            format!("Write {kind}/{}.", echo(rest)),
        ),
        "root" => refuse(
            "An account's ARN ends with \":root\".",
            "Delete what follows it.",
        ),
        "" => refuse("The ARN names nobody.", EXAMPLES),
        kind => refuse(
            format!("\"{}\" cannot be named in a trust policy.", echo(kind)),
            EXAMPLES,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_roles_accounts_and_everyone_are_callers() {
        for (text, principal) in [
            (
                "arn:aws:iam::177634097045:user/team/bob",
                "arn:aws:iam::177634097045:user/team/bob",
            ),
            (
                " arn:aws-cn:iam::177634097045:role/ci\n",
                "arn:aws-cn:iam::177634097045:role/ci",
            ),
            ("1776-3409-7045", "arn:aws:iam::177634097045:root"),
            (
                "arn:aws-us-gov:iam::177634097045:root",
                "arn:aws-us-gov:iam::177634097045:root",
            ),
            ("*", "*"),
        ] {
            let caller = Caller::parse(text).expect(text);
            assert_eq!(caller.principal(), principal);
        }
    }

    #[test]
    fn b01_b08_half_typed_and_mistyped_arns_are_explained() {
        for (text, part) in [
            ("", "Nobody is named"),
            (
                "arn:aws:iam:177634097045:user/bob",
                "two colons before the account",
            ),
            ("arn:aws:iam::1776:user/bob", "has 4 digits"),
            ("arn:aws:iam:::user/bob", "The account ID is empty"),
            (
                "arn:aws:iam::177634097045:user",
                "ends before the user's name",
            ),
            (
                "arn:aws:iam::177634097045:user/",
                "ends before the user's name",
            ),
            ("arn:aws:iam::177634097045:user:bob", "Write user/bob"),
            ("arn:aws:iam::177634097045:", "names nobody"),
            ("arn:aws:iam::177634097045:root/", "ends with \":root\""),
            ("arn:aws:iam::177634097045:group/devs", "--grant group:devs"),
            ("arn:aws:iam::177634097045:user/*", "no wildcard"),
            (
                "arn:aws:iam::177634097045:policy/p",
                "\"policy\" cannot be named",
            ),
            (
                "arn:aws:sts::177634097045:assumed-role/ci/me",
                "role/ci (with its path",
            ),
            ("arn:aws:s3:::bucket", "service \"s3\""),
            (
                "arn:aws:iam:us-east-1:177634097045:user/bob",
                "\"us-east-1\" there",
            ),
            (
                "arn:aws-moon:iam::177634097045:user/bob",
                "not an AWS partition",
            ),
            ("arn:aws:iam::<ACCOUNT>:user/bob", "placeholder \"ACCOUNT\""),
            ("ARN:aws:iam::177634097045:user/bob", "in lower case"),
            ("“arn:aws:iam::177634097045:user/bob”", "position 1"),
            ("arn:aws:iam::177634097045:user/b\u{43e}b", "U+043E"),
            (
                "arn:aws:iam::177634097045:us\u{200b}er/bob",
                "U+200B at position 29",
            ),
            ("ec2.amazonaws.com", "a service of AWS"),
            ("bob", "neither an ARN"),
        ] {
            let error = Caller::parse(text).expect_err(text);
            assert_eq!(error.field, "who");
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
    }
}
