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
    /// The policy of the resource. That of a role is its trust policy.
    Resource,
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
        let (action, rest) = action(message)?;
        let reason = Reason::read(message);
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

/// Returns the action that is not authorized, and the text from it on. EC2 says before it that "this operation" is not.
fn action(message: &str) -> Option<(&str, &str)> {
    const PHRASE: &str = "not authorized to perform";
    // The lower-case copy has the same positions, since only ASCII letters change.
    let lower = message.to_ascii_lowercase();
    lower.match_indices(PHRASE).find_map(|(at, _)| {
        let rest = message.get(at + PHRASE.len()..)?;
        let rest = rest.trim_start_matches([':', ' ', '\n', '\t']);
        let action = word(rest)?;
        let (service, name) = action.split_once(':')?;
        let is_action = !service.is_empty() && !name.is_empty() && service != "arn";
        is_action.then_some((action, rest))
    })
}

/// Returns the encoded message in an error message, or the text itself if it is nothing else.
pub fn encoded(message: &str) -> Option<&str> {
    const PHRASE: &str = "authorization failure message:";
    let lower = message.to_ascii_lowercase();
    match lower.find(PHRASE) {
        Some(at) => word(message.get(at + PHRASE.len()..)?),
        None => Some(message.trim()).filter(|text| is_encoded(text)),
    }
}

/// The shortest encoded messages have some hundred characters.
fn is_encoded(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    text.len() >= 100 && text.chars().all(is_digit)
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
    /// Reads the reason in a message of any service.
    pub(super) fn read(message: &str) -> Option<Self> {
        let lower = message.to_ascii_lowercase();
        // Some services use the plural.
        let lower = lower
            .replace("policies", "policy")
            .replace("boundaries", "boundary");
        if let Some((_, rest)) = lower.split_once("explicit deny") {
            let kind = rest.trim_start().strip_prefix("in ");
            let kind = kind.map_or(PolicyType::Other, PolicyType::read);
            return Some(Self::Explicit(kind));
        }
        let missing = lower.match_indices("no ").filter_map(|(at, _)| {
            let is_word = lower[..at].ends_with([' ', ',', '\n']);
            let rest = &lower[at + "no ".len()..];
            (is_word && rest.contains(" allow")).then(|| PolicyType::read(rest))
        });
        let mut kinds: Vec<PolicyType> = missing.collect();
        kinds.sort_by_key(|kind| *kind == PolicyType::Other);
        let is_reason = lower.contains("because no ");
        let first = kinds.into_iter().next();
        first
            .filter(|kind| *kind != PolicyType::Other || is_reason)
            .map(Self::Missing)
    }
}

impl PolicyType {
    /// Parses the kind at the start of `text`, in lower case, after an article. A policy that has its effect
    /// "transitively through" another counts as that one.
    fn read(text: &str) -> Self {
        let sentence = text.split(". ").next().unwrap_or(text);
        let text = match sentence.split_once("transitively through ") {
            Some((_, through)) => through,
            None => sentence,
        };
        let text = ["an ", "a ", "the "]
            .iter()
            .find_map(|article| text.strip_prefix(article))
            .unwrap_or(text);
        const KINDS: [(&str, PolicyType); 17] = [
            ("identity-based policy", PolicyType::Identity),
            ("identity based policy", PolicyType::Identity),
            ("role trust policy", PolicyType::Trust),
            ("trust policy", PolicyType::Trust),
            ("resource-based policy", PolicyType::Resource),
            ("resource based policy", PolicyType::Resource),
            ("permissions boundary", PolicyType::Boundary),
            ("permission boundary", PolicyType::Boundary),
            ("session policy", PolicyType::Session),
            // The user guide's own spelling.
            ("sessions policy", PolicyType::Session),
            ("service control policy", PolicyType::ServiceControl),
            ("scp", PolicyType::ServiceControl),
            ("resource control policy", PolicyType::ResourceControl),
            ("rcp", PolicyType::ResourceControl),
            ("vpc endpoint policy", PolicyType::Endpoint),
            ("vpce policy", PolicyType::Endpoint),
            ("endpoint policy", PolicyType::Endpoint),
        ];
        let found = KINDS.iter().find(|(words, _)| text.starts_with(words));
        found.map_or(Self::Other, |(_, kind)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::PolicyType::{
        Boundary, Endpoint, Identity, Resource, ServiceControl, Session, Trust,
    };
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

    const SPELLINGS: [(&str, Reason); 15] = [
        (
            "with an explicit deny in a sessions policy",
            Reason::Explicit(Session),
        ),
        (
            "with an explicit deny in a session policy",
            Reason::Explicit(Session),
        ),
        (
            "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
            Reason::Explicit(ServiceControl),
        ),
        (
            "because no VPC endpoint policy transitively through a resource control policy allows the action",
            Reason::Missing(PolicyType::ResourceControl),
        ),
        ("with an explicit deny", Reason::Explicit(PolicyType::Other)),
        (
            "with an explicit deny.",
            Reason::Explicit(PolicyType::Other),
        ),
        (
            "due to an explicit deny in a Service Control Policy",
            Reason::Explicit(ServiceControl),
        ),
        (
            "because of an explicit deny in an SCP",
            Reason::Explicit(ServiceControl),
        ),
        (
            "Explicit deny in the permissions boundary",
            Reason::Explicit(Boundary),
        ),
        (
            "with an explicit deny in a VPC endpoint policy",
            Reason::Explicit(Endpoint),
        ),
        (
            "with an explicit deny in the role trust policy",
            Reason::Explicit(Trust),
        ),
        (
            "because no identity-based policies allow it",
            Reason::Missing(Identity),
        ),
        (
            "on this resource because the resource does not exist in this Region, no resource-based policies \
                 allow access, or a resource-based policy explicitly denies access",
            Reason::Missing(Resource),
        ),
        (
            "because no resource-based policies allow access",
            Reason::Missing(Resource),
        ),
        (
            "because no permissions boundaries allow it",
            Reason::Missing(Boundary),
        ),
    ];

    #[test]
    fn reads_the_reason_in_each_spelling() {
        for (text, reason) in SPELLINGS {
            let message = format!(
                "User: arn:aws:iam::1:user/a is not authorized to perform: kms:Decrypt {text}"
            );
            assert_eq!(Reason::read(&message), Some(reason), "{text}");
        }
        for text in [
            "",
            "Access Denied",
            "because of the moon",
            "There is no such policy.",
            "no one allows",
        ] {
            assert_eq!(Reason::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_action_comes_after_the_operation_of_ec2() {
        let text = "You are not authorized to perform this operation. User: arn:aws:iam::1:user/a is not \
                    authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:r:1:instance/* because no \
                    identity-based policy allows the ec2:RunInstances action. Encoded authorization failure message: X-y_1";
        let denied = Denied::read(text).expect("a denial");
        assert_eq!(denied.action, "ec2:RunInstances");
        assert_eq!(denied.reason, Some(Reason::Missing(PolicyType::Identity)));
        assert_eq!(denied.encoded, Some("X-y_1"));
        assert_eq!(
            Denied::read("You are not authorized to perform this operation."),
            None
        );
    }

    #[test]
    fn an_encoded_message_can_stand_alone() {
        let blob = "aB3-_".repeat(30);
        assert_eq!(encoded(&format!(" {blob}\n")), Some(blob.as_str()));
        assert_eq!(encoded("AccessDenied"), None);
        assert_eq!(encoded(&"two words ".repeat(30)), None);
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
