//! `env`: the export block of a session.

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::session::export_block::{ENDPOINT_URL, ExportBlock};
use rolecall_core::session::shell::Shell;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

use super::code_prompt;
use crate::client::{Client, unexpected};
use crate::environment::Environment;

/// Returns the block for a shell, or for the user's login shell.
///
/// # Errors
/// Why there is no session.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    role: &str,
    shell: Option<Shell>,
    reasons: Vec<String>,
) -> Result<Secret, Problem> {
    let shell = shell.or_else(|| login_shell(environment));
    let shell = shell.unwrap_or_default();
    let call = |reasons: &[String]| Call::Env {
        role: role.to_owned(),
        shell,
        reasons: reasons.to_vec(),
    };
    let Answer::Text(text) = code_prompt::ask(client, call, role, reasons)? else {
        return Err(unexpected());
    };
    let before = match environment.has_custom_endpoint() && !text.expose().contains(ENDPOINT_URL) {
        true => ExportBlock::without_endpoint(shell),
        false => String::new(),
    };
    Ok(Secret::new(before + text.expose()))
}

/// Returns the block that removes a session from the environment. Needs no running application.
///
/// # Errors
/// For file formats.
pub(super) fn unset(environment: &Environment, shell: Option<Shell>) -> Result<String, Problem> {
    let shell = shell.or_else(|| login_shell(environment));
    Ok(ExportBlock::unset(shell.unwrap_or_default())?)
}

fn login_shell(environment: &Environment) -> Option<Shell> {
    let program = environment.shell.as_ref()?.file_name()?;
    Shell::parse(program.to_str()?).ok()
}
