//! The steps that apply a kit: each makes one thing in IAM, or adds the role to Rolecall.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kit::Kit;
use super::policies::NamedPolicy;
use super::resource::{NewRole, Resource, parts};
use crate::calls::iam_call::{IamCall, PolicyHolder};
use crate::role::RoleDraft;

/// One step, in the account where it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The account's 12 digits; empty for what is done in Rolecall.
    pub account: String,
    /// What it makes.
    pub makes: Part,
}

/// What one step makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A role without permissions.
    Role {
        /// Its name.
        name: String,
        /// Its path.
        path: String,
        /// Its ARN.
        arn: String,
        /// What it is to be.
        terms: RoleTerms,
    },
    /// A managed policy that something gets.
    Attachment {
        /// What gets it.
        holder: PolicyHolder,
        /// The policy's ARN.
        arn: String,
    },
    /// An inline policy.
    Inline {
        /// Whose it is.
        holder: PolicyHolder,
        /// Its name.
        name: String,
        /// The document.
        document: String,
    },
    /// A managed policy.
    Policy {
        /// Its name.
        name: String,
        /// Its ARN.
        arn: String,
        /// The document.
        document: String,
    },
    /// A group.
    Group {
        /// Its name.
        name: String,
    },
    /// A user of a group.
    Member {
        /// The group's name.
        group: String,
        /// The user's name.
        user: String,
    },
    /// The finished role in Rolecall.
    Entry(Box<RoleDraft>),
}

/// What can be changed of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleTerms {
    /// Who may assume it.
    pub trust: String,
    /// Its longest session, in seconds.
    pub longest_s: u32,
}

/// What there is in place of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Absent,
    /// The same.
    Same {
        /// Its unique ID, if it has one.
        id: Option<String>,
    },
    /// Something else of this name, which can be changed.
    Other {
        /// Its unique ID, if it has one.
        id: Option<String>,
        /// What it is now.
        before: Before,
    },
    /// Something else of this name, which cannot.
    InTheWay {
        /// What it is, for a sentence.
        what: String,
    },
}

/// What a part was before a step changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// A role.
    Role(RoleTerms),
    /// The document of an inline policy.
    Document(String),
}

impl Before {
    /// Returns its policy.
    pub fn policy(&self) -> &str {
        match self {
            Self::Role(terms) => &terms.trust,
            Self::Document(document) => document,
        }
    }
}

/// Returns the steps of a kit in the order in which they can be done. The role is added to Rolecall last.
pub fn steps(kit: &Kit, entry: Option<RoleDraft>) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in parts(kit) {
        for resource in part.resources {
            let made = of_resource(resource, kit.role.as_str());
            steps.extend(made.into_iter().map(|makes| Step {
                account: part.account.clone(),
                makes,
            }));
        }
    }
    steps.extend(entry.map(|draft| Step {
        account: String::new(),
        makes: Part::Entry(Box::new(draft)),
    }));
    steps
}

fn of_resource(resource: Resource, role_arn: &str) -> Vec<Part> {
    match resource {
        Resource::Role(role) => of_role(&role, role_arn),
        Resource::Group { name } => vec![Part::Group { name }],
        Resource::Member { group, user } => vec![Part::Member { group, user }],
        Resource::InlinePolicy { policy, holder } => vec![inline(policy, holder)],
        Resource::ManagedPolicy {
            policy,
            arn,
            holder,
        } => {
            let attached = holder.map(|holder| Part::Attachment {
                holder,
                arn: arn.clone(),
            });
            let made = Part::Policy {
                name: policy.name,
                document: policy.document.json.compact(),
                arn,
            };
            std::iter::once(made).chain(attached).collect()
        }
    }
}

fn of_role(role: &NewRole, arn: &str) -> Vec<Part> {
    let holder = || PolicyHolder::Role(role.name.clone());
    let mut parts = vec![Part::Role {
        name: role.name.clone(),
        path: role.path.clone(),
        arn: arn.to_owned(),
        terms: RoleTerms {
            trust: role.trust.json.compact(),
            longest_s: role.longest_s,
        },
    }];
    parts.extend(role.managed.iter().map(|arn| Part::Attachment {
        holder: holder(),
        arn: arn.clone(),
    }));
    let inline_policies = role.inline.iter().cloned();
    parts.extend(inline_policies.map(|policy| inline(policy, holder())));
    parts
}

