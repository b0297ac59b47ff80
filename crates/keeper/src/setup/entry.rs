//! The finished role in Rolecall, as a step of a run.

use super::pace::step_view;
use crate::Owner;
use rolecall_core::api::import::{DryRun, ImportItemKind, ImportOutcome};
use rolecall_core::catalogue::with_role;
use rolecall_core::role::RoleDraft;
use rolecall_core::setup::{EntryState, Run, RunEntry, SetupProgress, Step};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};

impl Owner {
    /// Returns the entry of the step before anything is done.
    pub(super) fn planned_entry(&self, step: Step, draft: &RoleDraft) -> RunEntry {
        let state = self.lock();
        let exists = state
            .roles
            .own
            .iter()
            .any(|role| role.name.as_str() == draft.name && role.arn.as_str() == draft.arn);
        RunEntry {
            step,
            state: match exists {
                true => EntryState::Stays,
                false => EntryState::Planned,
            },
            was_there: false,
            before: None,
            id: None,
            at: None,
            note: None,
        }
    }

    /// Adds the role. If its name is taken, it gets another.
    pub(super) async fn add_entry(
        &self,
        run: &mut Run,
        place: usize,
        draft: &RoleDraft,
    ) -> Result<SetupProgress, Problem> {
        let is_begun = run.entries[place].state == EntryState::Begun;
        let begin = |entry: &mut RunEntry| entry.state = EntryState::Begun;
        self.record(run, place, begin).await?;
        let text = with_role("", "the role", None, draft)?;
        let source = Name::parse(&draft.source)?;
        let report = self
            .import_roles(&text, "the role", Some(&source), DryRun::No)
            .await?;
        let item = report.iter().find(|item| item.kind == ImportItemKind::Role);
        let item = item.ok_or_else(Problem::internal)?;
        let state = match item.outcome {
            ImportOutcome::Imported => EntryState::Done,
            ImportOutcome::Exists if is_begun => EntryState::Done,
            ImportOutcome::Exists => EntryState::Stays,
            ImportOutcome::Skipped => {
                let what = format!("The role was not added to Rolecall. {}", item.message);
                let remedy = "It exists in AWS. Add it in the window.";
                return Err(Problem::new(ProblemCode::InvalidInput, what, remedy));
            }
        };
        let name = item.name.clone();
        let done = |entry: &mut RunEntry| {
            entry.state = state;
            entry.id = Some(name);
        };
        self.record(run, place, done).await?;
        Ok(step_view(run, place))
    }

    /// Removes the role, if it is still the one that was added.
    pub(super) async fn remove_entry(
        &self,
        run: &mut Run,
        place: usize,
        draft: &RoleDraft,
    ) -> Result<SetupProgress, Problem> {
        let name = run.entries[place].id.clone();
        let name = Name::parse(name.as_deref().unwrap_or(&draft.name))?;
        let now = {
            let state = self.lock();
            let mut own = state.roles.own.iter();
            own.find(|role| role.name == name)
                .map(|role| role.arn.as_str().to_owned())
        };
        let undoing = |entry: &mut RunEntry| entry.state = EntryState::Undoing;
        self.record(run, place, undoing).await?;
        let (state, note) = match now {
            Some(arn) if arn == draft.arn => {
                self.remove_role(&name).await?;
                (EntryState::Undone, None)
            }
            Some(_) => {
                let note = format!("Somebody changed the role {name} in Rolecall since.");
                (EntryState::Left, Some(note))
            }
            None => (EntryState::Undone, None),
        };
        let done = |entry: &mut RunEntry| {
            entry.state = state;
            entry.note = note;
        };
        self.record(run, place, done).await?;
        Ok(step_view(run, place))
    }
}
