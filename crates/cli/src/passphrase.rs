//! The passphrase of the sealed key file, asked at the terminal and sent to the application.

use rolecall_core::api::host::{FileState, HostView, PASSPHRASE_MIN, SealedFileTarget};
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::secret::Secret;

use crate::socket::{Socket, unexpected};
use crate::terminal::{self, Echo};

/// How often to ask for a passphrase.
const TRIES: u32 = 3;

/// Opens the sealed file, or creates the one that the settings ask for.
///
/// # Errors
/// If there is no terminal, or the passphrase is wrong three times.
pub(crate) fn open_or_create(socket: &Socket) -> Result<(), Problem> {
    let host = host(socket)?;
    match host.sealed_file_state {
        FileState::Wanted => create(socket, &host),
        FileState::Absent | FileState::Sealed | FileState::Open => open_at_terminal(socket, &host),
    }
}

/// Offers to keep keys in a sealed file because there is no keychain, and creates the file.
///
/// # Errors
/// `refused` if the user declines, or why the file was not created.
pub(crate) fn offer(socket: &Socket, refused: Problem) -> Result<(), Problem> {
    let host = host(socket)?;
    terminal::tell("There is no keychain. Rolecall can keep keys in a file with a passphrase:");
    terminal::tell(&format!("  {}", visible(&host.sealed_file)));
    match terminal::is_agreed("Create this file?")? {
        true => create(socket, &host),
        false => Err(refused),
    }
}

/// Creates the file with a new passphrase.
///
/// # Errors
/// If there is no terminal, or the file cannot be created.
pub(crate) fn create(socket: &Socket, host: &HostView) -> Result<(), Problem> {
    let passphrase = choose(&host.sealed_file)?;
    send(socket, &passphrase, SealedFileTarget::New)
}

/// Asks for a new passphrase until it is typed the same twice.
///
/// # Errors
/// If there is no terminal, or no passphrase was chosen.
pub(crate) fn choose(path: &str) -> Result<Secret, Problem> {
    let question = format!("Choose a passphrase for {} (not shown): ", visible(path));
    for _ in 0..TRIES {
        let first = terminal::ask(&question, Echo::Off)?;
        if first.expose().chars().count() < PASSPHRASE_MIN {
            terminal::tell(&format!(
                "Use at least {PASSPHRASE_MIN} characters, for example several words."
            ));
            continue;
        }
        let second = terminal::ask("Repeat the passphrase: ", Echo::Off)?;
        if first.expose() == second.expose() {
            return Ok(first);
        }
        terminal::tell("The passphrases differ.");
    }
    let what = "No passphrase was chosen.";
    let remedy = "Nothing changed.";
    Err(Problem::new(ProblemCode::Cancelled, what, remedy))
}

/// Asks for the passphrase of an existing file.
///
/// # Errors
/// If there is no terminal.
pub(crate) fn ask(path: &str) -> Result<Secret, Problem> {
    let question = format!("Passphrase of {} (not shown): ", visible(path));
    terminal::ask(&question, Echo::Off)
}

/// Asks for the passphrase and opens the file, up to three times.
///
/// # Errors
/// If there is no terminal, or the last passphrase is wrong.
pub(crate) fn open_at_terminal(socket: &Socket, host: &HostView) -> Result<(), Problem> {
    let mut last = Ok(());
    for _ in 0..TRIES {
        last = open(socket, &ask(&host.sealed_file)?);
        match &last {
            Err(problem) if problem.code == ProblemCode::WrongPassphrase => {
                terminal::tell(&visible(&problem.what));
            }
            Ok(()) | Err(_) => return last,
        }
    }
    last
}

/// Opens the file.
///
/// # Errors
/// If the passphrase is wrong.
pub(crate) fn open(socket: &Socket, passphrase: &Secret) -> Result<(), Problem> {
    send(socket, passphrase, SealedFileTarget::Existing)
}

fn send(socket: &Socket, passphrase: &Secret, file: SealedFileTarget) -> Result<(), Problem> {
    let passphrase = WireSecret::new(passphrase.expose().to_owned());
    match socket.send(&Call::Unlock { passphrase, file }, &|_| ())? {
        Answer::Done => Ok(()),
        _ => Err(unexpected()),
    }
}

/// Returns which program runs, and the state of its key file. Does not start the agent.
///
/// # Errors
/// If no program runs.
pub(crate) fn host(socket: &Socket) -> Result<HostView, Problem> {
    match socket.send(&Call::Host, &|_| ())? {
        Answer::Host(host) => Ok(*host),
        _ => Err(unexpected()),
    }
}
