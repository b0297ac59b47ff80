//! The file with the token, for this user alone. It has no line end, which SDKs refuse, and is removed with its endpoint.

use std::fs::{OpenOptions, read_dir, remove_file};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::endpoint::container_request::Token;
use rolecall_core::value::problem::Problem;
use rustix::process::{Pid, test_kill_process};

use super::failed;

const PREFIX: &str = "endpoint-";
const SUFFIX: &str = ".token";

/// A token's file. It is removed when this is dropped.
pub(super) struct TokenFile(PathBuf);

impl TokenFile {
    /// Writes the token to a file in `dir`, which only this user can enter.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn write(dir: &Path, token: &Token) -> Result<Self, Problem> {
        remove_leftovers(dir);
        let path = dir.join(format!("{PREFIX}{}{SUFFIX}", std::process::id()));
        let written = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            let mut file = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(token.expose().as_bytes())
        };
        written().map_err(|error| failed("The token file cannot be written.", &error))?;
        Ok(Self(path))
    }

    /// Returns its path.
    pub(super) fn shown(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        // A token that stays behind is worthless: its endpoint is gone.
        let _ = remove_file(&self.0);
    }
}

/// Removes the token files of endpoints that were killed.
fn remove_leftovers(dir: &Path) {
    let Ok(entries) = read_dir(dir) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(is_leftover) {
            let _ = remove_file(entry.path());
        }
    }
}

fn is_leftover(name: &str) -> bool {
    let number = name
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX));
    let process = number.and_then(|number| Pid::from_raw(number.parse().ok()?));
    process.is_some_and(|process| test_kill_process(process).is_err())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn c9_the_token_file_is_private_has_no_line_end_and_is_removed_with_its_endpoint() {
        let dir = tempfile::tempdir().expect("a folder");
        let left = dir.path().join("endpoint-2147483646.token");
        std::fs::write(&left, "x").expect("a leftover");
        let token = Token::new(&[7; 32]);
        let file = TokenFile::write(dir.path(), &token).expect("written");
        assert!(!left.exists(), "its process is gone");
        let text = std::fs::read_to_string(&file.0).expect("read");
        assert_eq!(text, token.expose());
        let mode = std::fs::metadata(&file.0)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let path = file.0.clone();
        drop(file);
        assert!(!path.exists());
    }
}
