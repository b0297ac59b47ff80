//! Questions for a code, which all roles that the code serves share.

use jiff::SignedDuration;

use super::assume::ended_meanwhile;
use super::waiter::NOBODY;
use super::{Owner, State};
use crate::state::prompt::{CodePrompt, CodeRequest, Halt, Purpose};
use crate::state::question::{Answer, Kind, PROMPT_LIFE, Sort};
use rolecall_core::plan::PlanPreference;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::question::CodeView;

/// How long a terminal that asked for a role's prompts is assumed to show them.
const ATTENDED: SignedDuration = SignedDuration::from_secs(3);

impl Owner {
    /// Answers a question for a code.
    ///
    /// # Errors
    /// If the code is not valid or already used, or the question is no longer open.
    pub(super) async fn answer_code(&self, id: u64, code: &str) -> Result<(), Problem> {
        let code = MfaCode::parse(code)?;
        let now = self.ports.clock.now();
        let serial = {
            let state = self.lock();
            state.check_open(id, Sort::Code)?;
            let mut codes = state.questions.codes();
            codes.find_map(|(it, prompt)| (it == id).then(|| prompt.request.serial.clone()))
        };
        let serial = serial.ok_or_else(Problem::internal)?;
        let sent_before = self
            .io(|ports| ports.store.was_code_sent(&serial, &code))
            .await;
        self.settle_question(id, Sort::Code, |state| {
            if sent_before || state.mfa.ledger.is_used(&serial, &code, now) {
                if let Some(prompt) = state.questions.code_mut(id) {
                    prompt.next_code_at = Some(super::ledger::next_step(now));
                }
                return Err(code_used());
            }
            Ok(Answer::Code(code))
        })
    }

    /// Returns the question for a code that `role` waits for, if there is one. The caller is assumed to show it at a
    /// terminal for the next seconds.
    pub(super) fn attend(&self, role: &Name) -> Option<CodeView> {
        let now = self.ports.clock.now();
        let mut state = self.lock();
        state.questions.attend(role, now, now + ATTENDED);
        let views = state.question_views().into_iter();
        let mut codes = views.filter_map(|view| view.code().cloned());
        codes.find(|code| code.roles.iter().any(|it| *it == role.as_str()))
    }

    /// Runs `call` with a code: one that the caller provided, or one from a stored seed or the program in the settings,
    /// or one from a prompt. Repeats this while AWS rejects the code.
    pub(super) async fn with_code<T, Called>(
        &self,
        question: &CodeRequest,
        call: impl Fn(MfaCode) -> Called,
    ) -> Result<T, Halt>
    where
        Called: Future<Output = Result<T, Problem>>,
    {
        let mut next = self.lock().take_provided_code(question);
        let was_brought = next.is_some();
        let mut rejected = None;
        let unattended = self.lock().is_unattended(&question.purpose);
        let found = match (was_brought, unattended) {
            (true, _) => None,
            // The program may wait for a touch.
            (false, true) => self.code_of_seed(question).await,
            (false, false) => self.code_without_a_person(question).await,
        };
        if let Some(code) = found {
            match code {
                Ok(code) => match call(code).await {
                    Err(problem) if problem.code == ProblemCode::CodeRejected => {
                        rejected = Some(problem);
                    }
                    outcome => return outcome.map_err(Halt::from),
                },
                Err(problem) => rejected = Some(problem),
            }
        }
        loop {
            let code = match next.take() {
                Some(code) => code,
                None => {
                    let is_unattended = self.lock().is_unattended(&question.purpose);
                    if is_unattended {
                        return Err(rejected.unwrap_or_else(nobody_there).into());
                    }
                    self.ask(question, rejected.take()).await?
                }
            };
            let outcome = match self.use_code(&question.serial, &code).await {
                Ok(()) => call(code).await,
                Err(problem) => Err(problem),
            };
            match outcome {
                Err(problem) if problem.code == ProblemCode::CodeRejected && !was_brought => {
                    rejected = Some(problem);
                }
                outcome => return outcome.map_err(Halt::from),
            }
        }
    }

    /// Records the code as used before it is sent, because AWS accepts each code once, even if the call fails.
    pub(super) async fn use_code(&self, serial: &MfaSerial, code: &MfaCode) -> Result<(), Problem> {
        let now = self.ports.clock.now();
        if self
            .io(|ports| ports.store.was_code_sent(serial, code))
            .await
        {
            return Err(code_used());
        }
        {
            let mut state = self.lock();
            if state.mfa.ledger.is_used(serial, code, now) {
                return Err(code_used());
            }
            state.mfa.ledger.note(serial, code, now);
        }
        self.io(|ports| ports.store.note_code_sent(serial, code))
            .await;
        Ok(())
    }

