//! The commands. Each makes calls and formats their answers.

mod agent;
mod answer;
mod assume;
mod catalogue;
mod code_prompt;
mod complete;
mod connect;
mod console;
mod doctor;
mod edit;
mod endpoint;
mod env;
mod exec;
mod explain;
mod history;
mod import;
mod key_import;
mod keys;
mod other_files;
mod outcome;
mod output;
mod policy;
mod production;
mod prompt;
mod reason_prompt;
mod reset;
mod revoke;
mod roles;
mod rotate;
mod secret_location;
mod session_options;
mod sessions;
mod setup;
mod shell_init;
mod suggestion;
mod totp;
mod unattended;
mod unlock;

use rolecall_core::api::protocol::Call;
use rolecall_core::role::renew::Renew;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::shell_word::shell_word;

use crate::arguments::{Command, Invocation, SessionOf};
use crate::client::Client;
use crate::environment::Environment;
use crate::help;

pub(crate) use outcome::Outcome;
pub(crate) use suggestion::with_suggestion;

/// Runs a command.
///
/// # Errors
/// Why it failed.
pub(crate) fn run(
    invocation: &Invocation,
    client: &Client,
    environment: &Environment,
) -> Result<Outcome, Problem> {
    let command = console::with_role(client, &invocation.command)?;
    let command = session_options::apply(client, &command, &invocation.options)?;
    dispatch(&command, invocation, client, environment)
}

#[expect(clippy::too_many_lines, reason = "one arm for each command")]
fn dispatch(
    command: &Command,
    invocation: &Invocation,
    client: &Client,
    environment: &Environment,
) -> Result<Outcome, Problem> {
    let reasons = invocation.options.reasons();
    let text = match command {
        Command::List { search, format } => {
            sessions::list(client, environment, search.as_deref(), *format)
        }
        Command::ListNames { search } => sessions::names(client, search),
        Command::Status { truth, format } => sessions::status(client, *truth, *format),
        Command::Prompt { template } => Ok(prompt::run(client, environment, template)),
        Command::Assume { role, format } => assume::run(client, invocation, role, *format),
        Command::Explain {
            role,
            depth,
            format,
        } => explain::run(client, role, *depth, *format),
        Command::ExplainText { text, format } => explain::text(text, *format),
        Command::Doctor(options) => return doctor::run(client, environment, options),
        Command::Reset(options) => return reset::run(client, environment, options),
        Command::End(of) => end(client, of),
        Command::Renewal { role, renew } => renewal(client, role, *renew),
        Command::Revoke(options) => return revoke::run(client, invocation, options),
        Command::History(options) => history::run(client, options),
        Command::Answer => answer::run(client),
        Command::Env { role, shell } => {
            return env::run(client, environment, role, *shell, reasons).map(Outcome::from);
        }
        Command::EnvUnset { shell } => env::unset(environment, *shell),
        Command::Exec {
            role,
            delivery,
            program,
        } => {
            let how = (reasons, invocation.options.confirmed);
            return exec::run(client, environment, role, how, *delivery, program);
        }
        Command::Console(options) => return console::run(client, options, reasons),
        Command::Endpoint { role, process } => endpoint::run(client, role, *process),
        Command::EndpointServer { words } => {
            crate::endpoint::run(client, words).map(|()| String::new())
        }
        Command::Credentials(of) => return credentials(client, of, reasons),
        Command::Connect {
            which,
            prefix,
            mode,
        } => connect::connect(client, environment, which, prefix, *mode),
        Command::Disconnect { which, mode } => connect::remove(client, environment, which, *mode),
        Command::Catalogue { files, format } => catalogue::run(client, environment, files, *format),
        Command::Import {
            from,
            file,
            dry_run,
            format,
        } => import::run(client, *from, file.as_deref(), *dry_run, *format),
        Command::Roles(command) => roles::run(client, command),
        Command::Policy(command) => policy::run(command),
        Command::Setup(options) => return setup::run(client, options),
        Command::ShellInit(script) => shell_init::text(script),
        Command::Complete { words } => complete::run(client, words),
        Command::LeftOver { set } => Ok(env::left_over(set)),
        Command::Keys(command) => keys::run(client, environment, command),
        Command::Agent(command) => return agent::run(client, environment, command),
        Command::Unlock { passphrase_fd } => unlock::run(client, *passphrase_fd),
        Command::Help { topic } => Ok(help::text(*topic)),
        Command::Version => Ok(concat!("rolecall ", env!("CARGO_PKG_VERSION")).to_owned()),
    };
    text.map(Outcome::from)
}

fn end(client: &Client, of: &SessionOf) -> Result<String, Problem> {
    let (call, session) = match of {
        SessionOf::Role(role) => (Call::End { role: role.clone() }, output::quoted(role)),
        SessionOf::Key(key) => (
            Call::EndKey { key: key.clone() },
            format!("the access key {}", output::quoted(key)),
        ),
    };
    client.perform(call)?;
    let target = match of {
        SessionOf::Role(role) => shell_word(&visible(role)),
        SessionOf::Key(key) => format!("--key {}", shell_word(&visible(key))),
    };
    Ok(format!(
        "Ended the session of {session} on this machine. AWS accepts copies of its credentials until they expire.\n\
         To revoke them at AWS: {} {target}",
        revoke::command(client.mode())
    ))
}

fn renewal(client: &Client, role: &str, renew: Option<Renew>) -> Result<String, Problem> {
    client.perform(Call::SetRenew {
        role: role.to_owned(),
        renew,
    })?;
    let role = output::quoted(role);
    Ok(match renew {
        Some(Renew::Ask) => format!("Rolecall asks before it renews {role}."),
        Some(Renew::Automatic) => format!("Rolecall renews {role} by itself."),
        Some(Renew::Never) => format!("Nothing renews {role} before its session ends."),
        None => format!("The file that defines {role} says whether it is renewed."),
    })
}

/// Prints what a `credential_process` prints.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
fn credentials(client: &Client, of: &SessionOf, reasons: Vec<String>) -> Result<Outcome, Problem> {
    let call = match of {
        SessionOf::Role(role) => Call::Credentials {
            role: role.clone(),
            reasons,
        },
        SessionOf::Key(key) => Call::KeyCredentials { key: key.clone() },
    };
    client.secret_text(call).map(Outcome::from)
}
