//! `status --format`: a session in a few words, for a shell's prompt.

use rolecall_core::duration::span;
use rolecall_core::sanitise::visible;
use rolecall_core::session::Phase;
use rolecall_core::snapshot::{SessionView, Snapshot};

use super::sessions::now_of;
use crate::arguments::{Piece, Template};

/// Returns the template filled in for the session of `role`, else for the one that ends first. A shell that is in one
/// role is never told of another. `None` if no such session is usable.
pub(super) fn line(snapshot: &Snapshot, role: Option<&str>, template: &Template) -> Option<String> {
    let usable = || snapshot.sessions.iter().filter(|it| is_usable(it));
    let session = usable().find(|it| role.is_none_or(|role| it.role == role))?;
    let filled = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Role => visible(&session.role),
        Piece::Left => left(session, snapshot),
        Piece::Count => usable().count().to_string(),
        Piece::Account => visible(&session.account_id),
        Piece::Phase if session.phase == Phase::Expiring => "expiring".to_owned(),
        Piece::Phase => "active".to_owned(),
    };
    Some(template.0.iter().map(filled).collect())
}

fn is_usable(session: &SessionView) -> bool {
    matches!(session.phase, Phase::Active | Phase::Expiring)
}

fn left(session: &SessionView, snapshot: &Snapshot) -> String {
    let now = now_of(snapshot);
    let expires_at = session.expires_at.unwrap_or(now);
    span(expires_at.duration_since(now).as_secs())
}
