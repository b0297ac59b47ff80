//! The user's labels of roles and accounts, and how much each role was used.

use super::{Concern, Owner, State};
use crate::ports::OwnFile;
use crate::state::unwritten::Row;
use rolecall_core::catalogue::marks::{self, AccountMarks, Marks, RoleMarks};
use rolecall_core::role::Role;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::usage::Usage;
use rolecall_core::view::notice::{Notice, Topic};

/// The maximum number of recently used roles in the snapshot.
const RECENT_MAX: usize = 50;

impl Owner {
    /// Applies what the file of labels contains. If it cannot be read, the last valid labels stay in effect; if there are
    /// none, every role counts as production. A problem is shown.
    pub(super) fn apply_marks(&self, read: Result<String, Problem>) {
        let path = self.ports.files.path(OwnFile::Marks);
        let reading = read.and_then(|text| marks::read(&text, &path));
        self.update(|state| match reading {
            Ok(reading) => {
                state.marks.current = reading.marks;
                state.marks.is_read = true;
                state.shown.listed += 1;
                state.marks.faults = reading.faults;
                state.problems.set(Concern::MarksFile, None);
                state.note_look_alikes();
            }
            Err(problem) => {
                if !state.marks.is_read {
                    state.marks.current = Marks::unreadable();
                    state.shown.listed += 1;
                }
                let problem = with_consequence(problem, state.marks.is_read);
                state.problems.set(Concern::MarksFile, Some(problem));
            }
        });
    }

    /// Sets the labels of a role from any origin. Labels that equal its account's are not stored for the role.
    ///
    /// # Errors
    /// If there is no role with this name, the group is not valid, or the file cannot be written.
    pub(super) async fn mark_role(&self, name: &str, marks: &RoleMarks) -> Result<(), Problem> {
        let marks = self.lock().own_marks(name, marks);
        self.edit_file(OwnFile::Marks, |text, path| {
            marks::with_role(text, path, name, &marks)
        })
        .await
    }

    /// Sets or removes the name of an account. Its other labels stay.
    ///
    /// # Errors
    /// If the account or its name is not valid, or the file cannot be written.
    pub(super) async fn name_account(&self, account_id: &str, alias: &str) -> Result<(), Problem> {
        let marks = AccountMarks {
            alias: Some(alias.to_owned()),
            ..self.lock().marks.current.account(account_id)
        };
        self.edit_file(OwnFile::Marks, |text, path| {
            marks::with_account(text, path, account_id, &marks)
        })
        .await
    }

    /// Moves the labels of a role to its new name.
    pub(super) async fn rename_marks(&self, name: &Name, new_name: &Name) -> Result<(), Problem> {
        self.edit_file(OwnFile::Marks, |text, path| {
            marks::with_role_renamed(text, path, name.as_str(), new_name.as_str())
        })
        .await
    }

    /// Returns whether a role is labelled as production.
    pub(super) fn is_production(&self, name: &Name) -> bool {
        self.lock().is_production(name)
    }

    /// Shows a notification. One about a session of a role that acts on production says so.
    pub(super) fn tell(&self, notice: &Notice) {
        let notice = match &notice.topic {
            Topic::Session(role) if self.is_production(role) => notice.clone().about_production(),
            Topic::Session(_)
            | Topic::Digest
            | Topic::Question(_)
            | Topic::Questions
            | Topic::TemporaryProfiles
            | Topic::OldKey(_)
            | Topic::Window
            | Topic::Menu => notice.clone(),
        };
        self.ports.notifier.show(&notice);
    }

    /// Records that the user used a role.
    pub(super) fn note_use(&self, role: &Name) {
        let now = self.ports.clock.now();
        let role = self.update(|state| {
            let known = state.roles.catalogue.role(role);
            let role = known.map_or(role, Role::unlimited_name).clone();
            let usage = Usage::after_use(state.usage.by_role.get(&role).copied(), now);
            state.usage.by_role.insert(role.clone(), usage);
            state.order_by_use();
            role
        });
        self.keep(Row::Usage(role));
    }

    /// Reads how much each role was used in earlier runs.
    pub(super) async fn restore_usages(&self) {
        match self.io(|ports| ports.store.usages()).await {
            Ok(kept) => self.update(|state| {
                for (role, usage) in kept {
                    state.usage.by_role.entry(role).or_insert(usage);
                }
                state.order_by_use();
            }),
            Err(problem) => self.set_standing(Concern::Store, Some(problem)),
        }
    }
}

/// Returns the problem of a file that cannot be read, with the consequence.
fn with_consequence(problem: Problem, was_read: bool) -> Problem {
    let fix = match problem.code {
        ProblemCode::InvalidFile => "Fix the file.",
        _ => &problem.remedy,
    };
    let remedy = match was_read {
        true => format!("{fix} Until then the last marks that could be read apply."),
        false => format!("{fix} Until then every role counts as production."),
    };
    Problem { remedy, ..problem }
}

impl State {
    /// Returns whether a role is labelled as production.
    pub(super) fn is_production(&self, name: &Name) -> bool {
        let role = self.roles.catalogue.role(name);
        let account_id = role.map_or("", |role| role.arn.account_id());
        let unlimited = role.map_or(name, Role::unlimited_name);
        self.marks
            .current
            .of(unlimited.as_str(), account_id)
            .production
    }

    /// Returns the own labels that a role needs so that these apply to it.
    fn own_marks(&self, name: &str, wanted: &RoleMarks) -> RoleMarks {
        let role = Name::parse(name).ok();
        let role = role.and_then(|name| self.roles.catalogue.role(&name));
        let account = role.map_or("", |role| role.arn.account_id());
        let account = self.marks.current.account(account);
        let production = wanted.production.unwrap_or(account.production);
        RoleMarks {
            colour: wanted.colour.filter(|it| account.colour != Some(*it)),
            production: (production != account.production).then_some(production),
            ..wanted.clone()
        }
    }

    fn order_by_use(&mut self) {
        let mut used: Vec<(&Name, Usage)> =
            self.usage.by_role.iter().map(|(n, u)| (n, *u)).collect();
        used.sort_by(|(name, usage), (other_name, other)| {
            let by_use = other.weight().total_cmp(&usage.weight());
            by_use.then_with(|| name.cmp(other_name))
        });
        let best = used.into_iter().take(RECENT_MAX);
        self.usage.recent = best.map(|(name, _)| name.to_string()).collect();
    }
}
