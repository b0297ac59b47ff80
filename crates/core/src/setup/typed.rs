//! Text that a person typed or pasted.

use crate::value::input::InputError;
use crate::value::sanitise;

/// Returns the text without the white space and invisible characters around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

/// Returns the entries of a list with commas, trimmed.
pub(super) fn listed(text: &str) -> Vec<&str> {
    let entries = text.split(',').map(trimmed);
    entries.filter(|entry| !entry.is_empty()).collect()
}

/// Rejects hidden characters and quotes that a word processor made.
///
/// # Errors
/// Says the first such character and its position, from 1.
pub(super) fn check_visible(
    field: &'static str,
    label: &str,
    text: &str,
) -> Result<(), InputError> {
    let is_odd = |c: &char| sanitise::is_hidden(*c) || matches!(c, '“' | '”' | '‘' | '’');
    let Some((index, odd)) = text.chars().enumerate().find(|(_, c)| is_odd(c)) else {
        return Ok(());
    };
    let (odd, position) = (sanitise::describe(odd), index + 1);
    let what = format!("{label} has {odd} at position {position}.");
    Err(InputError::new(
        field,
        what,
        "Delete it, or type the text again.",
    ))
}

/// Returns the error for a placeholder of a tutorial, such as `<ACCOUNT-ID>`, that was not replaced.
pub(super) fn placeholder(field: &'static str, label: &str, text: &str) -> Option<InputError> {
    let inside = |open, close| {
        let (_, rest) = text.split_once(open)?;
        let (inside, _) = rest.split_once(close)?;
        Some(inside)
    };
    let name = inside('<', '>')
        .or_else(|| inside('[', ']'))
        .or_else(|| inside('{', '}'))?;
    let what = format!(
        "{label} still has the placeholder \"{}\".",
        sanitise::echo(name)
    );
    Some(InputError::new(
        field,
        what,
        "Replace it with your own value.",
    ))
}
