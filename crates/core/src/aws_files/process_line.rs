//! The command of a `credential_process`, quoted so that every SDK starts the same program with the same arguments.
//!
//! Python's tools split it like a POSIX shell, others pass it to `sh -c` or `cmd.exe /C`. The SDKs' parsers read text
//! after ` #` and ` ;` as a comment.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

use super::own_section::is_safe;

/// Returns the command that starts `program`, an absolute path, with these arguments.
///
/// # Errors
/// If a word cannot be quoted so that all of them read it in the same way.
pub fn process_line(program: &str, arguments: &[&str]) -> Result<String, Problem> {
    let words: Option<Vec<String>> = [&[program], arguments]
        .concat()
        .into_iter()
        .map(quoted)
        .collect();
    let line = words.map(|words| words.join(" "));
    line.filter(|line| is_safe(line)).ok_or_else(|| {
        let what = format!("AWS's tools cannot run \"{}\".", sanitise::echo(program));
        let remedy =
            "Install Rolecall in a folder whose path has only letters, digits, spaces and - _ .";
        Problem::new(ProblemCode::InvalidInput, what, remedy)
    })
}

#[cfg(not(windows))]
fn quoted(word: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./+@:,%=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Some(word.to_owned());
    }
    if !word.contains('\'') {
        return Some(format!("'{word}'"));
    }
    // Within double quotes, Python keeps a backslash that a shell removes, so the text must not need one.
    (!word.contains(['"', '\\', '$', '`', '!'])).then(|| format!("\"{word}\""))
}

#[cfg(windows)]
fn quoted(word: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./\\+@:,=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Some(word.to_owned());
    }
    (!word.contains(['"', '%', '!', '^', '&', '|', '<', '>'])).then(|| format!("\"{word}\""))
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn b79_quotes_what_needs_it_and_nothing_else() {
        for (program, line) in [
            ("/usr/bin/rolecall", "/usr/bin/rolecall credentials guest"),
            (
                "/opt/Role call/rolecall",
                "'/opt/Role call/rolecall' credentials guest",
            ),
            (
                "/home/o'neil/rolecall",
                "\"/home/o'neil/rolecall\" credentials guest",
            ),
            (
                "/home/ä$x`y/rolecall",
                "'/home/ä$x`y/rolecall' credentials guest",
            ),
        ] {
            assert_eq!(
                process_line(program, &["credentials", "guest"]),
                Ok(line.to_owned())
            );
        }
    }

    #[test]
    fn b79_refuses_what_tools_would_read_differently() {
        for program in [
            "/o'neil/$x/rolecall",
            "/a #b/rolecall",
            "/a ;b/rolecall",
            "/a\nb",
            "/a\u{202e}b",
        ] {
            assert!(
                process_line(program, &["credentials", "guest"]).is_err(),
                "{program}"
            );
        }
    }
}
