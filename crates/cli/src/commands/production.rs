//! Confirms at the terminal that a role which acts on production is assumed. The application asks for it; the first answer
//! counts, whether it comes from here or from the window.

use std::thread;
use std::time::Duration;

use rolecall_core::api::protocol::Call;
use rolecall_core::api::question::QuestionCall;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::question::ProductionView;

use crate::client::Client;
use crate::terminal::{self, Keyboard};

/// How often to look for the question.
const POLL: Duration = Duration::from_millis(100);

/// Has the user confirm that this terminal may assume a role. `yes` confirms it where the settings allow that.
///
/// # Errors
/// `needed`, if there is no terminal; otherwise why it is not confirmed.
pub(super) fn confirm(
    client: &Client,
    role: &str,
    yes: bool,
    needed: Problem,
) -> Result<(), Problem> {
    let call = |yes| {
        Call::Question(QuestionCall::Confirm {
            role: role.trim().to_owned(),
            yes,
        })
    };
    if yes {
        return client.perform(call(true));
    }
    let Some(keyboard) = Keyboard::open() else {
        return Err(needed);
    };
    let asked = questions(client).into_iter().map(|it| it.id);
    let prompter = Prompter {
        client: client.clone(),
        role: role.trim().to_owned(),
        keyboard,
        last: asked.max().unwrap_or_default(),
    };
    // It ends with this process, or with the question.
    thread::spawn(move || prompter.run());
    client.perform(call(false))
}

/// Asks the question while the call waits.
struct Prompter {
    client: Client,
    role: String,
    keyboard: Keyboard,
    /// The last question that was open before.
    last: u64,
}

impl Prompter {
    fn run(mut self) {
        loop {
            if let Some(question) = self.open() {
                return self.ask(&question);
            }
            pause();
        }
    }

    fn open(&self) -> Option<ProductionView> {
        let mut open = questions(&self.client).into_iter();
        open.find(|it| it.id > self.last && it.role == self.role && it.process.is_some())
    }

    /// Asks until the account is right, nothing is typed, or the question is closed.
    fn ask(&mut self, question: &ProductionView) {
        let id = question.id;
        terminal::discard_typed_input();
        terminal::tell(&visible(&sentence(question)));
        loop {
            let line = self.keyboard.ask(&format!("Type {}: ", shown(question)));
            let typed = line.map(|line| line.expose().trim().to_owned());
            let call = match typed.filter(|typed| !typed.is_empty()) {
                Some(account) => QuestionCall::AnswerAccount { id, account },
                None => QuestionCall::CancelAccount { id },
            };
            match self.client.perform(Call::Question(call)) {
                Err(problem) if problem.code == ProblemCode::InvalidInput => {
                    terminal::tell(&visible(&problem.to_string()));
                }
                // The call that waits says what became of it.
                Ok(()) | Err(_) => return,
            }
        }
    }
}

fn sentence(question: &ProductionView) -> String {
    let account = match &question.account_name {
        Some(name) => format!("{name} ({})", question.account_id),
        None => question.account_id.clone(),
    };
    format!(
        "{} acts on production in account {account}. To assume it, type the account's {}; Enter alone cancels.",
        question.role,
        match question.account_name {
            Some(_) => "name",
            None => "ID",
        }
    )
}

fn shown(question: &ProductionView) -> String {
    visible(question.to_type())
}

/// Returns the open questions; none if the application does not answer.
fn questions(client: &Client) -> Vec<ProductionView> {
    let snapshot = client.sessions();
    snapshot.map_or_else(
        |_| Vec::new(),
        |snapshot| snapshot.productions().cloned().collect(),
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "polls the application while a call waits"
)]
fn pause() {
    thread::sleep(POLL);
}
