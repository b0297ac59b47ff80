//! The accounts, users, roles and buckets of the practice account. The default is the world of the tutorials.

use std::collections::BTreeMap;

use rolecall_core::value::arn::Arn;
use rolecall_core::value::secret::Secret;
use rolecall_policy::{Policy, PolicyError, PolicyKind, Principal};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::identifier;

const STORY: &str = include_str!("story.json");

/// The state of the practice account before the first call.
#[derive(Debug)]
pub struct World {
    pub(crate) users: Vec<User>,
    pub(crate) roles: Vec<Role>,
    pub(crate) buckets: Vec<Bucket>,
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

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Secret,
    pub(crate) mfa_serial: Option<String>,
    pub(crate) policies: Vec<Policy>,
}

#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) trust: Policy,
    /// The trust policy as written.
    pub(crate) trust_text: String,
    pub(crate) policies: Vec<Policy>,
    pub(crate) max_duration_s: i64,
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
        Ok(Self {
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
            buckets: file.buckets,
            managed_policies: managed,
        })
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
    mfa_serial: Option<String>,
    #[serde(default)]
    policies: Vec<Value>,
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
        let (account, name) = account_and_name(&file.arn, "user/")?;
        let secret = file
            .secret_access_key
            .map_or_else(identifier::secret_access_key, Secret::new);
        Ok(Self {
            account,
            name,
            id: identifier::unique_id("AIDA"),
            access_key_id: file
                .access_key_id
                .unwrap_or_else(|| identifier::unique_id("AKIA")),
            secret_access_key: secret,
            mfa_serial: file.mfa_serial,
            policies: policies(&file.arn, &file.policies)?,
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
            policies: policies(&file.arn, &file.policies)?,
            max_duration_s: file.max_duration_s.unwrap_or(3600),
            entry,
            arn: file.arn,
        })
    }
}

fn policies(owner: &str, documents: &[Value]) -> Result<Vec<Policy>, WorldError> {
    documents
        .iter()
        .map(|json| policy(PolicyKind::Identity, owner, json))
        .collect()
}

fn policy(kind: PolicyKind, owner: &str, json: &Value) -> Result<Policy, WorldError> {
    Policy::parse(kind, &json.to_string()).map_err(|error| WorldError::Policy {
        owner: owner.to_owned(),
        error,
    })
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
                "quarter-hour",
                "contractor",
                "operator",
                "archive",
                "vault",
                "finance"
            ]
        );
        assert_ne!(
            world.users[0].access_key_id,
            World::story().users[0].access_key_id
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
