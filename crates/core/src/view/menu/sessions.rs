//! The sessions in the tray's menu.

use jiff::Timestamp;

use super::entry::{About, MenuAction, MenuItem, PRODUCTION, action, coloured, submenu};
use crate::session::Phase;
use crate::session::shell::Shell;
use crate::value::duration::time_left;
use crate::value::name::Name;
use crate::value::sanitise::{cut, menu_label};
use crate::view::snapshot::{KeySessionView, SessionView, Snapshot};

/// The maximum length of the cause of a failure, in the menu, in characters.
const WHY_MAX: usize = 90;

/// Returns the sessions: live ones first, then those of keys, then those that failed or expired.
pub(super) fn sessions(snapshot: &Snapshot, now: Timestamp) -> Vec<MenuItem> {
    let item = |session| session_item(session, snapshot.settings.shell, now);
    let (ended, current): (Vec<_>, Vec<_>) = snapshot
        .sessions
        .iter()
        .partition(|session| matches!(session.phase, Phase::Failed | Phase::Expired));
    let of_keys = snapshot.key_sessions.iter();
    let of_keys = of_keys.filter_map(|session| key_session_item(session, now));
    let mut items: Vec<MenuItem> = current
        .into_iter()
        .filter_map(item)
        .chain(of_keys)
        .collect();
    let expired = ended.iter().filter(|it| it.phase == Phase::Expired);
    let expired: Vec<Name> = expired
        .filter_map(|it| Name::parse(&it.role).ok())
        .collect();
    items.extend(ended.into_iter().filter_map(item));
    if !expired.is_empty() {
        items.push(action("Dismiss expired", MenuAction::Dismiss(expired)));
    }
    items
}

fn key_session_item(session: &KeySessionView, now: Timestamp) -> Option<MenuItem> {
    let name = Name::parse(&session.key).ok()?;
    let items = vec![action("End", MenuAction::EndKey(name.clone()))];
    let label = key_session_text(session, now);
    Some(submenu(About::KeySession(name), &label, None, items))
}

pub(super) fn key_session_text(session: &KeySessionView, now: Timestamp) -> String {
    let left = time_left(session.left_at(now));
    format!("{} · access key · {left}", cut(&session.key, 44))
}

fn session_item(session: &SessionView, own: Shell, now: Timestamp) -> Option<MenuItem> {
    let name = Name::parse(&session.role).ok()?;
    let label = session_text(session, now);
    Some(match session.phase {
        Phase::Assuming => MenuItem::Text(menu_label(&label)),
        Phase::Failed => {
            let items = failed_items(session, &name);
            submenu(About::Session(name), &label, session.colour, items)
        }
        Phase::Expired => coloured(&label, session.colour, MenuAction::Assume(name)),
        Phase::Active | Phase::Expiring => {
            let copy = |label: &str, shell| action(label, MenuAction::Copy(name.clone(), shell));
            let others = Shell::IN_MENUS.into_iter().filter(|shell| *shell != own);
            let others = others.map(|shell| copy(shell.label(), shell)).collect();
            let items = vec![
                copy(&format!("Copy for {}", own.label()), own),
                submenu(About::Copy, "Copy for", None, others),
                action("Open console", MenuAction::Console(name.clone())),
                action("Renew", MenuAction::Renew(name.clone())),
                action("End", MenuAction::End(name.clone())),
            ];
            submenu(About::Session(name), &label, session.colour, items)
        }
    })
}

fn failed_items(session: &SessionView, name: &Name) -> Vec<MenuItem> {
    let what = session
        .problem
        .as_ref()
        .map(|problem| cut(&problem.what, WHY_MAX));
    let mut items: Vec<MenuItem> = what
        .iter()
        .map(|it| MenuItem::Text(menu_label(it)))
        .collect();
    items.extend([
        action("Try again", MenuAction::Assume(name.clone())),
        action("Why…", MenuAction::Show(name.clone())),
        action("Dismiss", MenuAction::Dismiss(vec![name.clone()])),
    ]);
    items
}

pub(super) fn session_text(session: &SessionView, now: Timestamp) -> String {
    let state = match (session.phase, session.left_at(now)) {
        (Phase::Active | Phase::Expiring, Some(left)) => time_left(left),
        (Phase::Active | Phase::Expiring, None) => "active".into(),
        (Phase::Assuming, _) => "assuming…".into(),
        (Phase::Failed, _) => "failed".into(),
        (Phase::Expired, _) => "expired, assume again".into(),
    };
    let production = if session.production { PRODUCTION } else { "" };
    format!("{}{production} · {state}", cut(&session.role, 44))
}
