//! Asking the user about a program before it gets a session.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::asking::{Reach, Step};
use super::noting::Afterwards;
use super::{Keeper, State};
use crate::consent::{Consent, Reply};
use crate::history::{Request, RequestKind, Verdict};
use crate::problem::{Problem, ProblemCode};
use crate::requester::{Requester, Whereabouts};
use crate::sanitise;
use crate::snapshot::QuestionView;

/// How long a question waits for its answer: SDKs give a `credential_process` a minute at least.
/// <https://pkg.go.dev/github.com/aws/aws-sdk-go-v2/credentials/processcreds#pkg-constants>
pub(super) const QUESTION_LIFE: SignedDuration = SignedDuration::from_secs(45);
/// How often those who wait look whether their asker is still there.
const LOOK: Duration = Duration::from_millis(500);
/// For how long somebody who looked for questions at a terminal counts as there.
const WATCH: SignedDuration = SignedDuration::from_secs(5);

/// The one that waits for an answer, such as a connection.
pub trait Waiter {
    /// Is told once that the user is asked, and for how long at most. It puts the question itself if it is given one.
    ///
    /// # Errors
    /// If too many wait already.
    fn wait(&self, limit: SignedDuration, question: Option<QuestionView>) -> Result<(), Problem>;

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
        if let Some(allowed) = self.of_allowed_endpoint(request) {
            let verdict = self.decide_for_endpoint(&allowed);
            return match refusal(verdict, &allowed) {
                Some(problem) => self.noted(&allowed, verdict, None, || Err(problem)),
                None => self.noted(&allowed, verdict, None, act),
            };
        }
        let verdict = self.decide(request, waiter);
        if request.kind == RequestKind::Exec
            && refusal(verdict, request).is_none()
            && let Some(peer) = request.requester.as_ref().and_then(Requester::peer)
        {
            self.lock().served.allow(&request.role, peer);
        }
        match refusal(verdict, request) {
            Some(problem) => self.noted(request, verdict, Some(waiter), || Err(problem)),
            None => self.noted(request, verdict, Some(waiter), act),
        }
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

    /// Answers a question from a terminal, where no desktop asks.
    ///
    /// # Errors
    /// If the question is no longer open, a desktop asks, or whoever answers has no terminal.
    pub fn reply_from_terminal(
        &self,
        id: u64,
        reply: Reply,
        by: &Requester,
    ) -> Result<(), Problem> {
        if self.ports.notifier.reaches_a_person() {
            return Err(asked_on_desktop());
        }
        if by.whereabouts == Whereabouts::Apart || !by.has_terminal() {
            return Err(no_terminal());
        }
        self.reply(id, reply)
    }

    /// Returns the open questions to somebody who watches for them at a terminal, and counts on being asked.
    ///
    /// # Errors
    /// If a desktop asks them.
    pub fn watch_questions(&self) -> Result<Vec<QuestionView>, Problem> {
        if self.ports.notifier.reaches_a_person() {
            return Err(asked_on_desktop());
        }
        let until = self.ports.clock.now().saturating_add(WATCH);
        let mut state = self.lock();
        state.asking.watch(until.unwrap_or(Timestamp::MAX));
        Ok(state.asking.views())
    }

    fn decide(&self, request: &Request, waiter: &dyn Waiter) -> Verdict {
        let Some(requester) = &request.requester else {
            return Verdict::Clicked;
        };
        match self.decided(request, requester) {
            Ok(verdict) => verdict,
            Err(consent) => self.put_question(request, requester, consent, waiter),
        }
    }

    /// Returns what an endpoint gets that was allowed together with the program it serves.
    fn decide_for_endpoint(&self, request: &Request) -> Verdict {
        let requester = request.requester.clone().unwrap_or_default();
        self.decided(request, &requester)
            .unwrap_or(Verdict::Accepted)
    }

