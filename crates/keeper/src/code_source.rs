//! MFA codes from the program in the user's settings.

use jiff::SignedDuration;

use super::Owner;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::problem::{Problem, ProblemCode};

/// How long the program may take. The user may have to touch a security key.
const PROGRAM_LIMIT: SignedDuration = SignedDuration::from_secs(20);
/// The placeholder for the device in the program's arguments.
const DEVICE: &str = "{serial}";

impl Owner {
    /// Returns a code from the program of `[mfa] process`, or `None` if none is set.
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
        "The program of [mfa] process returned no code: {}.",
        rolecall_core::value::sanitise::echo(reason)
    );
    Problem::new(
        ProblemCode::CodeNeeded,
        what,
        "Enter the code here, and fix the program in settings.toml.",
    )
}
