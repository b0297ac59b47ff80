//! The user's files in the configuration folder: read whole, replaced atomically, never trusted.

mod keys;

use std::path::Path;

use rolecall_core::aws_files::AwsFile;
use rolecall_core::catalogue::FILE_MAX;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::{AwsText, Files};

use crate::disk::{self, Access};
use crate::paths::Paths;

/// `roles.toml`, `settings.toml` and `keys.toml` of one set.
#[derive(Debug)]
pub struct ConfigFiles {
    paths: Paths,
}

impl ConfigFiles {
    /// Returns the files at these paths. No file is accessed yet.
    pub fn new(paths: Paths) -> Self {
        Self { paths }
    }

    /// Returns AWS's credentials file, to import a key from it; empty if it does not exist.
    ///
    /// # Errors
    /// If it cannot be read: too large, not a file, no permission, not UTF-8.
    pub fn read_aws_credentials(&self) -> Result<Secret, Problem> {
        self.read(&self.paths.aws_credentials_path).map(Secret::new)
    }

    /// Returns a file that the user chose, such as the CSV of the IAM console.
    ///
    /// # Errors
    /// If it does not exist or cannot be read.
    pub fn read_chosen(&self, path: &Path) -> Result<Secret, Problem> {
        match self.read_if_exists(path)? {
            Some(text) => Ok(Secret::new(text)),
            None => Err(Problem::new(
                ProblemCode::StorageFailed,
                format!("There is no file {}.", self.paths.shown(path)),
                "Check the path.",
            )),
        }
    }

    fn read(&self, path: &Path) -> Result<String, Problem> {
        Ok(self.read_if_exists(path)?.unwrap_or_default())
    }

    fn read_if_exists(&self, path: &Path) -> Result<Option<String>, Problem> {
        let shown = self.paths.shown(path);
        let bytes = disk::read(path, FILE_MAX).map_err(|fault| fault.problem(&shown))?;
        bytes.map(|bytes| text(bytes, &shown)).transpose()
    }

    fn replace_if(&self, path: &Path, previous: &str, text: &str) -> Result<(), Problem> {
        if self.read(path)? != previous {
            let shown = self.paths.shown(path);
            let what = format!("{shown} was changed by another program; nothing was written.");
            let remedy = "Check the file, then try again.";
            return Err(Problem::new(ProblemCode::StorageFailed, what, remedy));
        }
        self.replace(path, text)
    }

    fn replace(&self, path: &Path, text: &str) -> Result<(), Problem> {
        disk::replace(path, text.as_bytes())
            .map_err(|error| disk::problem(&error, &self.paths.shown(path), Access::Write))
    }
}

fn text(bytes: Vec<u8>, shown: &str) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Problem::new(
            ProblemCode::InvalidFile,
            format!("{shown} is not UTF-8 at byte {at}."),
            "Save it as UTF-8.",
        )
    })
}

impl Files for ConfigFiles {
    fn roles_path(&self) -> String {
        self.paths.shown(&self.paths.roles_path())
    }

    fn settings_path(&self) -> String {
        self.paths.shown(&self.paths.settings_path())
    }

    fn read_roles(&self) -> Result<String, Problem> {
        self.read(&self.paths.roles_path())
    }

    fn write_roles(&self, previous: &str, text: &str) -> Result<(), Problem> {
        self.replace_if(&self.paths.roles_path(), previous, text)
    }

    fn marks_path(&self) -> String {
        self.paths.shown(&self.paths.marks_path())
    }

    fn read_marks(&self) -> Result<String, Problem> {
        self.read(&self.paths.marks_path())
    }

    fn write_marks(&self, previous: &str, text: &str) -> Result<(), Problem> {
        self.replace_if(&self.paths.marks_path(), previous, text)
    }

    fn read_settings(&self) -> Result<String, Problem> {
        self.read(&self.paths.settings_path())
    }

    fn aws_path(&self, file: AwsFile) -> String {
        self.paths.shown(self.paths.aws_path(file))
    }

    fn read_aws(&self, file: AwsFile) -> Result<AwsText, Problem> {
        let path = self.paths.aws_path(file);
        Ok(AwsText {
            text: Secret::new(self.read(path)?),
            warning: disk::writable_by_others(path),
        })
    }

    fn write_settings(&self, previous: &str, text: &str) -> Result<(), Problem> {
        self.replace_if(&self.paths.settings_path(), previous, text)
    }

    fn read_keys(&self) -> Result<Vec<AccessKey>, Problem> {
        let path = self.paths.keys_path();
        keys::parse(&self.read(&path)?, &self.paths.shown(&path))
    }

    fn write_keys(&self, keys: &[AccessKey]) -> Result<(), Problem> {
        // A file that cannot be read must not be overwritten, since its entries would be lost.
        self.read_keys()?;
        self.replace(&self.paths.keys_path(), &keys::render(keys))
    }
}
