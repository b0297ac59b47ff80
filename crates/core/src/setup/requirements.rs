//! The conditions under which a role may be assumed.

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::network::{source_ip, source_vpc};
use super::typed::{listed, trimmed};
use crate::role::call_fields::ExternalId;
use crate::role::session_tags::{SessionTag, SessionTags};
use crate::value::duration::{HOUR_S, SessionDuration, parse_seconds, span};
use crate::value::input::{InputError, check_ascii_field};
use crate::value::sanitise::echo;

/// The variable for the name of the calling user.
const USER_NAME: &str = "${aws:username}";
/// The longest age of an MFA code that a condition can ask for: that of a session token.
const MFA_AGE_MAX_S: u64 = 129_600;

/// Conditions as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RequirementsDraft {
    /// The external ID that callers must send.
    pub external_id: Option<String>,
    /// Whether callers must have used MFA.
    pub mfa: bool,
    /// How long ago at most, such as `1h`. It implies `mfa`.
    pub mfa_age: Option<String>,
    /// Public addresses or ranges, with commas.
    pub source_ip: Option<String>,
    /// VPCs or VPC endpoints, with commas.
    pub source_vpc: Option<String>,
    /// The session name, which may have `*` and `${aws:username}`.
    pub session_name: Option<String>,
    /// The source identity, which may have `*` and `${aws:username}`.
    pub source_identity: Option<String>,
    /// Session tags as `KEY=VALUE`, with commas. The value `*` is any.
    pub tags: Option<String>,
    /// The ID of the organization.
    pub organization: Option<String>,
    /// The longest session, such as `4h`.
    pub longest_session: Option<String>,
}

/// The conditions under which a role may be assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirements {
    /// The external ID that callers must send.
    pub external_id: Option<ExternalId>,
    /// Whether callers must have used MFA.
    pub mfa: Option<Mfa>,
    pub(super) source_ips: Vec<String>,
    pub(super) source_vpcs: Vec<(&'static str, String)>,
    pub(super) session_name: Option<NamePattern>,
    pub(super) source_identity: Option<NamePattern>,
    /// Keys and values of session tags; the value `*` is any.
    pub tags: Vec<SessionTag>,
    /// The ID of the organization.
    pub organization: Option<String>,
    /// The role's longest session: 1 to 12 hours.
    pub longest_session: SessionDuration,
}

/// That callers must have used MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mfa {
    /// How long ago at most, in seconds.
    pub age_s: Option<u64>,
}

/// A name that STS compares, with its wildcards and variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamePattern(String);

impl RequirementsDraft {
    /// Checks every condition. Empty ones are absent.
    ///
    /// # Errors
    /// Says what is wrong with the first that AWS would refuse or could never hold.
    pub fn check(&self) -> Result<Requirements, InputError> {
        let requirements = Requirements {
            external_id: given(&self.external_id)
                .map(ExternalId::parse)
                .transpose()?,
            mfa: self.mfa()?,
            source_ips: each(&self.source_ip, source_ip)?,
            source_vpcs: each(&self.source_vpc, source_vpc)?,
            session_name: given(&self.session_name)
                .map(|text| NamePattern::parse("session_name", "The session name", text))
                .transpose()?,
            source_identity: given(&self.source_identity)
                .map(|text| NamePattern::parse("source_identity", "The source identity", text))
                .transpose()?,
            tags: tags(self.tags.as_deref().unwrap_or_default())?,
            organization: given(&self.organization).map(organization).transpose()?,
            longest_session: longest_session(given(&self.longest_session))?,
        };
        if !requirements.source_ips.is_empty() && !requirements.source_vpcs.is_empty() {
            let what = "A call has a public address or comes from a VPC endpoint, never both.";
            return Err(InputError::new(
                "source_ip",
                what,
                "Name addresses or VPCs.",
            ));
        }
        Ok(requirements)
    }

