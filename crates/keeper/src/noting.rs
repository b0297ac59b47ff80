//! The history of requests: each is noted once its answer is given, so that nobody waits for that.

use std::sync::Weak;

use jiff::SignedDuration;

use super::policy::Decision;
use super::{Owner, State, Waiter};
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::history::{Line, Query, Request, Verdict};
use rolecall_core::asker::requester::Requester;
use rolecall_core::value::problem::Problem;

/// How long whoever reads the history waits for lines of answers that were just given.
const NOTING: SignedDuration = SignedDuration::from_millis(500);

/// A request that is answered and not noted yet, until this is dropped.
struct Noting(Weak<Owner>);

impl Noting {
    fn begin(owner: &Owner) -> Self {
        owner.touch(|state| state.unnoted += 1);
        Self(owner.me.clone())
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        if let Some(owner) = self.0.upgrade() {
            owner.touch(|state| state.unnoted -= 1);
        }
    }
}

impl Owner {
    /// Does what the user clicked, and notes it in the history.
    ///
    /// # Errors
    /// As `act`.
    pub(super) async fn clicked<T, Done>(
        &self,
        request: &Request,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        self.noted(request, Verdict::Clicked, None, act).await
    }

    /// Does what a program asked that gives it no credentials, whatever the policy of the role, and notes it in the
    /// history.
    ///
    /// # Errors
    /// As `act`; or if there is no such role, or the program runs in a container that may not ask.
    pub(super) async fn observed<T, Done>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        let requester = request.requester.clone().unwrap_or_default();
        match self.decision(&request.subject(), &requester) {
            Decision::Refused(verdict @ (Verdict::Sandboxed | Verdict::Unknown)) => {
                let refused = async || Err(self.refusal_of(verdict, request));
                self.noted(request, verdict, Some(waiter), refused).await
            }
            Decision::Allowed | Decision::Asked(_) | Decision::Refused(_) => {
                self.noted(request, Verdict::Allowed, Some(waiter), act)
                    .await
            }
        }
    }

    /// Returns the wanted lines of the history, newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) async fn history(&self, query: &Query) -> Result<Vec<Line>, Problem> {
        self.all_noted().await;
        self.io(|ports| ports.store.history(query)).await
    }

    /// Writes what waits to be written, before the program ends.
    pub(super) async fn flush(&self) {
        self.all_noted().await;
        self.all_written().await;
        self.io(|ports| ports.store.flush()).await;
    }

    async fn all_noted(&self) {
        let deadline = self.deadline(NOTING);
        self.until(Some(deadline), |state| (state.unnoted == 0).then_some(()))
            .await;
    }

    /// Counts a call to AWS, so that the history can tell which requests took one.
    pub(super) fn note_aws_call(&self, subject: Subject) {
        *self.lock().aws_calls.entry(subject).or_default() += 1;
    }

    /// Does `act`, and notes it once nobody waits for the answer any more.
    pub(super) async fn noted<T, Done>(
        &self,
        request: &Request,
        verdict: Verdict,
        waiter: Option<&dyn Waiter>,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        let calls = |state: &State| state.aws_calls.get(&request.subject()).copied();
        let before = calls(&self.lock());
        let result = act().await;
        let aws_call = calls(&self.lock()) != before;
        let failure = result.as_ref().err().map(|problem| problem.code);
        let at = self.ports.clock.now();
        let (store, mut request) = (self.ports.store.clone(), request.clone());
        let noting = Noting::begin(self);
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
            Some(waiter) => self.outside(|| waiter.afterwards(Box::new(note))),
            None => self.outside(|| note(None)),
        }
        result
    }
}
