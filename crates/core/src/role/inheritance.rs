//! What roles in a chain inherit: transitive tags and the source identity, which a later role must not set again.

use crate::role::Role;
use crate::value::input::InputError;
use crate::value::sanitise::echo;

/// Checks that no role of a chain sets what it inherits. Transitive tags and the source identity cannot change after
/// the first role sets them. `roles` are in the order in which they are assumed.
///
/// # Errors
/// Says which role sets what it inherits.
pub fn check(roles: &[Role]) -> Result<(), InputError> {
    for (step, role) in roles.iter().enumerate() {
        let before = roles.iter().take(step);
        let name = |role: &Role| echo(role.name.as_str());
        for earlier in before {
            let inherited = earlier
                .tags
                .transitive()
                .iter()
                .find(|key| role.sets_tag(key));
            if let Some(key) = inherited {
                let what = format!(
                    "The tag \"{}\" of {} is inherited from {}.",
                    echo(key),
                    name(role),
                    name(earlier)
                );
                let remedy = "AWS rejects a tag that is already inherited. Remove it from one of the two roles.";
                return Err(InputError::new("tags", what, remedy));
            }
            if earlier.sets_source_identity() && role.sets_source_identity() {
                let what = format!(
                    "The source identity of {} is inherited from {}.",
                    name(role),
                    name(earlier)
                );
                let remedy = "It cannot change within a chain. Remove it from the later role.";
                return Err(InputError::new("source_identity", what, remedy));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::RoleDraft;
    use crate::role::session_tags::SessionTag;

    fn tag(key: &str, value: &str) -> SessionTag {
        SessionTag {
            key: key.into(),
            value: value.into(),
        }
    }

    #[test]
    fn an_inherited_tag_may_not_be_sent_again() {
        let role =
            |name: &str, tags: Vec<SessionTag>, transitive: Vec<String>, identity: Option<&str>| {
                let draft = RoleDraft {
                    name: name.into(),
                    arn: format!("arn:aws:iam::808768216571:role/{name}"),
                    source: "user".into(),
                    tags,
                    transitive_tags: transitive,
                    source_identity: identity.map(str::to_owned),
                    ..RoleDraft::default()
                };
                draft.check().expect("valid")
            };
        let first = role(
            "first",
            vec![tag("Team", "a")],
            vec!["Team".into()],
            Some("ann"),
        );
        let plain = role("plain", vec![tag("Other", "b")], Vec::new(), None);
        let again = role("again", vec![tag("TEAM", "b")], Vec::new(), None);
        let renamed = role("renamed", Vec::new(), Vec::new(), Some("bob"));
        assert!(check(&[first.clone(), plain.clone()]).is_ok());
        assert!(check(&[plain.clone(), again.clone()]).is_ok());
        let error = check(&[first.clone(), plain.clone(), again]).expect_err("inherited");
        assert_eq!(
            error.what,
            "The tag \"Team\" of again is inherited from first."
        );
        let error = check(&[first, plain, renamed]).expect_err("inherited");
        assert_eq!(error.field, "source_identity");
    }
}
