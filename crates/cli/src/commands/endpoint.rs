//! `endpoint`: the credentials of a role for a container, or for a program that runs already.

use std::io::Write;

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call, WireEnvironment};

use super::attended;
use crate::client::{Client, unexpected};
use crate::endpoint::{HandOver, launch};

/// The variables that SDKs find an endpoint by.
pub(super) const URL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
pub(super) const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// What else of a session's variables a program needs that asks an endpoint for the credentials.
const KEPT: [&str; 3] = ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"];

/// Serves a role until `process` ends, or without one until this process does. Says where, as lines of an environment
/// file.
///
/// # Errors
/// Why no live session can be had, or no endpoint.
pub(super) fn run(client: &Client, role: &str, process: Option<u32>) -> Result<String, Problem> {
    let session = variables(client, role)?;
    let to_outlive = process.unwrap_or_else(std::process::id);
    let launched = launch(client, role, to_outlive, HandOver::File)?;
    let ready = &launched.ready;
    let mut lines = vec![
        format!("{URL}={}", ready.url),
        format!("{TOKEN_FILE}={}", ready.authorization),
    ];
    lines.extend(kept(&session).map(|(name, value)| format!("{name}={value}")));
    let told = lines.join("\n");
    if process.is_some() {
        return Ok(told);
    }
    // A reader that has gone away can still end this.
    let _ = writeln!(std::io::stdout(), "{told}").and_then(|()| std::io::stdout().flush());
    launched.wait();
    let what = "The endpoint has ended.";
    Err(Problem::new(ProblemCode::Internal, what, "Start it again."))
}

/// Asks for a session's variables, assuming the role if need be.
///
/// # Errors
/// Why no live session can be had.
pub(super) fn variables(client: &Client, role: &str) -> Result<WireEnvironment, Problem> {
    let role = role.to_owned();
    let Answer::Environment(environment) =
        attended::ask(client, || Call::Environment { role: role.clone() }, &role)?
    else {
        return Err(unexpected());
    };
    Ok(*environment)
}

/// Returns those of a session's variables that hold no credentials.
pub(super) fn kept(session: &WireEnvironment) -> impl Iterator<Item = (&str, &str)> {
    let set = session.set.iter();
    let kept = set.filter(|(name, _)| KEPT.contains(&name.as_str()));
    kept.map(|(name, value)| (name.as_str(), value.expose()))
}
