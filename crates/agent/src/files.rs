//! The user's files in the configuration folder: read whole, replaced atomically, never trusted.

use std::path::{Path, PathBuf};

use rolecall_core::aws_files::AwsFile;
use rolecall_core::catalogue::{FILE_MAX, key_list};
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::{AwsText, Files, Journal, KeysEdit, OwnFile, TextEdit};

use crate::disk;
use crate::file_edit;
use crate::own_file::OwnFileEditor;
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
        self.read_text(&self.paths.aws_credentials_path)
            .map(Secret::new)
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

    fn read_text(&self, path: &Path) -> Result<String, Problem> {
        Ok(self.read_if_exists(path)?.unwrap_or_default())
    }

    fn read_if_exists(&self, path: &Path) -> Result<Option<String>, Problem> {
        let shown = self.paths.shown(path);
        let bytes = disk::read(path, FILE_MAX).map_err(|fault| fault.problem(&shown))?;
        let text = bytes
            .map(|bytes| file_edit::text(bytes, &shown))
            .transpose()?;
        Ok(text.map(|text| text.expose().to_owned()))
    }

    fn path_of(&self, file: OwnFile) -> PathBuf {
        match file {
            OwnFile::Roles => self.paths.roles_path(),
            OwnFile::Settings => self.paths.settings_path(),
            OwnFile::Marks => self.paths.marks_path(),
        }
    }
}

impl Files for ConfigFiles {
    fn path(&self, file: OwnFile) -> String {
        self.paths.shown(&self.path_of(file))
    }

    fn read(&self, file: OwnFile) -> Result<String, Problem> {
        self.read_text(&self.path_of(file))
    }

    fn edit(&self, file: OwnFile, edit: TextEdit<'_>) -> Result<String, Problem> {
        OwnFileEditor::new(&self.paths).edit(&self.path_of(file), edit)
    }

    fn aws_path(&self, file: AwsFile) -> String {
        self.paths.shown(self.paths.aws_path(file))
    }

    fn read_aws(&self, file: AwsFile) -> Result<AwsText, Problem> {
        let path = self.paths.aws_path(file);
        Ok(AwsText {
            text: Secret::new(self.read_text(path)?),
            warning: disk::writable_by_others(path),
            access: disk::access_of_others(path),
        })
    }

    fn read_keys(&self) -> Result<Vec<AccessKey>, Problem> {
        let path = self.paths.keys_path();
        key_list::parse(&self.read_text(&path)?, &self.paths.shown(&path))
    }

    fn edit_keys(&self, edit: KeysEdit<'_>) -> Result<Vec<AccessKey>, Problem> {
        let path = self.paths.keys_path();
        let shown = self.paths.shown(&path);
        let text = OwnFileEditor::new(&self.paths).edit(&path, &|text| {
            // A file that cannot be read must not be overwritten, since its entries would be lost.
            let before = key_list::parse(text, &shown)?;
            let mut keys = before.clone();
            edit(&mut keys)?;
            Ok(match keys == before {
                true => text.to_owned(),
                false => key_list::render(&keys),
            })
        })?;
        key_list::parse(&text, &shown)
    }

    fn read_journal(&self, journal: Journal) -> Result<String, Problem> {
        self.read_text(&self.paths.journal_path(journal))
    }

    fn edit_journal(&self, journal: Journal, edit: TextEdit<'_>) -> Result<(), Problem> {
        let path = self.paths.journal_path(journal);
        // Only Rolecall writes it, and it is written at every step.
        let editor = OwnFileEditor::new(&self.paths).without_watch();
        editor.edit(&path, edit).map(drop)
    }
}
