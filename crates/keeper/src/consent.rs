//! Asks the user before a program gets a session.

use jiff::{SignedDuration, Timestamp};

use super::policy::Decision;
use super::{Owner, State};
use crate::state::consent::{AccessRequest, Reach, Tree};
use crate::state::question::{Answer, Kind, Sort};
use crate::waiter::Waiter;
use rolecall_core::asker::consent::{Consent, Reply, Subject};
use rolecall_core::asker::history::{Request, RequestKind, Verdict};
use rolecall_core::asker::requester::{Isolation, Requester};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::question::ConsentView;

/// How long a question waits for its answer. SDKs wait at least a minute for a `credential_process`.
/// <https://pkg.go.dev/github.com/aws/aws-sdk-go-v2/credentials/processcreds#pkg-constants>
pub(super) const QUESTION_LIFE: SignedDuration = SignedDuration::from_secs(45);
/// How long a terminal that asked for questions is assumed to watch for them.
const WATCH: SignedDuration = SignedDuration::from_secs(5);

impl Owner {
    /// Runs `act` for the requester once the role's policy or the user allows it, and records it in the history. `act`
    /// does not start before.
    ///
    /// # Errors
    /// If it is not allowed, and the errors of `act`.
    pub(super) async fn serve<T, Done>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        if let Some(allowed) = self.as_endpoint_owner(request) {
            let verdict = self.decide_for_endpoint(&allowed);
            if !verdict.is_allowed() {
                let refused = async || Err(self.refusal_of(verdict, &allowed));
                return self.recorded(&allowed, verdict, None, refused).await;
            }
            return self.recorded(&allowed, verdict, None, act).await;
        }
        let verdict = self.decide(request, waiter).await;
        if !verdict.is_allowed() {
            let refused = async || Err(self.refusal_of(verdict, request));
            return self.recorded(request, verdict, Some(waiter), refused).await;
        }
        if request.kind == RequestKind::Exec
            && let Some(peer) = request.requester.as_ref().and_then(Requester::peer)
        {
            self.lock().program_endpoints.allow(&request.name, peer);
        }
        self.recorded(request, verdict, Some(waiter), act).await
    }

    /// Returns why a program may not renew a role's session, or `None` if it may.
    pub(super) fn renewal_refusal(&self, role: &Name, requester: &Requester) -> Option<Problem> {
        let request = Request {
            name: role.clone(),
            kind: RequestKind::Endpoint,
            requester: Some(requester.clone()),
        };
        match self.decision(&request.subject(), requester) {
            Decision::Allowed | Decision::Asked(_) => None,
            Decision::Refused(verdict) => Some(self.refusal_of(verdict, &request)),
        }
    }

    /// Checks that a requester may make requests.
    ///
    /// # Errors
    /// If it runs in a container or sandbox and the settings do not allow such programs.
    pub(super) fn admit(&self, requester: &Requester) -> Result<(), Problem> {
        let sandboxed = requester.isolation == Isolation::Sandboxed;
        let is_refused = sandboxed && self.lock().settings.current.ask.containers == Consent::Never;
        match is_refused {
            true => Err(self.sandbox_refused()),
            false => Ok(()),
        }
    }

    /// Answers the question whether a program may use a session.
    ///
    /// # Errors
    /// If the question is no longer open.
    pub(super) fn reply(&self, id: u64, reply: Reply) -> Result<(), Problem> {
        let verdict = match reply {
            Reply::AllowOnce => Verdict::Accepted,
            Reply::AllowTree => Verdict::Granted,
            Reply::Deny => Verdict::Denied,
        };
        self.settle_question(id, Sort::Access, |_| Ok(Answer::Access(verdict)))
    }

    /// Answers a question from a terminal, if the desktop does not ask.
    ///
    /// # Errors
    /// If the question is no longer open, the desktop asks, or the answering process has no terminal.
    pub(super) fn reply_from_terminal(
        &self,
        id: u64,
        reply: Reply,
        by: &Requester,
    ) -> Result<(), Problem> {
        if self.ports.notifier.reaches_a_person() {
            return Err(asked_on_desktop());
        }
        if by.isolation == Isolation::Sandboxed || !by.has_terminal() {
            return Err(no_terminal());
        }
        self.reply(id, reply)
    }

    /// Returns the open questions, and records that a terminal watches for them.
    ///
    /// # Errors
    /// If the desktop asks them.
    pub(super) fn watch_questions(&self) -> Result<Vec<ConsentView>, Problem> {
        if self.ports.notifier.reaches_a_person() {
            return Err(asked_on_desktop());
        }
        let until = self.ports.clock.now().saturating_add(WATCH);
        let mut state = self.lock();
        let permissions = &mut state.questions.permissions;
        permissions.watch(until.unwrap_or(Timestamp::MAX));
        Ok(state.consent_views())
    }

    async fn decide(&self, request: &Request, waiter: &dyn Waiter) -> Verdict {
        let Some(requester) = &request.requester else {
            return Verdict::Clicked;
        };
        match self.decision(&request.subject(), requester) {
            Decision::Allowed => Verdict::Allowed,
            Decision::Refused(verdict) => verdict,
            Decision::Asked(consent) => {
                self.put_question(request, requester, consent, waiter).await
            }
        }
    }

    /// Returns the decision for an endpoint that was allowed together with the program it serves.
    fn decide_for_endpoint(&self, request: &Request) -> Verdict {
        let requester = request.requester.clone().unwrap_or_default();
        match self.decision(&request.subject(), &requester) {
            Decision::Allowed => Verdict::Allowed,
            Decision::Refused(verdict) => verdict,
            Decision::Asked(_) => Verdict::Accepted,
        }
    }

    async fn put_question(
        &self,
        request: &Request,
        requester: &Requester,
        consent: Consent,
        waiter: &dyn Waiter,
    ) -> Verdict {
        let closer = self.outside(|| waiter.look_closer());
        let requester = closer.as_ref().unwrap_or(requester);
        let now = self.ports.clock.now();
        let deadline = now + QUESTION_LIFE;
        let tree = (request.subject(), requester.tree());
        let view = self.question_view(request, requester, consent, deadline);
        let on_desktop = self.ports.notifier.reaches_a_person();
        let at_terminal = !on_desktop && requester.is_at_terminal();
        let reach = match on_desktop || at_terminal {
            true => Reach::Somebody,
            false => Reach::OnlyWatchers,
        };
        let opened = self.update(|state| state.open_access(view, &tree, consent, reach, now));
        let (id, is_new) = match opened {
            Ok(opened) => opened,
            Err(verdict) => return verdict,
        };
        if is_new {
            self.show_questions();
        }
        let views = self.lock().consent_views();
        let mut shown = views.into_iter().filter(|_| is_new && at_terminal);
        let question = shown.find(|view| view.id == id);
        let waiting = self.outside(|| waiter.wait(QUESTION_LIFE, question));
        if waiting.is_err() {
            self.leave_question(id);
            return Verdict::Limited;
        }
        // A policy that changes meanwhile decides.
        let subject = request.subject();
        let by_policy = |state: &mut State| match state.decision(&subject, requester) {
            Decision::Allowed => Some(Answer::Access(Verdict::Allowed)),
            Decision::Refused(verdict) => Some(Answer::Access(verdict)),
            Decision::Asked(_) => None,
        };
        let answer = self.await_answer(id, Some(|| waiter.is_gone()), by_policy);
        match answer.await {
            Answer::Access(verdict) => verdict,
            Answer::Withdrawn
            | Answer::Expired
            | Answer::Cancelled
            | Answer::Code(_)
            | Answer::OtherPlan(_)
            | Answer::Reason(_) => Verdict::Unanswered,
        }
    }

    fn question_view(
        &self,
        request: &Request,
        requester: &Requester,
        consent: Consent,
        deadline: Timestamp,
    ) -> ConsentView {
        let state = self.lock();
        let tree = requester.root().filter(|_| consent == Consent::Once);
        ConsentView {
            id: 0,
            role: request.name.to_string(),
            account_id: state.account_of(&request.subject()),
            request: request.kind,
            process: requester.process().clone(),
            parents: requester.parents().to_vec(),
            tree: tree.cloned(),
            sandboxed: requester.isolation == Isolation::Sandboxed,
            deadline,
        }
    }
}

