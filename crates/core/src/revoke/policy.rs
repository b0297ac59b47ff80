//! The names and documents of the policies.

use jiff::{SignedDuration, Timestamp};
use rolecall_policy::{Policy, PolicyKind};
use serde_json::Value;

/// The name of the inline policy, the same as in AWS's console. Another revocation replaces it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html>
pub const OLDER_SESSIONS: &str = "AWSRevokeOlderSessions";
/// The start of the name of the policy against the sessions of one name.
const ONE_SESSION: &str = "RolecallRevokeSession-";
/// AWS counts the issue time in seconds, and this machine knows AWS's time to the second.
const MARGIN: SignedDuration = SignedDuration::from_secs(1);

/// The sessions that a policy denies everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All that were issued before this time.
    Before(Timestamp),
    /// Those of one name that were issued up to this time.
    Named {
        /// `AROA…:name`, as AWS calls the session.
        user_id: String,
        /// The time.
        until: Timestamp,
    },
}

impl Reach {
    /// Returns all sessions that were issued up to `now`, the time of AWS's clock.
    pub fn everything(now: Timestamp) -> Self {
        Self::Before(whole_second(now))
    }

    /// Returns the sessions of one name up to the one that was issued at `issued_at`.
    pub fn named(user_id: &str, issued_at: Timestamp) -> Self {
        Self::Named {
            user_id: user_id.to_owned(),
            until: whole_second(issued_at),
        }
    }

    /// Returns the sessions that a policy of Rolecall with this name and document denies everything; `None` if it is not
    /// exactly one that Rolecall writes.
    pub fn of(name: &str, document: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(document).ok()?;
        let condition = value.pointer("/Statement/0/Condition")?;
        let text = |pointer: &str| condition.pointer(pointer)?.as_str();
        let reach = match name {
            OLDER_SESSIONS => Self::Before(text("/DateLessThan/aws:TokenIssueTime")?.parse().ok()?),
            _ => Self::Named {
                user_id: text("/StringEquals/aws:userid")?.to_owned(),
                until: text("/DateLessThanEquals/aws:TokenIssueTime")?
                    .parse()
                    .ok()?,
            },
        };
        let is_exact = reach.policy_name() == name && is_same(&reach.document(), document);
        is_exact.then_some(reach)
    }

    /// Returns the time in the policy.
    pub fn time(&self) -> Timestamp {
        match self {
            Self::Before(at) | Self::Named { until: at, .. } => *at,
        }
    }

    /// Returns the same sessions up to another time.
    pub fn with_time(&self, at: Timestamp) -> Self {
        match self {
            Self::Before(_) => Self::Before(at),
            Self::Named { user_id, .. } => Self::Named {
                user_id: user_id.clone(),
                until: at,
            },
        }
    }

    /// Returns the name of the inline policy.
    pub fn policy_name(&self) -> String {
        match self {
            Self::Before(_) => OLDER_SESSIONS.to_owned(),
            Self::Named { user_id, .. } => {
                let name = user_id.split_once(':').map_or("", |(_, name)| name);
                format!("{ONE_SESSION}{name}")
            }
        }
    }

    /// Returns the policy as AWS's console writes it.
    pub fn document(&self) -> String {
        let conditions = match self {
            Self::Before(at) => condition("DateLessThan", "aws:TokenIssueTime", &time(*at)),
            Self::Named { user_id, until } => {
                condition("StringEquals", "aws:userid", user_id)
                    + ",\n"
                    + &condition("DateLessThanEquals", "aws:TokenIssueTime", &time(*until))
            }
        };
        format!(
            r#"{{
    "Version": "2012-10-17",
    "Statement": [
        {{
            "Effect": "Deny",
            "Action": [
                "*"
            ],
            "Resource": [
                "*"
            ],
            "Condition": {{
{conditions}
            }}
        }}
    ]
}}"#
        )
    }
}

fn condition(operator: &str, key: &str, value: &str) -> String {
    let value = Value::from(value);
    format!(
        "                \"{operator}\": {{\n                    \"{key}\": {value}\n                }}"
    )
}

fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Returns the next whole second after all that AWS may have issued at `at`.
fn whole_second(at: Timestamp) -> Timestamp {
    let up = i64::from(at.subsec_nanosecond() > 0);
    let second = at.as_second().saturating_add(up);
    let whole = Timestamp::from_second(second).unwrap_or(at);
    whole.saturating_add(MARGIN).unwrap_or(Timestamp::MAX)
}

