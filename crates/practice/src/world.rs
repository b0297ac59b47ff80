//! The accounts, users, roles and buckets of the practice account. The default is the world of the tutorials.

use std::collections::BTreeMap;

use rolecall_core::value::arn::Arn;
use rolecall_policy::{Policy, PolicyError, PolicyKind, Principal};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::attachments::{Attachments, ManagedPolicy};
use crate::consistency::Identities;
use crate::identifier;
use crate::key_record::{KeyRecord, UserKey};

const STORY: &str = include_str!("story.json");

/// The state of the practice account before the first call.
#[derive(Debug)]
pub struct World {
    pub(crate) users: Vec<User>,
    /// A deleted role keeps its place, since sessions name roles by their places.
    pub(crate) roles: Vec<Role>,
    pub(crate) groups: Vec<Group>,
    /// The managed policies that callers made, by ARN.
    pub(crate) own_policies: BTreeMap<String, ManagedPolicy>,
    pub(crate) buckets: Vec<Bucket>,
    /// AWS's own managed policies, by ARN.
    pub(crate) managed_policies: BTreeMap<String, Policy>,
}

/// Why a world cannot be created.
#[derive(Debug, Error)]
pub enum WorldError {
    /// Not JSON, or not in the format of `story.json`.
    #[error("not a world: {0}")]
    Form(#[from] serde_json::Error),
    /// A text that is not an ARN.
    #[error("\"{0}\" is no ARN of a user or role")]
    Arn(String),
    /// A policy that IAM would reject.
    #[error("policy of {owner}: {error}")]
    Policy {
        /// The owner of the policy.
        owner: String,
        /// What is wrong with the policy.
        error: PolicyError,
    },
}

/// A role of the tutorials, with its fields in `roles.toml` and what it demonstrates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PracticeRole {
    /// Its name in the catalogue.
    pub name: String,
    /// Its ARN.
    #[serde(default)]
    pub arn: String,
    /// The access key `user`, or another role.
    pub source: String,
    /// The session's name, if not the default.
    pub session_name: Option<String>,
    /// The external ID that its trust policy requires.
    pub external_id: Option<String>,
    /// The MFA device to use.
    pub mfa_serial: Option<String>,
    /// The duration to request, if not the default.
    pub duration_s: Option<u32>,
    /// Its group.
    pub group: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// One or two sentences for the person who tries it.
    pub shows: String,
}

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    /// The oldest first.
    pub(crate) keys: Vec<UserKey>,
    /// The ARN of its permissions boundary.
    pub(crate) boundary: Option<String>,
    pub(crate) mfa_serial: Option<String>,
    pub(crate) attachments: Attachments,
    /// All policies in effect, also those of its groups.
    pub(crate) policies: Vec<Policy>,
    pub(crate) is_deleted: bool,
}

/// A group of users.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    /// The names of its users.
    pub(crate) users: Vec<String>,
    pub(crate) attachments: Attachments,
}

#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) trust: Policy,
    /// The trust policy as written.
    pub(crate) trust_text: String,
    pub(crate) attachments: Attachments,
    /// All policies in effect.
    pub(crate) policies: Vec<Policy>,
    pub(crate) max_duration_s: i64,
    pub(crate) is_deleted: bool,
    pub(crate) entry: Option<PracticeRole>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) objects: BTreeMap<String, Object>,
}

/// An object in a bucket.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Object {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: String,
}

impl From<String> for Object {
    fn from(text: String) -> Self {
        Self {
            bytes: text.into_bytes(),
            content_type: "text/plain; charset=utf-8".to_owned(),
        }
    }
}

impl World {
    /// Returns the world of the tutorials: user `user` in 177634097045, role `guest` in 808768216571, and roles that
    /// demonstrate an external ID, MFA, chaining, short sessions, and a denial by either policy. Its access key is
    /// random and new each time.
    pub fn story() -> Self {
        Self::parse(STORY).expect("story.json is a world: a test reads it")
    }

