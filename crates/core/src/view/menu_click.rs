//! What a click in the tray's menu does now. The menu may have been drawn before the last change, and may be clicked after
//! it: the click does what it says if that still makes sense, or says what has changed.

use super::menu::MenuAction;
use super::notice::Notice;
use super::snapshot::{RoleView, SessionView, Snapshot};
use crate::session::Phase;
use crate::value::name::Name;

/// What a click does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It does this.
    Act(MenuAction),
    /// It does nothing, and says why.
    Say(Notice),
}

/// Whether the clicked entry is still in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// It is.
    Shown,
    /// It was in a menu that was drawn earlier.
    Gone,
}

/// Returns what a click on an entry with this action does.
pub fn outcome(action: MenuAction, entry: Entry, snapshot: &Snapshot) -> Outcome {
    match change(&action, entry, snapshot) {
        Some(notice) => Outcome::Say(notice),
        None => Outcome::Act(still_ended(action, snapshot)),
    }
}

/// Returns what has changed, if the action no longer makes sense.
fn change(action: &MenuAction, entry: Entry, snapshot: &Snapshot) -> Option<Notice> {
    match action {
        MenuAction::Assume(role) => assume(role, entry, snapshot),
        MenuAction::AssumeLimited(role, _) => unless(is_role(role, snapshot), || gone(role)),
        MenuAction::Renew(role) => {
            let is_known = is_role(role, snapshot) || session(role, snapshot).is_some();
            unless(is_known, || gone(role))
        }
        MenuAction::Copy(role, _) | MenuAction::Console(role) => {
            let is_live = session(role, snapshot).is_some_and(is_live);
            unless(is_live, || Notice::session_ended(role))
        }
        MenuAction::End(role) => {
            let is_running = session(role, snapshot).is_some_and(|it| !is_over(it));
            unless(is_running, || Notice::session_ended(role))
        }
        MenuAction::EndKey(key) => {
            let mut keys = snapshot.key_sessions.iter();
            let is_live = keys.any(|it| it.key == key.as_str());
            unless(is_live, || Notice::key_session_ended(key))
        }
        MenuAction::Reply(id, _) => {
            let is_open = snapshot.consents().any(|it| it.id == *id);
            unless(is_open, Notice::question_closed)
        }
        MenuAction::Dismiss(roles) => {
            let mut roles = roles.iter();
            let is_over = roles.any(|role| session(role, snapshot).is_some_and(is_over));
            unless(is_over, Notice::menu_changed)
        }
        MenuAction::Show(_) | MenuAction::Open | MenuAction::Restart | MenuAction::Quit => None,
    }
}

fn assume(role: &Name, entry: Entry, snapshot: &Snapshot) -> Option<Notice> {
    let session = session(role, snapshot);
    if session.is_some_and(is_live) {
        return Some(Notice::already_active(role));
    }
    let view = find(role, snapshot);
    if view.is_none() && session.is_none() {
        return Some(gone(role));
    }
    // The entry may be from a time when the role did not act on production.
    let is_guarded = snapshot.settings.confirm_production && view.is_some_and(|it| it.production);
    (entry == Entry::Gone && is_guarded).then(Notice::menu_changed)
}

/// Returns the action for what is still over: a session that was assumed again stays.
fn still_ended(action: MenuAction, snapshot: &Snapshot) -> MenuAction {
    match action {
        MenuAction::Dismiss(mut roles) => {
            roles.retain(|role| session(role, snapshot).is_some_and(is_over));
            MenuAction::Dismiss(roles)
        }
        other => other,
    }
}

fn unless(holds: bool, notice: impl FnOnce() -> Notice) -> Option<Notice> {
    (!holds).then(notice)
}

fn gone(role: &Name) -> Notice {
    Notice::role_gone(role)
}

fn is_role(role: &Name, snapshot: &Snapshot) -> bool {
    find(role, snapshot).is_some()
}

fn find<'a>(role: &Name, snapshot: &'a Snapshot) -> Option<&'a RoleView> {
    snapshot.roles.iter().find(|it| it.name == role.as_str())
}

fn session<'a>(role: &Name, snapshot: &'a Snapshot) -> Option<&'a SessionView> {
    snapshot.sessions.iter().find(|it| it.role == role.as_str())
}

fn is_live(session: &SessionView) -> bool {
    matches!(session.phase, Phase::Active | Phase::Expiring)
}

