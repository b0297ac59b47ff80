//! `keys`: access keys and their way into the keychain, which is never an argument.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::aws_files::key_text::{self, KeyPair};
use rolecall_core::rotation::{command, unfinished};
use rolecall_core::value::duration::rough_span;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::snapshot::{KeyView, LastUse, Snapshot};

use super::edit::Editing;
use super::other_files::OtherFiles;
use super::output::{json, quoted};
use super::secret_location::secret_location;
use super::{key_import, rotate, sessions, totp};
use crate::arguments::{Format, KeyOrigin, KeysCommand};
use crate::client::{Client, unexpected};
use crate::environment::{Display, Environment};
use crate::input::{read, read_file, unreadable};
use crate::passphrase;
use crate::table::aligned;
use crate::terminal::{self, Echo};
use rolecall_core::value::shell_word::shell_word;

/// Runs a command on access keys.
///
/// # Errors
/// Why it failed.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    command: &KeysCommand,
) -> Result<String, Problem> {
    match command {
        KeysCommand::List { format } => list(&fresh(client)?, *format),
        KeysCommand::Add { name, from } => add(client, environment, name, from),
        KeysCommand::Import { which, name, mode } => key_import::import(
            &Editing::new(client, environment, *mode),
            which,
            name.as_deref(),
        ),
        KeysCommand::UndoImport { profile, mode } => {
            key_import::undo(&Editing::new(client, environment, *mode), profile)
        }
        KeysCommand::Rotate { name, way, mode } => rotate::run(client, name, *way, *mode),
        KeysCommand::Rename { name, new_name } => rename(client, name, new_name),
        KeysCommand::Remove { name } => remove(client, environment, name),
        KeysCommand::AddTotp { name, serial } => totp::add(client, environment, name, serial),
        KeysCommand::RemoveTotp { name } => totp::remove(client, environment, name),
        KeysCommand::ForgetCode { name } => forget_code(client, name),
    }
}

fn rename(client: &Client, name: &str, new_name: &str) -> Result<String, Problem> {
    client.perform(Call::RenameKey {
        name: name.to_owned(),
        new_name: new_name.to_owned(),
    })?;
    let (name, new_name) = (quoted(name), quoted(new_name));
    Ok(format!("Renamed {name} to {new_name}."))
}

fn remove(client: &Client, environment: &Environment, name: &str) -> Result<String, Problem> {
    client.perform(Call::RemoveKey {
        name: name.to_owned(),
    })?;
    let name = quoted(name);
    Ok(format!(
        "Removed {name} from {}. The key stays active in AWS.",
        secret_location(environment)
    ))
}

fn forget_code(client: &Client, name: &str) -> Result<String, Problem> {
    client.perform(Call::EndMfa {
        key: name.to_owned(),
    })?;
    let name = quoted(name);
    Ok(format!(
        "Rolecall asks for a new MFA code for the next role of {name}."
    ))
}

fn list(snapshot: &Snapshot, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return json(&snapshot.keys);
    }
    if snapshot.keys.is_empty() {
        return Ok("There are no access keys yet. Add one with: rolecall keys add NAME".to_owned());
    }
    let now = sessions::now_of(snapshot);
    let head = ["NAME", "ID", "USER", "ROLES", "AGE", "LAST USED"];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(snapshot.keys.iter().map(|key| {
        [
            key.name.clone(),
            key.access_key_id.clone(),
            key.user_arn.clone(),
            key.roles.to_string(),
            key.age.clone().unwrap_or_else(|| "-".to_owned()),
            last_use(key, now),
        ]
    }));
    let with_seed = snapshot.keys.iter().filter_map(|key| {
        let (name, serial) = (visible(&key.name), visible(key.totp.as_ref()?));
        Some(format!(
            "\nRolecall generates codes for {name} from the seed of {serial}."
        ))
    });
    let notes = snapshot.keys.iter().filter_map(note);
    let notes = with_seed.chain(notes);
    Ok(aligned(&rows) + &notes.collect::<String>())
}

/// Returns the snapshot, after IAM was asked about the keys. What it does not answer in time is shown as it was.
fn fresh(client: &Client) -> Result<Snapshot, Problem> {
    // Without an answer, the list has what was known before.
    let _ = client.ask(Call::RefreshKeys);
    client.snapshot()
}

