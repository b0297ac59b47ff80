//! The catalogue and the settings: read when their files change, written when the user edits them here.

use super::{Concern, Keeper};
use crate::catalogue::{self, Catalogue, Reading};
use crate::name::Name;
use crate::problem::Problem;
use crate::role::{Role, RoleDraft};
use crate::settings;

impl Keeper {
    /// Reads the roles again. A file that is no TOML leaves the last good catalogue in use; a role that is wrong
    /// keeps its last good state. What is wrong is told.
    pub fn reload_roles(&self) {
        let path = self.ports.files.roles_path();
        let reading = self
            .ports
            .files
            .read_roles()
            .and_then(|text| catalogue::read(&text, &path));
        self.update(|state| match reading {
            Ok(reading) => {
                state.standing.remove(&Concern::RolesFile);
                state.role_faults = reading
                    .faults
                    .iter()
                    .map(|(_, problem)| problem.clone())
                    .collect();
                state.catalogue = Catalogue::new(with_last_good(reading, &state.catalogue));
            }
            Err(problem) => drop(state.standing.insert(Concern::RolesFile, problem)),
        });
    }

    /// Reads the settings again; what is wrong leaves the last good ones in force.
    pub fn reload_settings(&self) {
        let path = self.ports.files.settings_path();
        let read = self
            .ports
            .files
            .read_settings()
            .and_then(|text| settings::read(&text, &path));
        self.update(|state| match read {
            Ok(settings) => {
                state.settings = settings;
                state.standing.remove(&Concern::SettingsFile);
            }
            Err(problem) => drop(state.standing.insert(Concern::SettingsFile, problem)),
        });
    }

    /// Adds a role to the file, or changes the one called `previous`.
    ///
    /// # Errors
    /// If a field is wrong, the name is taken, or the file cannot be written.
    pub fn save_role(&self, previous: Option<&Name>, draft: &RoleDraft) -> Result<(), Problem> {
        let role = draft.check()?;
        if previous != Some(&role.name) {
            self.check_free(&role.name)?;
        }
        self.edit_roles(|text, path| {
            let text = catalogue::with_role(text, path, previous, draft)?;
            match previous.filter(|previous| **previous != role.name) {
                Some(previous) => catalogue::with_source_renamed(&text, path, previous, &role.name),
                None => Ok(text),
            }
        })
    }

    /// Removes a role from the file. Its session goes on until it is ended.
    ///
    /// # Errors
    /// If there is no such role in the file, or the file cannot be written.
    pub fn remove_role(&self, name: &Name) -> Result<(), Problem> {
        self.edit_roles(|text, path| catalogue::without_role(text, path, name))
    }

    pub(super) fn rename_source(&self, source: &Name, new_source: &Name) -> Result<(), Problem> {
        if !self
            .lock()
            .catalogue
            .roles()
            .iter()
            .any(|role| role.source == *source)
        {
            return Ok(());
        }
        self.edit_roles(|text, path| catalogue::with_source_renamed(text, path, source, new_source))
    }

    fn edit_roles(
        &self,
        edit: impl Fn(&str, &str) -> Result<String, Problem>,
    ) -> Result<(), Problem> {
        let path = self.ports.files.roles_path();
        let text = self.ports.files.read_roles()?;
        self.ports.files.write_roles(&text, &edit(&text, &path)?)?;
        self.reload_roles();
        Ok(())
    }
}

/// Returns the roles of a reading, with the last good state of those that are wrong in it.
fn with_last_good(reading: Reading, last: &Catalogue) -> Vec<Role> {
    let wrong = reading
        .faults
        .iter()
        .filter_map(|(name, _)| last.role(&Name::parse(name).ok()?).cloned());
    let kept: Vec<Role> = wrong.collect();
    reading.roles.into_iter().chain(kept).collect()
}
