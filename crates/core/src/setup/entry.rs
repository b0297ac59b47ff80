//! The finished role as an entry of the catalogue.

use super::caller::CallerKind;
use super::kit::Kit;
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
pub fn guessed_mfa_serial(kit: &Kit) -> Option<String> {
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
