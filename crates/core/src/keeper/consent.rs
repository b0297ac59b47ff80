//! Asking the user about a program before it gets a session, and noting every request in the history.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Keeper, State};
use crate::consent::{Consent, Reply};
use crate::history::{Line, Query, Request, Verdict};
use crate::name::Name;
use crate::notice::{Notice, Topic};
use crate::problem::{Problem, ProblemCode};
use crate::requester::{ProcessId, Requester, Whereabouts};
use crate::sanitise;
use crate::snapshot::QuestionView;

/// How long a question waits for its answer: SDKs give a `credential_process` a minute at least.
/// <https://pkg.go.dev/github.com/aws/aws-sdk-go-v2/credentials/processcreds#pkg-constants>
pub(super) const QUESTION_LIFE: SignedDuration = SignedDuration::from_secs(45);
/// How often those who wait look whether their asker is still there.
const LOOK: Duration = Duration::from_millis(500);
/// The most questions that are open at once.
const OPEN_MAX: usize = 5;
/// The most questions within a minute.
const PER_MINUTE: usize = 10;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// For how long a denied process tree is denied without another question.
const QUIET: SignedDuration = SignedDuration::from_secs(30);
/// The most allowed process trees that are remembered.
const GRANTS_MAX: usize = 256;

/// The one that waits for an answer, such as a connection.
pub trait Waiter {
    /// Is told once that the user is asked, and for how long at most.
    ///
    /// # Errors
    /// If too many wait already.
    fn wait(&self, limit: SignedDuration) -> Result<(), Problem>;

    /// Returns whether nobody waits any more.
    fn is_gone(&self) -> bool;

    /// Returns all that can be told of the one that waits, if that is more than the request tells. It takes longer.
    fn look_closer(&self) -> Option<Requester> {
        None
    }

    /// Does what nobody has to wait for, once the answer is given. It is told what a closer look tells.
    fn afterwards(&self, work: Afterwards) {
        work(self.look_closer());
    }
}

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

/// A role and the root of a process tree; `None` is a process of which nothing is known.
type Tree = (Name, Option<ProcessId>);

/// What programs wait for, and what they were allowed.
#[derive(Default)]
pub(super) struct Asking {
    questions: BTreeMap<u64, Question>,
    last: u64,
    granted: VecDeque<Tree>,
    denied: VecDeque<(Tree, Timestamp)>,
    asked: VecDeque<Timestamp>,
}

/// A question, and how many wait for its answer.
struct Question {
    view: QuestionView,
    tree: Tree,
    waiting: usize,
    answer: Option<Verdict>,
}

/// What a request comes to before anybody is asked.
enum Step {
    Decided(Verdict),
    Joined(u64),
    Asked(u64),
}

impl Asking {
    /// Returns the questions that wait for an answer.
    pub(super) fn views(&self) -> Vec<QuestionView> {
        let open = self.questions.values().filter(|it| it.answer.is_none());
        open.map(|it| it.view.clone()).collect()
    }

    /// Forgets what was allowed and denied for a role.
    pub(super) fn forget(&mut self, role: &Name) {
        self.granted.retain(|(name, _)| name != role);
        self.denied.retain(|((name, _), _)| name != role);
    }

    /// Decides without the user where that is possible; else joins the question of the same tree, or begins one.
    fn step(&mut self, tree: Tree, consent: Consent, now: Timestamp, view: QuestionView) -> Step {
        let known = tree.1.is_some();
        if known && consent == Consent::Once && self.granted.contains(&tree) {
            return Step::Decided(Verdict::Granted);
        }
        self.denied
            .retain(|(_, at)| now.duration_since(*at) < QUIET);
        self.asked.retain(|at| now.duration_since(*at) < MINUTE);
        if known && self.denied.iter().any(|(denied, _)| *denied == tree) {
            return Step::Decided(Verdict::Limited);
        }
        let mut open = self
            .questions
            .iter_mut()
            .filter(|(_, it)| it.answer.is_none());
        if let Some((id, question)) = open.find(|(_, it)| known && it.tree == tree) {
            question.waiting += 1;
            return Step::Joined(*id);
        }
        let open = self
            .questions
            .values()
            .filter(|it| it.answer.is_none())
            .count();
        if open >= OPEN_MAX || self.asked.len() >= PER_MINUTE {
            return Step::Decided(Verdict::Limited);
        }
        self.asked.push_back(now);
        self.last += 1;
        let view = QuestionView {
            id: self.last,
            ..view
        };
        let question = Question {
            view,
            tree,
            waiting: 1,
            answer: None,
        };
        self.questions.insert(self.last, question);
        Step::Asked(self.last)
    }

