//! `connect` and `disconnect`: profiles of AWS's config file whose credentials come from Rolecall. What would change is
//! shown before it is written.

use rolecall_core::connection::{EditView, Which};
use rolecall_core::problem::Problem;
use rolecall_core::protocol::Call;
use rolecall_core::sanitise::visible;

use crate::arguments::Consent;
use crate::client::Client;

use super::edit::{names, run};

/// Writes profiles for roles, and returns what changed.
///
/// # Errors
/// If it cannot be written, or the person does not want it.
pub(super) fn connect(
    client: &Client,
    which: &Which,
    prefix: &str,
    consent: Consent,
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
    run(client, consent, call, written)
}

/// Removes profiles that [`connect`] wrote, and returns what changed.
///
/// # Errors
/// If it cannot be written, or the person does not want it.
pub(super) fn disconnect(
    client: &Client,
    which: &Which,
    consent: Consent,
) -> Result<String, Problem> {
    let call = |step| Call::Disconnect {
        which: which.clone(),
        step,
    };
    run(client, consent, call, |edit| {
        format!("Disconnected: {}.", names(edit))
    })
}
