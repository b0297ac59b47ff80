//! Codes that come without a person: from the program that the user's settings name.

use jiff::SignedDuration;

use super::Owner;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::problem::{Problem, ProblemCode};

/// How long the program may take: a person may have to touch a key.
const PROGRAM_LIMIT: SignedDuration = SignedDuration::from_secs(20);
/// What stands for the device in the program's words.
const DEVICE: &str = "{serial}";

impl Owner {
    /// Returns the code that the program of `[mfa] process` gives; `None` if none is set.
    pub(super) async fn code_of_program(
        &self,
        serial: &MfaSerial,
    ) -> Option<Result<MfaCode, Problem>> {
        let words = self.lock().settings.mfa_process.clone();
        if words.is_empty() {
            return None;
        }
        let words: Vec<String> = words
            .iter()
            .map(|word| word.replace(DEVICE, serial.as_str()))
            .collect();
        let output = self
            .io(|ports| ports.programs.run(&words, PROGRAM_LIMIT))
            .await;
        Some(match output {
            Ok(text) => MfaCode::parse(text.expose())
                .map_err(|_| failed("it printed something that is not a code of six digits")),
            Err(reason) => Err(failed(&reason)),
        })
    }
}

fn failed(reason: &str) -> Problem {
    let what = format!(
        "The program of [mfa] process gave no code: {}.",
        rolecall_core::value::sanitise::echo(reason)
    );
    Problem::new(
        ProblemCode::CodeNeeded,
        what,
        "Enter the code here, and mend the program in settings.toml.",
    )
}