    /// Answers a question; `false` if it is no longer open.
    fn answer(&mut self, id: u64, verdict: Verdict, now: Timestamp) -> bool {
        let open = self.questions.get_mut(&id).filter(|it| it.answer.is_none());
        let Some(question) = open else {
            return false;
        };
        let verdict = match (verdict, &question.view.tree) {
            (Verdict::Granted, None) => Verdict::Accepted,
            (verdict, _) => verdict,
        };
        question.answer = Some(verdict);
        match verdict {
            Verdict::Granted => {
                self.granted.push_back(question.tree.clone());
                let excess = self.granted.len().saturating_sub(GRANTS_MAX);
                self.granted.drain(..excess);
            }
            Verdict::Denied | Verdict::Unanswered => {
                self.denied.push_back((question.tree.clone(), now));
            }
            Verdict::Accepted
            | Verdict::Allowed
            | Verdict::Clicked
            | Verdict::Limited
            | Verdict::Never
            | Verdict::Apart => {}
        }
        true
    }

    /// Notes that one who waited has gone; returns whether the question went unanswered with the last of them.
    fn leave(&mut self, id: u64) -> bool {
        let Some(question) = self.questions.get_mut(&id) else {
            return false;
        };
        question.waiting = question.waiting.saturating_sub(1);
        let is_last = question.waiting == 0;
        let was_open = question.answer.is_none();
        if is_last {
            self.questions.remove(&id);
        }
        is_last && was_open
    }
}

