//! MFA codes that nobody types: from a stored seed, or from the program in the user's settings.

use jiff::SignedDuration;

use super::prompt::code_used;
use super::{Owner, ledger};
use crate::state::prompt::CodeRequest;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::problem::{Problem, ProblemCode};

/// How long the program may take. The user may have to touch a security key.
const PROGRAM_LIMIT: SignedDuration = SignedDuration::from_secs(20);
/// How long to wait for an unused code: the rest of one time step, and some time for clock differences.
const CODE_TIMEOUT: SignedDuration = SignedDuration::from_secs(35);
/// The placeholder for the device in the program's arguments.
const DEVICE: &str = "{serial}";

impl Owner {
    /// Returns an unused code from the device's seed, or otherwise from the program of `[mfa] process`, and records it
    /// as used. Returns `None` if there is neither.
    pub(super) async fn code_without_a_person(
        &self,
        question: &CodeRequest,
    ) -> Option<Result<MfaCode, Problem>> {
        if let Some(code) = self.code_of_seed(question).await {
            return Some(code);
        }
        let words = self.lock().settings.current.mfa_process.clone();
        if words.is_empty() {
            return None;
        }
        let words: Vec<String> = words
            .iter()
            .map(|word| word.replace(DEVICE, question.serial.as_str()))
            .collect();
        let run = async || self.code_of_program(&words).await;
        Some(
            self.unused_code(&question.serial, Some(question), run)
                .await,
        )
    }

    async fn code_of_program(&self, words: &[String]) -> Result<MfaCode, Problem> {
        let output = self
            .io(|ports| ports.programs.run(words, PROGRAM_LIMIT))
            .await;
        match output {
            Ok(text) => MfaCode::parse(text.expose())
                .map_err(|_| failed("it printed something that is not a code of six digits")),
            Err(reason) => Err(failed(&reason)),
        }
    }

    /// Returns an unused code of `source` and records it as used. If the present code was already sent, waits for the
    /// next one, and shows this for the roles that wait for `question`.
    pub(super) async fn unused_code<Read>(
        &self,
        serial: &MfaSerial,
        question: Option<&CodeRequest>,
        source: impl Fn() -> Read,
    ) -> Result<MfaCode, Problem>
    where
        Read: Future<Output = Result<MfaCode, Problem>>,
    {
        let begun = self.ports.clock.now();
        loop {
            let code = source().await?;
            if self.use_code(serial, &code).await.is_ok() {
                return Ok(code);
            }
            let next = ledger::next_step(self.ports.clock.now());
            if next.duration_since(begun) > CODE_TIMEOUT {
                return Err(code_used());
            }
            let shown = question.map(|question| self.show_wait(question));
            self.until(Some(next), |_| None::<()>).await;
            if let Some(id) = shown {
                self.update(|state| drop(state.mfa.seed_waits.remove(&id)));
            }
            if self.ports.clock.now() < next {
                return Err(code_used());
            }
        }
    }

    fn show_wait(&self, question: &CodeRequest) -> u64 {
        self.update(|state| {
            let last = state.mfa.seed_waits.keys().next_back();
            let id = last.map_or(0, |last| last + 1);
            state.mfa.seed_waits.insert(id, question.clone());
            id
        })
    }
}

fn failed(reason: &str) -> Problem {
    let what = format!(
        "The program of [mfa] process returned no code: {}.",
        rolecall_core::value::sanitise::echo(reason)
    );
    Problem::new(
        ProblemCode::CodeNeeded,
        what,
        "Enter the code here, and fix the program in settings.toml.",
    )
}
