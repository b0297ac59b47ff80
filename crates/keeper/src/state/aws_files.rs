//! The last content of AWS's files.

use std::sync::Arc;

use crate::ports::AwsText;
use rolecall_core::aws_files::connection::Connection;
use rolecall_core::aws_files::{AwsFile, FileNotice, ProfileRole, Reading};
use rolecall_core::catalogue::{Catalogue, Unusable};
use rolecall_core::role::Role;
use rolecall_core::value::origin::Origin;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::AwsFilesView;

/// The maximum number of roles from AWS's files.
pub(crate) const ROLES_MAX: usize = 10_000;

/// The last content of AWS's files.
#[derive(Default)]
pub(crate) struct AwsFiles {
    pub(crate) config_path: String,
    pub(crate) credentials_path: String,
    pub(crate) connections: Vec<Connection>,
    pub(crate) moved: Vec<String>,
    /// The roles, and those that cannot be assumed.
    pub(crate) roles: Vec<FoundRole>,
    /// The rest of what was read.
    pub(crate) reading: Reading,
    /// Whether the roles and keys are from files without a fault.
    pub(crate) is_good: bool,
}

/// A role of one of the files.
#[derive(Clone)]
pub(crate) struct FoundRole {
    file: AwsFile,
    line: usize,
    role: Result<Arc<Role>, Box<Unusable>>,
}

impl AwsFiles {
    /// Adds the files' roles to a catalogue.
    pub(crate) fn add_to(&self, catalogue: &mut Catalogue) {
        for found in self.roles.iter().take(ROLES_MAX) {
            let origin = Origin::profile(self.path(found.file), found.line);
            catalogue.add(found.role.clone(), origin);
        }
    }

    /// Returns the view of the files themselves.
    pub(crate) fn view(&self) -> AwsFilesView {
        AwsFilesView {
            config_path: self.config_path.clone(),
            credentials_path: self.credentials_path.clone(),
            keys: self.reading.keys.clone(),
            notices: self.reading.notices.clone(),
            connections: self.connections.clone(),
            moved: self.moved.clone(),
        }
    }

    pub(crate) fn path(&self, file: AwsFile) -> &str {
        match file {
            AwsFile::Config => &self.config_path,
            AwsFile::Credentials => &self.credentials_path,
        }
    }

    /// Adds a notice about roles beyond the limit.
    pub(crate) fn note_limit(&mut self) {
        if let Some(first) = self.roles.get(ROLES_MAX) {
            self.reading.notices.push(FileNotice {
                file: first.file,
                line: Some(first.line),
                text: format!("Only the first {ROLES_MAX} roles are listed."),
            });
        }
    }

    pub(crate) fn warn(&mut self, file: AwsFile, read: &Result<AwsText, Problem>) {
        let warning = read.as_ref().ok().and_then(|read| read.warning);
        let notice = warning.map(|text| FileNotice::of_file(file, text));
        self.reading.notices.splice(0..0, notice);
    }

    /// Returns the problem of the first line because of which AWS's tools reject a file.
    pub(crate) fn fault(&self, before: &Self) -> Option<Problem> {
        let fault = self.reading.faults.first()?;
        let origin = Origin::profile(self.path(fault.file), fault.line.unwrap_or(1));
        let what = format!("{}: {}", origin.text(), fault.text);
        let remedy = match before.is_good {
            true => "Fix the line. Until then, the last valid roles stay in use.",
            false => "Fix the line. Until then, Rolecall uses the rest of the file.",
        };
        Some(Problem::new(ProblemCode::InvalidAwsFile, what, remedy))
    }

    /// Keeps the roles and keys of the previous reading, all of them, if that was good. The notices are those of the new
    /// one.
    pub(crate) fn keep_good(&mut self, before: &Self) {
        if before.is_good {
            self.roles.clone_from(&before.roles);
            self.reading.keys.clone_from(&before.reading.keys);
            self.is_good = true;
        }
    }
}

impl From<ProfileRole> for FoundRole {
    fn from(found: ProfileRole) -> Self {
        let (file, line) = (found.file, found.line);
        let role = match found.usable() {
            Some(role) => Ok(role.clone()),
            None => Err(Box::new(Unusable {
                draft: found.draft(),
                problem: found.problem.unwrap_or_else(Problem::internal),
            })),
        };
        Self { file, line, role }
    }
}
