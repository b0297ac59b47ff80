//! The chain of a role: the access key, then the roles in order.

use std::collections::HashSet;

use crate::catalogue::Catalogue;
use crate::role::Role;
use crate::role::inheritance;
use crate::value::access_key::AccessKey;
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

/// The maximum number of roles in a chain.
const CHAIN_MAX: usize = 10;

/// An access key and the roles that are assumed from it. The requested one is last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The access key that signs the first call.
    pub key: AccessKey,
    /// The roles in the order in which they are assumed. Never empty.
    pub roles: Vec<Role>,
}

impl Chain {
    /// Returns the chain that leads to `role`.
    ///
    /// # Errors
    /// If a source is missing, the sources form a loop, the chain is longer than ten, the key is in another partition, or the device is in another account than the key.
    pub fn of(role: &Role, catalogue: &Catalogue, keys: &[AccessKey]) -> Result<Self, Problem> {
        let mut roles = vec![role.clone()];
        let mut seen = HashSet::from([role.name.clone()]);
        loop {
            let source = roles
                .last()
                .map(|last| last.source.clone())
                .unwrap_or_else(|| role.source.clone());
            if let Some(key) = keys.iter().find(|key| key.name == source) {
                roles.reverse();
                check_partition(key, &roles)?;
                check_device(key, &roles)?;
                inheritance::check(&roles).map_err(|error| unusable(&error.what, &error.remedy))?;
                return Ok(Self {
                    key: key.clone(),
                    roles,
                });
            }
            let Some(next) = catalogue.role(&source) else {
                return Err(no_source(&source));
            };
            if !seen.insert(source) {
                return Err(looped(&roles, &next.name));
            }
            if roles.len() == CHAIN_MAX {
                return Err(unusable(
                    "The role chain is longer than ten roles.",
                    "Shorten it.",
                ));
            }
            roles.push(next.clone());
        }
    }
}

fn check_partition(key: &AccessKey, roles: &[Role]) -> Result<(), Problem> {
    match roles
        .iter()
        .find(|role| role.arn.partition().name != key.partition())
    {
        Some(role) => {
            let what = format!(
                "The role {} is in the partition \"{}\", but the key \"{}\" in \"{}\".",
                sanitise::echo(role.name.as_str()),
                role.arn.partition().name,
                sanitise::echo(key.name.as_str()),
                sanitise::echo(key.partition())
            );
            Err(unusable(
                &what,
                "Credentials work in one partition only. Use a key of the role's partition.",
            ))
        }
        None => Ok(()),
    }
}

/// Rejects a device of another account, because STS accepts only codes of devices of the key's own user.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>
fn check_device(key: &AccessKey, roles: &[Role]) -> Result<(), Problem> {
    let serial = roles.first().and_then(|role| role.mfa_serial.as_ref());
    let Some((serial, account)) = serial.and_then(|serial| Some((serial, serial.account_id()?)))
    else {
        return Ok(());
    };
    if account == key.account_id {
        return Ok(());
    }
    let what = format!(
        "The MFA device {} belongs to account {account}, but the key \"{}\" to account {}.",
        sanitise::echo(serial.as_str()),
        sanitise::echo(key.name.as_str()),
        sanitise::echo(&key.account_id)
    );
    Err(unusable(
        &what,
        "Set mfa_serial to a device of the key's user.",
    ))
}

fn no_source(source: &Name) -> Problem {
    let what = format!(
        "There is no access key and no role called \"{}\".",
        sanitise::echo(source.as_str())
    );
    unusable(
        &what,
        "Add an access key with that name, or change the role's source.",
    )
}

fn looped(roles: &[Role], back_to: &Name) -> Problem {
    let names = roles.iter().map(|role| &role.name).chain([back_to]);
    let path: Vec<String> = names.map(|name| sanitise::echo(name.as_str())).collect();
    unusable(
        &format!("The role's sources form a loop: {}.", path.join(" → ")),
        "Set one of the sources to an access key.",
    )
}

fn unusable(what: &str, remedy: &str) -> Problem {
    Problem::new(ProblemCode::UnusableSource, what, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::RoleDraft;
    use crate::value::mfa::MfaSerial;

    fn role(name: &str, source: &str, duration: Option<&str>) -> Role {
        let draft = RoleDraft {
            name: name.into(),
            arn: format!("arn:aws:iam::808768216571:role/{name}"),
            source: source.into(),
            duration: duration.map(str::to_owned),
            ..RoleDraft::default()
        };
        draft.check().expect("valid")
    }

    fn key(arn: &str) -> AccessKey {
        serde_json::from_value(serde_json::json!({
            "name": "user", "id": "AKIAIOSFODNN7EXAMPLE", "account_id": "177634097045", "user_arn": arn,
        }))
        .expect("a key")
    }

    fn chain(role_name: &str, roles: &[Role]) -> Result<Chain, Problem> {
        let catalogue = Catalogue::new(roles.to_vec());
        let role = catalogue
            .role(&Name::parse(role_name).expect("a name"))
            .expect("in the catalogue");
        Chain::of(
            role,
            &catalogue,
            &[key("arn:aws:iam::177634097045:user/user")],
        )
    }

    #[test]
    fn follows_a_chain_from_the_key() {
        let roles = [
            role("c", "b", None),
            role("b", "a", None),
            role("a", "user", None),
        ];
        let chain = chain("c", &roles).expect("a chain");
        let names: Vec<&str> = chain.roles.iter().map(|role| role.name.as_str()).collect();
        assert_eq!(
            (chain.key.name.as_str(), names),
            ("user", vec!["a", "b", "c"])
        );
    }

    #[test]
    fn b36_a_loop_is_reported_and_does_not_hang() {
        let problem =
            chain("a", &[role("a", "b", None), role("b", "a", None)]).expect_err("a loop");
        assert!(problem.what.contains("a → b → a"), "{}", problem.what);
        let problem = chain("a", &[role("a", "a", None)]).expect_err("a loop");
        assert!(problem.what.contains("a → a"), "{}", problem.what);
    }

    #[test]
    fn b36_a_missing_source_is_named() {
        let problem = chain("a", &[role("a", "nobody", None)]).expect_err("no source");
        assert!(problem.what.contains("\"nobody\""));
    }

    #[test]
    fn a_key_of_another_partition_is_rejected_before_a_call() {
        let roles = Catalogue::new([role("a", "user", None)]);
        let problem = Chain::of(
            &roles.roles()[0],
            &roles,
            &[key("arn:aws-cn:iam::177634097045:user/user")],
        );
        assert_eq!(
            problem.map_err(|p| p.code),
            Err(ProblemCode::UnusableSource)
        );
    }

    #[test]
    fn b22_a_device_of_another_account_is_rejected_before_a_prompt() {
        let with_device = |serial: &str| {
            let mut role = role("a", "user", None);
            role.mfa_serial = MfaSerial::parse(serial).ok();
            chain("a", &[role]).map(|_| ())
        };
        let problem = with_device("arn:aws:iam::808768216571:mfa/user").expect_err("not the key's");
        assert!(problem.what.contains("808768216571"), "{}", problem.what);
        assert_eq!(with_device("arn:aws:iam::177634097045:mfa/user"), Ok(()));
        assert_eq!(with_device("GAHT12345678"), Ok(()));
    }
}
