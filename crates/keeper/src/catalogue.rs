//! The catalogue, which is read when its file changes and written when the user edits a role.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Concern, Owner, State};
use crate::ports::OwnFile;
use rolecall_core::asker::consent::Subject;
use rolecall_core::catalogue::{self, Catalogue, Reading, name_taken};
use rolecall_core::role::limits::{Limits, LimitsView};
use rolecall_core::role::{Role, RoleDraft};
use rolecall_core::value::look_alike::{self, Named};
use rolecall_core::value::name::Name;
use rolecall_core::value::origin::{Origin, OriginKind};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;

impl Owner {
    /// Applies what the file of roles contains. If it is not TOML, the last valid catalogue stays in use. A role that is
    /// not valid keeps its last valid state. A problem is shown.
    pub(super) fn apply_roles(&self, read: Result<String, Problem>) {
        let path = self.ports.files.path(OwnFile::Roles);
        let reading = read.and_then(|text| catalogue::read(&text, &path));
        let before = self.lock().durations_before();
        self.update(|state| match reading {
            Ok(reading) => {
                state.problems.set(Concern::RolesFile, None);
                state.roles.faults = reading
                    .faults
                    .iter()
                    .map(|(_, problem)| problem.clone())
                    .collect();
                state.roles.own = with_last_good(reading, &state.roles.own);
                state.roles.own_location.clone_from(&path);
                state.compose();
            }
            Err(problem) => state.problems.set(Concern::RolesFile, Some(problem)),
        });
        self.forget_limits(&before);
    }

    /// Adds a role to the file, or changes the one called `previous`.
    ///
    /// # Errors
    /// If a field is not valid, the name is in use, or the file cannot be written.
    pub(super) async fn save_role(
        &self,
        previous: Option<&Name>,
        draft: &RoleDraft,
    ) -> Result<(), Problem> {
        let role = draft.check()?;
        previous.map_or(Ok(()), |previous| self.check_own(previous))?;
        if previous != Some(&role.name) {
            self.check_free_for_role(&role.name)?;
        }
        let renamed = previous.filter(|previous| **previous != role.name);
        if let Some(previous) = renamed {
            let roles = [previous, &role.name].map(|name| Subject::Role(name.clone()));
            self.copy_consent(&roles[0], &roles[1]).await?;
            self.rename_temporary_profile(previous, &role.name).await?;
        }
        self.edit_file(OwnFile::Roles, |text, path| {
            let text = catalogue::with_role(text, path, previous, draft)?;
            match renamed {
                Some(previous) => catalogue::with_source_renamed(&text, path, previous, &role.name),
                None => Ok(text),
            }
        })
        .await?;
        match renamed {
            Some(previous) => {
                self.drop_consent(&Subject::Role(previous.clone())).await?;
                self.rename_marks(previous, &role.name).await
            }
            None => Ok(()),
        }
    }

    /// Removes a role from the file. Its session stays until it is ended.
    ///
    /// # Errors
    /// If there is no such role in the file, or the file cannot be written.
    pub(super) async fn remove_role(&self, name: &Name) -> Result<(), Problem> {
        self.check_own(name)?;
        self.edit_file(OwnFile::Roles, |text, path| {
            catalogue::without_role(text, path, name)
        })
        .await
    }

    /// Checks that a role can be written to `roles.toml` under this name. A role that is only read from another file
    /// does not use up its name.
    fn check_free_for_role(&self, name: &Name) -> Result<(), Problem> {
        let state = self.lock();
        let taken = state.keys.list.iter().any(|key| key.name == *name)
            || state.roles.own.iter().any(|role| role.name == *name);
        if taken { Err(name_taken(name)) } else { Ok(()) }
    }

    /// Checks that a role is not read-only.
    fn check_own(&self, name: &Name) -> Result<(), Problem> {
        match self.lock().roles.catalogue.origin(name) {
            Some(origin) if origin.kind != OriginKind::Own => Err(read_only(name, origin)),
            Some(_) | None => Ok(()),
        }
    }

    /// Returns the name that represents sessions of a role with limits in other calls.
    ///
    /// # Errors
    /// If there is no such role, or it cannot be limited like this.
    pub(super) fn limited(&self, name: &Name, limits: &LimitsView) -> Result<Name, Problem> {
        if limits.is_empty() {
            return Ok(name.clone());
        }
        let limits = Limits::check(limits)?;
        let mut state = self.lock();
        let limited = state.roles.catalogue.add_limited(name, &limits)?;
        if let Some(region) = limits.region {
            state
                .usage
                .locked_regions
                .retain(|before| *before != region);
            state.usage.locked_regions.insert(0, region);
        }
        Ok(limited)
    }

