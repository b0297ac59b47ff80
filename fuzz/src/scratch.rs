//! A folder for targets that read and write files.

use std::path::{Path, PathBuf};

use rolecall_agent::paths::{Environment, Paths};

/// A folder of this process. libFuzzer ends a process without destructors, so the folder stays: `scripts/fuzz` puts it
/// into memory, and removes it.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Creates the folder, and removes what an earlier process of the same number left there.
    pub fn new() -> Self {
        let name = format!("rolecall-fuzz-{}", std::process::id());
        let scratch = Self(std::env::temp_dir().join(name));
        scratch.clear();
        scratch
    }

    /// Removes everything in it.
    pub fn clear(&self) {
        // It does not exist at first.
        let _ = std::fs::remove_dir_all(&self.0);
        std::fs::create_dir_all(&self.0).expect("a folder for files");
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the paths of a user whose home folder this is.
    pub fn paths(&self) -> Paths {
        let environment = Environment {
            home: Some(self.0.clone()),
            ..Environment::default()
        };
        Paths::new(&environment).expect("an absolute path")
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}
