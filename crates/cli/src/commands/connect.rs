//! `connect` and `disconnect`: profiles in AWS's config file that get credentials from Rolecall.

use std::path::{Path, PathBuf};

use rolecall_core::api::protocol::Call;
use rolecall_core::aws_files::connection::{EditView, Which};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

use crate::arguments::WriteMode;
use crate::client::Client;
use crate::environment::Environment;
use crate::shell_word::shell_word;

use super::edit::{names, run};

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
        let (before, note) = match other_file(environment, edit) {
            Some(file) => (
                format!("AWS_CONFIG_FILE={} ", shell_word(&visible(&file.written))),
                file.note(),
            ),
            None => (String::new(), String::new()),
        };
        let names = names(edit);
        format!("Connected: {names}. Try: {before}{command}{note}")
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

/// The config files of Rolecall and of this terminal, if they differ.
struct OtherFile {
    /// The file that Rolecall wrote.
    written: String,
    /// The file that AWS's tools read in this terminal.
    read: String,
}

impl OtherFile {
    fn note(&self) -> String {
        let (written, read) = (visible(&self.written), visible(&self.read));
        format!(
            "\n! AWS's tools in this terminal read {read} and not {written}. Start Rolecall with the AWS_CONFIG_FILE of \
             this terminal, or unset it here."
        )
    }
}

/// Returns both files if AWS_CONFIG_FILE has another value here than where Rolecall runs.
fn other_file(environment: &Environment, edit: &EditView) -> Option<OtherFile> {
    let home = environment.home.as_deref()?;
    let written = match edit.path.strip_prefix("~/") {
        Some(below) => home.join(below),
        None => PathBuf::from(&edit.path),
    };
    let usual = home.join(".aws/config");
    let read = environment.aws_config.as_deref().unwrap_or(&usual);
    let same = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    (same(&written) != same(read)).then(|| OtherFile {
        written: written.to_string_lossy().into_owned(),
        read: read.to_string_lossy().into_owned(),
    })
}
