//! A prompt for a code where there is no terminal to ask at.

use std::thread;
use std::time::Duration;

use rolecall_core::api::host::HostKind;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::question::CodeView;

use crate::client::Client;
use crate::piped_code::StandardInput;
use crate::terminal;
use rolecall_core::value::shell_word::shell_word;

/// Answers prompts for the role or access key that `command` names with a code from standard input, or says once that a
/// code is waited for. Does so in a thread that ends with this process.
pub(super) fn watch(client: &Client, role: &str, command: &'static str, stdin: StandardInput) {
    let watcher = Watcher {
        client: client.clone(),
        role: role.to_owned(),
        command,
        stdin,
    };
    thread::spawn(move || watcher.run());
}

/// How often to look for a prompt.
const POLL: Duration = Duration::from_millis(250);

struct Watcher {
    client: Client,
    role: String,
    command: &'static str,
    stdin: StandardInput,
}

impl Watcher {
    fn run(self) {
        let mut is_answered = false;
        let mut has_noted = false;
        loop {
            pause();
            let Some(prompt) = self.prompt() else {
                continue;
            };
            if let Some(problem) = prompt.problem.as_ref().filter(|_| is_answered) {
                return self.cancel(prompt.id, &problem.to_string());
            }
            if let Some(code) = self.stdin.code() {
                let answer = Call::AnswerPrompt {
                    id: prompt.id,
                    code: WireSecret::new(code.expose().trim().to_owned()),
                };
                match self.client.perform(answer) {
                    Ok(()) => is_answered = true,
                    Err(problem) => return self.cancel(prompt.id, &problem.to_string()),
                }
            } else if !has_noted && !is_answered {
                has_noted = true;
                terminal::tell(&self.notice(&prompt));
            }
        }
    }

    /// Returns the open prompt of the role. It is not marked as shown at a terminal, so that the window opens.
    fn prompt(&self) -> Option<CodeView> {
        let snapshot = self.client.sessions().ok()?;
        let mut codes = snapshot.codes();
        let waits = |prompt: &&CodeView| prompt.roles.contains(&self.role);
        codes.find(waits).cloned()
    }

    /// Cancels a prompt whose only code was not accepted.
    fn cancel(&self, id: u64, why: &str) {
        terminal::tell(&visible(why));
        // The prompt may have ended.
        let _ = self.client.perform(Call::CancelPrompt { id });
    }

    fn notice(&self, prompt: &CodeView) -> String {
        let device = visible(&prompt.mfa_serial);
        let role = shell_word(&visible(&self.role));
        let assume = format!("rolecall {} {role}", self.command);
        let assume = self.client.command_in(&assume);
        let place = match self.has_window() {
            true => "Enter it in Rolecall's window".to_owned(),
            false => format!("Enter it at a terminal with: {assume}"),
        };
        format!("Waiting for a code of {device}. {place}, or pipe it: echo CODE | {assume}")
    }

    fn has_window(&self) -> bool {
        let host = self.client.ask(Call::Host);
        matches!(host, Ok(Answer::Host(host)) if host.kind == HostKind::Desktop)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "polls the application while a call waits"
)]
fn pause() {
    thread::sleep(POLL);
}
