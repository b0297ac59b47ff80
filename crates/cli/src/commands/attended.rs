//! A request that may wait for a code, or want a reason: the person at the terminal is asked.
//!
//! The prompt is the application's. Whoever answers it first, here or in the window, lets the request go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call, WireSecret};
use rolecall_core::sanitise::visible;
use rolecall_core::snapshot::PromptView;

use super::{sessions, why};
use crate::client::{Client, unexpected};
use crate::terminal::{self, Keyboard};

/// What is typed for the other plan that a prompt offers.
const OTHER: &str = "other";

/// How often the application is asked whether a prompt waits.
const LOOK: Duration = Duration::from_millis(250);

/// Asks for what may need a code of `role` or a reason, and for those if somebody sits at a terminal.
///
/// # Errors
/// As [`Client::ask`].
pub(super) fn ask(client: &Client, call: impl Fn() -> Call, role: &str) -> Result<Answer, Problem> {
    let Some(keyboard) = Keyboard::open() else {
        return client.ask(call());
    };
    let is_asking = Arc::new(AtomicBool::new(false));
    let person = Person {
        client: client.clone(),
        role: role.trim().to_owned(),
        keyboard,
        is_asking: is_asking.clone(),
    };
    // It ends with this process, or with the program that takes its place.
    thread::spawn(move || person.attend());
    let mut answer = client.ask(call());
    let wants_reason = |problem: &Problem| problem.code == ProblemCode::ReasonNeeded;
    if answer.as_ref().is_err_and(wants_reason) {
        why::ask(client, &client.snapshot()?, role.trim())?;
        answer = client.ask(call());
    }
    if is_asking.load(Ordering::Acquire) {
        let elsewhere = if answer.is_ok() {
            "\nThe code was entered elsewhere."
        } else {
            ""
        };
        terminal::tell(elsewhere);
    }
    answer
}

/// The person at the terminal, and what they wait for.
struct Person {
    client: Client,
    role: String,
    keyboard: Keyboard,
    is_asking: Arc<AtomicBool>,
}

impl Person {
    /// Asks for the code of each prompt that the role waits for, until nobody can be asked any more.
    fn attend(mut self) {
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

    fn prompt(&self) -> Result<Option<Box<PromptView>>, Problem> {
        let role = self.role.clone();
        match self.client.ask(Call::Attend { role })? {
            Answer::Prompt(prompt) => Ok(prompt),
            _ => Err(unexpected()),
        }
    }

    /// Asks until a code is taken or the prompt is cancelled; `None` if the terminal is gone.
    fn ask(&mut self, prompt: &PromptView) -> Option<()> {
        if let Some(problem) = &prompt.problem {
            terminal::tell(&visible(&problem.to_string()));
        }
        terminal::tell(&visible(&prompt.plan));
        if let Some(instead) = &prompt.instead {
            let offer = format!("Type \"{OTHER}\" for {instead}.");
            terminal::tell(&visible(&offer));
        }
        loop {
            self.is_asking.store(true, Ordering::Release);
            let line = self.keyboard.ask(&self.question(prompt))?;
            self.is_asking.store(false, Ordering::Release);
            let call = match line.expose().trim() {
                "" => Call::CancelPrompt { id: prompt.id },
                OTHER => Call::SwitchPrompt { id: prompt.id },
                code => Call::AnswerPrompt {
                    id: prompt.id,
                    code: WireSecret::new(code.to_owned()),
                },
            };
            match self.client.ask(call) {
                Ok(_) => return Some(()),
                Err(problem) => terminal::tell(&visible(&problem.to_string())),
            }
            if self
                .prompt()
                .ok()
                .flatten()
                .is_none_or(|it| it.id != prompt.id)
            {
                return Some(());
            }
        }
    }

    fn question(&self, prompt: &PromptView) -> String {
        let device = visible(&prompt.mfa_serial);
        let snapshot = self.client.sessions().ok();
        let now = snapshot.map(|snapshot| sessions::now_of(&snapshot));
        let wait = |now: Timestamp| Some(prompt.next_code_at?.duration_since(now).as_secs());
        match now.and_then(wait).filter(|seconds| *seconds > 0) {
            Some(seconds) => format!("Code of {device} (the next one comes in {seconds}s): "),
            None => format!("Code of {device}: "),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the application is looked at now and then while it waits"
)]
fn pause() {
    thread::sleep(LOOK);
}