fn is_over(session: &SessionView) -> bool {
    matches!(session.phase, Phase::Failed | Phase::Expired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asker::consent::Reply;
    use crate::role::limits::LimitsView;
    use crate::session::shell::Shell;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    /// Returns a snapshot with the role guest and, if it has a phase, its session.
    fn snapshot(phase: Option<Phase>) -> Snapshot {
        let session = |phase: Phase| {
            let view = serde_json::json!({
                "role": "guest", "phase": phase, "account_id": "", "role_arn": "", "source": "user",
            });
            serde_json::from_value::<SessionView>(view).expect("a session")
        };
        let guest = RoleView {
            name: "guest".into(),
            ..RoleView::default()
        };
        Snapshot {
            roles: vec![guest].into(),
            sessions: phase.map(session).into_iter().collect(),
            ..Snapshot::default()
        }
    }

    /// Returns what a click on an old entry says; an empty text if it acts.
    fn said(action: &MenuAction, snapshot: &Snapshot) -> String {
        match outcome(action.clone(), Entry::Gone, snapshot) {
            Outcome::Act(acted) => {
                assert_eq!(acted, *action);
                String::new()
            }
            Outcome::Say(notice) => notice.title,
        }
    }

    #[test]
    fn a_click_on_a_session_that_ended_says_so() {
        let guest = name("guest");
        let ended = "The session of guest has ended meanwhile";
        for action in [
            MenuAction::Copy(guest.clone(), Shell::Bash),
            MenuAction::Console(guest.clone()),
            MenuAction::End(guest.clone()),
        ] {
            assert_eq!(said(&action, &snapshot(Some(Phase::Active))), "");
            for over in [None, Some(Phase::Expired), Some(Phase::Failed)] {
                assert_eq!(said(&action, &snapshot(over)), ended, "{over:?}");
            }
        }
        let assuming = snapshot(Some(Phase::Assuming));
        assert_eq!(said(&MenuAction::End(guest.clone()), &assuming), "");
        // What they want is a session.
        assert_eq!(said(&MenuAction::Renew(guest), &snapshot(None)), "");
        let ended = "The session of the access key user has ended meanwhile";
        assert_eq!(
            said(&MenuAction::EndKey(name("user")), &snapshot(None)),
            ended
        );
    }

    #[test]
    fn a_click_on_a_role_that_became_active_or_went_says_so() {
        let (guest, other) = (name("guest"), name("other"));
        let assume = MenuAction::Assume(guest);
        for phase in [
            None,
            Some(Phase::Expired),
            Some(Phase::Failed),
            Some(Phase::Assuming),
        ] {
            assert_eq!(said(&assume, &snapshot(phase)), "", "{phase:?}");
        }
        let live = snapshot(Some(Phase::Active));
        assert_eq!(said(&assume, &live), "guest is already active");
        for action in [
            MenuAction::Assume(other.clone()),
            MenuAction::Renew(other.clone()),
            MenuAction::AssumeLimited(other, LimitsView::default()),
        ] {
            assert_eq!(said(&action, &live), "The role other no longer exists");
        }
    }

    #[test]
    fn an_old_entry_that_did_not_name_production_does_not_assume_it() {
        let assume = MenuAction::Assume(name("guest"));
        let mut snapshot = snapshot(None);
        snapshot.settings.confirm_production = true;
        assert_eq!(said(&assume, &snapshot), "");
        let production = RoleView {
            production: true,
            ..snapshot.roles[0].clone()
        };
        snapshot.roles = vec![production].into();
        assert_eq!(said(&assume, &snapshot), "The menu has changed");
        let confirmed = outcome(assume.clone(), Entry::Shown, &snapshot);
        assert_eq!(confirmed, Outcome::Act(assume));
    }

    #[test]
    fn dismissing_never_ends_a_session_that_was_assumed_again() {
        let dismiss = MenuAction::Dismiss(vec![name("guest"), name("other")]);
        let live = snapshot(Some(Phase::Active));
        assert_eq!(said(&dismiss, &live), "The menu has changed");
        let expired = snapshot(Some(Phase::Expired));
        let rest = MenuAction::Dismiss(vec![name("guest")]);
        assert_eq!(outcome(dismiss, Entry::Gone, &expired), Outcome::Act(rest));
    }

    #[test]
    fn an_answer_to_a_closed_question_says_so() {
        let reply = MenuAction::Reply(7, Reply::AllowOnce);
        let closed = "The question has been answered or has timed out";
        assert_eq!(said(&reply, &snapshot(None)), closed);
        for action in [MenuAction::Open, MenuAction::Quit, MenuAction::Restart] {
            assert_eq!(said(&action, &snapshot(None)), "");
        }
    }
}
