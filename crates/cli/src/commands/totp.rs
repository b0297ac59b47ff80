//! `keys add-totp`: the seed of an authenticator on its way into the keychain, never through the command line itself.

use std::io;

use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call, WireSecret};
use rolecall_core::sanitise::visible;
use rolecall_core::totp::TotpSeed;

use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

/// What who chooses this must know.
const WARNING: &str = "\
Warning: the second factor will then be on this machine, beside the first. Whoever gets at your keychain has both, and
programs get roles that ask for MFA without you. A device of its own is safer; it is your choice.";

/// Puts a seed into the keychain, and returns what that does.
///
/// # Errors
/// If it cannot be read or is none, AWS refuses its code, or the keychain refuses.
pub(super) fn add(client: &Client, name: &str, serial: &str) -> Result<String, Problem> {
    terminal::tell(WARNING);
    let text = match terminal::is_present() {
        true => terminal::ask("Seed, or otpauth link (not shown): ", Echo::Off)?,
        false => super::keys::read(io::stdin().lock(), "standard input")?,
    };
    let seed = TotpSeed::parse(&text)?;
    let call = Call::AddTotp {
        key: name.to_owned(),
        serial: serial.to_owned(),
        seed: WireSecret::new(seed.text().expose().to_owned()),
    };
    let Answer::Done = client.ask(call)? else {
        return Err(unexpected());
    };
    Ok(format!(
        "AWS took its code: the seed of {serial} is in the keychain, and codes come from it. It is not shown again.",
        serial = visible(serial)
    ))
}
