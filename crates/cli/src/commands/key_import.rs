//! `keys import` and `keys undo-import`: keys on their way from AWS's files to the keychain, and back.

use rolecall_core::connection::{EditView, Which};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::Call;
use rolecall_core::sanitise::visible;

use crate::arguments::Consent;
use crate::client::Client;

use super::edit::{names, run};

/// Moves the key of a profile, or of all that have one, and returns how it went.
///
/// # Errors
/// If none could be moved.
pub(super) fn import(
    client: &Client,
    which: &Which,
    name: Option<&str>,
    consent: Consent,
) -> Result<String, Problem> {
    let profiles = match which {
        Which::Named(profiles) => profiles.clone(),
        Which::All => {
            let found = client.snapshot()?.aws.keys.into_iter();
            found.map(|key| key.profile).collect()
        }
    };
    let mut told = Vec::new();
    let mut failed = None;
    for profile in profiles {
        let call = |step| Call::MoveKey {
            profile: profile.clone(),
            name: name.map(str::to_owned),
            step,
        };
        match run(client, consent, call, moved) {
            Ok(text) => told.push(text),
            Err(problem) if *which == Which::All => {
                told.push(format!(
                    "! {}: {}",
                    visible(&profile),
                    visible(&problem.to_string())
                ));
                failed = Some(problem);
            }
            Err(problem) => return Err(problem),
        }
    }
    match (told.is_empty(), failed) {
        (true, _) => Ok("AWS's files hold no access key in plaintext.".to_owned()),
        (false, Some(_)) => Err(Problem::new(
            ProblemCode::InvalidInput,
            told.join("\n"),
            "What could not be moved is as it was.",
        )),
        (false, None) => Ok(told.join("\n")),
    }
}

/// Puts a key back into its profile, and returns how it went.
///
/// # Errors
/// If it was not moved, or something would be lost.
pub(super) fn undo(client: &Client, profile: &str, consent: Consent) -> Result<String, Problem> {
    let call = |step| Call::PutKeyBack {
        profile: profile.to_owned(),
        step,
    };
    run(client, consent, call, |edit| {
        format!("{} has its key in plaintext again.", names(edit))
    })
}

fn moved(edit: &EditView) -> String {
    let profile = names(edit);
    let backup = edit.backup.as_deref().map(visible);
    let backup = backup.map(|path| format!(" The file as it was, without the secret: {path}."));
    format!(
        "The key of {profile} is in the keychain, and no more in plaintext.{} Back with: rolecall keys undo-import {profile}",
        backup.unwrap_or_default()
    )
}
