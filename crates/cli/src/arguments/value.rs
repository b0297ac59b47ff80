//! Values of operands and flags, read from text.

use jiff::SignedDuration;
use rolecall_core::api::import::ImportSource;
use rolecall_core::asker::history::ENTRIES_MAX;
use rolecall_core::role::renew::Renew;
use rolecall_core::session::shell::Shell;
use rolecall_core::value::browser::Browser;
use rolecall_core::value::duration::parse_seconds;
use rolecall_core::value::sanitise::echo;

use super::command::IntegratedShell;
use super::usage_error::UsageError;
use crate::grammar::{INTEGRATED_SHELLS, RENEW_DEFAULT, ways_to_renew};

/// Reads a span of time such as `2d`, `1d12h` or `30m`.
pub(super) fn span(text: &str) -> Result<SignedDuration, UsageError> {
    seconds(text)
        .filter(|total| *total > 0)
        .map(SignedDuration::from_secs)
        .ok_or_else(|| {
            UsageError::new(format!(
                "\"{}\" is not a span of time. Write it as 2d, 12h or 30m.",
                echo(text)
            ))
        })
}

fn seconds(text: &str) -> Option<i64> {
    let (days, rest) = text.split_once('d').unwrap_or(("0", text));
    if !days.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rest = match rest {
        "" => 0,
        rest => i64::try_from(parse_seconds(rest)?).ok()?,
    };
    let days: i64 = days.parse().ok()?;
    days.checked_mul(86_400)?.checked_add(rest)
}

pub(super) fn limit(text: &str) -> Result<u32, UsageError> {
    let limit = text.parse().ok();
    let limit = limit.filter(|limit| (1..=ENTRIES_MAX).contains(limit));
    limit.ok_or_else(|| UsageError::new(format!("--limit needs a number from 1 to {ENTRIES_MAX}.")))
}

pub(super) fn renew(text: &str) -> Result<Option<Renew>, UsageError> {
    if text == RENEW_DEFAULT {
        return Ok(None);
    }
    Renew::parse(text).map(Some).map_err(|error| {
        let known = ways_to_renew().join(", ");
        UsageError::new(format!("{} Known: {known}.", error.what))
    })
}

pub(super) fn shell(text: &str) -> Result<Shell, UsageError> {
    Shell::parse(text).map_err(|error| UsageError::new(error.to_string()))
}

pub(super) fn process(text: &str) -> Result<u32, UsageError> {
    let process = text.parse().ok().filter(|process| *process > 0);
    process.ok_or_else(|| {
        UsageError::new(format!(
            "\"{}\" is not a process ID. A shell's own is: $$",
            echo(text)
        ))
    })
}

pub(super) fn browser(text: &str) -> Result<Browser, UsageError> {
    Browser::parse(text).map_err(|error| UsageError::new(error.to_string()))
}

pub(super) fn descriptor(text: &str) -> Result<u32, UsageError> {
    let error = "--passphrase-fd needs the number of an open file descriptor.";
    text.parse().map_err(|_| UsageError::new(error))
}

pub(super) fn program(text: &str) -> Result<ImportSource, UsageError> {
    ImportSource::parse(text).ok_or_else(|| {
        let known = ImportSource::ALL.map(ImportSource::word).join(", ");
        let text = echo(text);
        UsageError::new(format!(
            "Rolecall cannot import from \"{text}\". It can from: {known}."
        ))
    })
}

pub(super) fn integrated_shell(text: &str) -> Result<IntegratedShell, UsageError> {
    Ok(match text {
        "bash" => IntegratedShell::Bash,
        "zsh" => IntegratedShell::Zsh,
        "fish" => IntegratedShell::Fish,
        "pwsh" | "powershell" => IntegratedShell::Powershell,
        "nu" | "nushell" => IntegratedShell::Nushell,
        text => {
            let known = INTEGRATED_SHELLS.join(", ");
            let text = echo(text);
            return Err(UsageError::new(format!(
                "There is no script for the shell \"{text}\". Known: {known}."
            )));
        }
    })
}

/// Reads the name of a shell's function. Every shell takes it as it is, and none has a command of its own with it.
pub(super) fn function(text: &str) -> Result<String, UsageError> {
    const TAKEN: [&str; 24] = [
        "alias", "begin", "case", "cd", "command", "def", "do", "done", "else", "end", "eval",
        "exec", "exit", "export", "fi", "for", "function", "if", "rolecall", "set", "test", "then",
        "unset", "while",
    ];
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if text.starts_with(begins) && text.chars().all(is_plain) && !TAKEN.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(UsageError::new(format!(
        "\"{}\" cannot be the name of a shell function. Choose another, of letters, digits, - and _.",
        echo(text)
    )))
}
