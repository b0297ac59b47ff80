//! Credentials that callers wait for: one fetch per role or access key, shared by all who ask meanwhile.
//!
//! A fetch may take longer than its callers wait, such as for a code. It then goes on, and who asks again joins it: the
//! number of threads does not grow with the number of tries.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::Waiter;

use crate::reply::overloaded;

/// The limit of fetches at the same time, each with a thread.
const FETCHES_MAX: usize = 512;
/// How often to check whether the caller is still there.
const PRESENCE_CHECK: Duration = Duration::from_secs(1);

/// What is fetched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    /// The line of a `credential_process` for a role, for these reasons.
    Role(Name, Vec<String>),
    /// The same for an access key.
    Key(Name),
    /// The body of an endpoint's answer.
    Container(Name),
}

/// The fetches that are in flight.
#[derive(Default)]
pub struct InFlight(Arc<Mutex<BTreeMap<Wanted, Arc<Fetch>>>>);

#[derive(Default)]
struct Fetch {
    result: Mutex<Option<Result<Secret, Problem>>>,
    done: Condvar,
}

impl InFlight {
    /// Joins the fetch of `wanted`, or starts it with `get`. `None` if it takes longer than `limit`, or than the caller
    /// waits; it then goes on.
    pub(crate) fn join_or_start(
        &self,
        wanted: Wanted,
        limit: Duration,
        waiter: &dyn Waiter,
        get: impl FnOnce() -> Result<Secret, Problem> + Send + 'static,
    ) -> Option<Result<Secret, Problem>> {
        let mut fetches = lock(&self.0);
        let fetch = match fetches.get(&wanted) {
            Some(fetch) => fetch.clone(),
            None if fetches.len() >= FETCHES_MAX => return Some(Err(overloaded())),
            None => {
                let fetch = Arc::<Fetch>::default();
                if !self.start(wanted.clone(), &fetch, get) {
                    return Some(Err(overloaded()));
                }
                fetches.insert(wanted, fetch.clone());
                fetch
            }
        };
        drop(fetches);
        fetch.wait(limit, waiter)
    }

    fn start(
        &self,
        wanted: Wanted,
        fetch: &Arc<Fetch>,
        get: impl FnOnce() -> Result<Secret, Problem> + Send + 'static,
    ) -> bool {
        let (fetches, fetch) = (self.0.clone(), fetch.clone());
        let fetching = move || {
            let result = catch_unwind(AssertUnwindSafe(get));
            // Who asks from now on begins again.
            lock(&fetches).remove(&wanted);
            *lock(&fetch.result) = Some(result.unwrap_or_else(|_| Err(Problem::internal())));
            fetch.done.notify_all();
        };
        let thread = thread::Builder::new().name("credentials".into());
        thread.spawn(fetching).is_ok()
    }
}

impl Fetch {
    fn wait(&self, limit: Duration, waiter: &dyn Waiter) -> Option<Result<Secret, Problem>> {
        let until = now() + limit;
        let mut result = lock(&self.result);
        loop {
            if let Some(result) = &*result {
                return Some(shared(result));
            }
            let left = until.saturating_duration_since(now());
            if left.is_zero() || waiter.is_gone() {
                return None;
            }
            let waited = self.done.wait_timeout(result, left.min(PRESENCE_CHECK));
            result = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn shared(result: &Result<Secret, Problem>) -> Result<Secret, Problem> {
    match result {
        Ok(secret) => Ok(secret.duplicate()),
        Err(problem) => Err(problem.clone()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the deadline of an answer")]
fn now() -> Instant {
    Instant::now()
}
