//! `unlock`: opens the sealed key file with a passphrase from the terminal or a file descriptor, never from an argument.

use std::fs::File;
use std::io::Read;

use rolecall_core::api::host::FileState;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::secret::Secret;

use crate::client::Client;
use crate::passphrase;

/// The longest passphrase that is read, in bytes.
const INPUT_MAX: u64 = 4096;

/// Opens the file, or creates the one that the settings ask for.
///
/// # Errors
/// If there is no terminal, or the passphrase is wrong.
pub(super) fn run(client: &Client, passphrase_fd: Option<u32>) -> Result<String, Problem> {
    // `Host` never starts the agent, `Sessions` does.
    client.sessions()?;
    let socket = client.socket();
    let host = passphrase::host(socket)?;
    match (passphrase_fd, host.sealed_file_state) {
        (Some(descriptor), _) => passphrase::open(socket, &read(descriptor)?)?,
        (None, FileState::Open) => {}
        (None, FileState::Absent | FileState::Sealed) => {
            passphrase::open_at_terminal(socket, &host)?;
        }
        (None, FileState::Wanted) => passphrase::create(socket, &host)?,
    }
    Ok(format!(
        "{} stays open until Rolecall quits.",
        visible(&host.sealed_file)
    ))
}

fn read(descriptor: u32) -> Result<Secret, Problem> {
    let mut text = String::with_capacity(usize::try_from(INPUT_MAX).unwrap_or_default());
    let read = File::open(format!("/dev/fd/{descriptor}"))
        .and_then(|file| file.take(INPUT_MAX).read_to_string(&mut text));
    let passphrase = Secret::new(text);
    read.map(|_| passphrase).map_err(|_| {
        let what = format!("The passphrase cannot be read from file descriptor {descriptor}.");
        let remedy = "Example: rolecall unlock --passphrase-fd 3 3< FILE";
        Problem::new(ProblemCode::InvalidInput, what, remedy)
    })
}