fn last_use(key: &KeyView, now: Timestamp) -> String {
    match key.last_use {
        Some(LastUse::At(at)) => format!("{} ago", rough_span(now.duration_since(at))),
        Some(LastUse::Never) => "never".to_owned(),
        Some(LastUse::NotPermitted) => "not permitted".to_owned(),
        None => "-".to_owned(),
    }
}

/// Returns what should be done about a key.
fn note(key: &KeyView) -> Option<String> {
    let name = visible(&key.name);
    if let Some(rotation) = key.rotation.as_ref().filter(|it| !it.is_running) {
        return Some(format!(
            "\n{}",
            visible(&unfinished(&key.name, rotation).to_string())
        ));
    }
    key.is_old.then(|| {
        let command = visible(&command(&key.name, ""));
        format!("\n{name} should be replaced by a new key: {command}")
    })
}

/// Verifies a key, stores it in the keychain, and returns its user.
///
/// # Errors
/// If it cannot be read, AWS does not know it, or the keychain refuses.
fn add(
    client: &Client,
    environment: &Environment,
    name: &str,
    from: &KeyOrigin,
) -> Result<String, Problem> {
    let pair = key_pair(environment, from)?;
    let call = || Call::AddKey {
        name: name.to_owned(),
        access_key_id: pair.id.as_str().to_owned(),
        secret: WireSecret::new(pair.secret.expose().to_owned()),
    };
    let added = match client.ask(call()) {
        Err(problem) if can_offer_file(&problem, environment) => {
            passphrase::offer(client.socket(), problem)?;
            client.ask(call())
        }
        added => added,
    };
    let Answer::Key(key) = added? else {
        return Err(unexpected());
    };
    let added = format!(
        "{} is in {}: {} of {} in account {}.",
        visible(&key.name),
        secret_location(environment),
        key.access_key_id,
        visible(&key.user_arn),
        key.account_id
    );
    Ok(match from {
        KeyOrigin::Input => added,
        KeyOrigin::Csv(_) => {
            format!("{added}\nThe file still has the secret in plaintext. Delete the file.")
        }
        // Without the key, roles with this source_profile would stop working in AWS's tools.
        KeyOrigin::Profile(profile) => {
            let note = OtherFiles::find(client, environment).filter(OtherFiles::have_credentials);
            let (note, then) = match note {
                Some(note) => (format!("\n{}", note.note()), "Then remove it and keep"),
                None => (String::new(), "To remove it and keep"),
            };
            format!(
                "{added}\nThe file still has the secret in plaintext.{note}{}{then} the profile working: rolecall keys \
                 import --profile {}",
                if note.is_empty() { " " } else { "\n" },
                shell_word(&visible(profile))
            )
        }
    })
}

fn key_pair(environment: &Environment, from: &KeyOrigin) -> Result<KeyPair, Problem> {
    Ok(match from {
        KeyOrigin::Input if terminal::is_present() => from_terminal()?,
        KeyOrigin::Input => key_text::from_text(&read(io::stdin().lock(), "standard input")?)?,
        KeyOrigin::Csv(path) => key_text::from_csv(&read_file(Path::new(path))?)?,
        KeyOrigin::Profile(profile) => {
            let path = environment.aws_credentials_path();
            let path = path.ok_or_else(|| unreadable("~/.aws/credentials", "HOME is not set"))?;
            key_text::from_profile(&read_file(&path)?, profile)?
        }
    })
}

/// Returns whether to offer a sealed file: this machine has no keychain and no desktop, but a terminal.
fn can_offer_file(problem: &Problem, environment: &Environment) -> bool {
    problem.code == ProblemCode::KeychainAbsent
        && environment.display == Display::Absent
        && terminal::is_reachable()
}

fn from_terminal() -> Result<KeyPair, Problem> {
    let id = terminal::ask("Access key ID: ", Echo::On)?;
    let secret = terminal::ask("Secret access key (not shown): ", Echo::Off)?;
    Ok(KeyPair::parse(id.expose(), &secret)?)
}
