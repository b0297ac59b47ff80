//! `unlock`: the passphrase of the sealed file, from the terminal or a file descriptor; never an argument.

use std::fs::File;
use std::io::Read;

use rolecall_core::host::{FileState, HostView, PASSPHRASE_MIN};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call, SealedFileIs, WireSecret};
use rolecall_core::sanitise::visible;
use rolecall_core::secret::Secret;

use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

/// How often a mistyped passphrase is asked for again.
const TRIES: u32 = 3;
/// The most bytes that are read for a passphrase.
const INPUT_MAX: u64 = 4096;

/// Opens the file, or makes the one that is wanted.
///
/// # Errors
/// If there is none, nobody can be asked, or the passphrase is wrong.
pub(super) fn run(client: &Client, passphrase_fd: Option<u32>) -> Result<String, Problem> {
    // Which program runs starts none; what there is to see does.
    client.sessions()?;
    let host = host(client)?;
    if let Some(descriptor) = passphrase_fd {
        open(client, &read(descriptor)?)?;
        return Ok(told(&host));
    }
    match host.sealed_file_is {
        FileState::Open => {}
        FileState::Absent | FileState::Sealed => by_terminal(client, &host)?,
        FileState::Wanted => make(client, &host)?,
    }
    Ok(told(&host))
}

/// Opens or makes the file that a command has just met sealed.
///
/// # Errors
/// As [`run`].
pub(crate) fn on_the_way(client: &Client) -> Result<(), Problem> {
    let host = host(client)?;
    match host.sealed_file_is {
        FileState::Wanted => make(client, &host),
        FileState::Absent | FileState::Sealed | FileState::Open => by_terminal(client, &host),
    }
}

/// Asks whether keys shall go into a file where there is no keychain, and makes it then.
///
/// # Errors
/// `otherwise` if they shall not, or why it was not made.
pub(super) fn offer(client: &Client, otherwise: Problem) -> Result<(), Problem> {
    let host = host(client)?;
    terminal::tell(
        "No keychain runs here. Keys can be kept in a file under a passphrase in its place:",
    );
    terminal::tell(&format!("  {}", visible(&host.sealed_file)));
    let answer = terminal::ask("Make this file? [y/N] ", Echo::On)?;
    match answer.expose().to_ascii_lowercase().as_str() {
        "y" | "yes" => make(client, &host),
        _ => Err(otherwise),
    }
}

/// Makes the file under a passphrase that is chosen on the terminal.
///
/// # Errors
/// If nobody can be asked, or it cannot be made.
pub(super) fn make(client: &Client, host: &HostView) -> Result<(), Problem> {
    let passphrase = choose(&host.sealed_file)?;
    unlock(client, &passphrase, SealedFileIs::New)
}

/// Asks for a new passphrase until it was typed the same twice.
///
/// # Errors
/// If nobody can be asked, or nothing was chosen.
pub(super) fn choose(shown: &str) -> Result<Secret, Problem> {
    let question = format!("Choose a passphrase for {} (not shown): ", visible(shown));
    for _ in 0..TRIES {
        let first = terminal::ask(&question, Echo::Off)?;
        if first.expose().chars().count() < PASSPHRASE_MIN {
            terminal::tell(&format!(
                "It needs {PASSPHRASE_MIN} characters or more; several words make a good one."
            ));
            continue;
        }
        let second = terminal::ask("The same again: ", Echo::Off)?;
        if first.expose() == second.expose() {
            return Ok(first);
        }
        terminal::tell("These were not the same.");
    }
    let what = "No passphrase was chosen.";
    Err(Problem::new(
        ProblemCode::Cancelled,
        what,
        "Nothing changed.",
    ))
}

/// Asks for the passphrase of the file that is there.
///
/// # Errors
/// If nobody can be asked.
pub(super) fn ask(shown: &str) -> Result<Secret, Problem> {
    let question = format!("Passphrase of {} (not shown): ", visible(shown));
    terminal::ask(&question, Echo::Off)
}

fn by_terminal(client: &Client, host: &HostView) -> Result<(), Problem> {
    let mut last = Ok(());
    for _ in 0..TRIES {
        last = open(client, &ask(&host.sealed_file)?);
        match &last {
            Err(problem) if problem.code == ProblemCode::WrongPassphrase => {
                terminal::tell(&visible(&problem.what));
            }
            Ok(()) | Err(_) => return last,
        }
    }
    last
}

fn open(client: &Client, passphrase: &Secret) -> Result<(), Problem> {
    unlock(client, passphrase, SealedFileIs::There)
}

fn unlock(client: &Client, passphrase: &Secret, file: SealedFileIs) -> Result<(), Problem> {
    let passphrase = WireSecret::new(passphrase.expose().to_owned());
    let Answer::Done = client.ask(Call::Unlock { passphrase, file })? else {
        return Err(unexpected());
    };
    Ok(())
}

/// Returns the program that answers.
///
/// # Errors
/// If none runs.
pub(super) fn host(client: &Client) -> Result<HostView, Problem> {
    let Answer::Host(host) = client.ask(Call::Host)? else {
        return Err(unexpected());
    };
    Ok(*host)
}

fn told(host: &HostView) -> String {
    format!(
        "{} is open until Rolecall ends.",
        visible(&host.sealed_file)
    )
}

fn read(descriptor: u32) -> Result<Secret, Problem> {
    let mut text = String::with_capacity(usize::try_from(INPUT_MAX).unwrap_or_default());
    let read = File::open(format!("/dev/fd/{descriptor}"))
        .and_then(|file| file.take(INPUT_MAX).read_to_string(&mut text));
    let passphrase = Secret::new(text);
    read.map(|_| passphrase).map_err(|_| {
        let what = format!("The passphrase cannot be read from file descriptor {descriptor}.");
        let remedy = "Give it as in: rolecall unlock --passphrase-fd 3 3< FILE";
        Problem::new(ProblemCode::InvalidInput, what, remedy)
    })
}
