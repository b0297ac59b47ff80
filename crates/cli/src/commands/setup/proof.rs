//! Assumes the finished role, to show that it works. IAM needs some seconds until it knows a new role everywhere.

use std::time::Duration;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::shell_word::shell_word;
use rolecall_core::view::snapshot::SessionView;

use crate::client::{Client, unexpected};
use crate::commands::{assume, code_prompt};
use crate::interrupt::Interrupt;
use crate::piped_code::StandardInput;
use crate::terminal;

/// How long to wait before each new try, in seconds. Together a bit more than a minute.
const WAITS_S: [u64; 9] = [1, 2, 4, 8, 8, 8, 10, 10, 10];

/// Assumes a role until IAM knows it, and returns its identity as text.
///
/// # Errors
/// If AWS refuses it for longer than a change in IAM takes, or Ctrl-C was pressed.
pub(super) fn assume(
    client: &Client,
    role: &str,
    interrupt: &Interrupt,
) -> Result<String, Problem> {
    terminal::tell(&format!("Assuming {}.", visible(role)));
    let mut waits = WAITS_S.into_iter();
    loop {
        match session(client, role) {
            Ok(session) => {
                let snapshot = client.sessions()?;
                return Ok(assume::described(&session, &snapshot));
            }
            Err(problem) if problem.code == ProblemCode::AccessDenied => {
                let Some(seconds) = waits.next() else {
                    return Err(still_denied(role, &problem));
                };
                terminal::tell(&format!(
                    "  … IAM does not know the role everywhere yet. Trying again in {seconds} s."
                ));
                interrupt.pause(Duration::from_secs(seconds));
                if interrupt.was_pressed() {
                    return Err(stopped(role));
                }
            }
            Err(problem) => return Err(problem),
        }
    }
}

/// Assumes a role once, and asks for a code if it needs one.
///
/// # Errors
/// Why it cannot be assumed.
pub(super) fn session(client: &Client, role: &str) -> Result<Box<SessionView>, Problem> {
    let call = |reasons: &[String]| Call::Assume {
        role: role.to_owned(),
        code: None,
        reasons: reasons.to_vec(),
    };
    match code_prompt::ask(client, call, role, Vec::new(), StandardInput::Own, false)? {
        Answer::Session(session) => Ok(session),
        _ => Err(unexpected()),
    }
}

fn stopped(role: &str) -> Problem {
    let what = "Stopped. Everything was made, but AWS did not let the role be assumed yet.";
    let remedy = format!("Try again: rolecall assume {}", shell_word(&visible(role)));
    Problem::new(ProblemCode::Cancelled, what, remedy)
}

fn still_denied(role: &str, problem: &Problem) -> Problem {
    let what = format!(
        "Everything was made, but AWS still refuses the role. {}",
        problem.what
    );
    let remedy = format!(
        "Try rolecall assume {0} in a few minutes. To see why: rolecall explain {0}",
        shell_word(&visible(role))
    );
    Problem::new(ProblemCode::AccessDenied, what, remedy)
}
