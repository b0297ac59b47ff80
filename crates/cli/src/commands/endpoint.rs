//! `endpoint`: serves a role's credentials to a container, or to a program that runs already.

use std::io::Write;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_environment::WireEnvironment;
use rolecall_core::session::variable::{ENDPOINT_URL, OWN_REGION};
use rolecall_core::value::problem::{Problem, ProblemCode};

use super::code_prompt;
use crate::client::{Client, unexpected};
use crate::endpoint::{TokenDelivery, launch};
use crate::piped_code::StandardInput;

/// Variables that name the endpoint to SDKs.
pub(super) const URL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
pub(super) const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// Variables of a session that a program needs beside an endpoint.
const OTHER: [&str; 4] = ["AWS_REGION", "AWS_DEFAULT_REGION", OWN_REGION, ENDPOINT_URL];

/// Serves a role until `process` ends, or this process if there is none. Returns the lines of an environment file.
///
/// # Errors
/// If there is no session or no endpoint.
pub(super) fn run(client: &Client, role: &str, process: Option<u32>) -> Result<String, Problem> {
    let session = variables(client, role, Vec::new(), false)?;
    let to_outlive = process.unwrap_or_else(std::process::id);
    let launched = launch(client, role, to_outlive, TokenDelivery::File)?;
    let ready = &launched.ready;
    let mut lines = vec![
        format!("{URL}={}", ready.url),
        format!("{TOKEN_FILE}={}", ready.authorization),
    ];
    let other = other_variables(&session).filter(|(name, _)| *name != OWN_REGION);
    lines.extend(other.map(|(name, value)| format!("{name}={value}")));
    let lines = lines.join("\n");
    if process.is_some() {
        return Ok(lines);
    }
    // Without a reader, Ctrl-C still ends the endpoint.
    let _ = writeln!(std::io::stdout(), "{lines}").and_then(|()| std::io::stdout().flush());
    launched.wait();
    let what = "The endpoint has stopped.";
    Err(Problem::new(ProblemCode::Internal, what, "Start it again."))
}

/// Returns a session's variables. Assumes the role if it has no session.
///
/// # Errors
/// Why there is no session.
pub(super) fn variables(
    client: &Client,
    role: &str,
    reasons: Vec<String>,
    yes: bool,
) -> Result<WireEnvironment, Problem> {
    let call = |reasons: &[String]| Call::Environment {
        role: role.to_owned(),
        reasons: reasons.to_vec(),
    };
    let Answer::Environment(environment) =
        code_prompt::ask(client, call, role, reasons, StandardInput::OfProgram, yes)?
    else {
        return Err(unexpected());
    };
    Ok(*environment)
}

/// Returns the variables of a session that hold no credentials.
pub(super) fn other_variables(session: &WireEnvironment) -> impl Iterator<Item = (&str, &str)> {
    let set = session.set.iter();
    let other = set.filter(|(name, _)| OTHER.contains(&name.as_str()));
    other.map(|(name, value)| (name.as_str(), value.expose()))
}
