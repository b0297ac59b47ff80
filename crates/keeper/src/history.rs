//! Records requests in the history. Each is recorded after its response was sent, so that nobody waits for it.

use std::sync::Weak;

use jiff::SignedDuration;

use super::policy::Decision;
use super::{Owner, State, Waiter};
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::history::{Line, Query, Request, RequestKind, Verdict};
use rolecall_core::asker::requester::Requester;
use rolecall_core::value::problem::Problem;

/// How long reading the history waits for requests that were just answered.
const RECORDING_TIMEOUT: SignedDuration = SignedDuration::from_millis(500);

/// A request that is answered and not recorded yet, until this is dropped.
struct Recording(Weak<Owner>);

impl Recording {
    fn begin(owner: &Owner) -> Self {
        owner.touch(|state| state.requests.unrecorded += 1);
        Self(owner.me.clone())
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(owner) = self.0.upgrade() {
            owner.touch(|state| state.requests.unrecorded -= 1);
        }
    }
}

impl Owner {
    /// Performs a click of the user, and records it in the history.
    ///
    /// # Errors
    /// The errors of `act`.
    pub(super) async fn clicked<T, Done>(
        &self,
        request: &Request,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        let confirmed = async || {
            self.confirm_click(request).await?;
            act().await
        };
        self.recorded(request, Verdict::Clicked, None, confirmed)
            .await
    }

    /// Performs a request of a program that returns no credentials, regardless of the role's policy, and records it in
    /// the history.
    ///
    /// # Errors
    /// The errors of `act`, and if there is no such role, or the program runs in a container that may not make requests.
    pub(super) async fn observed<T, Done>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        self.check_confirmed(request)?;
        let requester = request.requester.clone().unwrap_or_default();
        match self.decision(request, &requester) {
            Decision::Refused(verdict @ (Verdict::Sandboxed | Verdict::Unknown)) => {
                let refused = async || Err(self.refusal_of(verdict, request));
                self.recorded(request, verdict, Some(waiter), refused).await
            }
            Decision::Allowed | Decision::Asked(_) | Decision::Refused(_) => {
                self.recorded(request, Verdict::Allowed, Some(waiter), act)
                    .await
            }
        }
    }

    /// Returns the lines of the history that a query selects, newest first.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub(super) async fn history(&self, query: &Query) -> Result<Vec<Line>, Problem> {
        self.all_noted().await;
        self.io(|ports| ports.store.history(query)).await
    }

    /// Writes all pending data before the program ends.
    pub(super) async fn flush(&self) {
        self.all_noted().await;
        self.all_written().await;
        self.io(|ports| ports.store.flush()).await;
    }

    async fn all_noted(&self) {
        let deadline = self.deadline(RECORDING_TIMEOUT);
        self.until(Some(deadline), |state| {
            (state.requests.unrecorded == 0).then_some(())
        })
        .await;
    }

    /// Counts a call to AWS, so that the history shows which requests needed one.
    pub(super) fn note_aws_call(&self, subject: Subject) {
        *self.lock().requests.aws_calls.entry(subject).or_default() += 1;
    }

    /// Notes which program uses a session and asks for it again, so that warnings about its end can say so.
    fn note_user(&self, request: &Request) {
        let asks_again = match request.kind {
            RequestKind::Credentials | RequestKind::Endpoint => true,
            RequestKind::Assume
            | RequestKind::Console
            | RequestKind::Copy
            | RequestKind::Env
            | RequestKind::Exec
            | RequestKind::Key
            | RequestKind::Preview
            | RequestKind::PreviewWithKey
            | RequestKind::Profile
            | RequestKind::PutBack
            | RequestKind::Revoke
            | RequestKind::RevokeWithKey
            | RequestKind::Rotate
            | RequestKind::Setup
            | RequestKind::SetupWithKey => false,
        };
        let program = request
            .requester
            .as_ref()
            .map(|it| it.process().name.as_str());
        let Some(program) = program.filter(|name| asks_again && !name.is_empty()) else {
            return;
        };
        let session = {
            let state = self.lock();
            let session = state.sessions.by_role.get(&request.name);
            session
                .filter(|it| state.requests.is_new_user(it, program))
                .cloned()
        };
        if let Some(session) = session {
            self.update(|state| state.requests.note_user(&session, program));
        }
    }

    /// Runs `act`, and records it after the response was sent.
    pub(super) async fn recorded<T, Done>(
        &self,
        request: &Request,
        verdict: Verdict,
        waiter: Option<&dyn Waiter>,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        let calls = |state: &State| state.requests.aws_calls.get(&request.subject()).copied();
        let before = calls(&self.lock());
        let result = act().await;
        let aws_call = calls(&self.lock()) != before;
        let failure = result.as_ref().err().map(|problem| problem.code);
        if failure.is_none() {
            self.note_user(request);
        }
        let at = self.ports.clock.now();
        let (store, mut request) = (self.ports.store.clone(), request.clone());
        let recording = Recording::begin(self);
        let note = move |whole: Option<Requester>| {
            request.requester = whole.or(request.requester);
            store.record(Line {
                aws_call,
                failure,
                ..Line::new(&request, at, verdict)
            });
            drop(recording);
        };
        match waiter {
            Some(waiter) => self.outside(|| waiter.afterwards(Box::new(note))),
            None => self.outside(|| note(None)),
        }
        result
    }
}
