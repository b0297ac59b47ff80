//! The content of the tray as it was last drawn. While the snapshot stays the same, only its times are made again: there
//! may be ten thousand roles.

use jiff::Timestamp;

use super::menu::{self, Tray};
use super::snapshot::Snapshot;

/// The last content of the tray, and the snapshot that it was made from.
#[derive(Debug, Default)]
pub struct LatestTray {
    last: Option<(Snapshot, Tray)>,
    /// How often the whole content was made.
    made: usize,
}

impl LatestTray {
    /// Returns the content for `snapshot` at `now`, or `None` if it is the same as the last one.
    pub fn at(&mut self, snapshot: &Snapshot, now: Timestamp) -> Option<&Tray> {
        let is_changed = match &mut self.last {
            Some((of, tray)) if of == snapshot => menu::update_times(tray, snapshot, now),
            last => {
                let fresh = menu::tray(snapshot, now);
                let is_changed = last.as_ref().is_none_or(|(_, tray)| *tray != fresh);
                *last = Some((snapshot.clone(), fresh));
                self.made += 1;
                is_changed
            }
        };
        let (_, tray) = self.last.as_ref().filter(|_| is_changed)?;
        Some(tray)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::session::Phase;
    use crate::value::problem::{Problem, ProblemCode};
    use crate::view::snapshot::{RoleView, SessionView};

    fn snapshot(now: Timestamp) -> Snapshot {
        let role = |number: usize| RoleView {
            name: format!("role-{number}"),
            group: Some(format!("group-{}", number % 9)),
            ..RoleView::default()
        };
        let session = |number: i64| {
            let view = serde_json::json!({
                "role": format!("role-{number}"), "phase": Phase::Active, "account_id": "", "role_arn": "",
                "source": "user", "issued_at": now, "expires_at": now + SignedDuration::from_secs(3600 + number),
            });
            serde_json::from_value::<SessionView>(view).expect("a session")
        };
        let problem = Problem::new(ProblemCode::NoTray, "A problem.", "");
        Snapshot {
            roles: (0..100).map(role).collect(),
            sessions: (0..3).map(session).collect(),
            problems: vec![problem],
            ..Snapshot::default()
        }
    }

    #[test]
    fn only_times_are_made_again_and_only_the_minutes_count() {
        let begin: Timestamp = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let snapshot = snapshot(begin);
        let mut latest = LatestTray::default();
        let mut drawn = 0;
        for second in 0..=600 {
            let now = begin + SignedDuration::from_secs(second);
            let fresh = menu::tray(&snapshot, now);
            drawn += usize::from(latest.at(&snapshot, now).is_some());
            assert_eq!(latest.last.as_ref().map(|(_, tray)| tray), Some(&fresh));
        }
        assert_eq!(latest.made, 1);
        // Three sessions, each with its own second, in each minute; and the first drawing.
        assert_eq!(drawn, 1 + 3 * 10);
    }

    #[test]
    fn another_snapshot_is_drawn_if_it_looks_different() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let mut latest = LatestTray::default();
        let mut snapshot = snapshot(now);
        assert!(latest.at(&snapshot, now).is_some());
        snapshot.settings.clipboard_clear_s += 1;
        assert!(latest.at(&snapshot, now).is_none(), "it looks the same");
        snapshot.sessions.pop();
        let tray = latest.at(&snapshot, now).cloned();
        assert_eq!(tray, Some(menu::tray(&snapshot, now)));
        snapshot.problems.clear();
        assert_eq!(latest.at(&snapshot, now), Some(&menu::tray(&snapshot, now)));
    }
}
