//! Secrets in files and on standard input.

use std::fs::OpenOptions;
use std::io::Read;
use std::path::Path;

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::secret::Secret;

use crate::regular_file;

/// The longest input, in bytes.
const INPUT_MAX: u64 = 4 << 20;

/// Reads all text. `name` is what messages call its origin.
///
/// # Errors
/// If it is too long, not UTF-8, or cannot be read.
pub(crate) fn read(from: impl Read, name: &str) -> Result<Secret, Problem> {
    let mut text = String::with_capacity(8 << 10);
    let length = from
        .take(INPUT_MAX + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(name, &error.to_string()));
    let text = Secret::new(text);
    match length? as u64 {
        0..=INPUT_MAX => Ok(text),
        _ => Err(unreadable(name, "it is longer than 4 MiB")),
    }
}

/// Reads a regular file. Anything else could block forever.
///
/// # Errors
/// As [`read`], and if it is no regular file.
pub(crate) fn read_file(path: &Path) -> Result<Secret, Problem> {
    let shown = path.to_string_lossy();
    let file = regular_file::open(OpenOptions::new().read(true), path);
    let file = file.map_err(|error| unreadable(&shown, &error.to_string()))?;
    read(file, &shown)
}

/// Returns the problem of text that cannot be read.
pub(crate) fn unreadable(name: &str, reason: &str) -> Problem {
    Problem::new(
        ProblemCode::StorageFailed,
        format!("{} cannot be read: {reason}.", visible(name)),
        "Use a file as AWS writes it, or two lines on standard input.",
    )
}