fn inline(policy: NamedPolicy, holder: PolicyHolder) -> Part {
    Part::Inline {
        holder,
        name: policy.name,
        document: policy.document.json.compact(),
    }
}

impl Part {
    /// Returns what it is, for a sentence, such as `the role guest`. Names are not sanitised.
    pub fn title(&self) -> String {
        match self {
            Self::Role { name, .. } => format!("the role {name}"),
            Self::Attachment { holder, arn } => {
                let name = arn.rsplit('/').next().unwrap_or_default();
                format!("the policy {name} attached to {}", held(holder))
            }
            Self::Inline { holder, name, .. } => {
                format!("the inline policy {name} of {}", held(holder))
            }
            Self::Policy { name, .. } => format!("the managed policy {name}"),
            Self::Group { name } => format!("the group {name}"),
            Self::Member { group, user } => {
                format!("the membership of the user {user} in the group {group}")
            }
            Self::Entry(draft) => format!("the role {} in Rolecall", draft.name),
        }
    }

    /// Returns all that its calls send and its title and policy leave out. `before` is what it changes.
    pub fn details(&self, before: Option<&Before>) -> Option<String> {
        match self {
            Self::Role {
                path, arn, terms, ..
            } => {
                let before = match before {
                    Some(Before::Role(old)) => format!(", before: {} s", old.longest_s),
                    Some(Before::Document(_)) | None => String::new(),
                };
                let longest = terms.longest_s;
                Some(format!(
                    "{arn}, path {path}, longest session: {longest} s{before}"
                ))
            }
            Self::Attachment { arn, .. } | Self::Policy { arn, .. } => Some(arn.clone()),
            Self::Entry(draft) => Some(format!("{}, assumed from {}", draft.arn, draft.source)),
            Self::Inline { .. } | Self::Group { .. } | Self::Member { .. } => None,
        }
    }

    /// Returns the policy that it puts, if it puts one.
    pub fn policy(&self) -> Option<&str> {
        match self {
            Self::Role { terms, .. } => Some(&terms.trust),
            Self::Inline { document, .. } | Self::Policy { document, .. } => Some(document),
            Self::Attachment { .. } | Self::Group { .. } | Self::Member { .. } | Self::Entry(_) => {
                None
            }
        }
    }

    /// Returns the call that makes it; `None` for what is made in Rolecall.
    pub fn make(&self) -> Option<IamCall> {
        Some(match self.clone() {
            Self::Role {
                name, path, terms, ..
            } => IamCall::CreateRole {
                role: name,
                path,
                trust: terms.trust,
                longest_s: terms.longest_s,
            },
            Self::Attachment { holder, arn } => IamCall::Attach { holder, arn },
            Self::Inline {
                holder,
                name,
                document,
            } => IamCall::PutInline {
                holder,
                policy: name,
                document,
            },
            Self::Policy { name, document, .. } => IamCall::CreatePolicy {
                policy: name,
                document,
            },
            Self::Group { name } => IamCall::CreateGroup { group: name },
            Self::Member { group, user } => IamCall::AddMember { group, user },
            Self::Entry(_) => return None,
        })
    }

    /// Returns the call that removes it; `None` for what is made in Rolecall.
    pub fn remove(&self) -> Option<IamCall> {
        Some(match self.clone() {
            Self::Role { name, .. } => IamCall::DeleteRole { role: name },
            Self::Attachment { holder, arn } => IamCall::Detach { holder, arn },
            Self::Inline { holder, name, .. } => IamCall::DeleteInline {
                holder,
                policy: name,
            },
            Self::Policy { arn, .. } => IamCall::DeletePolicy { arn },
            Self::Group { name } => IamCall::DeleteGroup { group: name },
            Self::Member { group, user } => IamCall::RemoveMember { group, user },
            Self::Entry(_) => return None,
        })
    }

    /// Returns what it is once it is made, if that can replace something.
    fn terms(&self) -> Option<Before> {
        match self {
            Self::Role { terms, .. } => Some(Before::Role(terms.clone())),
            Self::Inline { document, .. } => Some(Before::Document(document.clone())),
            Self::Attachment { .. }
            | Self::Policy { .. }
            | Self::Group { .. }
            | Self::Member { .. }
            | Self::Entry(_) => None,
        }
    }