    fn mfa(&self) -> Result<Option<Mfa>, InputError> {
        let Some(text) = given(&self.mfa_age) else {
            return Ok(self.mfa.then_some(Mfa { age_s: None }));
        };
        match parse_seconds(text) {
            Some(age_s @ 60..=MFA_AGE_MAX_S) => Ok(Some(Mfa { age_s: Some(age_s) })),
            _ => {
                let what = format!("\"{}\" is not an age of an MFA code.", echo(text));
                let remedy = "Write it as 15m, 1h or 12h, from 1m to 36h.";
                Err(InputError::new("mfa_age", what, remedy))
            }
        }
    }
}

impl Requirements {
    /// Returns what AssumeRole must send and who must send it, as a condition.
    pub(super) fn condition(&self) -> Condition {
        let mut all = Condition::default();
        let id = self.external_id.iter().map(|id| id.as_str().to_owned());
        all.add("StringEquals", "sts:ExternalId", id);
        all.add(
            "StringEquals",
            "aws:PrincipalOrgID",
            self.organization.clone(),
        );
        for key in ["aws:SourceVpc", "aws:SourceVpce"] {
            let of_key = self.source_vpcs.iter().filter(|(own, _)| *own == key);
            all.add("StringEquals", key, of_key.map(|(_, id)| id.clone()));
        }
        self.add_tags(&mut all);
        for (key, name) in [
            ("sts:RoleSessionName", &self.session_name),
            ("sts:SourceIdentity", &self.source_identity),
        ] {
            if let Some(name) = name {
                all.add(name.operator(), key, [name.0.clone()]);
            }
        }
        if let Some(mfa) = self.mfa {
            all.add("Bool", "aws:MultiFactorAuthPresent", ["true".to_owned()]);
            let age = mfa.age_s.map(|age| age.to_string());
            all.add("NumericLessThan", "aws:MultiFactorAuthAge", age);
        }
        all.add("IpAddress", "aws:SourceIp", self.source_ips.iter().cloned());
        all
    }

    /// Returns the tags that callers may set, as a condition.
    pub(super) fn tag_condition(&self) -> Condition {
        let mut all = Condition::default();
        self.add_tags(&mut all);
        let keys = self.tags.iter().map(|tag| tag.key.clone());
        all.add("ForAllValues:StringEquals", "aws:TagKeys", keys);
        all
    }

    /// Returns the source identity that callers may set, as a condition.
    pub(super) fn identity_condition(&self) -> Condition {
        let mut all = Condition::default();
        if let Some(name) = &self.source_identity {
            all.add(name.operator(), "sts:SourceIdentity", [name.0.clone()]);
        }
        all
    }

    fn add_tags(&self, all: &mut Condition) {
        for tag in &self.tags {
            let operator = if tag.value == "*" {
                "StringLike"
            } else {
                "StringEquals"
            };
            all.add(
                operator,
                format!("aws:RequestTag/{}", tag.key),
                [tag.value.clone()],
            );
        }
    }

    /// Returns the actions besides AssumeRole that a caller needs.
    pub(super) fn further_actions(&self) -> Vec<&'static str> {
        let identity = self
            .source_identity
            .is_some()
            .then_some("sts:SetSourceIdentity");
        let tags = (!self.tags.is_empty()).then_some("sts:TagSession");
        identity.into_iter().chain(tags).collect()
    }

    /// Returns whether a name has the variable for the calling user's name.
    pub(super) fn names_the_user(&self) -> bool {
        let names = self.session_name.iter().chain(&self.source_identity);
        names.into_iter().any(|name| name.0.contains(USER_NAME))
    }
}

impl NamePattern {
    fn parse(field: &'static str, label: &str, text: &str) -> Result<Self, InputError> {
        let literal = text.replace(USER_NAME, "");
        if literal.contains("${") {
            let what = format!("{label} has a variable that is not {USER_NAME}.");
            return Err(InputError::new(
                field,
                what,
                "Use this one, * and ?, or fixed text.",
            ));
        }
        let is_pattern = literal.contains(['*', '?']) || literal != text;
        let shortest = if is_pattern { 0 } else { 2 };
        check_ascii_field(field, label, &literal, shortest..=64, "+=,.@_-*?")?;
        if literal == "*" {
            let what = format!("{label} * is any.");
            return Err(InputError::new(field, what, "Leave it out."));
        }
        Ok(Self(text.to_owned()))
    }