    /// Reads a world in the format of `story.json`. Generates keys and IDs that are missing.
    ///
    /// # Errors
    /// [`WorldError`] says what is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        let file: WorldFile = serde_json::from_str(text)?;
        let managed = (file.managed_policies.iter())
            .map(|(arn, json)| Ok((arn.clone(), policy(PolicyKind::Identity, arn, json)?)))
            .collect::<Result<_, WorldError>>()?;
        let own_policies = boundaries(&file.users)?;
        let mut world = Self {
            users: file
                .users
                .into_iter()
                .map(User::new)
                .collect::<Result<_, _>>()?,
            roles: file
                .roles
                .into_iter()
                .map(Role::new)
                .collect::<Result<_, _>>()?,
            groups: Vec::new(),
            own_policies,
            buckets: file.buckets,
            managed_policies: managed,
        };
        world.settle();
        Ok(world)
    }

    /// Makes the policies in effect those that are attached now.
    pub(crate) fn settle(&mut self) {
        let in_effect = |of: &Attachments| of.in_effect(&self.managed_policies, &self.own_policies);
        let of_users = self.users.iter().map(|user| {
            let mut policies = in_effect(&user.attachments);
            let is_in =
                |group: &&Group| group.account == user.account && group.users.contains(&user.name);
            let groups = self.groups.iter().filter(is_in);
            policies.extend(groups.flat_map(|group| in_effect(&group.attachments)));
            policies
        });
        let of_users: Vec<Vec<Policy>> = of_users.collect();
        let of_roles: Vec<Vec<Policy>> = self
            .roles
            .iter()
            .map(|role| in_effect(&role.attachments))
            .collect();
        for (user, policies) in self.users.iter_mut().zip(of_users) {
            user.policies = policies;
        }
        for (role, policies) in self.roles.iter_mut().zip(of_roles) {
            role.policies = policies;
        }
    }

    /// Returns what calls of IAM can change.
    pub(crate) fn identities(&self) -> Identities {
        Identities {
            users: self.users.clone(),
            roles: self.roles.clone(),
            groups: self.groups.clone(),
            own_policies: self.own_policies.clone(),
        }
    }

    /// Replaces what calls of IAM can change, and returns what was there.
    pub(crate) fn replace_identities(&mut self, new: Identities) -> Identities {
        Identities {
            users: std::mem::replace(&mut self.users, new.users),
            roles: std::mem::replace(&mut self.roles, new.roles),
            groups: std::mem::replace(&mut self.groups, new.groups),
            own_policies: std::mem::replace(&mut self.own_policies, new.own_policies),
        }
    }

    /// Returns a user's permissions boundary.
    pub(crate) fn boundary(&self, user: &User) -> Option<&Policy> {
        let arn = user.boundary.as_ref()?;
        self.own_policies.get(arn).map(|it| &it.policy)
    }

    /// Returns the place of the role with this ARN.
    pub(crate) fn role_at(&self, arn: &str) -> Option<usize> {
        let is_it = |role: &Role| role.arn == arn && !role.is_deleted;
        self.roles.iter().position(is_it)
    }

    /// Returns the place of the user with this access key, and the key.
    pub(crate) fn owner_of_key(&self, id: &str) -> Option<(usize, &UserKey)> {
        let users = self.users.iter().enumerate();
        let mut keys = users
            .filter(|(_, user)| !user.is_deleted)
            .flat_map(|(place, user)| user.keys.iter().map(move |key| (place, key)));
        keys.find(|(_, key)| key.id == id)
    }

    /// Returns the place of the user with this ARN.
    pub(crate) fn user_at(&self, arn: &str) -> Option<usize> {
        let is_it = |user: &User| user.arn == arn && !user.is_deleted;
        self.users.iter().position(is_it)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldFile {
    users: Vec<UserFile>,
    roles: Vec<RoleFile>,
    #[serde(default)]
    buckets: Vec<Bucket>,
    #[serde(default)]
    managed_policies: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserFile {
    arn: String,
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    #[serde(default)]
    key: KeyRecord,
    mfa_serial: Option<String>,
    #[serde(default)]
    policies: Vec<Value>,
    /// Its permissions boundary, as a document.
    boundary: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFile {
    arn: String,
    max_duration_s: Option<i64>,
    trust: Value,
    #[serde(default)]
    policies: Vec<Value>,
    entry: Option<PracticeRole>,
}

impl User {
    fn new(file: UserFile) -> Result<Self, WorldError> {
        let (account, name) = match account_of_root(&file.arn) {
            Some(account) => (account, "root".to_owned()),
            None => account_and_name(&file.arn, "user/")?,
        };
        let key = UserKey::new(file.access_key_id, file.secret_access_key, file.key);
        Ok(Self {
            account,
            name,
            id: identifier::unique_id("AIDA"),
            keys: vec![key],
            boundary: file.boundary.map(|_| boundary_arn(&file.arn)).transpose()?,
            mfa_serial: file.mfa_serial,
            attachments: attachments(&file.arn, &file.policies)?,
            policies: Vec::new(),
            is_deleted: false,
            arn: file.arn,
        })
    }
}

impl Role {
    fn new(file: RoleFile) -> Result<Self, WorldError> {
        let (account, name) = account_and_name(&file.arn, "role/")?;
        let entry = file.entry.map(|entry| PracticeRole {
            arn: file.arn.clone(),
            ..entry
        });
        Ok(Self {
            account,
            name,
            id: identifier::unique_id("AROA"),
            trust: policy(PolicyKind::Trust, &file.arn, &file.trust)?,
            trust_text: file.trust.to_string(),
            attachments: attachments(&file.arn, &file.policies)?,
            policies: Vec::new(),
            max_duration_s: file.max_duration_s.unwrap_or(3600),
            is_deleted: false,
            entry,
            arn: file.arn,
        })
    }
}

/// Returns the documents as inline policies: `policy-1` and so on.
fn attachments(owner: &str, documents: &[Value]) -> Result<Attachments, WorldError> {
    let mut attachments = Attachments::default();
    for (json, number) in documents.iter().zip(1..) {
        let policy = policy(PolicyKind::Identity, owner, json)?;
        attachments.put(&format!("policy-{number}"), &json.to_string(), policy);
    }
    Ok(attachments)
}

fn policy(kind: PolicyKind, owner: &str, json: &Value) -> Result<Policy, WorldError> {
    Policy::parse(kind, &json.to_string()).map_err(|error| WorldError::Policy {
        owner: owner.to_owned(),
        error,
    })
}

/// Returns the managed policies that are boundaries of these users.
fn boundaries(users: &[UserFile]) -> Result<BTreeMap<String, ManagedPolicy>, WorldError> {
    let mut found = BTreeMap::new();
    for user in users {
        let Some(json) = &user.boundary else {
            continue;
        };
        let (account, name) = account_and_name(&user.arn, "user/")?;
        let managed = ManagedPolicy {
            account,
            name: format!("boundary-of-{name}"),
            id: identifier::unique_id("ANPA"),
            text: json.to_string(),
            policy: policy(PolicyKind::Identity, &user.arn, json)?,
        };
        found.insert(boundary_arn(&user.arn)?, managed);
    }
    Ok(found)
}

/// Returns the ARN of the boundary of a user.
fn boundary_arn(user: &str) -> Result<String, WorldError> {
    let (account, name) = account_and_name(user, "user/")?;
    Ok(format!("arn:aws:iam::{account}:policy/boundary-of-{name}"))
}

/// Returns the account of a root user's ARN.
fn account_of_root(arn: &str) -> Option<String> {
    let split = Arn::split(arn).filter(|it| it.service == "iam" && it.resource == "root")?;
    Some(split.account.to_owned())
}

/// Returns account and name, without the path, from the ARN of a user or role.
fn account_and_name(arn: &str, class: &str) -> Result<(String, String), WorldError> {
    let error = || WorldError::Arn(arn.to_owned());
    let principal = Principal::parse(arn).map_err(|_| error())?;
    let account = principal.account().ok_or_else(error)?;
    let path = Arn::split(arn).and_then(|arn| arn.resource.strip_prefix(class));
    let name = path
        .and_then(|path| path.rsplit('/').next())
        .filter(|name| !name.is_empty());
    Ok((account.to_owned(), name.ok_or_else(error)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_has_its_roles_and_a_new_key_each_time() {
        let world = World::story();
        let names: Vec<&str> = world
            .roles
            .iter()
            .filter_map(|r| r.entry.as_ref())
            .map(|e| e.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "guest",
                "administrator",
                "quarter-hour",
                "contractor",
                "operator",
                "archive",
                "vault",
                "finance"
            ]
        );
        assert_ne!(
            world.users[0].keys[0].id,
            World::story().users[0].keys[0].id
        );
    }

    #[test]
    fn a_user_needs_a_users_arn() {
        for arn in [
            "",
            "arn:aws:iam::1:role/r",
            "arn:aws:iam::1:user/",
            "arn:aws:iam::1:user/p/",
        ] {
            let text = format!(r#"{{"users":[{{"arn":"{arn}"}}],"roles":[]}}"#);
            assert!(
                matches!(World::parse(&text), Err(WorldError::Arn(_))),
                "{arn}"
            );
        }
    }

    #[test]
    fn an_invalid_world_names_the_owner_of_the_wrong_policy() {
        let text = r#"{"users":[],"roles":[{"arn":"arn:aws:iam::1:role/r","trust":{}}]}"#;
        let error = World::parse(text).unwrap_err().to_string();
        assert_eq!(
            error,
            "policy of arn:aws:iam::1:role/r: document.Statement: is missing"
        );
    }
}
