//! The history of requests: each is noted once its answer is given, so that nobody waits for that.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::policy::Decision;
use super::{Keeper, State, Waiter};
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::history::{Line, Query, Request, Verdict};
use rolecall_core::asker::requester::Requester;
use rolecall_core::value::problem::Problem;

/// Work that nobody waits for.
pub type Afterwards = Box<dyn FnOnce(Option<Requester>) + Send>;

/// How long whoever reads the history waits for lines of answers that were just given.
const NOTING: Duration = Duration::from_millis(500);

/// Counts the requests that are answered and not noted yet.
#[derive(Default)]
pub(super) struct Unnoted {
    count: Mutex<usize>,
    fewer: Condvar,
}

/// One of them, until this is dropped.
struct Noting(Arc<Unnoted>);

impl Unnoted {
    fn begin(self: &Arc<Self>) -> Noting {
        *super::lock(&self.count) += 1;
        Noting(self.clone())
    }

    fn wait(&self) {
        let some = |count: &mut usize| *count > 0;
        let count = super::lock(&self.count);
        drop(self.fewer.wait_timeout_while(count, NOTING, some));
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        *super::lock(&self.0.count) -= 1;
        self.0.fewer.notify_all();
    }
}

impl Keeper {
    /// Does what the user clicked, and notes it in the history.
    ///
    /// # Errors
    /// As `act`.
    pub fn clicked<T>(
        &self,
        request: &Request,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.noted(request, Verdict::Clicked, None, act)
    }

    /// Does what a program asked that gives it no credentials, whatever the policy of the role, and notes it in the
    /// history.
    ///
    /// # Errors
    /// As `act`; or if there is no such role, or the program runs in a container that may not ask.
    pub fn observed<T>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let requester = request.requester.clone().unwrap_or_default();
        match self.decision(&request.subject(), &requester) {
            Decision::Refused(verdict @ (Verdict::Sandboxed | Verdict::Unknown)) => {
                let refused = || Err(self.refusal_of(verdict, request));
                self.noted(request, verdict, Some(waiter), refused)
            }
            Decision::Allowed | Decision::Asked(_) | Decision::Refused(_) => {
                self.noted(request, Verdict::Allowed, Some(waiter), act)
            }
        }
    }

    /// Returns the wanted lines of the history, newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn history(&self, query: &Query) -> Result<Vec<Line>, Problem> {
        self.unnoted.wait();
        self.ports.store.history(query)
    }

    /// Writes what waits to be written, before the program ends.
    pub fn flush(&self) {
        self.unnoted.wait();
        self.ports.store.flush();
    }

    /// Counts a call to AWS, so that the history can tell which requests took one.
    pub(super) fn note_aws_call(&self, subject: Subject) {
        *self.lock().aws_calls.entry(subject).or_default() += 1;
    }

    /// Does `act`, and notes it once nobody waits for the answer any more.
    pub(super) fn noted<T>(
        &self,
        request: &Request,
        verdict: Verdict,
        waiter: Option<&dyn Waiter>,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let calls = |state: &State| state.aws_calls.get(&request.subject()).copied();
        let before = calls(&self.lock());
        let result = act();
        let aws_call = calls(&self.lock()) != before;
        let failure = result.as_ref().err().map(|problem| problem.code);
        let at = self.ports.clock.now();
        let (store, mut request) = (self.ports.store.clone(), request.clone());
        let noting = self.unnoted.begin();
        let note = move |whole: Option<Requester>| {
            request.requester = whole.or(request.requester);
            store.record(Line {
                aws_call,
                failure,
                ..Line::new(&request, at, verdict)
            });
            drop(noting);
        };
        match waiter {
            Some(waiter) => waiter.afterwards(Box::new(note)),
            None => note(None),
        }
        result
    }
}
