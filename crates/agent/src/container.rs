//! Answers a container credentials endpoint: at once from live sessions, with renewals in the background.
//!
//! The endpoint itself is a process of the command line. This process, which can use the access keys, listens on no
//! port and parses no HTTP.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rolecall_core::api::call_rules::ENDPOINT;
use rolecall_core::api::protocol::Answer;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::Keeper;

use crate::in_flight::{InFlight, Wanted};
use crate::reply::text;
use crate::socket::Peer;

/// How long an assumption may take before the endpoint must answer.
const ASSUME_TIMEOUT: Duration = ENDPOINT.saturating_sub(Duration::from_millis(100));

/// Returns the body of the endpoint's answer, without asking the user. A session that is due is renewed in the
/// background.
///
/// # Errors
/// Why no session is active and none can be assumed in time.
pub(crate) fn credentials(
    keeper: &Arc<Keeper>,
    in_flight: &InFlight,
    role: &Name,
    peer: &Peer<'_>,
) -> Result<Answer, Problem> {
    let body = match keeper.container_body(role) {
        Some(body) => Ok(body),
        None => assume_in_time(keeper, in_flight, role, peer),
    };
    let waits = |problem: &Problem| problem.code == ProblemCode::CodeNeeded;
    if body.as_ref().err().is_none_or(waits) {
        renew(keeper, role);
    }
    body.map(|body| text(&body))
}

/// Starts to renew the session of a role if it is due, without waiting. A session that the user ended stays ended until
/// the next request.
pub(crate) fn keep_fresh(keeper: &Arc<Keeper>, role: &Name) {
    if keeper.has_session(role) {
        renew(keeper, role);
    }
}

fn renew(keeper: &Arc<Keeper>, role: &Name) {
    if !keeper.claims_renewal(role) {
        return;
    }
    let role = role.clone();
    let keeper = keeper.clone();
    let renewing = move || {
        // A failure is shown with the role and in a notice.
        let _ = keeper.renew_in_background(&role);
    };
    let spawned = thread::Builder::new()
        .name("renewal".into())
        .spawn(renewing);
    if let Err(error) = spawned {
        tracing::warn!(%error, "a renewal could not be started");
    }
}

/// Assumes the role within the time an SDK waits. A slower assumption continues, and the next request finds its session.
fn assume_in_time(
    keeper: &Arc<Keeper>,
    in_flight: &InFlight,
    role: &Name,
    peer: &Peer<'_>,
) -> Result<Secret, Problem> {
    peer.park()?;
    let (wanted, keeper, role) = (
        Wanted::Container(role.clone()),
        keeper.clone(),
        role.clone(),
    );
    let get = move || keeper.assume_for_container(&role);
    let body = in_flight.join_or_start(wanted, ASSUME_TIMEOUT, peer.waiter(), get);
    body.unwrap_or_else(|| Err(timed_out()))
}

fn timed_out() -> Problem {
    let what = "The session is not ready yet.";
    Problem::new(ProblemCode::TimedOut, what, "Try again in a moment.")
}
