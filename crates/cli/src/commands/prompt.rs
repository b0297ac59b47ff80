//! `status --format`: a session in a few words for a shell's prompt.

use jiff::{SignedDuration, Timestamp};
use rolecall_core::session::Phase;
use rolecall_core::value::duration::time_left;
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::snapshot::{SessionView, Snapshot};

use super::sessions::now_of;
use crate::arguments::{Piece, Template};
use crate::client::Client;
use crate::environment::{self, Environment};

/// The longest session that STS gives, whatever a wrong clock says.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// Returns the filled template; empty if there is no usable session.
pub(super) fn run(client: &Client, environment: &Environment, template: &Template) -> String {
    let snapshot = client.sessions_now();
    let line = snapshot.and_then(|it| line(&it, environment, template));
    line.unwrap_or_default()
}

/// What became of the session whose credentials a shell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// It is the role's session.
    Current,
    /// The role has another session by now.
    Renewed,
    /// The role has no session any more.
    Ended,
}

/// Returns the template for the shell's own session, or for the session that ends first. A shell with a role never shows
/// another one, and a shell with its own credentials shows when those expire, and whether they are still the session's.
fn line(snapshot: &Snapshot, environment: &Environment, template: &Template) -> Option<String> {
    let role = environment.role.as_deref();
    let own_expiry = environment.expiration.filter(|_| role.is_some());
    if own_expiry.is_some_and(|end| end <= now_of(snapshot)) {
        return None;
    }
    let usable = || snapshot.sessions.iter().filter(|it| is_usable(it));
    let session = usable().find(|it| role.is_none_or(|role| it.role == role));
    let held = own_expiry.map_or(Held::Current, |_| held(snapshot, environment, session));
    let name = match (session, held) {
        (Some(session), _) => session.role.as_str(),
        (None, Held::Ended) => role?,
        (None, Held::Current | Held::Renewed) => return None,
    };
    let replacing = environment::replacing();
    let filled = |piece: &Piece| match (piece, session, held) {
        (Piece::Text(text), ..) => text.clone(),
        (Piece::Role, ..) => visible(name),
        (Piece::Replaced, ..) => replacing.join(", "),
        // What the shell's programs use is not the session, so its time left would mislead.
        (Piece::Left | Piece::Phase, ..) if !replacing.is_empty() => "replaced".to_owned(),
        (Piece::Count, ..) => usable().count().to_string(),
        (Piece::Account, session, _) => session
            .map(|it| visible(&it.account_id))
            .unwrap_or_default(),
        (Piece::Left | Piece::Phase, None, _) => "ended".to_owned(),
        (Piece::Left, Some(session), Held::Renewed) => {
            format!("{}, renewed", left(own_expiry, session, snapshot))
        }
        (Piece::Left, Some(session), _) => left(own_expiry, session, snapshot),
        (Piece::Phase, _, Held::Renewed) => "renewed".to_owned(),
        (Piece::Phase, Some(session), _) if session.phase == Phase::Expiring => {
            "expiring".to_owned()
        }
        (Piece::Phase, ..) => "active".to_owned(),
    };
    Some(template.0.iter().map(filled).collect())
}

/// Returns what became of the session that the shell holds. While Rolecall has a problem, it may lack sessions that have
/// not ended.
fn held(snapshot: &Snapshot, environment: &Environment, session: Option<&SessionView>) -> Held {
    let current = session.map(|it| it.access_key_id.as_deref());
    match (environment.access_key_id.as_deref(), current) {
        (Some(own), Some(current)) if current != Some(own) => Held::Renewed,
        (Some(_), None) if snapshot.problems.is_empty() => Held::Ended,
        _ => Held::Current,
    }
}

fn is_usable(session: &SessionView) -> bool {
    matches!(session.phase, Phase::Active | Phase::Expiring)
}

/// Returns the time left of the shell's own credentials, or otherwise of the session.
fn left(own_expiry: Option<Timestamp>, session: &SessionView, snapshot: &Snapshot) -> String {
    let now = now_of(snapshot);
    let own = own_expiry.filter(|_| own_expiry != session.expires_at);
    time_left(match own {
        Some(end) => end.duration_since(now).min(LONGEST),
        None => session.left_at(now).unwrap_or_default(),
    })
}
