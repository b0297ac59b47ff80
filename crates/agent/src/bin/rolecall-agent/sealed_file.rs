//! The sealed file as the agent's start finds it.

use std::fs::File;
use std::io::Read;

use rolecall_agent::engine::Engine;
use rolecall_agent::keyring::SecretLocation;
use rolecall_agent::paths::Paths;
use rolecall_core::api::host::FileState;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;

use crate::arguments::Options;

/// The most bytes that are read for a passphrase.
const INPUT_MAX: u64 = 4096;

/// Returns where new secrets go: into the file that its user has, or asks for now; else to the keychain.
pub(crate) fn place(paths: &Paths, options: &Options) -> SecretLocation {
    let is_there = std::fs::symlink_metadata(paths.sealed_file_path()).is_ok();
    match is_there || options.sealed_file {
        true => SecretLocation::File,
        false => SecretLocation::Keychain,
    }
}

/// Opens the file with the passphrase that came with the start, if one did, and makes it if that was asked for.
///
/// # Errors
/// If there is no passphrase to read, or it is wrong.
pub(crate) fn open(engine: &Engine, options: &Options) -> Result<(), Problem> {
    let (shown, state) = engine.sealed_file();
    let passphrase = options.passphrase_fd.map(read).transpose()?;
    match (state, passphrase) {
        (FileState::Wanted, Some(passphrase)) => {
            engine.create_sealed_file(&passphrase)?;
            tracing::info!("keys are kept in {shown}");
        }
        (_, Some(passphrase)) => engine.unlock(&passphrase)?,
        (FileState::Wanted, None) => {
            tracing::info!(
                "keys will be kept in {shown}: choose its passphrase with rolecall unlock"
            );
        }
        (FileState::Sealed, None) => tracing::info!("{shown} is sealed until: rolecall unlock"),
        (FileState::Absent | FileState::Open, None) => {}
    }
    Ok(())
}

/// Reads a passphrase from a file descriptor that this program was given.
fn read(descriptor: u32) -> Result<Secret, Problem> {
    let mut text = String::with_capacity(usize::try_from(INPUT_MAX).unwrap_or_default());
    let read = File::open(format!("/dev/fd/{descriptor}"))
        .and_then(|file| file.take(INPUT_MAX).read_to_string(&mut text));
    let passphrase = Secret::new(text);
    match read {
        Ok(_) => Ok(passphrase),
        Err(error) => {
            let what = format!("The passphrase cannot be read from file descriptor {descriptor}.");
            let remedy = "Give it as in: rolecall agent --passphrase-fd 3 3< FILE";
            Err(Problem::new(ProblemCode::InvalidInput, what, remedy)
                .with_detail(error.to_string()))
        }
    }
}
