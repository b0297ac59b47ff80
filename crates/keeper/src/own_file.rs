//! The user's files of roles, settings and labels, which are read when they change and written when the user changes
//! something.

use super::Owner;
use crate::ports::OwnFile;
use crate::state::gate::Gate;
use rolecall_core::value::problem::Problem;

impl Owner {
    /// Reads the roles again.
    pub(super) async fn reload_roles(&self) {
        self.reload_file(OwnFile::Roles).await;
    }

    /// Reads the settings again.
    pub(super) async fn reload_settings(&self) {
        self.reload_file(OwnFile::Settings).await;
    }

    /// Reads the labels again.
    pub(super) async fn reload_marks(&self) {
        self.reload_file(OwnFile::Marks).await;
    }

    /// Reads a file and applies it. One use case does that at a time, so that an older text never replaces a newer one.
    async fn reload_file(&self, file: OwnFile) {
        let _gate = self.enter(gate(file)).await;
        let read = self.io(|ports| ports.files.read(file)).await;
        self.apply_file(file, read);
    }

    /// Edits a file and applies what it contains then, at once: a program that asks now is answered by what was written.
    /// `edit` gets the text and the path of the file, and may be called several times.
    ///
    /// # Errors
    /// The errors of `edit`, and if the file cannot be read or written.
    pub(super) async fn edit_file(
        &self,
        file: OwnFile,
        edit: impl Fn(&str, &str) -> Result<String, Problem>,
    ) -> Result<(), Problem> {
        let _gate = self.enter(gate(file)).await;
        let path = self.ports.files.path(file);
        let edited = self
            .io(|ports| ports.files.edit(file, &|text| edit(text, &path)))
            .await?;
        self.apply_file(file, Ok(edited));
        Ok(())
    }

    fn apply_file(&self, file: OwnFile, read: Result<String, Problem>) {
        match file {
            OwnFile::Roles => self.apply_roles(read),
            OwnFile::Settings => self.apply_settings(read),
            OwnFile::Marks => self.apply_marks(read),
        }
    }
}

fn gate(file: OwnFile) -> Gate {
    match file {
        OwnFile::Roles => Gate::Roles,
        OwnFile::Settings => Gate::Settings,
        OwnFile::Marks => Gate::Marks,
    }
}