    fn operator(&self) -> &'static str {
        match self.0.contains(['*', '?']) {
            true => "StringLike",
            false => "StringEquals",
        }
    }

    /// Returns what a role in Rolecall sends for it: the text, with the user's name in place of the variable or of one
    /// star. `None` if that would not match for certain.
    pub(super) fn template(&self) -> Option<String> {
        let template = self.0.replace(USER_NAME, "{user}");
        let stars = template.matches('*').count();
        match (stars, template.contains('?')) {
            (0, false) => Some(template),
            (1, false) if !template.contains('{') => Some(template.replace('*', "{user}")),
            _ => None,
        }
    }
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(trimmed).filter(|text| !text.is_empty())
}

fn each<T>(
    text: &Option<String>,
    parse: impl Fn(&str) -> Result<T, InputError>,
) -> Result<Vec<T>, InputError> {
    listed(text.as_deref().unwrap_or_default())
        .into_iter()
        .map(parse)
        .collect()
}

fn tags(text: &str) -> Result<Vec<SessionTag>, InputError> {
    let mut tags = Vec::new();
    for entry in listed(text) {
        let Some((key, value)) = entry.split_once('=') else {
            let what = format!("\"{}\" is not a tag.", echo(entry));
            return Err(InputError::new(
                "tags",
                what,
                "Write tags as Team=blue,Project=web.",
            ));
        };
        let (key, value) = (trimmed(key).to_owned(), trimmed(value).to_owned());
        if value.contains(['{', '}']) || (value.contains('*') && value != "*") {
            let what = format!(
                "The value of the tag \"{}\" is neither fixed text nor *.",
                echo(&key)
            );
            return Err(InputError::new(
                "tags",
                what,
                "Write the value, or * for any.",
            ));
        }
        tags.push(SessionTag { key, value });
    }
    let literal = |tag: &SessionTag| SessionTag {
        key: tag.key.clone(),
        value: tag.value.replace('*', ""),
    };
    let literal: Vec<SessionTag> = tags.iter().map(literal).collect();
    SessionTags::check(&literal, &[]).map(|_| tags)
}

/// Reads an organization's ID. <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>
fn organization(text: &str) -> Result<String, InputError> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let id = text
        .strip_prefix("o-")
        .filter(|id| (10..=32).contains(&id.len()));
    match id.filter(|id| id.bytes().all(is_plain)) {
        Some(_) => Ok(text.to_owned()),
        None => {
            let what = format!("\"{}\" is not the ID of an organization.", echo(text));
            let remedy =
                "It looks like o-a1b2c3d4e5; see: aws organizations describe-organization.";
            Err(InputError::new("organization", what, remedy))
        }
    }
}

/// Reads the longest session; an hour, IAM's own default, if none is given.
fn longest_session(text: Option<&str>) -> Result<SessionDuration, InputError> {
    let Some(text) = text else {
        return Ok(SessionDuration::HOUR);
    };
    let field = "longest_session";
    let longest = SessionDuration::parse(text).map_err(|error| InputError { field, ..error })?;
    match longest.seconds() >= HOUR_S {
        true => Ok(longest),
        false => {
            let what = format!(
                "A role's longest session cannot be {}.",
                span(i64::from(longest.seconds()))
            );
            let remedy = "IAM accepts 1h to 12h; a session itself may be shorter.";
            Err(InputError::new(field, what, remedy))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_vpc_exclude_each_other() {
        let draft = RequirementsDraft {
            source_ip: Some("203.0.113.7".into()),
            source_vpc: Some("vpc-0abc1234".into()),
            ..RequirementsDraft::default()
        };
        let error = draft.check().expect_err("never met");
        assert!(error.what.contains("never both"));
    }

    #[test]
    fn names_become_templates_only_if_they_match_for_certain() {
        for (pattern, template) in [
            ("my-temporary-role", Some("my-temporary-role")),
            ("dev-*", Some("dev-{user}")),
            ("${aws:username}", Some("{user}")),
            ("a*b*", None),
            ("dev-?", None),
        ] {
            let name = NamePattern::parse("session_name", "", pattern).expect(pattern);
            assert_eq!(name.template().as_deref(), template, "{pattern}");
        }
    }
}
