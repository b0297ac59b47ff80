//! Exits an idle agent: no session is active and there was no request for the set time. It only wakes up at the end of
//! that time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_agent::engine::Engine;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::Clock;

use crate::exit::{ExitReason, ExitSender};

/// Counts the requests in flight, and knows when the last one finished.
pub(crate) struct Idle(Mutex<State>);

struct State {
    busy: usize,
    since: Instant,
}

/// A request in flight, until this is dropped.
pub(crate) struct Busy<'a>(&'a Idle);

impl Idle {
    /// Starts to wait until the agent has been idle for `limit`. Without a limit the agent never exits.
    ///
    /// # Errors
    /// If no thread can be started.
    pub(crate) fn start(
        engine: Arc<Engine>,
        limit: Option<Duration>,
        exit: ExitSender,
    ) -> Result<Arc<Self>, Problem> {
        let state = State {
            busy: 0,
            since: now(),
        };
        let idle = Arc::new(Self(Mutex::new(state)));
        let Some(limit) = limit else { return Ok(idle) };
        let watched = idle.clone();
        let waiting = move || {
            watched.wait(limit, || last_expiry(&engine));
            exit.send(ExitReason::Idle);
        };
        let started = thread::Builder::new().name("idle".into()).spawn(waiting);
        started.map(|_| idle).map_err(|error| {
            let what = "No thread could be started.";
            Problem::new(
                ProblemCode::Internal,
                what,
                "End some programs, then start it again.",
            )
            .with_detail(error.to_string())
        })
    }

    /// Marks a request as in flight until the result is dropped.
    pub(crate) fn busy(&self) -> Busy<'_> {
        self.lock().busy += 1;
        Busy(self)
    }

    /// Returns once `limit` has passed since the last request, and all sessions have expired.
    fn wait(&self, limit: Duration, last_expiry: impl Fn() -> Duration) {
        loop {
            let left = self.left(limit).max(last_expiry());
            if left.is_zero() {
                return;
            }
            sleep(left);
        }
    }

    fn left(&self, limit: Duration) -> Duration {
        let state = self.lock();
        match state.busy {
            0 => limit.saturating_sub(state.since.elapsed()),
            _ => limit,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.busy -= 1;
        state.since = now();
    }
}

/// Returns the time until the last session expires; zero if none is active.
fn last_expiry(engine: &Engine) -> Duration {
    let now = engine.clock.now();
    let sessions = engine.keeper.sessions_snapshot().sessions;
    let ends = sessions.iter().filter_map(|session| session.expires_at);
    ends.max().map_or(Duration::ZERO, |end| {
        Duration::try_from(end.duration_since(now)).unwrap_or_default()
    })
}

#[expect(clippy::disallowed_methods, reason = "nothing happens until then")]
fn sleep(span: Duration) {
    thread::sleep(span);
}

#[expect(clippy::disallowed_methods, reason = "measures the idle time")]
fn now() -> Instant {
    Instant::now()
}
