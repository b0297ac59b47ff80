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

/// The session of a prompt.
#[derive(Debug, Clone, Copy)]
enum Shown<'a> {
    /// The role's session.
    Current(&'a SessionView),
    /// The role's session, which is another one than that whose credentials the shell holds.
    Renewed(&'a SessionView),
    /// The shell holds credentials of a role that has no session any more.
    Ended(&'a str),
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
    let own_id = own_expiry.and(environment.access_key_id.as_deref());
    let shown = match (session, own_id) {
        (Some(it), Some(own)) if it.access_key_id.as_deref() != Some(own) => Shown::Renewed(it),
        (Some(it), _) => Shown::Current(it),
        // While Rolecall has a problem, it may lack sessions that have not ended.
        (None, Some(_)) if snapshot.problems.is_empty() => Shown::Ended(role?),
        (None, _) => return None,
    };
    let replacing = environment::replacing();
    let filled = |piece: &Piece| match (piece, shown) {
        (Piece::Text(text), _) => text.clone(),
        (Piece::Role, Shown::Ended(role)) => visible(role),
        (Piece::Role, Shown::Current(it) | Shown::Renewed(it)) => visible(&it.role),
        (Piece::Replaced, _) => replacing.join(", "),
        // What the shell's programs use is not the session, so its time left would mislead.
        (Piece::Left | Piece::Phase, _) if !replacing.is_empty() => "replaced".to_owned(),
        (Piece::Count, _) => usable().count().to_string(),
        (Piece::Account, Shown::Ended(_)) => String::new(),
        (Piece::Account, Shown::Current(it) | Shown::Renewed(it)) => visible(&it.account_id),
        (Piece::Left | Piece::Phase, Shown::Ended(_)) => "ended".to_owned(),
        (Piece::Left, Shown::Current(it)) => left(own_expiry, it, snapshot),
        (Piece::Left, Shown::Renewed(it)) => {
            format!("{}, renewed", left(own_expiry, it, snapshot))
        }
        (Piece::Phase, Shown::Renewed(_)) => "renewed".to_owned(),
        (Piece::Phase, Shown::Current(it)) if it.phase == Phase::Expiring => "expiring".to_owned(),
        (Piece::Phase, Shown::Current(_)) => "active".to_owned(),
    };
    Some(template.0.iter().map(filled).collect())
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
