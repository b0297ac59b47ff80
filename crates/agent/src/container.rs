//! Answers a container credentials endpoint: at once from live sessions, with renewals in the background.
//!
//! The endpoint itself is a process of the command line. This process, which can use the access keys, listens on no
//! port and parses no HTTP.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use rolecall_core::api::call_rules::ENDPOINT;
use rolecall_core::api::protocol::Answer;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::Keeper;

use crate::reply::{overloaded, text};

/// How long an assumption may take before the endpoint must answer.
const ASSUME_TIMEOUT: Duration = ENDPOINT.saturating_sub(Duration::from_millis(100));

/// Returns the body of the endpoint's answer, without asking the user. A session that is due is renewed in the
/// background.
///
/// # Errors
/// Why no session is active and none can be assumed in time.
pub(crate) fn credentials(keeper: &Arc<Keeper>, role: &Name) -> Result<Answer, Problem> {
    let body = match keeper.container_body(role) {
        Some(body) => Ok(body),
        None => assume_in_time(keeper, role.clone()),
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
    if !keeper.begins_renewal(role) {
        return;
    }
    let role = role.clone();
    let keeper = keeper.clone();
    let renewing = move || {
        // A failure is shown with the role and in a notice.
        let _ = keeper.renew_behind(&role);
    };
    let spawned = thread::Builder::new()
        .name("renewal".into())
        .spawn(renewing);
    if let Err(error) = spawned {
        tracing::warn!(%error, "a renewal could not be started");
    }
}

/// Assumes the role within the time an SDK waits. A slower assumption continues, and the next request finds its session.
fn assume_in_time(keeper: &Arc<Keeper>, role: Name) -> Result<Secret, Problem> {
    let keeper = keeper.clone();
    let (sender, receiver) = mpsc::sync_channel(1);
    let assuming = move || {
        // The receiver may have timed out.
        let _ = sender.send(keeper.assume_for_container(&role));
    };
    let spawned = thread::Builder::new()
        .name("container".into())
        .spawn(assuming);
    spawned.map_err(|_| overloaded())?;
    match receiver.recv_timeout(ASSUME_TIMEOUT) {
        Ok(body) => body,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(timed_out()),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(Problem::internal()),
    }
}

fn timed_out() -> Problem {
    let what = "The session is not ready yet.";
    Problem::new(ProblemCode::TimedOut, what, "Try again in a moment.")
}
