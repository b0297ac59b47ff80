//! The planner: which calls a role takes, what it asks the user, and how long the result lives.
//! A pure function, so that the plan can be shown before anything is asked.

use std::collections::HashSet;

use crate::access_key::AccessKey;
use crate::catalogue::Catalogue;
use crate::duration::SessionDuration;
use crate::name::Name;
use crate::problem::{Problem, ProblemCode};
use crate::role::Role;
use crate::sanitise;
use crate::session_tags;

/// The longest chain of roles that is followed.
const CHAIN_MAX: usize = 10;

/// How a role is reached: the access key, then the roles one after another, the wanted one last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The access key that signs the first call.
    pub key: AccessKey,
    /// The roles in the order in which they are assumed; never empty.
    pub roles: Vec<Role>,
}

impl Plan {
    /// Returns the plan for `role`.
    ///
    /// # Errors
    /// If a source is missing or loops, the chain is longer than ten, or the key is of another partition.
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
                session_tags::check_inheritance(&roles)
                    .map_err(|error| unusable(&error.what, &error.remedy))?;
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
                    "The chain of roles is longer than ten.",
                    "Shorten it.",
                ));
            }
            roles.push(next.clone());
        }
    }

    /// Returns the names from the access key to the role.
    pub fn names(&self) -> Vec<String> {
        let roles = self.roles.iter().map(|role| role.name.to_string());
        std::iter::once(self.key.name.to_string())
            .chain(roles)
            .collect()
    }

    /// Returns the duration to ask for when assuming the role at `step`: what the role wants,
    /// and at most one hour from the second step on, as role chaining allows no more.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining>
    pub fn duration(&self, step: usize) -> SessionDuration {
        let wanted = self
            .roles
            .get(step)
            .and_then(|role| role.duration)
            .unwrap_or(SessionDuration::HOUR);
        if step == 0 {
            wanted
        } else {
            wanted.min(SessionDuration::HOUR)
        }
    }

    /// Returns how long the wanted role's session lives.
    pub fn life(&self) -> SessionDuration {
        self.duration(self.roles.len() - 1)
    }

    /// Returns whether the user is asked for a code.
    pub fn needs_code(&self) -> bool {
        self.roles.iter().any(|role| role.mfa_serial.is_some())
    }
}

/// Returns what one code gives, in one sentence.
pub fn code_sentence(role: &Role, life: SessionDuration) -> String {
    format!(
        "One code for {}, good for {life}.",
        sanitise::visible(role.name.as_str())
    )
}

fn check_partition(key: &AccessKey, roles: &[Role]) -> Result<(), Problem> {
    match roles
        .iter()
        .find(|role| role.arn.partition().name != key.partition())
    {
        Some(role) => {
            let what = format!(
                "The role {} is in the partition \"{}\", the key \"{}\" in \"{}\".",
                sanitise::echo(role.name.as_str()),
                role.arn.partition().name,
                sanitise::echo(key.name.as_str()),
                sanitise::echo(key.partition())
            );
            Err(unusable(
                &what,
                "Credentials of one partition are not known in another; use a key of the role's.",
            ))
        }
        None => Ok(()),
    }
}

fn no_source(source: &Name) -> Problem {
    let what = format!(
        "There is no access key and no role called \"{}\".",
        sanitise::echo(source.as_str())
    );
    unusable(
        &what,
        "Add an access key of that name, or change the role's source.",
    )
}

fn looped(roles: &[Role], back_to: &Name) -> Problem {
    let names = roles.iter().map(|role| &role.name).chain([back_to]);
    let path: Vec<String> = names.map(|name| sanitise::echo(name.as_str())).collect();
    unusable(
        &format!("The sources go round in a circle: {}.", path.join(" → ")),
        "Let one of them name an access key.",
    )
}

fn unusable(what: &str, remedy: &str) -> Problem {
    Problem::new(ProblemCode::UnusableSource, what, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::RoleDraft;

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

    fn plan(role_name: &str, roles: &[Role]) -> Result<Plan, Problem> {
        let catalogue = Catalogue::new(roles.to_vec());
        let role = catalogue
            .role(&Name::parse(role_name).expect("a name"))
            .expect("in the catalogue");
        Plan::of(
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
        assert_eq!(
            plan("c", &roles).expect("a plan").names(),
            ["user", "a", "b", "c"]
        );
    }

    #[test]
    fn b18_a_chained_role_lasts_at_most_one_hour() {
        let roles = [role("b", "a", Some("4h")), role("a", "user", Some("12h"))];
        assert_eq!(plan("b", &roles).expect("a plan").life().seconds(), 3600);
        assert_eq!(plan("a", &roles).expect("a plan").life().seconds(), 43200);
    }

    #[test]
    fn b36_a_loop_is_shown_and_does_not_hang() {
        let problem = plan("a", &[role("a", "b", None), role("b", "a", None)]).expect_err("a loop");
        assert!(problem.what.contains("a → b → a"), "{}", problem.what);
        let problem = plan("a", &[role("a", "a", None)]).expect_err("a loop");
        assert!(problem.what.contains("a → a"), "{}", problem.what);
    }

    #[test]
    fn b36_a_missing_source_is_named() {
        let problem = plan("a", &[role("a", "nobody", None)]).expect_err("no source");
        assert!(problem.what.contains("\"nobody\""));
    }

    #[test]
    fn a_key_of_another_partition_is_refused_before_aws_is_asked() {
        let roles = Catalogue::new([role("a", "user", None)]);
        let problem = Plan::of(
            &roles.roles()[0],
            &roles,
            &[key("arn:aws-cn:iam::177634097045:user/user")],
        );
        assert_eq!(
            problem.map_err(|p| p.code),
            Err(ProblemCode::UnusableSource)
        );
    }
}
