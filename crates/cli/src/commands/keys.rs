//! `keys`: access keys on their way into the keychain, never through the command line itself.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rolecall_core::key_text::{self, KeyPair};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call, WireSecret};
use rolecall_core::sanitise::visible;
use rolecall_core::secret::Secret;
use rolecall_core::snapshot::Snapshot;

use super::unlock;
use crate::arguments::{Format, KeyOrigin};
use crate::client::{Client, unexpected};
use crate::environment::{Display, Environment};
use crate::table::aligned;
use crate::terminal::{self, Echo};

/// The longest file or input that a key is looked for in, in bytes.
const INPUT_MAX: u64 = 4 << 20;

/// Returns the access keys. No secret is among what there is to show.
///
/// # Errors
/// If they cannot be written as JSON.
pub(super) fn list(snapshot: &Snapshot, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return super::json(&snapshot.keys);
    }
    if snapshot.keys.is_empty() {
        return Ok("There are no access keys yet. Add one with: rolecall keys add NAME".to_owned());
    }
    let mut rows = vec![["NAME", "ID", "USER", "ROLES"].map(str::to_owned)];
    rows.extend(snapshot.keys.iter().map(|key| {
        [
            key.name.clone(),
            key.access_key_id.clone(),
            key.user_arn.clone(),
            key.roles.to_string(),
        ]
    }));
    let with_seed = snapshot.keys.iter().filter_map(|key| {
        let (name, serial) = (visible(&key.name), visible(key.totp.as_ref()?));
        Some(format!("\n{name} has the seed of {serial}."))
    });
    Ok(aligned(&rows) + &with_seed.collect::<String>())
}

/// Verifies a key, puts it into the keychain, and returns whose it is.
///
/// # Errors
/// If it cannot be read, AWS does not know it, or the keychain refuses.
pub(super) fn add(
    client: &Client,
    environment: &Environment,
    name: &str,
    from: &KeyOrigin,
) -> Result<String, Problem> {
    let pair = match from {
        KeyOrigin::Input if terminal::is_present() => from_terminal()?,
        KeyOrigin::Input => key_text::from_text(&read(io::stdin().lock(), "standard input")?)?,
        KeyOrigin::Csv(path) => key_text::from_csv(&read_file(Path::new(path))?)?,
        KeyOrigin::Profile(profile) => {
            key_text::from_profile(&read_file(&credentials_path(environment)?)?, profile)?
        }
    };
    let call = || Call::AddKey {
        name: name.to_owned(),
        access_key_id: pair.id.as_str().to_owned(),
        secret: WireSecret::new(pair.secret.expose().to_owned()),
    };
    let added = match client.ask(call()) {
        Err(problem) if is_homeless(&problem, environment) => {
            unlock::offer(client, problem)?;
            client.ask(call())
        }
        added => added,
    };
    let Answer::Key(key) = added? else {
        return Err(unexpected());
    };
    let mut told = format!(
        "{} is in the keychain: {} of {} in account {}.",
        visible(&key.name),
        key.access_key_id,
        visible(&key.user_arn),
        key.account_id
    );
    if let KeyOrigin::Profile(_) | KeyOrigin::Csv(_) = from {
        told.push_str("\nIts plaintext is still in the file it came from; delete it there.");
    }
    Ok(told)
}

/// Returns whether there is no keychain on a machine that cannot be expected to have one, and somebody to ask.
fn is_homeless(problem: &Problem, environment: &Environment) -> bool {
    problem.code == ProblemCode::KeychainAbsent
        && environment.display == Display::Absent
        && terminal::is_reachable()
}

fn from_terminal() -> Result<KeyPair, Problem> {
    let id = terminal::ask("Access key id: ", Echo::On)?;
    let secret = terminal::ask("Secret access key (not shown): ", Echo::Off)?;
    Ok(KeyPair::parse(id.expose(), &secret)?)
}

fn credentials_path(environment: &Environment) -> Result<PathBuf, Problem> {
    let in_home = || Some(environment.home.as_ref()?.join(".aws/credentials"));
    let path = environment.aws_credentials.clone().or_else(in_home);
    path.ok_or_else(|| unreadable("~/.aws/credentials", "HOME is not set"))
}

/// Reads a regular file. Anything else could block for ever.
fn read_file(path: &Path) -> Result<Secret, Problem> {
    let shown = path.to_string_lossy();
    let kind = fs::metadata(path).map_err(|error| unreadable(&shown, &error.to_string()))?;
    if !kind.is_file() {
        return Err(unreadable(&shown, "it is not a file"));
    }
    let file = File::open(path).map_err(|error| unreadable(&shown, &error.to_string()))?;
    read(file, &shown)
}

pub(super) fn read(from: impl Read, name: &str) -> Result<Secret, Problem> {
    let mut text = String::with_capacity(8 << 10);
    let length = from
        .take(INPUT_MAX + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(name, &error.to_string()));
    let text = Secret::new(text);
    match length? as u64 {
        0..=INPUT_MAX => Ok(text),
        _ => Err(unreadable(name, "it is over 4 MiB long")),
    }
}

fn unreadable(name: &str, reason: &str) -> Problem {
    let what = format!("{} cannot be read: {reason}.", visible(name));
    Problem::new(
        ProblemCode::StorageFailed,
        what,
        "Give the file as AWS writes it, or two lines on standard input.",
    )
}
