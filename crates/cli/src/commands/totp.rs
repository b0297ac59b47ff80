//! `keys add-totp` and `remove-totp`: the seed of an MFA device and its way into the keychain, which is never an
//! argument.

use std::io;

use rolecall_core::api::protocol::Call;
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::session::totp::TotpSeed;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

use super::output::quoted;
use super::secret_location::secret_location;
use crate::client::Client;
use crate::environment::Environment;
use crate::input::read;
use crate::terminal::{self, Echo};

const WARNING: &str = "\
Warning: this puts both factors on this computer. Access to your keychain then gives both, and programs can use roles
that require MFA without you. A separate device is safer.";

/// Stores a seed in the keychain.
///
/// # Errors
/// If the seed cannot be read or is not valid, AWS rejects its code, or the keychain refuses.
pub(super) fn add(
    client: &Client,
    environment: &Environment,
    name: &str,
    serial: &str,
) -> Result<String, Problem> {
    terminal::tell(WARNING);
    let text = match terminal::is_present() {
        true => terminal::ask("Seed or otpauth link (not shown): ", Echo::Off)?,
        false => read(io::stdin().lock(), "standard input")?,
    };
    let seed = TotpSeed::parse(&text)?;
    client.perform(Call::AddTotp {
        key: name.to_owned(),
        serial: serial.to_owned(),
        seed: WireSecret::new(seed.text().expose().to_owned()),
    })?;
    Ok(format!(
        "AWS accepted a code. The seed of {} is in {}, and Rolecall generates codes from it. The seed is not \
         shown again.",
        visible(serial),
        secret_location(environment)
    ))
}

/// Removes a seed from the keychain.
///
/// # Errors
/// If there is none, or the keychain refuses.
pub(super) fn remove(
    client: &Client,
    environment: &Environment,
    name: &str,
) -> Result<String, Problem> {
    client.perform(Call::RemoveTotp {
        key: name.to_owned(),
    })?;
    let name = quoted(name);
    Ok(format!(
        "Removed the seed of {name} from {}. Rolecall asks you for codes again.",
        secret_location(environment)
    ))
}
