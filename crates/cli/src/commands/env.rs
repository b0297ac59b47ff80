//! `env`: the export block of a session.

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::session::export_block::ExportBlock;
use rolecall_core::session::shell::Shell;
use rolecall_core::session::variable::{self, ENDPOINT_URL, Treatment};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

use super::code_prompt;
use crate::client::{Client, unexpected};
use crate::environment::{self, Environment};
use crate::piped_code::StandardInput;

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
    let Answer::Text(text) =
        code_prompt::ask(client, call, role, reasons, StandardInput::Own, false)?
    else {
        return Err(unexpected());
    };
    let before = without_left_over(shell, text.expose());
    Ok(Secret::new(before + text.expose()))
}

/// Returns lines for what the block cannot know: variables of this environment that it neither sets nor unsets.
fn without_left_over(shell: Shell, block: &str) -> String {
    let by_block = [Treatment::Credentials, Treatment::Region];
    let mut set: Vec<&str> = variable::names(&by_block).collect();
    set.extend(block.contains(ENDPOINT_URL).then_some(ENDPOINT_URL));
    let left_over = environment::left_over(&set);
    let further = left_over.iter().filter(|name| !block.contains(*name));
    let further: Vec<&str> = further.map(String::as_str).collect();
    ExportBlock::without(shell, &further)
}

/// Returns the block that removes a session from the environment. Needs no running application.
///
/// # Errors
/// For file formats.
pub(super) fn unset(environment: &Environment, shell: Option<Shell>) -> Result<String, Problem> {
    let shell = shell.or_else(|| login_shell(environment));
    Ok(ExportBlock::unset(shell.unwrap_or_default())?)
}

/// Returns the variables of this environment that do not belong to a session which sets the variables `set`, one a line.
pub(super) fn left_over(set: &[String]) -> String {
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    environment::left_over(&set).join("\n")
}

fn login_shell(environment: &Environment) -> Option<Shell> {
    let program = environment.shell.as_ref()?.file_name()?;
    Shell::parse(program.to_str()?).ok()
}
