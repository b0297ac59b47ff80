//! Asks at the terminal for an MFA code or a reason while a call waits for it.
//!
//! Without a terminal, a code can be piped in. Otherwise a line says at once what is waited for, and where to give it.
//!
//! The prompt belongs to the application. The first answer counts, whether it comes from here or from the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::question::CodeView;

use super::{production, reason_prompt, sessions, unattended};
use crate::client::{Client, unexpected};
use crate::piped_code::StandardInput;
use crate::terminal::{self, Keyboard};

/// The word that chooses the other plan that a prompt offers.
const OTHER: &str = "other";

/// How often to look for a prompt.
const POLL: Duration = Duration::from_millis(250);

/// Sends a call that may need a code for `role`, or more reasons than were given, and asks for those if there is a
/// terminal.
///
/// Before, a role that acts on production is confirmed, which `yes` does without a question.
///
/// # Errors
/// As [`Client::ask`], and if production is not confirmed.
pub(super) fn ask(
    client: &Client,
    call: impl Fn(&[String]) -> Call,
    role: &str,
    mut reasons: Vec<String>,
    stdin: StandardInput,
    yes: bool,
) -> Result<Answer, Problem> {
    let watch = watch(client, role, "assume", stdin);
    let mut answer = client.ask(call(&reasons));
    if let Some(needed) = code_of(&answer, ProblemCode::ConfirmationNeeded) {
        production::confirm(client, role, yes, needed.clone())?;
        answer = client.ask(call(&reasons));
    }
    let Some(watch) = watch else {
        return answer;
    };
    if code_of(&answer, ProblemCode::ReasonNeeded).is_some() {
        reasons.extend(reason_prompt::ask(
            client,
            &client.snapshot()?,
            role.trim(),
        )?);
        answer = client.ask(call(&reasons));
    }
    watch.end(&answer);
    answer
}

/// Returns the problem of an answer, if it has this code.
fn code_of(answer: &Result<Answer, Problem>, code: ProblemCode) -> Option<&Problem> {
    answer.as_ref().err().filter(|problem| problem.code == code)
}

/// Asks for the codes that a role or an access key waits for, from now on; without a terminal, a code can be piped in.
/// `command` is the command that names it. Returns `None` without a terminal.
pub(super) fn watch(
    client: &Client,
    role: &str,
    command: &'static str,
    stdin: StandardInput,
) -> Option<Watch> {
    let Some(keyboard) = Keyboard::open() else {
        unattended::watch(client, role.trim(), command, stdin);
        return None;
    };
    let is_asking = Arc::new(AtomicBool::new(false));
    let prompter = Prompter {
        client: client.clone(),
        role: role.trim().to_owned(),
        keyboard,
        stdin,
        is_asking: is_asking.clone(),
    };
    // It ends with this process, or with the program that replaces it.
    thread::spawn(move || prompter.run());
    Some(Watch(is_asking))
}

/// Asks for codes at the terminal while calls wait for them.
pub(super) struct Watch(Arc<AtomicBool>);

impl Watch {
    /// Ends the line of a prompt that is still open, because its call has an answer.
    pub(super) fn end(&self, answer: &Result<Answer, Problem>) {
        if self.0.load(Ordering::Acquire) {
            let message = match answer {
                Ok(_) => "\nThe code was entered elsewhere.",
                Err(_) => "",
            };
            terminal::tell(message);
        }
    }
}

/// Asks for codes in a thread while the call waits.
struct Prompter {
    client: Client,
    role: String,
    keyboard: Keyboard,
    stdin: StandardInput,
    is_asking: Arc<AtomicBool>,
}

impl Prompter {
    /// Asks for the code of each prompt that the role waits for, until the terminal is gone.
    fn run(mut self) {
        let mut last = 0;
        loop {
            let waiting = self.prompt().ok().flatten();
            if let Some(prompt) = waiting.filter(|prompt| prompt.id > last) {
                last = prompt.id;
                if self.ask(&prompt).is_none() {
                    return;
                }
            }
            pause();
        }
    }

    fn prompt(&self) -> Result<Option<Box<CodeView>>, Problem> {
        let role = self.role.clone();
        match self.client.ask(Call::Attend { role })? {
            Answer::Prompt(prompt) => Ok(prompt),
            _ => Err(unexpected()),
        }
    }

    /// Asks until a code is accepted or the prompt ends; `None` if the terminal is gone.
    fn ask(&mut self, prompt: &CodeView) -> Option<()> {
        introduce(prompt);
        loop {
            self.is_asking.store(true, Ordering::Release);
            let line = match self.stdin.code() {
                Some(code) => code,
                None => self.keyboard.ask(&self.question(prompt))?,
            };
            self.is_asking.store(false, Ordering::Release);
            match self.client.ask(call(prompt.id, line.expose().trim())) {
                Ok(_) => return Some(()),
                Err(problem) => terminal::tell(&visible(&problem.to_string())),
            }
            let waiting = self.prompt().ok().flatten();
            if waiting.is_none_or(|it| it.id != prompt.id) {
                return Some(());
            }
        }
    }

    fn question(&self, prompt: &CodeView) -> String {
        let device = visible(&prompt.mfa_serial);
        let snapshot = self.client.sessions().ok();
        let now = snapshot.map(|snapshot| sessions::now_of(&snapshot));
        let wait = |now: Timestamp| Some(prompt.next_code_at?.duration_since(now).as_secs());
        match now.and_then(wait).filter(|seconds| *seconds > 0) {
            Some(seconds) => format!("Code of {device} (next code in {seconds}s): "),
            None => format!("Code of {device}: "),
        }
    }
}

/// Shows what the code is for, and the last problem with one.
fn introduce(prompt: &CodeView) {
    if let Some(problem) = &prompt.problem {
        terminal::tell(&visible(&problem.to_string()));
    }
    terminal::tell(&visible(&prompt.plan));
    if let Some(alternative) = &prompt.alternative {
        let offer = format!("{alternative}: type \"{OTHER}\".");
        terminal::tell(&visible(&offer));
    }
}

/// Returns the call that a typed line means.
fn call(id: u64, line: &str) -> Call {
    match line {
        "" => Call::CancelPrompt { id },
        OTHER => Call::SwitchPrompt { id },
        code => Call::AnswerPrompt {
            id,
            code: WireSecret::new(code.to_owned()),
        },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "polls the application while a call waits"
)]
fn pause() {
    thread::sleep(POLL);
}
