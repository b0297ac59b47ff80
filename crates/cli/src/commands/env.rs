//! `env`: the export block of a session.

use rolecall_core::problem::Problem;
use rolecall_core::protocol::Call;
use rolecall_core::secret::Secret;
use rolecall_core::shell::Shell;

use crate::client::Client;
use crate::environment::Environment;

/// Returns the block for the shell that was named, else for the one the user logs in to.
///
/// # Errors
/// Why no live session can be had.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    role: &str,
    shell: Option<Shell>,
) -> Result<Secret, Problem> {
    let call = Call::Env {
        role: role.to_owned(),
        shell: shell
            .or_else(|| login_shell(environment))
            .unwrap_or_default(),
    };
    super::text(client, call)
}

fn login_shell(environment: &Environment) -> Option<Shell> {
    let program = environment.shell.as_ref()?.file_name()?;
    Shell::parse(program.to_str()?).ok()
}
