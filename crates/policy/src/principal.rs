//! Principals: the one that makes a request, and those that a resource policy names.

use thiserror::Error;

use super::arn::Arn;
use super::element::{Parsed, shape};

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    kind: PrincipalKind,
    name: String,
    account: Option<String>,
}

/// What a [`Principal`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalKind {
    /// The root user of an account.
    Root,
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
    /// A session of a role.
    Session {
        /// The role's name, without its path.
        role_name: String,
    },
    /// A session of `GetFederationToken`.
    FederatedUser,
    /// An AWS service.
    Service,
    /// An identity provider, by its ARN or host name.
    Federated,
    /// An unsigned request.
    Anonymous,
}

/// A text that is not the ARN of a principal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is not the ARN of a user, role, session or account")]
pub struct PrincipalError(String);

impl Principal {
    /// Parses the ARN of an account's root, a user, a role, a role session or a federated user.
    ///
    /// # Errors
    /// [`PrincipalError`] for every other text.
    pub fn parse(arn: &str) -> Result<Self, PrincipalError> {
        let error = || PrincipalError(arn.chars().take(64).collect());
        let parts = Arn::split(arn).filter(|parts| parts.region.is_empty());
        let parts = parts.ok_or_else(error)?;
        let resource = parts.resource;
        let (class, name) = resource.split_once('/').unwrap_or((resource, ""));
        let kind = match (parts.service, class) {
            ("iam", "root") => PrincipalKind::Root,
            ("iam", "user") if !name.is_empty() => PrincipalKind::User,
            ("iam", "role") if !name.is_empty() => PrincipalKind::Role,
            ("sts", "federated-user") if !name.is_empty() => PrincipalKind::FederatedUser,
            ("sts", "assumed-role") => {
                let (role_name, session) = name.split_once('/').ok_or_else(error)?;
                if role_name.is_empty() || session.is_empty() {
                    return Err(error());
                }
                PrincipalKind::Session {
                    role_name: role_name.to_owned(),
                }
            }
            _ => return Err(error()),
        };
        Ok(Self {
            kind,
            name: arn.to_owned(),
            account: Some(parts.account.to_owned()),
        })
    }

    /// Returns an AWS service, e.g. `ec2.amazonaws.com`.
    pub fn service(name: &str) -> Self {
        Self {
            kind: PrincipalKind::Service,
            name: name.to_owned(),
            account: None,
        }
    }

    /// Returns an identity provider, given the ARN or host name of a SAML or OIDC provider.
    pub fn federated(provider: &str) -> Self {
        Self {
            kind: PrincipalKind::Federated,
            name: provider.to_owned(),
            account: None,
        }
    }

    /// Returns the principal of an unsigned request.
    pub fn anonymous() -> Self {
        Self {
            kind: PrincipalKind::Anonymous,
            name: "*".to_owned(),
            account: None,
        }
    }

    /// Returns what the principal is.
    pub fn kind(&self) -> &PrincipalKind {
        &self.kind
    }

    /// Returns the account. Services, identity providers and anonymous principals have none.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    fn partition(&self) -> Option<&str> {
        Arn::partition_of(&self.name)
    }

    fn is_iam(&self) -> bool {
        self.account.is_some()
    }
}

/// One entry of `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PrincipalPattern {
    Everyone,
    Account {
        partition: Option<String>,
        id: String,
    },
    Arn(String),
    Service(String),
    Federated(String),
    CanonicalUser(String),
}

/// How a principal in a policy covers the principal of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coverage {
    /// Through the account, whose own policies then decide.
    Account,
    /// Through the role of the session, or because `NotPrincipal` does not list it.
    Indirect,
    /// By name or `*`. Within the account, limits that do not deny do not apply then
    /// ([principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)).
    Direct,
}

