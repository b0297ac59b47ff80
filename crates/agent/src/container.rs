//! What a container-credentials endpoint is given: at once what is at hand, and renewals behind its back.
//!
//! The endpoint itself is a process of the command line. This one, which can use the access keys, listens on no port
//! and reads no HTTP.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use rolecall_core::api::protocol::Answer;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::Keeper;

use crate::reply::{overloaded, text};

/// How long an assumption may take until the endpoint has to answer: botocore waits two seconds, and asks again.
const AT_ONCE: Duration = Duration::from_millis(1_800);

/// Returns the body of the endpoint's answer. Nobody is asked for it: a session that is due is renewed behind.
///
/// # Errors
/// Why no session is live and none can be had at once.
pub(crate) fn credentials(keeper: &Arc<Keeper>, role: &Name) -> Result<Answer, Problem> {
    let body = match keeper.container_body(role) {
        Some(body) => Ok(body),
        None => at_once(keeper, role.clone()),
    };
    let waits = |problem: &Problem| problem.code == ProblemCode::CodeNeeded;
    if body.as_ref().err().is_none_or(waits) {
        renew(keeper, role);
    }
    body.map(|body| text(&body))
}

/// Begins to renew the session of a role if that is due, and does not wait for it. A session that the user has ended
/// stays ended until a request comes.
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
        // What went wrong is shown with the role, and in a notice.
        let _ = keeper.renew_behind(&role);
    };
    let spawned = thread::Builder::new()
        .name("renewal".into())
        .spawn(renewing);
    if let Err(error) = spawned {
        tracing::warn!(%error, "a renewal could not be started");
    }
}

/// Assumes the role within the time an SDK waits. What takes longer goes on, and the next request finds its session.
fn at_once(keeper: &Arc<Keeper>, role: Name) -> Result<Secret, Problem> {
    let keeper = keeper.clone();
    let (give, given) = mpsc::sync_channel(1);
    let assuming = move || {
        // After the deadline nobody takes it any more.
        let _ = give.send(keeper.assume_for_container(&role));
    };
    let spawned = thread::Builder::new()
        .name("container".into())
        .spawn(assuming);
    spawned.map_err(|_| overloaded())?;
    match given.recv_timeout(AT_ONCE) {
        Ok(body) => body,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(late()),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(Problem::internal()),
    }
}

fn late() -> Problem {
    let what = "The session is not there yet.";
    Problem::new(ProblemCode::TimedOut, what, "Try again in a moment.")
}
