//! Asking for a code: a prompt for a person, and the ledger that keeps a code from being sent twice.

use jiff::{SignedDuration, Timestamp};

use super::Keeper;
use crate::call_fields::{MfaCode, MfaSerial};
use crate::name::Name;
use crate::plan::{Plan, code_sentence};
use crate::problem::{Problem, ProblemCode};
use crate::role::Role;

/// How long a prompt waits for its answer.
const PROMPT_LIFE: SignedDuration = SignedDuration::from_secs(120);
/// How long an authenticator shows one code, in seconds. RFC 6238, section 5.2.
const CODE_STEP_S: i64 = 30;
/// How long AWS may still take a code after it was shown, so that it counts as used.
const CODE_LIFE: SignedDuration = SignedDuration::from_secs(120);

/// A question that waits for its answer.
#[derive(Debug, Clone)]
pub(super) struct Prompt {
    pub(super) serial: MfaSerial,
    pub(super) role: Name,
    pub(super) plan: String,
    pub(super) deadline: Timestamp,
    pub(super) next_code_at: Option<Timestamp>,
    pub(super) problem: Option<Problem>,
    answer: Option<Answer>,
}

#[derive(Debug, Clone)]
enum Answer {
    Code(MfaCode),
    Cancel,
}

impl Keeper {
    /// Answers a prompt.
    ///
    /// # Errors
    /// If the code is none, was used before, or the prompt is gone.
    pub fn answer_prompt(&self, id: u64, code: &str) -> Result<(), Problem> {
        let code = MfaCode::parse(code)?;
        let now = self.ports.clock.now();
        self.update(|state| {
            let used = &state.used_codes;
            let prompt = state.prompts.get_mut(&id).ok_or_else(prompt_gone)?;
            if is_used(used.get(&prompt.serial), &code, now) {
                prompt.next_code_at = Some(next_code_at(now));
                return Err(code_used());
            }
            prompt.answer = Some(Answer::Code(code));
            Ok(())
        })
    }

    /// Cancels a prompt and the assumption that waits for it.
    ///
    /// # Errors
    /// If the prompt is gone.
    pub fn cancel_prompt(&self, id: u64) -> Result<(), Problem> {
        self.update(|state| {
            let prompt = state.prompts.get_mut(&id).ok_or_else(prompt_gone)?;
            prompt.answer = Some(Answer::Cancel);
            Ok(())
        })
    }

    /// Runs `call` with a code: the one given, else one that a prompt asks for, again while AWS rejects it.
    pub(super) fn with_code<T>(
        &self,
        role: &Role,
        serial: &MfaSerial,
        plan: &Plan,
        given: Option<MfaCode>,
        call: impl Fn(MfaCode) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let asked_at_terminal = given.is_some();
        let mut next = given;
        let mut rejected: Option<Problem> = None;
        loop {
            let code = match next.take() {
                Some(code) => code,
                None => self.ask(role, serial, plan, rejected.take())?,
            };
            self.use_code(serial, &code)?;
            match call(code) {
                Err(problem) if problem.code == ProblemCode::CodeRejected && !asked_at_terminal => {
                    rejected = Some(problem);
                }
                outcome => return outcome,
            }
        }
    }

    /// Notes the code as used, before it is sent: AWS takes each once, whatever becomes of the call.
    fn use_code(&self, serial: &MfaSerial, code: &MfaCode) -> Result<(), Problem> {
        let now = self.ports.clock.now();
        let mut state = self.lock();
        if is_used(state.used_codes.get(serial), code, now) {
            return Err(code_used());
        }
        state.used_codes.insert(serial.clone(), (code.clone(), now));
        Ok(())
    }

    fn ask(
        &self,
        role: &Role,
        serial: &MfaSerial,
        plan: &Plan,
        problem: Option<Problem>,
    ) -> Result<MfaCode, Problem> {
        let now = self.ports.clock.now();
        let prompt = Prompt {
            serial: serial.clone(),
            role: role.name.clone(),
            plan: code_sentence(role, plan.life()),
            deadline: now + PROMPT_LIFE,
            next_code_at: problem.as_ref().map(|_| next_code_at(now)),
            problem,
            answer: None,
        };
        let id = self.update(|state| {
            state.last_prompt += 1;
            state.prompts.insert(state.last_prompt, prompt);
            state.last_prompt
        });
        let answer = self.wait_for_answer(id);
        self.update(|state| drop(state.prompts.remove(&id)));
        match answer {
            Some(Answer::Code(code)) => Ok(code),
            Some(Answer::Cancel) => Err(cancelled("The prompt for the code was cancelled.")),
            None => Err(cancelled("Nobody entered the code within two minutes.")),
        }
    }

    fn wait_for_answer(&self, id: u64) -> Option<Answer> {
        let open = |state: &mut super::State| {
            state
                .prompts
                .get(&id)
                .is_some_and(|prompt| prompt.answer.is_none())
        };
        let state = self.lock();
        let waited = self
            .changed
            .wait_timeout_while(state, PROMPT_LIFE.unsigned_abs(), open);
        let (state, _) = waited.unwrap_or_else(|e| e.into_inner());
        state
            .prompts
            .get(&id)
            .and_then(|prompt| prompt.answer.clone())
    }
}

fn is_used(last: Option<&(MfaCode, Timestamp)>, code: &MfaCode, now: Timestamp) -> bool {
    last.is_some_and(|(used, at)| used == code && now.duration_since(*at) < CODE_LIFE)
}

/// Authenticators show a new code at every half minute of the time of day.
fn next_code_at(now: Timestamp) -> Timestamp {
    let next = (now.as_second().div_euclid(CODE_STEP_S) + 1) * CODE_STEP_S;
    Timestamp::from_second(next).unwrap_or(now)
}

fn code_used() -> Problem {
    Problem::new(
        ProblemCode::CodeRejected,
        "This code was used already.",
        "Wait for the next one: AWS takes each code once.",
    )
}

fn cancelled(what: &str) -> Problem {
    Problem::new(ProblemCode::Cancelled, what, "Nothing changed.")
}

fn prompt_gone() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "The prompt is no longer open.",
        "Assume the role again.",
    )
}
