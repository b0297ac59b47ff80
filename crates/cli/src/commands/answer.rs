//! `answer`: the questions of programs, put to whoever sits at this terminal, until Ctrl-C. For a machine without a
//! desktop, where a program that has no terminal could ask nobody.

use std::thread;
use std::time::Duration;

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;
use rolecall_core::snapshot::QuestionView;

use crate::client::{Client, unexpected};
use crate::{question, terminal};

/// How often the application is asked for questions.
const LOOK: Duration = Duration::from_millis(500);

/// Watches for questions and puts each.
///
/// # Errors
/// If a desktop asks, nobody sits at a terminal, or the application does not answer any more.
pub(super) fn run(client: &Client) -> Result<String, Problem> {
    if !terminal::is_reachable() {
        let what = "Questions are answered at a terminal.";
        return Err(Problem::new(
            ProblemCode::NotAllowed,
            what,
            "Run this in one.",
        ));
    }
    let mut open = questions(client)?;
    terminal::tell("Waiting for programs that ask for a role. Ctrl-C ends this.");
    loop {
        for asked in &open {
            if let Err(problem) = question::put(client, asked) {
                terminal::tell(&visible(&problem.to_string()));
            }
        }
        pause();
        open = questions(client)?;
    }
}

fn questions(client: &Client) -> Result<Vec<QuestionView>, Problem> {
    match client.ask(Call::Questions)? {
        Answer::Questions(questions) => Ok(questions),
        _ => Err(unexpected()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the application is looked at now and then while a person watches"
)]
fn pause() {
    thread::sleep(LOOK);
}
