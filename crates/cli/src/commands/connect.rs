//! `connect` and `disconnect`: profiles in AWS's config file that get credentials from Rolecall.

use rolecall_core::api::protocol::Call;
use rolecall_core::aws_files::connection::{EditView, Which};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

use crate::arguments::WriteMode;
use crate::client::Client;
use crate::environment::Environment;
use rolecall_core::value::shell_word::shell_word;

use super::edit::{Editing, names};
use super::other_files::OtherFiles;

/// Adds profiles for roles, and returns what changed.
///
/// # Errors
/// If the file cannot be written, or the user cannot be asked.
pub(super) fn connect(
    client: &Client,
    environment: &Environment,
    which: &Which,
    prefix: &str,
    mode: WriteMode,
) -> Result<String, Problem> {
    let editing = Editing::new(client, environment, mode);
    let call = |step| Call::Connect {
        which: which.clone(),
        prefix: prefix.to_owned(),
        step,
    };
    let written = |edit: &EditView| {
        let example = edit.profiles.first().map_or("PROFILE", String::as_str);
        let command = format!(
            "aws --profile {} sts get-caller-identity",
            shell_word(&visible(example))
        );
        let file = editing.other_files().and_then(OtherFiles::config_there);
        let before = file.map(|path| format!("AWS_CONFIG_FILE={} ", shell_word(&path)));
        let (names, before) = (names(edit), before.unwrap_or_default());
        format!("Connected: {names}. Try: {before}{command}")
    };
    editing.run(call, written)
}

/// Removes profiles that [`connect`] added, and returns what changed.
///
/// # Errors
/// If the file cannot be written, or the user cannot be asked.
pub(super) fn remove(
    client: &Client,
    environment: &Environment,
    which: &Which,
    mode: WriteMode,
) -> Result<String, Problem> {
    let editing = Editing::new(client, environment, mode);
    let call = |step| Call::Disconnect {
        which: which.clone(),
        step,
    };
    editing.run(call, |edit| format!("Disconnected: {}.", names(edit)))
}