impl Keeper {
    /// Hands out what `act` gives to whoever asked, once the role's policy or the user allows it, and notes it in the
    /// history. Nothing of `act` is done before.
    ///
    /// # Errors
    /// If it is not allowed, or as `act` fails.
    pub fn serve<T>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let verdict = self.decide(request, waiter);
        match refusal(verdict, request) {
            Some(problem) => self.noted(request, verdict, Some(waiter), || Err(problem)),
            None => self.noted(request, verdict, Some(waiter), act),
        }
    }

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

    /// Does what a program asked that gives it no credentials, and notes it in the history.
    ///
    /// # Errors
    /// As `act`.
    pub fn observed<T>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.noted(request, Verdict::Allowed, Some(waiter), act)
    }

    /// Returns whether a requester may ask for anything at all.
    ///
    /// # Errors
    /// If it runs in a container or sandbox and the settings do not let such programs ask.
    pub fn admit(&self, requester: &Requester) -> Result<(), Problem> {
        let apart = requester.whereabouts == Whereabouts::Apart;
        match apart && self.lock().settings.ask.containers == Consent::Never {
            true => Err(apart_refused()),
            false => Ok(()),
        }
    }

    /// Answers the question whether a program may have a session.
    ///
    /// # Errors
    /// If the question is no longer open.
    pub fn reply(&self, id: u64, reply: Reply) -> Result<(), Problem> {
        let verdict = match reply {
            Reply::AllowOnce => Verdict::Accepted,
            Reply::AllowTree => Verdict::Granted,
            Reply::Deny => Verdict::Denied,
        };
        match self.settle(id, verdict) {
            true => Ok(()),
            false => Err(question_gone()),
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

    fn noted<T>(
        &self,
        request: &Request,
        verdict: Verdict,
        waiter: Option<&dyn Waiter>,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let calls = |state: &State| state.aws_calls.get(&request.role).copied();
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

    fn decide(&self, request: &Request, waiter: &dyn Waiter) -> Verdict {
        let Some(requester) = &request.requester else {
            return Verdict::Clicked;
        };
        let apart = requester.whereabouts == Whereabouts::Apart;
        let consent = {
            let state = self.lock();
            let ask = &state.settings.ask;
            // Whoever asks for a role that does not exist is told so, and nobody is bothered.
            let Some(role) = state.catalogue.role(&request.role) else {
                return Verdict::Allowed;
            };
            let own = ask.of(role.unlimited_name());
            match apart {
                false => own,
                true => stricter(own, ask.containers),
            }
        };
        match consent {
            Consent::Allow => Verdict::Allowed,
            Consent::Never if apart => Verdict::Apart,
            Consent::Never => Verdict::Never,
            Consent::Ask | Consent::Once => self.put_question(request, requester, consent, waiter),
        }
    }

    fn put_question(
        &self,
        request: &Request,
        requester: &Requester,
        consent: Consent,
        waiter: &dyn Waiter,
    ) -> Verdict {
        let closer = waiter.look_closer();
        let requester = closer.as_ref().unwrap_or(requester);
        let now = self.ports.clock.now();
        let deadline = now + QUESTION_LIFE;
        let tree = (request.role.clone(), requester.tree());
        let view = self.question_view(request, requester, consent, deadline);
        let step = self.lock().asking.step(tree, consent, now, view);
        let id = match step {
            Step::Decided(verdict) => return verdict,
            Step::Joined(id) => id,
            Step::Asked(id) => {
                self.update(|_| ());
                self.show_question(id);
                id
            }
        };
        let verdict = match waiter.wait(QUESTION_LIFE) {
            Ok(()) => self.await_answer(id, deadline, waiter),
            Err(_) => Verdict::Limited,
        };
        let abandoned = self.lock().asking.leave(id);
        if abandoned {
            self.close_question(id);
        }
        verdict
    }

    fn question_view(
        &self,
        request: &Request,
        requester: &Requester,
        consent: Consent,
        deadline: Timestamp,
    ) -> QuestionView {
        let state = self.lock();
        let role = state.catalogue.role(&request.role);
        let tree = requester.root().filter(|_| consent == Consent::Once);
        QuestionView {
            id: 0,
            role: request.role.to_string(),
            account_id: role
                .map(|role| role.arn.account_id().to_owned())
                .unwrap_or_default(),
            request: request.kind,
            process: requester.process().clone(),
            parents: requester.parents().to_vec(),
            tree: tree.cloned(),
            apart: requester.whereabouts == Whereabouts::Apart,
            deadline,
        }
    }

    fn show_question(&self, id: u64) {
        let view = {
            let state = self.lock();
            let open = state.asking.questions.get(&id);
            open.filter(|it| it.answer.is_none())
                .map(|it| it.view.clone())
        };
        if let Some(view) = view {
            self.ports.notifier.show(&Notice::asked(&view));
        }
    }

    /// Waits for the answer, as long as somebody wants it.
    fn await_answer(&self, id: u64, deadline: Timestamp, waiter: &dyn Waiter) -> Verdict {
        loop {
            let state = self.lock();
            let open = |state: &mut State| {
                let question = state.asking.questions.get(&id);
                question.is_some_and(|it| it.answer.is_none())
            };
            let waited = self.changed.wait_timeout_while(state, LOOK, open);
            let (state, _) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(answer) = state.asking.questions.get(&id).and_then(|it| it.answer) {
                return answer;
            }
            drop(state);
            if waiter.is_gone() {
                return Verdict::Unanswered;
            }
            if self.ports.clock.now() >= deadline {
                self.settle(id, Verdict::Unanswered);
            }
        }
    }

    /// Answers a question for all who wait for it; `false` if it is no longer open.
    fn settle(&self, id: u64, verdict: Verdict) -> bool {
        let now = self.ports.clock.now();
        let settled = self.lock().asking.answer(id, verdict, now);
        if settled {
            self.close_question(id);
        }
        settled
    }

    fn close_question(&self, id: u64) {
        self.update(|_| ());
        self.ports.notifier.withdraw(&Topic::Question(id));
    }
}

/// Returns what applies where two policies do.
fn stricter(one: Consent, other: Consent) -> Consent {
    let [lax, once, ask, never] = [Consent::Allow, Consent::Once, Consent::Ask, Consent::Never];
    let order = [never, ask, once, lax];
    order
        .into_iter()
        .find(|it| *it == one || *it == other)
        .unwrap_or(never)
}

/// Returns why a request gets nothing; `None` if it is allowed.
fn refusal(verdict: Verdict, request: &Request) -> Option<Problem> {
    let role = sanitise::echo(request.role.as_str());
    let (what, remedy) = match verdict {
        Verdict::Allowed | Verdict::Clicked | Verdict::Accepted | Verdict::Granted => return None,
        Verdict::Apart => return Some(apart_refused()),
        Verdict::Denied => (
            format!("The request for \"{role}\" was denied in Rolecall."),
            "If you want it, ask again in half a minute and allow it.",
        ),
        Verdict::Unanswered => (
            format!("Nobody allowed the request for \"{role}\" within 45 seconds."),
            "Ask again in half a minute, and answer the notification or Rolecall's window.",
        ),
        Verdict::Limited => (
            format!("The request for \"{role}\" was denied without asking again."),
            "One was just denied, or too many wait. Try again in a minute.",
        ),
        Verdict::Never => (
            format!("The role \"{role}\" is for no program."),
            "Allow it on the role's page in Rolecall, or copy its export block there.",
        ),
    };
    Some(Problem::new(ProblemCode::NotAllowed, what, remedy))
}

fn apart_refused() -> Problem {
    let what = "This program runs in a container or sandbox, to which Rolecall gives nothing.";
    let remedy = "Run it outside, or set containers = \"ask\" below [ask] in settings.toml.";
    Problem::new(ProblemCode::OtherNamespace, what, remedy)
}

fn question_gone() -> Problem {
    let what = "This question is no longer open.";
    Problem::new(ProblemCode::Cancelled, what, "The program can ask again.")
}
