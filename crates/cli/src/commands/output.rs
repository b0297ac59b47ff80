//! Text and JSON that are safe to show on a terminal.

use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::{echo, is_hidden};
use serde::Serialize;

use crate::client::unexpected;

/// Returns a name in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", echo(name))
}

/// Returns a value as one line of JSON, with hidden characters escaped.
///
/// # Errors
/// If the value has no JSON form.
pub(super) fn json(value: &impl Serialize) -> Result<String, Problem> {
    let plain = serde_json::to_string(value).map_err(|_| unexpected())?;
    let mut text = String::with_capacity(plain.len());
    for character in plain.chars() {
        if is_hidden(character) {
            let units = character.encode_utf16(&mut [0; 2]).to_vec();
            text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(character);
        }
    }
    Ok(text)
}