    async fn ask(&self, request: &CodeRequest, problem: Option<Problem>) -> Result<MfaCode, Halt> {
        let now = self.ports.clock.now();
        let prompt = {
            let state = self.lock();
            let roles = request.roles(&state);
            CodePrompt {
                request: request.clone(),
                next_code_at: state.mfa.ledger.next_code_at(&request.serial, now),
                problem,
                at_terminal: roles
                    .iter()
                    .any(|role| state.questions.is_attended(role, now)),
            }
        };
        let id = self.open_question(Kind::Code(prompt), now + PROMPT_LIFE);
        let answer = self.await_answer(id, NOBODY, |state| state.answer_without_user(request));
        match answer.await {
            Answer::Code(code) => Ok(code),
            Answer::OtherPlan(preference) => Err(Halt::Replan(Some(preference))),
            Answer::Withdrawn => Err(ended_meanwhile().into()),
            Answer::Expired => Err(cancelled("Nobody entered the code in time.").into()),
            Answer::Cancelled | Answer::Reason(_) | Answer::Confirmed | Answer::Access(_) => {
                Err(cancelled("The prompt for the code was cancelled.").into())
            }
        }
    }
}

impl State {
    /// Returns the answer that uses a code in the other way that its question offers.
    pub(super) fn other_plan(&self, id: u64) -> Result<Answer, Problem> {
        let mut codes = self.questions.codes();
        let prompt = codes.find_map(|(it, prompt)| (it == id).then_some(prompt));
        let offer = prompt.and_then(|prompt| prompt.offer(self));
        let (preference, _) = offer.cloned().ok_or_else(no_other_plan)?;
        Ok(Answer::OtherPlan(preference))
    }

    /// Takes a code that a caller which waits for this question provided.
    fn take_provided_code(&mut self, question: &CodeRequest) -> Option<MfaCode> {
        if let Purpose::Key(_) = question.purpose {
            return None;
        }
        // A caller may wait for a role that is assumed from this one.
        let mut roles = question.roles(self);
        if let Purpose::Token(request) = question.purpose {
            roles.extend(self.mfa.requests.waiting(|id, _| id == request));
        }
        let is_own = |id| question.purpose == Purpose::Attempt(id);
        self.sessions
            .attempts
            .take_code(|id, role| is_own(id) || roles.contains(&role.name))
    }

    /// Returns the code that another caller provided meanwhile. A question that nobody waits for is withdrawn.
    fn answer_without_user(&mut self, request: &CodeRequest) -> Option<Answer> {
        if request.roles(self).is_empty() {
            return Some(Answer::Withdrawn);
        }
        self.take_provided_code(request).map(Answer::Code)
    }
}

impl CodeRequest {
    /// Returns the roles that callers requested and that wait for the code, or the access key that does.
    pub(super) fn roles(&self, state: &State) -> Vec<Name> {
        let attempts = &state.sessions.attempts;
        let names = match self.purpose {
            Purpose::Key(ref key) => return vec![key.clone()],
            Purpose::Attempt(attempt) => attempts.waiting(|id, _| id == attempt),
            Purpose::Token(request) => {
                let roles = state.mfa.requests.waiting(|id, _| id == request);
                attempts.waiting(|_, role| roles.contains(&role.name))
            }
        };
        names.into_iter().collect()
    }
}

impl CodePrompt {
    /// Returns the roles that callers requested and that wait for this prompt.
    pub(super) fn roles(&self, state: &State) -> Vec<Name> {
        self.request.roles(state)
    }

    /// Returns the alternative use of the code, but not while other roles wait for the code.
    pub(super) fn offer(&self, state: &State) -> Option<&(PlanPreference, String)> {
        let offer = self.request.alternative.as_ref()?;
        (self.roles(state).len() < 2).then_some(offer)
    }
}

pub(super) fn code_used() -> Problem {
    Problem::new(
        ProblemCode::CodeRejected,
        "This code was used already.",
        "Wait for the next one: AWS takes each code once.",
    )
}

fn nobody_there() -> Problem {
    let what = "The renewal needs an MFA code.";
    Problem::new(
        ProblemCode::CodeNeeded,
        what,
        "Renew it, and enter the code.",
    )
}

/// Returns the problem of a question that nobody answered, or that was cancelled.
pub(super) fn cancelled(what: &str) -> Problem {
    Problem::new(ProblemCode::Cancelled, what, "Nothing changed.")
}

fn no_other_plan() -> Problem {
    let what = "This code can be used in no other way.";
    Problem::new(ProblemCode::Cancelled, what, "Enter it, or cancel.")
}
