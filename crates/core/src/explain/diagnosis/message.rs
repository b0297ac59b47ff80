//! Parses AWS's message for a denial: the principal, the action, the resource and the policy.
//!
//! The formats are those of the user guide's [access denied
//! messages](https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html) and of published error
//! messages.

/// The parts of a denial message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Denied<'a> {
    /// The caller's ARN.
    pub(super) principal: Option<&'a str>,
    /// The action, such as `sts:AssumeRole`.
    pub(super) action: &'a str,
    /// The ARN of the resource.
    pub(super) resource: Option<&'a str>,
    /// The reason, if AWS gives one.
    pub(super) reason: Option<Reason>,
    /// The policy that denies the action, if AWS names it.
    pub(super) policy_arn: Option<&'a str>,
    /// The message to decode with `sts:DecodeAuthorizationMessage`.
    pub(super) encoded: Option<&'a str>,
}

/// Why AWS denied the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// No policy of this kind allows it.
    Missing(PolicyType),
    /// A policy of this kind denies it.
    Explicit(PolicyType),
}

/// The kinds of policy that AWS names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PolicyType {
    Identity,
    Trust,
    Boundary,
    Session,
    ServiceControl,
    ResourceControl,
    Endpoint,
    /// An unknown kind.
    Other,
}

impl<'a> Denied<'a> {
    /// Parses a message. Returns `None` if it is not a denial of an action.
    pub(super) fn read(message: &'a str) -> Option<Self> {
        let lower = message.to_ascii_lowercase();
        let start = lower.find("not authorized to perform")?;
        let rest = message.get(start + "not authorized to perform".len()..)?;
        let rest = rest.trim_start_matches([':', ' ', '\n', '\t']);
        let action = word(rest)?;
        if !action.contains(':') {
            return None;
        }
        let reason = Reason::read(&lower);
        Some(Self {
            principal: after(message, "User: ").filter(|text| text.starts_with("arn:")),
            action,
            resource: after(rest, "on resource: ").or_else(|| after(rest, "on resource ")),
            reason,
            policy_arn: reason.and_then(|_| named_policy(message)),
            encoded: encoded(message),
        })
    }
}

/// Returns the encoded message in an error message.
pub fn encoded(message: &str) -> Option<&str> {
    after(message, "authorization failure message: ")
}

/// Returns the word after a phrase, without quotes and a final period.
fn after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(phrase)?;
    word(rest)
}

fn word(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    let word = word.trim_matches('"').trim_end_matches(['.', ',']);
    (!word.is_empty()).then_some(word)
}

fn named_policy(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("explicit deny in ")?;
    let arn = rest
        .split_whitespace()
        .find(|text| text.starts_with("arn:"))?;
    let arn = arn.trim_end_matches(['.', ',']);
    arn.contains(":policy/").then_some(arn)
}

impl Reason {
    fn read(lower: &str) -> Option<Self> {
        if let Some((_, rest)) = lower.split_once("with an explicit deny in ") {
            return Some(Self::Explicit(PolicyType::read(rest)));
        }
        let (_, rest) = lower.split_once("because no ")?;
        rest.contains(" allows")
            .then(|| Self::Missing(PolicyType::read(rest)))
    }
}

impl PolicyType {
    /// Parses the kind at the start of `text`, after an article.
    fn read(text: &str) -> Self {
        let text = ["an ", "a ", "the "]
            .iter()
            .find_map(|article| text.strip_prefix(article))
            .unwrap_or(text);
        const KINDS: [(&str, PolicyType); 9] = [
            ("identity-based policy", PolicyType::Identity),
            ("role trust policy", PolicyType::Trust),
            ("trust policy", PolicyType::Trust),
            ("resource-based policy", PolicyType::Trust),
            ("permissions boundary", PolicyType::Boundary),
            ("session policy", PolicyType::Session),
            ("service control policy", PolicyType::ServiceControl),
            ("resource control policy", PolicyType::ResourceControl),
            ("vpc endpoint policy", PolicyType::Endpoint),
        ];
        let found = KINDS.iter().find(|(words, _)| text.starts_with(words));
        found.map_or(Self::Other, |(_, kind)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_a_denial() {
        let text = "User: arn:aws:iam::1:user/a is not authorized to perform: sts:AssumeRole on resource: \
                    \"arn:aws:iam::2:role/r\" with an explicit deny in a service control policy: \
                    arn:aws:organizations::3:policy/o-x/service_control_policy/p-y. Encoded authorization failure \
                    message: AbC-_1.";
        let denied = Denied::read(text).expect("a denial");
        assert_eq!(denied.principal, Some("arn:aws:iam::1:user/a"));
        assert_eq!(denied.action, "sts:AssumeRole");
        assert_eq!(denied.resource, Some("arn:aws:iam::2:role/r"));
        assert_eq!(
            denied.reason,
            Some(Reason::Explicit(PolicyType::ServiceControl))
        );
        assert_eq!(
            denied.policy_arn,
            Some("arn:aws:organizations::3:policy/o-x/service_control_policy/p-y")
        );
        assert_eq!(denied.encoded, Some("AbC-_1"));
    }

    #[test]
    fn an_old_format_has_no_principal() {
        let denied = Denied::read("Not authorized to perform sts:AssumeRole").expect("a denial");
        assert_eq!((denied.principal, denied.action), (None, "sts:AssumeRole"));
    }

    #[test]
    fn b55_hostile_text_is_not_a_denial() {
        for text in [
            "",
            "not authorized to perform",
            "Not authorized to perform \u{0}",
            "because no ",
        ] {
            assert_eq!(Denied::read(text), None, "{text:?}");
        }
    }
}
