//! What each command asks, and how its answer reads.

pub(crate) mod agent;
mod answer;
mod assume;
mod attended;
mod catalogue;
mod connect;
pub(crate) mod credentials;
mod edit;
mod endpoint;
mod env;
mod exec;
mod explain;
mod history;
mod import;
mod key_import;
mod keys;
mod prompt;
mod roles;
mod sessions;
mod shell_init;
mod totp;
pub(crate) mod unlock;
mod why;
mod wish;

use std::process::ExitCode;

use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::secret::Secret;

use crate::arguments::{Command, Invocation};
use crate::client::{Client, unexpected};
use crate::environment::Environment;
use crate::help;

use exec::Delivery;

/// What a command leaves to be done.
pub(crate) enum Outcome {
    /// Something to print. Some of it is secret, so all of it is treated so.
    Text(Secret),
    /// A program was started, and ended with this.
    Ended(ExitCode),
    /// A program could not be started: what to tell, and the exit code that shells use for it.
    NotStarted { told: String, code: u8 },
}

/// Runs a command and returns what is left to do.
///
/// # Errors
/// Why it could not be done.
pub(crate) fn run(
    invocation: &Invocation,
    client: &Client,
    environment: &Environment,
) -> Result<Outcome, Problem> {
    let plain = Secret::new;
    let command = wish::fulfilled(client, &invocation.command, &invocation.wish)?;
    let text = match &command {
        Command::List {
            search: None,
            format,
        } => sessions::list(&client.snapshot()?, *format, environment.paint).map(plain),
        Command::List {
            search: Some(text),
            format,
        } => {
            let found = client.search(text.clone())?;
            sessions::found(&found, text, *format, environment.paint).map(plain)
        }
        Command::ListNames { search } => Ok(plain(sessions::names(&client.names(search.clone())?))),
        Command::StatusLine { template } => {
            let line = client
                .glimpse()
                .and_then(|it| prompt::line(&it, environment, template));
            Ok(plain(line.unwrap_or_default()))
        }
        Command::Status { format } => sessions::status(&client.sessions()?, *format).map(plain),
        Command::Assume { role, format } => {
            assume::run(client, invocation, role, *format).map(plain)
        }
        Command::Explain {
            role,
            depth,
            format,
        } => explain::run(client, role, *depth, *format).map(plain),
        Command::End { role } => {
            let ended = format!("The session of {} has ended here.", shown(role));
            done(client, Call::End { role: role.clone() }, ended).map(plain)
        }
        Command::EndKey { key } => {
            let ended = format!(
                "The session of the access key {} has ended here.",
                shown(key)
            );
            done(client, Call::EndKey { key: key.clone() }, ended).map(plain)
        }
        Command::History {
            role,
            since,
            limit,
            format,
        } => history::run(client, role.as_deref(), *since, *limit, *format).map(plain),
        Command::Env { role, shell } => env::run(client, environment, role, *shell),
        Command::EnvUnset { shell } => env::unset(environment, *shell).map(plain),
        Command::Exec { role, words } => {
            return exec::run(client, environment, role, Delivery::Variables, words);
        }
        Command::ExecServed { role, words } => {
            return exec::run(client, environment, role, Delivery::Endpoint, words);
        }
        Command::Endpoint { role, process } => endpoint::run(client, role, *process).map(plain),
        Command::EndpointServer { words } => {
            crate::endpoint::run(client, words).map(|()| plain(String::new()))
        }
        Command::Credentials { role } => credentials::run(client, role),
        Command::KeyCredentials { key } => {
            let call = Call::KeyCredentials { key: key.clone() };
            self::text(client, call)
        }
        Command::KeysImport {
            which,
            name,
            consent,
        } => key_import::import(client, which, name.as_deref(), *consent).map(plain),
        Command::KeysUndoImport { profile, consent } => {
            key_import::undo(client, profile, *consent).map(plain)
        }
        Command::Connect {
            which,
            prefix,
            consent,
        } => connect::connect(client, which, prefix, *consent).map(plain),
        Command::Disconnect { which, consent } => {
            connect::disconnect(client, which, *consent).map(plain)
        }
        Command::Catalogue { files, format } => {
            catalogue::run(environment, files, *format).map(plain)
        }
        Command::Import {
            from,
            file,
            rehearse,
            format,
        } => import::run(client, *from, file.as_deref(), *rehearse, *format).map(plain),
        Command::RolesExport {
            group,
            external_ids,
        } => roles::export(&client.snapshot()?, group.as_deref(), *external_ids).map(plain),
        Command::RolesImport {
            file,
            source,
            rehearse,
            format,
        } => roles::import(client, file, source.as_deref(), *rehearse, *format).map(plain),
        Command::ShellInit { shell, part } => shell_init::text(*shell, *part).map(plain),
        Command::KeysList { format } => keys::list(&client.snapshot()?, *format).map(plain),
        Command::KeysAdd { name, from } => keys::add(client, environment, name, from).map(plain),
        Command::KeysRename { name, new_name } => {
            let renamed = format!("{} is called {} now.", shown(name), shown(new_name));
            let call = Call::RenameKey {
                name: name.clone(),
                new_name: new_name.clone(),
            };
            done(client, call, renamed).map(plain)
        }
        Command::KeysRemove { name } => {
            let removed = format!(
                "{} is gone from the keychain. AWS still knows the key.",
                shown(name)
            );
            done(client, Call::RemoveKey { name: name.clone() }, removed).map(plain)
        }
        Command::KeysAddTotp { name, serial } => totp::add(client, name, serial).map(plain),
        Command::KeysRemoveTotp { name } => {
            let removed = format!(
                "The seed of {} is gone from the keychain; codes are asked for again.",
                shown(name)
            );
            done(client, Call::RemoveTotp { key: name.clone() }, removed).map(plain)
        }
        Command::KeysForgetCode { name } => {
            let forgotten = format!("The next role of {} asks for a code again.", shown(name));
            done(client, Call::EndMfa { key: name.clone() }, forgotten).map(plain)
        }
        Command::Agent { words } => return agent::run(client, environment, words),
        Command::Unlock { passphrase_fd } => unlock::run(client, *passphrase_fd).map(plain),
        Command::Answer => answer::run(client).map(plain),
        Command::AgentStop => agent::stop(client).map(plain),
        Command::AgentStatus { format } => agent::status(client, *format).map(plain),
        Command::Help { topic } => Ok(plain(help::text(*topic).to_owned())),
        Command::Version => Ok(plain(
            concat!("rolecall ", env!("CARGO_PKG_VERSION")).to_owned(),
        )),
    };
    text.map(Outcome::Text)
}

fn done(client: &Client, call: Call, said: String) -> Result<String, Problem> {
    let Answer::Done = client.ask(call)? else {
        return Err(unexpected());
    };
    Ok(said)
}

/// Asks for text that holds credentials.
fn text(client: &Client, call: Call) -> Result<Secret, Problem> {
    let Answer::Text(text) = client.ask(call)? else {
        return Err(unexpected());
    };
    Ok(Secret::new(text.expose().to_owned()))
}

fn shown(name: &str) -> String {
    format!("\"{}\"", rolecall_core::sanitise::echo(name))
}

/// Returns a value as one line of JSON in which every hidden character is escaped, since a terminal may show it.
fn json(value: &impl serde::Serialize) -> Result<String, Problem> {
    let plain = serde_json::to_string(value).map_err(|_| unexpected())?;
    let mut text = String::with_capacity(plain.len());
    for character in plain.chars() {
        if rolecall_core::sanitise::is_hidden(character) {
            let units = character.encode_utf16(&mut [0; 2]).to_vec();
            text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(character);
        }
    }
    Ok(text)
}