impl PrincipalPattern {
    /// Parses an entry of one class of principals.
    pub(super) fn parse(class: &str, text: &str, path: &str) -> Parsed<Self> {
        match class {
            "AWS" if is_aws(text) => Ok(Self::aws(text)),
            "AWS" => shape(
                path,
                "must be \"*\", an account, or the ARN of an account, user, role or session without wildcards",
            ),
            "Service" if text.contains(['.', '*']) => Ok(Self::Service(text.to_owned())),
            "Service" => shape(path, "must be a service, such as ec2.amazonaws.com"),
            "Federated" => Ok(Self::Federated(text.to_owned())),
            "CanonicalUser" => Ok(Self::CanonicalUser(text.to_owned())),
            _ => shape(path, "must be AWS, Service, Federated or CanonicalUser"),
        }
    }

    /// Reads an entry of the `AWS` list.
    fn aws(text: &str) -> Self {
        if text == "*" {
            return Self::Everyone;
        }
        if is_account(text) {
            return Self::Account {
                partition: None,
                id: text.to_owned(),
            };
        }
        let parts = Arn::split(text);
        match parts.filter(|it| (it.service, it.region, it.resource) == ("iam", "", "root")) {
            Some(parts) => Self::Account {
                partition: Some(parts.partition.to_owned()),
                id: parts.account.to_owned(),
            },
            None => Self::Arn(text.to_owned()),
        }
    }

    /// Returns how the entry covers the principal. `role_arn` is the full ARN of a session's role, if known.
    pub(super) fn covers(&self, principal: &Principal, role_arn: Option<&str>) -> Option<Coverage> {
        match self {
            Self::Everyone => Some(Coverage::Direct),
            Self::Account { .. } if self.is_account_of(principal) => {
                let is_root = principal.kind == PrincipalKind::Root;
                Some(if is_root {
                    Coverage::Direct
                } else {
                    Coverage::Account
                })
            }
            Self::Arn(arn) if principal.is_iam() && *arn == principal.name => {
                Some(Coverage::Direct)
            }
            Self::Arn(arn) if is_role_of(arn, principal, role_arn) => Some(Coverage::Indirect),
            Self::Service(name) if principal.kind == PrincipalKind::Service => {
                (*name == principal.name).then_some(Coverage::Direct)
            }
            Self::Federated(name) if principal.kind == PrincipalKind::Federated => {
                (*name == principal.name).then_some(Coverage::Direct)
            }
            Self::Account { .. }
            | Self::Arn(_)
            | Self::Service(_)
            | Self::Federated(_)
            | Self::CanonicalUser(_) => None,
        }
    }

    fn is_account_of(&self, principal: &Principal) -> bool {
        let Self::Account { partition, id } = self else {
            return false;
        };
        let is_partition = partition.is_none() || partition.as_deref() == principal.partition();
        principal.account() == Some(id) && is_partition
    }
}