impl State {
    /// Decides about a request without the user if possible. Otherwise joins the question of the same tree, or opens
    /// one. Returns the question's ID, and whether it is new.
    ///
    /// # Errors
    /// The decision.
    fn open_access(
        &mut self,
        view: ConsentView,
        tree: &Tree,
        consent: Consent,
        reach: Reach,
        now: Timestamp,
    ) -> Result<(u64, bool), Verdict> {
        let permissions = &mut self.questions.permissions;
        if let Some(verdict) = permissions.decided(tree, consent, now) {
            return Err(verdict);
        }
        let is_same = |kind: &Kind| matches!(kind, Kind::Access(request) if request.is_for(tree));
        if let Some(id) = self.questions.join(is_same) {
            return Ok((id, false));
        }
        let open = self.questions.access_count();
        self.questions.permissions.ask(reach, open, now)?;
        let deadline = view.deadline;
        let tree = tree.clone();
        let request = Kind::Access(AccessRequest { view, tree });
        Ok((self.questions.open(request, deadline), true))
    }

    fn account_of(&self, subject: &Subject) -> String {
        let account = match subject {
            Subject::Role(name) => {
                let role = self.roles.catalogue.role(name);
                role.map(|role| role.arn.account_id().to_owned())
            }
            Subject::Key(name) => {
                let key = self.keys.named(name);
                key.map(|key| key.account_id.clone())
            }
        };
        account.unwrap_or_default()
    }
}

fn asked_on_desktop() -> Problem {
    let what = "Questions are asked on the desktop here.";
    let remedy = "Answer the notification, or in Rolecall's window or tray menu.";
    Problem::new(ProblemCode::NotAllowed, what, remedy)
}

fn no_terminal() -> Problem {
    let what = "A question is answered at a terminal only.";
    Problem::new(
        ProblemCode::NotAllowed,
        what,
        "Run `rolecall answer` in one.",
    )
}
