//! What each command asks, and how its answer reads.

mod assume;
pub(crate) mod credentials;
mod env;
mod keys;
mod sessions;

use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::secret::Secret;

use crate::arguments::{Command, Invocation};
use crate::client::{Client, unexpected};
use crate::environment::Environment;
use crate::help;

/// Runs a command and returns what it prints. Some of it is secret, so all of it is treated so.
///
/// # Errors
/// Why it could not be done.
pub(crate) fn run(
    invocation: &Invocation,
    client: &Client,
    environment: &Environment,
) -> Result<Secret, Problem> {
    let plain = Secret::new;
    match &invocation.command {
        Command::List { format } => sessions::list(&client.snapshot()?, *format).map(plain),
        Command::Status { format } => sessions::status(&client.snapshot()?, *format).map(plain),
        Command::Assume { role, format } => assume::run(client, role, *format).map(plain),
        Command::End { role } => {
            let ended = format!("The session of {} has ended here.", shown(role));
            done(client, Call::End { role: role.clone() }, ended).map(plain)
        }
        Command::Env { role, shell } => env::run(client, environment, role, *shell),
        Command::Credentials { role } => credentials::run(client, role),
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
        Command::Help { topic } => Ok(plain(help::text(*topic).to_owned())),
        Command::Version => Ok(plain(
            concat!("rolecall ", env!("CARGO_PKG_VERSION")).to_owned(),
        )),
    }
}

fn done(client: &Client, call: Call, said: String) -> Result<String, Problem> {
    match client.ask(call)? {
        Answer::Done => Ok(said),
        Answer::Snapshot(_) | Answer::Session(_) | Answer::Key(_) | Answer::Text(_) => {
            Err(unexpected())
        }
    }
}

/// Asks for text that holds credentials.
fn text(client: &Client, call: Call) -> Result<Secret, Problem> {
    match client.ask(call)? {
        Answer::Text(text) => Ok(Secret::new(text.expose().to_owned())),
        Answer::Done | Answer::Snapshot(_) | Answer::Session(_) | Answer::Key(_) => {
            Err(unexpected())
        }
    }
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
