//! The two steps of a reset, each a run of the agent's program.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rolecall_core::api::reset::{ResetOutcome, ResetPlan};
use rolecall_core::value::problem::{Problem, ProblemCode};
use serde::de::DeserializeOwned;

use crate::agent_program;
use crate::arguments::KeepRoles;
use crate::environment::agent_environment;

/// Returns what a reset would remove.
///
/// # Errors
/// If the agent's program is not installed, or cannot look.
pub(super) fn plan(keep: KeepRoles) -> Result<ResetPlan, Problem> {
    answer(start("--reset-plan", keep)?)
}

/// Removes what is in the plan.
///
/// # Errors
/// If nothing was removed, and why.
pub(super) fn remove(keep: KeepRoles, plan: &ResetPlan) -> Result<ResetOutcome, Problem> {
    let mut child = start("--reset", keep)?;
    let json = serde_json::to_vec(plan).map_err(|_| Problem::internal())?;
    if let Some(mut input) = child.stdin.take() {
        // If the program has ended already, it says why.
        let _ = input.write_all(&json);
    }
    answer(child)
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts our own program, with a cleared environment"
)]
fn start(step: &str, keep: KeepRoles) -> Result<Child, Problem> {
    let no_program = |error| agent_program::not_started(Path::new(agent_program::NAME), &error);
    let program = agent_program::path().map_err(no_program)?;
    let mut command = Command::new(&program);
    command.arg(step);
    if keep == KeepRoles::Yes {
        command.arg("--keep-roles");
    }
    let started = command
        .env_clear()
        .envs(agent_environment())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    started.map_err(|error| agent_program::not_started(&program, &error))
}

fn answer<T: DeserializeOwned>(child: Child) -> Result<T, Problem> {
    let output = child.wait_with_output().map_err(|_| Problem::internal())?;
    if let Ok(answer) = serde_json::from_slice(&output.stdout) {
        return Ok(answer);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().trim_start_matches("rolecall-agent: ");
    match said.is_empty() {
        false => Err(Problem::new(ProblemCode::Cancelled, said, "")),
        true => {
            let what = "The agent's program ended before it was done.";
            let remedy = "Repeat: rolecall reset";
            Err(Problem::new(ProblemCode::Internal, what, remedy))
        }
    }
}