    /// Returns whether something is as it was before, or between that and what the step makes of it: a change of a role
    /// takes two calls.
    pub fn is_between(&self, before: &Before, now: &Before) -> bool {
        match (self, before, now) {
            (Self::Role { terms, .. }, Before::Role(old), Before::Role(now)) => {
                let trust = [&old.trust, &terms.trust];
                trust.iter().any(|it| same_document(it, &now.trust))
                    && [old.longest_s, terms.longest_s].contains(&now.longest_s)
            }
            (_, Before::Document(before), Before::Document(now)) => same_document(before, now),
            (_, Before::Document(_), Before::Role(_)) | (_, Before::Role(_), _) => false,
        }
    }

    /// Returns the calls that make something that exists into it.
    pub fn change(&self, now: &Before) -> Vec<IamCall> {
        self.terms().map_or_else(Vec::new, |to| self.set(now, &to))
    }

    /// Returns the calls that make it what it was before, from what it is now: `None` if the step was done.
    pub fn restore(&self, now: Option<&Before>, before: &Before) -> Vec<IamCall> {
        match now.cloned().or_else(|| self.terms()) {
            Some(now) => self.set(&now, before),
            None => Vec::new(),
        }
    }

    fn set(&self, from: &Before, to: &Before) -> Vec<IamCall> {
        match (self, from, to) {
            (Self::Role { name, .. }, Before::Role(from), Before::Role(to)) => {
                set_role(name, from, to)
            }
            (Self::Inline { holder, name, .. }, Before::Document(from), Before::Document(to))
                if !same_document(from, to) =>
            {
                vec![IamCall::PutInline {
                    holder: holder.clone(),
                    policy: name.clone(),
                    document: to.clone(),
                }]
            }
            _ => Vec::new(),
        }
    }

    /// Returns what it depends on and the kit does not make: a user or role that gets a policy.
    pub fn holder(&self) -> Option<PolicyHolder> {
        match self {
            Self::Attachment { holder, .. } | Self::Inline { holder, .. } => Some(holder.clone()),
            Self::Member { user, .. } => Some(PolicyHolder::User(user.clone())),
            Self::Role { .. } | Self::Policy { .. } | Self::Group { .. } | Self::Entry(_) => None,
        }
    }
}

fn held(holder: &PolicyHolder) -> String {
    format!("the {} {}", holder.kind(), holder.name())
}

fn set_role(name: &str, from: &RoleTerms, to: &RoleTerms) -> Vec<IamCall> {
    let trust = (!same_document(&from.trust, &to.trust)).then(|| IamCall::UpdateTrust {
        role: name.to_owned(),
        trust: to.trust.clone(),
    });
    let longest = (from.longest_s != to.longest_s).then(|| IamCall::UpdateRole {
        role: name.to_owned(),
        longest_s: to.longest_s,
    });
    trust.into_iter().chain(longest).collect()
}

impl RoleTerms {
    /// Returns whether both let the same callers in for the same time.
    pub fn is_same(&self, other: &Self) -> bool {
        self.longest_s == other.longest_s && same_document(&self.trust, &other.trust)
    }
}

/// Returns whether two policy documents are the same apart from white space, the order of lists, and a list of one.
pub fn same_document(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).map(normalized);
    match (read(one), read(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn normalized(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(normalized).collect();
            if items.len() == 1 {
                return items.swap_remove(0);
            }
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        Value::Object(pairs) => {
            let pairs = pairs
                .into_iter()
                .map(|(key, value)| (key, normalized(value)));
            Value::Object(pairs.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_the_same_however_they_are_written() {
        let one = r#"{"Statement":[{"Action":["a","b"],"Effect":"Allow"}],"Version":"2012-10-17"}"#;
        let other = r#"{ "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["b", "a"]} }"#;
        assert!(same_document(one, other));
        assert!(!same_document(one, &other.replace("Allow", "Deny")));
        assert!(same_document("no JSON", "no JSON"));
        assert!(!same_document("no JSON", "{}"));
    }
}
