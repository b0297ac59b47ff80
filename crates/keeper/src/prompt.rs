//! Prompts for a code, which all roles that the code serves share.

use jiff::{SignedDuration, Timestamp};

use super::assume::ended_meanwhile;
use super::{Owner, State};
use crate::ledger::CodeLedger;
use crate::state::prompt::{Answer, Halt, Prompt, Purpose, Question};
use crate::view::prompt_view;
use rolecall_core::plan::PlanPreference;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::PromptView;

/// How long a prompt for a code or a reason waits for its answer.
pub(super) const PROMPT_LIFE: SignedDuration = SignedDuration::from_secs(120);

/// How long a terminal that asked for a role's prompts is assumed to show them.
const ATTENDED: SignedDuration = SignedDuration::from_secs(3);

impl Owner {
    /// Answers a prompt.
    ///
    /// # Errors
    /// If the code is not valid or already used, or the prompt is no longer open.
    pub(super) async fn answer_prompt(&self, id: u64, code: &str) -> Result<(), Problem> {
        let code = MfaCode::parse(code)?;
        let now = self.ports.clock.now();
        let serial = {
            let state = self.lock();
            let prompt = state.prompts.get(&id).ok_or_else(prompt_gone)?;
            prompt.question.serial.clone()
        };
        let sent_before = self
            .io(|ports| ports.store.was_code_sent(&serial, &code))
            .await;
        self.update(|state| {
            let is_used = sent_before || state.ledger.is_used(&serial, &code, now);
            let prompt = state.open_prompt(id)?;
            if is_used {
                prompt.next_code_at = Some(super::ledger::next_step(now));
                return Err(code_used());
            }
            prompt.answer = Some(Answer::Code(code));
            Ok(())
        })
    }

    /// Switches a prompt to its alternative plan. A new prompt replaces it.
    ///
    /// # Errors
    /// If the prompt is no longer open, or has no alternative.
    pub(super) fn switch_prompt(&self, id: u64) -> Result<(), Problem> {
        self.update(|state| {
            let offered = state.prompts.get(&id).ok_or_else(prompt_gone)?;
            let (preference, _) = offered.offer(state).cloned().ok_or_else(no_other_plan)?;
            state.open_prompt(id)?.answer = Some(Answer::Instead(preference));
            Ok(())
        })
    }

    /// Cancels a prompt and the attempts that wait for it.
    ///
    /// # Errors
    /// If the prompt is no longer open.
    pub(super) fn cancel_prompt(&self, id: u64) -> Result<(), Problem> {
        self.update(|state| {
            state.open_prompt(id)?.answer = Some(Answer::Cancel);
            Ok(())
        })
    }

    /// Returns the prompt that `role` waits for, if there is one. The caller is assumed to show it at a terminal for
    /// the next seconds.
    pub(super) fn attend(&self, role: &Name) -> Option<PromptView> {
        let now = self.ports.clock.now();
        let mut state = self.lock();
        state.attended.retain(|_, until| *until > now);
        state.attended.insert(role.clone(), now + ATTENDED);
        let mut prompts = state.prompts.iter();
        let (id, prompt) =
            prompts.find(|(_, it)| it.is_open() && it.roles(&state).contains(role))?;
        Some(prompt_view(&state, *id, prompt))
    }

    /// Runs `call` with a code: one that the caller provided, or one from a stored seed or the program in the settings,
    /// or one from a prompt. Repeats this while AWS rejects the code.
    pub(super) async fn with_code<T, Called>(
        &self,
        question: &Question,
        call: impl Fn(MfaCode) -> Called,
    ) -> Result<T, Halt>
    where
        Called: Future<Output = Result<T, Problem>>,
    {
        let mut next = self.lock().take_provided_code(question);
        let was_brought = next.is_some();
        let mut rejected = None;
        if !was_brought && let Some(code) = self.code_without_a_person(question).await {
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
                None => self.ask(question, rejected.take()).await?,
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
            if state.ledger.is_used(serial, code, now) {
                return Err(code_used());
            }
            state.ledger.note(serial, code, now);
        }
        self.io(|ports| ports.store.note_code_sent(serial, code))
            .await;
        Ok(())
    }

