//! `connect` and `disconnect`: profiles in AWS's config file that get credentials from Rolecall.

use rolecall_core::api::protocol::Call;
use rolecall_core::aws_files::connection::{EditView, Which};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

use crate::arguments::WriteMode;
use crate::client::Client;

use super::edit::{names, run};

/// Adds profiles for roles, and returns what changed.
///
/// # Errors
/// If the file cannot be written, or the user cannot be asked.
pub(super) fn connect(
    client: &Client,
    which: &Which,
    prefix: &str,
    mode: WriteMode,
) -> Result<String, Problem> {
    let call = |step| Call::Connect {
        which: which.clone(),
        prefix: prefix.to_owned(),
        step,
    };
    let written = |edit: &EditView| {
        let example = edit.profiles.first().map_or("PROFILE", String::as_str);
        format!(
            "Connected: {}. Try: aws --profile {} sts get-caller-identity",
            names(edit),
            visible(example)
        )
    };
    run(client, mode, call, written)
}

/// Removes profiles that [`connect`] added, and returns what changed.
///
/// # Errors
/// If the file cannot be written, or the user cannot be asked.
pub(super) fn disconnect(
    client: &Client,
    which: &Which,
    mode: WriteMode,
) -> Result<String, Problem> {
    let call = |step| Call::Disconnect {
        which: which.clone(),
        step,
    };
    run(client, mode, call, |edit| {
        format!("Disconnected: {}.", names(edit))
    })
}
