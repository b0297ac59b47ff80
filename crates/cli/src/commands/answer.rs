//! `answer`: asks at this terminal about programs that want a role, until Ctrl-C. For machines without a desktop, where
//! Rolecall cannot ask about a program without a terminal in any other way.

use std::thread;
use std::time::Duration;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::question::ConsentView;

use crate::client::{Client, unexpected};
use crate::{question, terminal};

/// How often to look for questions.
const POLL: Duration = Duration::from_millis(500);

/// Waits for questions and asks each. The agent is started once at most: if it ends later, this waits for another one.
///
/// # Errors
/// If a desktop asks, there is no terminal, or the application stops answering.
pub(super) fn run(client: &Client) -> Result<String, Problem> {
    if !terminal::is_reachable() {
        let what = "rolecall answer needs a terminal.";
        let remedy = "Run it in a terminal.";
        return Err(Problem::new(ProblemCode::NotAllowed, what, remedy));
    }
    let mut open = in_answer(client.ask(Call::Questions)?)?;
    terminal::tell("Waiting for programs that ask for a role. Press Ctrl-C to stop.");
    loop {
        for question in &open {
            if let Err(problem) = question::ask(client.socket(), question) {
                terminal::tell(&visible(&problem.to_string()));
            }
        }
        pause();
        let answer = client.socket().send_if_running(&Call::Questions);
        open = answer.transpose()?.map_or(Ok(Vec::new()), in_answer)?;
    }
}

fn in_answer(answer: Answer) -> Result<Vec<ConsentView>, Problem> {
    match answer {
        Answer::Questions(questions) => Ok(questions),
        _ => Err(unexpected()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "polls the application while a person watches"
)]
fn pause() {
    thread::sleep(POLL);
}