    /// Returns the regions that sessions of a role can be limited to: previously used ones, the latest first, then the
    /// region of the role or the settings, then all known regions of its partition.
    ///
    /// # Errors
    /// If there is no such role.
    pub(super) fn lock_regions(&self, name: &Name) -> Result<Vec<String>, Problem> {
        let state = self.lock();
        let role = state.roles.catalogue.role(name);
        let role = role.ok_or_else(|| state.roles.catalogue.refusal(name))?;
        let partition = role.arn.partition();
        let set = [&role.region, &state.settings.current.region];
        let likely = state
            .usage
            .locked_regions
            .iter()
            .chain(set.into_iter().flatten());
        let likely = likely.filter(|region| partition.has(region));
        let known = partition.regions.iter().map(|region| (*region).to_owned());
        let mut seen = HashSet::new();
        let regions = likely.map(ToString::to_string).chain(known);
        Ok(regions
            .filter(|region| seen.insert(region.clone()))
            .collect())
    }

    pub(super) async fn rename_source(
        &self,
        source: &Name,
        new_source: &Name,
    ) -> Result<(), Problem> {
        let names = |role: &Arc<Role>| role.source == *source;
        if !self.lock().roles.own.iter().any(names) {
            return Ok(());
        }
        self.edit_file(OwnFile::Roles, |text, path| {
            catalogue::with_source_renamed(text, path, source, new_source)
        })
        .await
    }
}

impl State {
    /// Builds the catalogue: the user's own roles, then those of AWS's files and of teams. While the files are read at the
    /// start, it is built once, at the end.
    pub(super) fn compose(&mut self) {
        if self.shown.is_held {
            return;
        }
        let mut catalogue = Catalogue::default();
        for role in &self.roles.own {
            catalogue.add(Ok(role.clone()), Origin::own(&self.roles.own_location));
        }
        self.roles.aws.add_to(&mut catalogue);
        self.roles.teams.add_to(&mut catalogue);
        catalogue.keep_limited(&self.roles.catalogue);
        self.roles.catalogue = catalogue;
        self.shown.listed += 1;
        self.note_look_alikes();
    }

    /// Shows a problem while two roles, access keys, groups or accounts have names that look alike. A dismissed one stays
    /// away until others do.
    pub(super) fn note_look_alikes(&mut self) {
        let problem = self.look_alikes();
        if problem != self.roles.look_alikes {
            self.problems.set(Concern::LookAlikes, problem.clone());
            self.roles.look_alikes = problem;
        }
    }

    fn look_alikes(&self) -> Option<Problem> {
        let roles = self.roles.catalogue.roles();
        let marks = &self.marks.current;
        let sessions = self.sessions.by_role.keys().map(Name::as_str);
        let names = roles.iter().map(|role| role.name.as_str()).chain(sessions);
        let groups = roles.iter().filter_map(|role| role.group.as_deref());
        let find = |named, pair: Option<(&str, &str)>| {
            pair.map(|(one, other)| look_alike::problem(named, one, other))
        };
        let keys = self.keys.list.iter().map(|key| key.name.as_str());
        find(Named::Roles, look_alike::first_pair(names))
            .or_else(|| find(Named::Keys, look_alike::first_pair(keys)))
            .or_else(|| {
                let groups = groups.chain(marks.groups());
                find(Named::Groups, look_alike::first_pair(groups))
            })
            .or_else(|| {
                let accounts = look_alike::first_pair(marks.account_names());
                find(Named::Accounts, accounts)
            })
    }
}

fn read_only(name: &Name, origin: &Origin) -> Problem {
    let what = format!(
        "\"{}\" comes from {}, which is only read here.",
        sanitise::echo(name.as_str()),
        origin.text()
    );
    let remedy = "Change it there, or copy it to your own roles.";
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}

/// Returns the roles of a reading. Roles that are not valid have their last valid state.
fn with_last_good(reading: Reading, last: &[Arc<Role>]) -> Vec<Arc<Role>> {
    let last: HashMap<&str, &Arc<Role>> = match reading.faults.is_empty() {
        true => HashMap::new(),
        false => last.iter().map(|role| (role.name.as_str(), role)).collect(),
    };
    let wrong = reading.faults.iter();
    let kept = wrong.filter_map(|(name, _)| last.get(name.trim()).copied().cloned());
    let roles = reading.roles.into_iter().map(Arc::new);
    catalogue::last_of_each(roles.chain(kept))
}