    async fn ask(&self, question: &Question, problem: Option<Problem>) -> Result<MfaCode, Halt> {
        let now = self.ports.clock.now();
        let id = self.update(|state| {
            state.last_prompt += 1;
            let mut prompt = Prompt::new(question.clone(), problem, &state.ledger, now);
            let attended = |role: &Name| state.attended.get(role).is_some_and(|it| *it > now);
            prompt.at_terminal = prompt.roles(state).iter().any(attended);
            state.prompts.insert(state.last_prompt, prompt);
            state.last_prompt
        });
        let deadline = now + PROMPT_LIFE;
        let answer = self.until(Some(deadline), |state| state.answer_to(id, question));
        let answer = answer.await;
        self.update(|state| drop(state.prompts.remove(&id)));
        match answer {
            Some(Answer::Code(code)) => Ok(code),
            Some(Answer::Instead(preference)) => Err(Halt::Replan(Some(preference))),
            Some(Answer::Cancel) => Err(cancelled("The prompt for the code was cancelled.").into()),
            Some(Answer::Unwanted) => Err(ended_meanwhile().into()),
            None => Err(cancelled("Nobody entered the code within two minutes.").into()),
        }
    }
}

impl State {
    /// Returns a prompt without an answer, because only the first answer counts.
    fn open_prompt(&mut self, id: u64) -> Result<&mut Prompt, Problem> {
        let open = self.prompts.get_mut(&id).filter(|it| it.is_open());
        open.ok_or_else(prompt_gone)
    }

    /// Takes a code that a caller which waits for this question provided.
    fn take_provided_code(&mut self, question: &Question) -> Option<MfaCode> {
        // A caller may wait for a role that is assumed from this one.
        let mut roles = question.roles(self);
        if let Purpose::Token(request) = question.purpose {
            roles.extend(self.token_requests.waiting(|id, _| id == request));
        }
        let is_own = |id| question.purpose == Purpose::Attempt(id);
        self.attempts
            .take_code(|id, role| is_own(id) || roles.contains(&role.name))
    }

    /// Returns the answer to a prompt, if there is one. A prompt that nobody waits for is closed.
    fn answer_to(&mut self, id: u64, question: &Question) -> Option<Answer> {
        let answer = self.prompts.get(&id).and_then(|it| it.answer.clone());
        if answer.is_some() {
            return answer;
        }
        if question.roles(self).is_empty() {
            return Some(Answer::Unwanted);
        }
        self.take_provided_code(question).map(Answer::Code)
    }
}

impl Question {
    /// Returns the roles that callers requested and that wait for the code.
    pub(super) fn roles(&self, state: &State) -> Vec<Name> {
        let attempts = &state.attempts;
        let names = match self.purpose {
            Purpose::Attempt(attempt) => attempts.waiting(|id, _| id == attempt),
            Purpose::Token(request) => {
                let roles = state.token_requests.waiting(|id, _| id == request);
                attempts.waiting(|_, role| roles.contains(&role.name))
            }
        };
        names.into_iter().collect()
    }
}

impl Prompt {
    fn new(
        question: Question,
        problem: Option<Problem>,
        ledger: &CodeLedger,
        now: Timestamp,
    ) -> Self {
        Self {
            next_code_at: ledger.next_code_at(&question.serial, now),
            question,
            deadline: now + PROMPT_LIFE,
            problem,
            at_terminal: false,
            answer: None,
        }
    }

    /// Returns the roles that callers requested and that wait for this prompt.
    pub(super) fn roles(&self, state: &State) -> Vec<Name> {
        self.question.roles(state)
    }

    /// Returns whether it has no answer yet.
    pub(super) fn is_open(&self) -> bool {
        self.answer.is_none()
    }

    /// Returns the alternative use of the code, but not while other roles wait for the code.
    pub(super) fn offer(&self, state: &State) -> Option<&(PlanPreference, String)> {
        let offer = self.question.alternative.as_ref()?;
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

fn cancelled(what: &str) -> Problem {
    Problem::new(ProblemCode::Cancelled, what, "Nothing changed.")
}

fn no_other_plan() -> Problem {
    let what = "This code can be used in no other way.";
    Problem::new(ProblemCode::Cancelled, what, "Enter it, or cancel.")
}

fn prompt_gone() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "The prompt is no longer open.",
        "Assume the role again.",
    )
}
