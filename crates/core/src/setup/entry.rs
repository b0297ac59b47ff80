//! The finished role as an entry of the catalogue.

use super::caller::CallerKind;
use super::kit::Kit;
use super::requirements::NamePattern;
use crate::role::RoleDraft;
use crate::role::session_tags::SessionTag;
use crate::value::duration::{HOUR_S, SessionDuration};

/// Returns the entry of roles.toml for the role. A role of a kit with MFA needs the serial of a device.
pub fn entry(kit: &Kit, name: &str, source: &str, mfa_serial: Option<&str>) -> RoleDraft {
    let needed = &kit.requirements;
    let tag = |tag: &SessionTag| SessionTag {
        key: tag.key.clone(),
        value: tag.value.replace('*', "{user}"),
    };
    let serial = || {
        mfa_serial
            .map(str::to_owned)
            .or_else(|| guessed_mfa_serial(kit))
    };
    RoleDraft {
        name: name.to_owned(),
        arn: kit.role.as_str().to_owned(),
        source: source.to_owned(),
        external_id: needed.external_id.as_ref().map(|id| id.as_str().to_owned()),
        duration: duration(kit),
        mfa_serial: needed.mfa.and_then(|_| serial()),
        session_name: needed
            .session_name
            .as_ref()
            .and_then(|name| name.template()),
        source_identity: needed
            .source_identity
            .as_ref()
            .and_then(|name| name.template()),
        tags: needed.tags.iter().map(tag).collect(),
        ..RoleDraft::default()
    }
}

/// Returns the serial that the console proposes for a user's device.
fn guessed_mfa_serial(kit: &Kit) -> Option<String> {
    let account = kit.caller.account()?;
    let user = match &kit.caller.kind {
        CallerKind::User { name, .. } => Some(name),
        CallerKind::Account(_) => kit.user.as_ref(),
        CallerKind::Role { .. } | CallerKind::Everyone => None,
    };
    Some(format!(
        "arn:{}:iam::{account}:mfa/{}",
        kit.caller.partition.name, user?
    ))
}

/// Returns the role's longest session if it is over an hour, which is the most that a role can ask for in a chain.
fn duration(kit: &Kit) -> Option<String> {
    let longest = kit.requirements.longest_session;
    let is_chained = matches!(kit.caller.kind, CallerKind::Role { .. });
    if is_chained || longest <= SessionDuration::HOUR {
        return None;
    }
    Some(match longest.seconds() % HOUR_S {
        0 => format!("{}h", longest.seconds() / HOUR_S),
        _ => longest.seconds().to_string(),
    })
}

/// Returns what the role requires and its entry lacks, because a pattern has no value that matches for certain.
pub fn left_open(kit: &Kit) -> Vec<&'static str> {
    let needed = &kit.requirements;
    let names = [
        ("a session name", &needed.session_name),
        ("a source identity", &needed.source_identity),
    ];
    let is_open = |name: &NamePattern| name.template().is_none();
    let open = names
        .into_iter()
        .filter(|(_, name)| name.as_ref().is_some_and(is_open));
    open.map(|(label, _)| label).collect()
}

#[cfg(test)]
mod tests {
    use super::super::draft::KitDraft;
    use super::super::requirements::RequirementsDraft;
    use super::*;

    fn kit(who: &str, requirements: RequirementsDraft) -> Kit {
        let draft = KitDraft {
            who: who.into(),
            account: "808768216571".into(),
            role: "guest".into(),
            allow: "s3-read".into(),
            requirements,
            ..KitDraft::default()
        };
        draft.check().expect("a kit")
    }

    #[test]
    fn the_entry_sends_what_the_role_requires() {
        let requirements = RequirementsDraft {
            external_id: Some("tutorial-42".into()),
            mfa: true,
            session_name: Some("dev-*".into()),
            source_identity: Some("${aws:username}".into()),
            tags: Some("Team=blue,Owner=*".into()),
            longest_session: Some("90m".into()),
            ..RequirementsDraft::default()
        };
        let kit = kit("arn:aws:iam::177634097045:user/team/bob", requirements);
        let entry = entry(&kit, "guest", "user", None);
        let role = entry.check().expect("a role");
        assert_eq!(role.arn.as_str(), "arn:aws:iam::808768216571:role/guest");
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(entry.external_id, text("tutorial-42"));
        assert_eq!(entry.mfa_serial, text("arn:aws:iam::177634097045:mfa/bob"));
        assert_eq!(entry.session_name, text("dev-{user}"));
        assert_eq!(entry.source_identity, text("{user}"));
        assert_eq!(entry.duration, text("5400"));
        let tags: Vec<&str> = entry.tags.iter().map(|tag| tag.value.as_str()).collect();
        assert_eq!(tags, ["blue", "{user}"]);
        assert!(left_open(&kit).is_empty());
    }

    #[test]
    fn a_role_assumed_from_a_role_asks_for_no_more_than_an_hour() {
        let requirements = RequirementsDraft {
            longest_session: Some("4h".into()),
            session_name: Some("a*b?".into()),
            ..RequirementsDraft::default()
        };
        let kit = kit("arn:aws:iam::177634097045:role/ci", requirements);
        let entry = entry(&kit, "guest", "ci", None);
        assert_eq!((entry.duration, entry.mfa_serial), (None, None));
        assert_eq!(left_open(&kit), ["a session name"]);
    }
}
