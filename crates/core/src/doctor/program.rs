//! Findings about programs: copies and versions of Rolecall, the session bus, and the variables of a terminal.

use std::cmp::Ordering;

use super::finding::{CheckKind, Finding, Severity};
use crate::value::sanitise::echo;

/// Returns the finding if the running program has another version than the command line.
pub fn other_version(running: &str, ours: &str) -> Option<Finding> {
    let (shown, remedy) = match order(running, ours) {
        Ordering::Equal => return None,
        Ordering::Less => (
            "older",
            "Quit it and start Rolecall again. For an agent: rolecall agent --stop",
        ),
        Ordering::Greater => (
            "newer",
            "Update this copy of the command line, or remove it.",
        ),
    };
    Some(Finding::new(
        CheckKind::OtherVersion,
        Severity::Warning,
        format!(
            "Rolecall {} is running, which is {shown} than this command line ({ours}).",
            echo(running)
        ),
        "They may not understand each other, and fixes of one are missing in the other.",
        remedy,
    ))
}

fn order(running: &str, ours: &str) -> Ordering {
    let numbers = |version: &str| -> Vec<u64> {
        let core = version.split(['-', '+']).next().unwrap_or_default();
        let parts = core.split('.');
        parts.map(|part| part.parse().unwrap_or_default()).collect()
    };
    numbers(running).cmp(&numbers(ours))
}

/// Returns the finding if there are several copies of Rolecall. `first` is the one that runs.
pub fn other_copies(first: &str, others: &[String]) -> Option<Finding> {
    if others.is_empty() {
        return None;
    }
    let shown: Vec<String> = others.iter().take(5).map(|path| echo(path)).collect();
    Some(Finding::new(
        CheckKind::SecondCopy,
        Severity::Warning,
        format!(
            "There is more than one copy of Rolecall: {} and {}.",
            echo(first),
            shown.join(", ")
        ),
        "Terminals and profiles may run different versions of it.",
        "Remove the copies that you do not use, or put the right one first in PATH.",
    ))
}

/// Returns the finding for a session bus that does not answer.
pub fn dead_bus(address: &str) -> Finding {
    Finding::new(
        CheckKind::DeadBus,
        Severity::Error,
        format!("No session bus answers at {}.", echo(address)),
        "Rolecall reaches the keychain, the tray and notifications over it.",
        "Sign out and in again, or correct the variable DBUS_SESSION_BUS_ADDRESS.",
    )
}

/// Returns the finding if variables of the terminal override all profiles.
pub fn overriding_variables(names: &[&str]) -> Option<Finding> {
    (!names.is_empty()).then(|| {
        Finding::new(
            CheckKind::OverridingVariables,
            Severity::Warning,
            format!("This terminal has {} set.", names.join(" and ")),
            "AWS's tools use these credentials in place of the profile that you name.",
            "Remove them from your shell's start-up files, and here with: eval \"$(rolecall env --unset)\"",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_version_is_older() {
        for (running, ours, shown) in [
            ("0.1.0", "0.2.0", Some("older")),
            ("0.9.0", "0.10.0", Some("older")),
            ("1.0.0", "0.2.0", Some("newer")),
            ("0.2.0", "0.2.0", None),
            ("", "0.2.0", Some("older")),
        ] {
            let what = other_version(running, ours).map(|it| it.what);
            let says = |word: &str| what.as_ref().is_some_and(|what| what.contains(word));
            assert_eq!(what.is_some(), shown.is_some(), "{running}");
            assert!(shown.is_none_or(says), "{running}");
        }
    }
}