/// Returns whether two policies are the same JSON, however they are written.
pub fn is_same(one: &str, other: &str) -> bool {
    match (
        serde_json::from_str::<Value>(one),
        serde_json::from_str::<Value>(other),
    ) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), _) | (_, Err(_)) => one == other,
    }
}

/// Returns whether a policy is valid and each of its statements denies.
pub fn only_denies(document: &str) -> bool {
    let is_valid = Policy::parse(PolicyKind::Identity, document).is_ok();
    let value = serde_json::from_str::<Value>(document).unwrap_or_default();
    let denies = |statement: &Value| statement.get("Effect") == Some(&Value::from("Deny"));
    is_valid
        && match value.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().all(denies),
            Some(statement) => denies(statement),
            None => false,
        }
}

/// Returns the time in a policy that denies everything to sessions issued before, as AWS's console and
/// [`Reach::document`] write it; `None` for any other policy.
pub fn time_of(document: &str) -> Option<Timestamp> {
    let value: Value = serde_json::from_str(document).ok()?;
    let text = value
        .pointer("/Statement/0/Condition/DateLessThan/aws:TokenIssueTime")?
        .as_str()?;
    let at: Timestamp = text.parse().ok()?;
    let same = Reach::Before(at).document();
    let written = serde_json::from_str::<Value>(&same).ok()?;
    let mut given = value.clone();
    *given.pointer_mut("/Statement/0/Condition/DateLessThan/aws:TokenIssueTime")? =
        Value::from(time(at));
    (given == written).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONSOLE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],
        "Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-21T12:00:00.000Z"}}}]}"#;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn t33_the_policy_is_the_one_of_the_console() {
        let reach = Reach::Before(at("2026-11-21T12:00:00Z"));
        assert_eq!(reach.policy_name(), "AWSRevokeOlderSessions");
        assert!(is_same(&reach.document(), CONSOLE));
        assert!(Policy::parse(PolicyKind::Identity, &reach.document()).is_ok());
    }

    #[test]
    fn t33_only_a_policy_that_denies_and_nothing_else_is_put_back() {
        assert!(only_denies(CONSOLE));
        let one = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
        assert!(only_denies(one));
        let both = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},
            {"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let twice = one.replace("\"Effect\"", "\"Effect\":\"Allow\",\"Effect\"");
        for other in [both, &one.replace("Deny", "Allow"), &twice, "{}", "", "[]"] {
            assert!(!only_denies(other), "{other}");
        }
    }

    #[test]
    fn one_session_is_named_with_the_time_of_its_issue() {
        let reach = Reach::named("AROAEXAMPLEROLEID:ann@laptop", at("2026-11-21T12:00:00.2Z"));
        assert_eq!(reach.policy_name(), "RolecallRevokeSession-ann@laptop");
        let document: Value = serde_json::from_str(&reach.document()).expect("JSON");
        assert_eq!(
            document["Statement"][0]["Condition"],
            serde_json::json!({
                "StringEquals": { "aws:userid": "AROAEXAMPLEROLEID:ann@laptop" },
                "DateLessThanEquals": { "aws:TokenIssueTime": "2026-11-21T12:00:02.000Z" },
            })
        );
        assert!(Policy::parse(PolicyKind::Identity, &reach.document()).is_ok());
        assert_eq!(time_of(&reach.document()), None);
    }

    #[test]
    fn the_time_covers_all_that_was_issued_in_its_second() {
        let time = |text: &str| Reach::everything(at(text)).time();
        assert_eq!(time("2026-11-21T12:00:00Z"), at("2026-11-21T12:00:01Z"));
        assert_eq!(
            time("2026-11-21T12:00:00.000001Z"),
            at("2026-11-21T12:00:02Z")
        );
    }

    #[test]
    fn a_policy_of_the_console_says_its_time() {
        assert_eq!(time_of(CONSOLE), Some(at("2026-11-21T12:00:00Z")));
        let by_hand = CONSOLE.replace("12:00:00.000Z", "12:00:00Z");
        assert_eq!(time_of(&by_hand), Some(at("2026-11-21T12:00:00Z")));
        for other in [
            "",
            "{}",
            &CONSOLE.replace("\"Action\":[\"*\"]", "\"Action\":[\"s3:*\"]"),
            &CONSOLE.replace("Deny", "Allow"),
        ] {
            assert_eq!(time_of(other), None, "{other}");
        }
    }
}
