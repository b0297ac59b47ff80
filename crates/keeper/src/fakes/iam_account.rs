//! What the IAM for tests has: users, roles, groups and policies of one or more accounts.

use std::collections::{BTreeMap, BTreeSet};

use rolecall_core::calls::iam_call::{
    IamAnswer, IamCall, IamGroup, IamPolicy, IamRole, IamUser, PolicyHolder,
};
use rolecall_core::calls::sts::{Refusal, StsError};

/// The users, roles, groups and policies of an account. Two are equal if they hold the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IamAccount {
    /// The account's 12 digits.
    pub id: String,
    /// The names of the users.
    pub users: BTreeSet<String>,
    /// The roles by name.
    pub roles: BTreeMap<String, IamRole>,
    /// The ARNs of users' permissions boundaries, by name.
    pub boundaries: BTreeMap<String, String>,
    /// The groups by name, with their users.
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// The documents of managed policies, by ARN.
    pub policies: BTreeMap<String, String>,
    /// The documents of inline policies, by the kind and name of their holder and their own name.
    pub inline: BTreeMap<(&'static str, String, String), String>,
    /// The attached policies, by the kind and name of their holder and their ARN.
    pub attached: BTreeSet<(&'static str, String, String)>,
}

type Answered = Result<IamAnswer, StsError>;

impl IamAccount {
    /// Returns an account with these users.
    pub fn new(id: &str, users: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            users: users.iter().map(|it| (*it).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Answers a call.
    ///
    /// # Errors
    /// As IAM: `NoSuchEntity`, `EntityAlreadyExists` or `DeleteConflict`.
    pub fn answer(&mut self, call: &IamCall) -> Answered {
        match call {
            IamCall::GetUser { user } => match self.users.contains(user) {
                true => Ok(IamAnswer::User(IamUser {
                    arn: format!("arn:aws:iam::{}:user/{user}", self.id),
                    id: format!("AIDA{user}"),
                    boundary: self.boundaries.get(user).cloned(),
                })),
                false => Err(no_such()),
            },
            IamCall::GetRole { .. }
            | IamCall::CreateRole { .. }
            | IamCall::UpdateTrust { .. }
            | IamCall::UpdateRole { .. }
            | IamCall::DeleteRole { .. } => self.role(call),
            IamCall::GetInline { .. }
            | IamCall::PutInline { .. }
            | IamCall::DeleteInline { .. }
            | IamCall::ListInline { .. } => self.inline(call),
            IamCall::Attach { .. } | IamCall::Detach { .. } | IamCall::ListAttached { .. } => {
                self.attached(call)
            }
            IamCall::CreatePolicy { .. }
            | IamCall::GetPolicy { .. }
            | IamCall::GetPolicyVersion { .. }
            | IamCall::DeletePolicy { .. } => self.policy(call),
            IamCall::CreateGroup { .. }
            | IamCall::GetGroup { .. }
            | IamCall::DeleteGroup { .. }
            | IamCall::AddMember { .. }
            | IamCall::RemoveMember { .. }
            | IamCall::GroupsOf { .. } => self.group(call),
            IamCall::SetKeyStatus { .. } | IamCall::DeleteAccessKey { .. } => Err(no_such()),
        }
    }

    fn role(&mut self, call: &IamCall) -> Answered {
        match call {
            IamCall::CreateRole {
                role,
                path,
                trust,
                longest_s,
            } => {
                if self.roles.contains_key(role) {
                    return Err(exists());
                }
                let made = IamRole {
                    arn: format!("arn:aws:iam::{}:role{path}{role}", self.id),
                    id: format!("AROA{role}"),
                    trust: trust.clone(),
                    longest_s: Some(*longest_s),
                    boundary: None,
                };
                self.roles.insert(role.clone(), made.clone());
                Ok(IamAnswer::Role(made))
            }
            IamCall::UpdateTrust { role, trust } => {
                let found = self.roles.get_mut(role).ok_or_else(no_such)?;
                found.trust.clone_from(trust);
                Ok(IamAnswer::Done)
            }
            IamCall::UpdateRole { role, longest_s } => {
                let found = self.roles.get_mut(role).ok_or_else(no_such)?;
                found.longest_s = Some(*longest_s);
                Ok(IamAnswer::Done)
            }
            IamCall::DeleteRole { role } => {
                self.roles.get(role).ok_or_else(no_such)?;
                self.check_bare(&PolicyHolder::Role(role.clone()))?;
                self.roles.remove(role);
                Ok(IamAnswer::Done)
            }
            IamCall::GetRole { role } => {
                let found = self.roles.get(role).cloned();
                found.map(IamAnswer::Role).ok_or_else(no_such)
            }
            _ => Ok(IamAnswer::Done),
        }
    }

    fn inline(&mut self, call: &IamCall) -> Answered {
        match call {
            IamCall::PutInline {
                holder,
                policy,
                document,
            } => {
                self.check_holder(holder)?;
                self.inline.insert(key(holder, policy), document.clone());
                Ok(IamAnswer::Done)
            }
            IamCall::GetInline { holder, policy } => {
                let found = self.inline.get(&key(holder, policy)).cloned();
                found.map(IamAnswer::Document).ok_or_else(no_such)
            }
            IamCall::DeleteInline { holder, policy } => {
                let removed = self.inline.remove(&key(holder, policy));
                removed.map(|_| IamAnswer::Done).ok_or_else(no_such)
            }
            IamCall::ListInline { holder } => {
                self.check_holder(holder)?;
                let own = self.inline.keys().filter(|it| is_of(it, holder));
                Ok(IamAnswer::List(own.map(|it| it.2.clone()).collect()))
            }
            _ => Ok(IamAnswer::Done),
        }
    }

    fn attached(&mut self, call: &IamCall) -> Answered {
        match call {
            IamCall::Attach { holder, arn } => {
                self.check_holder(holder)?;
                let is_of_aws = arn.contains(":iam::aws:policy/");
                if !is_of_aws && !self.policies.contains_key(arn) {
                    return Err(no_such());
                }
                self.attached.insert(key(holder, arn));
                Ok(IamAnswer::Done)
            }
            IamCall::Detach { holder, arn } => match self.attached.remove(&key(holder, arn)) {
                true => Ok(IamAnswer::Done),
                false => Err(no_such()),
            },
            IamCall::ListAttached { holder } => {
                self.check_holder(holder)?;
                let own = self.attached.iter().filter(|it| is_of(it, holder));
                Ok(IamAnswer::List(own.map(|it| it.2.clone()).collect()))
            }
            _ => Ok(IamAnswer::Done),
        }
    }

    fn policy(&mut self, call: &IamCall) -> Answered {
        let policy = |arn: &str| {
            IamAnswer::Policy(IamPolicy {
                arn: arn.to_owned(),
                id: format!("ANPA{}", arn.rsplit('/').next().unwrap_or_default()),
                version: "v1".to_owned(),
            })
        };
        match call {
            IamCall::CreatePolicy {
                policy: name,
                document,
            } => {
                let arn = format!("arn:aws:iam::{}:policy/{name}", self.id);
                if self.policies.contains_key(&arn) {
                    return Err(exists());
                }
                self.policies.insert(arn.clone(), document.clone());
                Ok(policy(&arn))
            }
            IamCall::GetPolicy { arn } => match self.policies.contains_key(arn) {
                true => Ok(policy(arn)),
                false => Err(no_such()),
            },
            IamCall::GetPolicyVersion { arn, .. } => {
                let found = self.policies.get(arn).cloned();
                found.map(IamAnswer::Document).ok_or_else(no_such)
            }
            IamCall::DeletePolicy { arn } => {
                if self.attached.iter().any(|it| it.2 == *arn) {
                    return Err(conflict());
                }
                let removed = self.policies.remove(arn);
                removed.map(|_| IamAnswer::Done).ok_or_else(no_such)
            }
            _ => Ok(IamAnswer::Done),
        }
    }

    fn group(&mut self, call: &IamCall) -> Answered {
        let found = |name: &str| {
            IamAnswer::Group(IamGroup {
                arn: format!("arn:aws:iam::{}:group/{name}", self.id),
                id: format!("AGPA{name}"),
            })
        };
        match call {
            IamCall::CreateGroup { group } if self.groups.contains_key(group) => Err(exists()),
            IamCall::CreateGroup { group } => {
                let answer = found(group);
                self.groups.insert(group.clone(), BTreeSet::new());
                Ok(answer)
            }
            IamCall::GetGroup { group } => match self.groups.contains_key(group) {
                true => Ok(found(group)),
                false => Err(no_such()),
            },
            IamCall::DeleteGroup { group } => {
                let users = self.groups.get(group).ok_or_else(no_such)?;
                if !users.is_empty() {
                    return Err(conflict());
                }
                self.check_bare(&PolicyHolder::Group(group.clone()))?;
                self.groups.remove(group);
                Ok(IamAnswer::Done)
            }
            IamCall::AddMember { group, user } => {
                self.check_holder(&PolicyHolder::User(user.clone()))?;
                let users = self.groups.get_mut(group).ok_or_else(no_such)?;
                users.insert(user.clone());
                Ok(IamAnswer::Done)
            }
            IamCall::RemoveMember { group, user } => {
                let users = self.groups.get_mut(group).ok_or_else(no_such)?;
                users.remove(user);
                Ok(IamAnswer::Done)
            }
            IamCall::GroupsOf { user } => {
                self.check_holder(&PolicyHolder::User(user.clone()))?;
                let groups = self.groups.iter().filter(|(_, users)| users.contains(user));
                Ok(IamAnswer::List(groups.map(|it| it.0.clone()).collect()))
            }
            _ => Ok(IamAnswer::Done),
        }
    }

    fn check_holder(&self, holder: &PolicyHolder) -> Result<(), StsError> {
        let exists = match holder {
            PolicyHolder::User(name) => self.users.contains(name),
            PolicyHolder::Role(name) => self.roles.contains_key(name),
            PolicyHolder::Group(name) => self.groups.contains_key(name),
        };
        if exists { Ok(()) } else { Err(no_such()) }
    }

    fn check_bare(&self, holder: &PolicyHolder) -> Result<(), StsError> {
        let inline = self.inline.keys().any(|it| is_of(it, holder));
        let attached = self.attached.iter().any(|it| is_of(it, holder));
        if inline || attached {
            return Err(conflict());
        }
        Ok(())
    }
}

fn key(holder: &PolicyHolder, name: &str) -> (&'static str, String, String) {
    (holder.kind(), holder.name().to_owned(), name.to_owned())
}

fn is_of(key: &(&'static str, String, String), holder: &PolicyHolder) -> bool {
    (key.0, key.1.as_str()) == (holder.kind(), holder.name())
}

fn no_such() -> StsError {
    refused(404, "NoSuchEntity")
}

fn exists() -> StsError {
    refused(409, "EntityAlreadyExists")
}

fn conflict() -> StsError {
    refused(409, "DeleteConflict")
}

fn refused(status: u16, code: &str) -> StsError {
    StsError::Refused(Refusal {
        status,
        code: code.to_owned(),
        ..Refusal::default()
    })
}
