//! Asks the user before a program gets a session.

use jiff::{SignedDuration, Timestamp};

use super::policy::Decision;
use super::{Owner, State};
use crate::state::consent::{AccessRequest, Reach, Scope};
use crate::state::question::{Answer, Kind, QUESTION_LIFE, Sort};
use crate::waiter::Waiter;
use rolecall_core::asker::consent::{Consent, Reply, Subject};
use rolecall_core::asker::history::{Request, RequestKind, Verdict};
use rolecall_core::asker::requester::{Isolation, Requester};
use rolecall_core::setup::{SetupAct, SetupQuestion};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::question::ConsentView;

/// How long a terminal that asked for questions is assumed to watch for them.
const WATCH: SignedDuration = SignedDuration::from_secs(5);

/// What a request is about beyond its own role or access key.
#[derive(Clone, Copy, Default)]
pub struct About<'a> {
    /// The roles and access keys whose policies hold as well.
    pub subjects: &'a [Subject],
    /// The setup that is applied or taken back. A question names it.
    pub setup: Option<&'a SetupQuestion>,
}

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
        self.serve_about(request, About::default(), waiter, act)
            .await
    }

    /// Runs `act` for the requester like [`Owner::serve`], with what the request is about.
    ///
    /// # Errors
    /// The errors of [`Owner::serve`].
    pub(super) async fn serve_about<T, Done>(
        &self,
        request: &Request,
        about: About<'_>,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        self.check_confirmed(request)?;
        let verdict = self.decide(request, about, waiter).await;
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

    /// Runs `act` for the requester without a question. If the policy asks, it is recorded with this verdict in the
    /// history. The policy may still allow or refuse it.
    ///
    /// # Errors
    /// If the policy refuses it, and the errors of `act`.
    pub(super) async fn serve_unasked<T, Done>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        verdict: Verdict,
        act: impl FnOnce() -> Done,
    ) -> Result<T, Problem>
    where
        Done: Future<Output = Result<T, Problem>>,
    {
        let requester = request.requester.clone().unwrap_or_default();
        match self.decision(request, &requester) {
            Decision::Refused(verdict) => {
                let refused = async || Err(self.refusal_of(verdict, request));
                self.recorded(request, verdict, Some(waiter), refused).await
            }
            Decision::Allowed => {
                self.recorded(request, Verdict::Allowed, Some(waiter), act)
                    .await
            }
            Decision::Asked(_) => self.recorded(request, verdict, Some(waiter), act).await,
        }
    }

    /// Lets a process tree go on with a change of IAM that was allowed, until the change is finished or the policy of a
    /// signer changes. `digest` is that of what was shown. To go on does not allow to take back, nor the reverse.
    pub(super) fn allow_change(
        &self,
        digest: &str,
        act: SetupAct,
        requester: &Requester,
        signers: &[Subject],
    ) {
        let mut state = self.lock();
        let permissions = &mut state.questions.permissions;
        permissions.begin(digest, act, requester, signers.to_vec());
    }

    /// Returns whether a process tree may go on with a change of IAM.
    pub(super) fn is_change_allowed(
        &self,
        digest: &str,
        act: SetupAct,
        requester: &Requester,
    ) -> bool {
        let state = self.lock();
        state.questions.permissions.is_begun(digest, act, requester)
    }

    /// Lets no process tree go on with a change of IAM any more.
    pub(super) fn finish_change(&self, digest: &str) {
        self.lock().questions.permissions.finish(digest);
    }

    /// Returns why a program may not renew a role's session, or `None` if it may.
    pub(super) fn renewal_refusal(&self, role: &Name, requester: &Requester) -> Option<Problem> {
        let request = Request {
            name: role.clone(),
            kind: RequestKind::Endpoint,
            requester: Some(requester.clone()),
        };
        self.check_policy(&request, requester).err()
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

    async fn decide(&self, request: &Request, about: About<'_>, waiter: &dyn Waiter) -> Verdict {
        let Some(requester) = &request.requester else {
            return Verdict::Clicked;
        };
        let decision = (self.lock()).decision(request, about.subjects, requester);
        match decision {
            Decision::Allowed => Verdict::Allowed,
            Decision::Refused(verdict) => verdict,
            Decision::Asked(consent) => self.put_question(request, about, consent, waiter).await,
        }
    }

    /// Returns the decision for an endpoint that was allowed together with the program it serves.
    fn decide_for_endpoint(&self, request: &Request) -> Verdict {
        let requester = request.requester.clone().unwrap_or_default();
        match self.decision(request, &requester) {
            Decision::Allowed => Verdict::Allowed,
            Decision::Refused(verdict) => verdict,
            Decision::Asked(_) => Verdict::Accepted,
        }
    }

    async fn put_question(
        &self,
        request: &Request,
        about: About<'_>,
        consent: Consent,
        waiter: &dyn Waiter,
    ) -> Verdict {
        let closer = self.outside(|| waiter.look_closer());
        let requester = &closer
            .or_else(|| request.requester.clone())
            .unwrap_or_default();
        let now = self.ports.clock.now();
        let deadline = now + QUESTION_LIFE;
        let scope = Scope::of(request, requester);
        let view = ConsentView {
            setup: about.setup.cloned(),
            ..self.question_view(request, requester, consent, deadline)
        };
        let on_desktop = self.ports.notifier.reaches_a_person();
        let at_terminal = !on_desktop && requester.is_at_terminal();
        let reach = match on_desktop || at_terminal {
            true => Reach::Somebody,
            false => Reach::OnlyWatchers,
        };
        let opened = self.update(|state| state.open_access(view, &scope, consent, reach, now));
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
        let by_policy = |state: &mut State| match state.decision(request, about.subjects, requester)
        {
            Decision::Allowed => Some(Answer::Access(Verdict::Allowed)),
            Decision::Refused(verdict) => Some(Answer::Access(verdict)),
            Decision::Asked(_) => None,
        };
        let answer = self.await_answer(id, Some((waiter, deadline)), by_policy);
        match answer.await {
            Answer::Access(verdict) => verdict,
            Answer::Withdrawn
            | Answer::Expired
            | Answer::Cancelled
            | Answer::Code(_)
            | Answer::OtherPlan(_)
            | Answer::Reason(_)
            | Answer::Confirmed => Verdict::Unanswered,
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
            setup: None,
            deadline,
        }
    }
}

impl State {
    /// Decides about a request without the user if possible. Otherwise joins the question of the same scope, or opens
    /// one. Returns the question's ID, and whether it is new.
    ///
    /// # Errors
    /// The decision.
    fn open_access(
        &mut self,
        view: ConsentView,
        scope: &Scope,
        consent: Consent,
        reach: Reach,
        now: Timestamp,
    ) -> Result<(u64, bool), Verdict> {
        let permissions = &mut self.questions.permissions;
        if let Some(verdict) = permissions.decided(scope, consent, now) {
            return Err(verdict);
        }
        let is_same = |kind: &Kind| matches!(kind, Kind::Access(request) if request.is_for(scope));
        if let Some(id) = self.questions.join(is_same) {
            return Ok((id, false));
        }
        let open = self.questions.access_count();
        self.questions.permissions.ask(reach, open, now)?;
        let deadline = view.deadline;
        let scope = scope.clone();
        let request = Kind::Access(AccessRequest { view, scope });
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