/// AWS shows the unique ID of a principal that was deleted.
fn is_aws(text: &str) -> bool {
    let is_unique_id = || {
        let mut bytes = text.bytes();
        text.len() >= 16
            && bytes.next() == Some(b'A')
            && bytes.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    text == "*" || is_account(text) || is_principal_arn(text) || is_unique_id()
}

/// Returns whether a text is an ARN of one account in IAM or STS. It cannot have wildcards
/// ([principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)).
/// An origin access identity of CloudFront has the account `cloudfront`.
fn is_principal_arn(text: &str) -> bool {
    let Some(parts) = Arn::split(text) else {
        return false;
    };
    let has_wildcard = text.contains(['*', '?']);
    let is_owned = is_account(parts.account) || parts.account == "cloudfront";
    !has_wildcard
        && is_owned
        && matches!(parts.service, "iam" | "sts")
        && !parts.resource.is_empty()
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// A session's ARN has no path, but a role's name is unique in its account. If the context has the role's ARN, the path
/// is compared too.
fn is_role_of(arn: &str, principal: &Principal, role_arn: Option<&str>) -> bool {
    let has_name_of_role = |arn: &str| {
        let PrincipalKind::Session { role_name } = &principal.kind else {
            return false;
        };
        let Some(parts) = Arn::split(arn) else {
            return false;
        };
        let Some(path) = parts.resource.strip_prefix("role/") else {
            return false;
        };
        (parts.service, parts.region) == ("iam", "")
            && Some(parts.partition) == principal.partition()
            && Some(parts.account) == principal.account()
            && path.rsplit('/').next() == Some(role_name)
    };
    let known = role_arn.filter(|role_arn| has_name_of_role(role_arn));
    has_name_of_role(arn) && known.is_none_or(|role_arn| role_arn == arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/base/s1";

    fn coverage(entry: &str, principal: &str) -> Option<Coverage> {
        PrincipalPattern::aws(entry).covers(&Principal::parse(principal).unwrap(), None)
    }

    #[test]
    fn a_session_is_covered_by_itself_its_role_and_its_account() {
        assert_eq!(coverage(SESSION, SESSION), Some(Coverage::Direct));
        assert_eq!(
            coverage("arn:aws:iam::111111111111:role/base", SESSION),
            Some(Coverage::Indirect)
        );
        assert_eq!(
            coverage("arn:aws:iam::111111111111:role/team/base", SESSION),
            Some(Coverage::Indirect)
        );
        assert_eq!(coverage("111111111111", SESSION), Some(Coverage::Account));
        assert_eq!(
            coverage("arn:aws:iam::111111111111:role/bas", SESSION),
            None
        );
        assert_eq!(
            coverage("arn:aws:iam::222222222222:role/base", SESSION),
            None
        );
        assert_eq!(coverage("arn:aws-cn:iam::111111111111:root", SESSION), None);
    }

    #[test]
    fn a_known_role_arn_decides_between_paths() {
        let covers = |entry: &str, known: &str| {
            let session = Principal::parse(SESSION).unwrap();
            PrincipalPattern::aws(entry)
                .covers(&session, Some(known))
                .is_some()
        };
        let role = "arn:aws:iam::111111111111:role/team/base";
        assert!(covers(role, role));
        assert!(!covers("arn:aws:iam::111111111111:role/base", role));
        assert!(covers("arn:aws:iam::111111111111:role/base", SESSION));
    }

    #[test]
    fn a_wildcard_covers_no_part_of_a_name() {
        let alice = "arn:aws:iam::111111111111:user/alice";
        assert_eq!(coverage("arn:aws:iam::111111111111:user/*", alice), None);
        assert_eq!(coverage("*", alice), Some(Coverage::Direct));
    }

    #[test]
    fn an_entry_is_a_whole_principal() {
        let is_accepted = |text: &str| PrincipalPattern::parse("AWS", text, "Principal").is_ok();
        for text in [
            "*",
            "111111111111",
            "AIDACKCEVSQ6C2EXAMPLE",
            "arn:aws:iam::111111111111:root",
            "arn:aws:iam::111111111111:user/team/alice",
            "arn:aws:iam::111111111111:role/team/dev",
            "arn:aws-us-gov:sts::111111111111:assumed-role/dev/s1",
            "arn:aws:sts::111111111111:federated-user/eve",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E127EXAMPLE51Z",
        ] {
            assert!(is_accepted(text), "{text}");
        }
        for text in [
            "arn:aws:iam::111111111111:user/*",
            "arn:aws:iam::111111111111:role/d*",
            "arn:aws:iam::111111111111:role/d?v",
            "arn:aws:iam::111111111111:*",
            "arn:aws:iam::*:root",
            "arn:aws:iam::2222:root",
            "arn:aws:iam:::root",
            "arn:aws:sts::111111111111:assumed-role/dev/*",
            "arn:aws:iam::111111111111:",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::111111111111",
        ] {
            assert!(!is_accepted(text), "{text}");
        }
    }

    #[test]
    fn rejects_what_is_not_a_principal() {
        for text in [
            "",
            "arn:aws:iam::1:group/g",
            "arn:aws:sts::1:assumed-role/r",
            "arn:aws:sts::1:assumed-role//s",
            "arn:aws:iam:eu-west-1:1:user/a",
            "arn:aws:iam::1:user/",
        ] {
            assert!(Principal::parse(text).is_err(), "{text}");
        }
    }
}