    /// Returns what the policy decides without the user, else the policy that asks.
    fn decided(&self, request: &Request, requester: &Requester) -> Result<Verdict, Consent> {
        let apart = requester.whereabouts == Whereabouts::Apart;
        let consent = {
            let state = self.lock();
            let ask = &state.settings.ask;
            // Whoever asks for a role that does not exist is told so, and nobody is bothered.
            let Some(role) = state.catalogue.role(&request.role) else {
                return Ok(Verdict::Allowed);
            };
            let own = ask.of(role.unlimited_name());
            match apart {
                false => own,
                true => stricter(own, ask.containers),
            }
        };
        match consent {
            Consent::Allow => Ok(Verdict::Allowed),
            Consent::Never if apart => Ok(Verdict::Apart),
            Consent::Never => Ok(Verdict::Never),
            Consent::Ask | Consent::Once => Err(consent),
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
        let on_desktop = self.ports.notifier.reaches_a_person();
        let at_terminal = !on_desktop && requester.is_at_terminal();
        let reach = match on_desktop || at_terminal {
            true => Reach::Somebody,
            false => Reach::Watchers,
        };
        let step = self.lock().asking.step(tree, consent, reach, now, view);
        let (id, question) = match step {
            Step::Decided(verdict) => return verdict,
            Step::Joined(id) => (id, None),
            Step::Asked(id) => {
                self.questions_changed();
                (id, self.lock().asking.view(id).filter(|_| at_terminal))
            }
        };
        let verdict = match waiter.wait(QUESTION_LIFE, question) {
            Ok(()) => self.await_answer(id, deadline, waiter),
            Err(_) => Verdict::Limited,
        };
        let abandoned = self.lock().asking.leave(id);
        if abandoned {
            self.questions_changed();
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

    /// Publishes the questions, and shows the notices that tell of them in place of those that do so no longer.
    fn questions_changed(&self) {
        self.update(|_| ());
        let _turn = super::lock(&self.notice_turn);
        let (before, after) = {
            let mut state = self.lock();
            let after = state.asking.notices();
            let before = std::mem::replace(&mut state.asking.shown, after.clone());
            (before, after)
        };
        let gone = before
            .iter()
            .filter(|old| after.iter().all(|new| new.topic != old.topic));
        for notice in gone {
            self.ports.notifier.withdraw(&notice.topic);
        }
        for notice in after.iter().filter(|new| !before.contains(new)) {
            self.ports.notifier.show(notice);
        }
    }

    /// Waits for the answer, as long as somebody wants it.
    fn await_answer(&self, id: u64, deadline: Timestamp, waiter: &dyn Waiter) -> Verdict {
        loop {
            let state = self.lock();
            let open = |state: &mut State| state.asking.view(id).is_some();
            let waited = self.changed.wait_timeout_while(state, LOOK, open);
            let (state, _) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(answer) = state.asking.answered(id) {
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
            self.questions_changed();
        }
        settled
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
        Verdict::Unasked => return Some(nobody_to_ask(&role)),
        Verdict::Never => (
            format!("The role \"{role}\" is for no program."),
            "Allow it on the role's page in Rolecall, or copy its export block there.",
        ),
    };
    Some(Problem::new(ProblemCode::NotAllowed, what, remedy))
}

/// Returns the problem of a request that would be asked about where nobody can be asked.
fn nobody_to_ask(role: &str) -> Problem {
    let what = format!(
        "The request for \"{role}\" would be asked about, and nobody can be asked: it came without a terminal, and no \
         desktop is there."
    );
    let remedy = "Run `rolecall answer` in another terminal, then try again; or set the role's policy below [ask.roles] \
                  in settings.toml.";
    Problem::new(ProblemCode::NobodyToAsk, what, remedy)
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

fn apart_refused() -> Problem {
    let what = "This program runs in a container or sandbox, to which Rolecall gives nothing.";
    let remedy = "Run it outside, or set containers = \"ask\" below [ask] in settings.toml.";
    Problem::new(ProblemCode::OtherNamespace, what, remedy)
}

fn question_gone() -> Problem {
    let what = "This question is no longer open.";
    Problem::new(ProblemCode::Cancelled, what, "The program can ask again.")
}
