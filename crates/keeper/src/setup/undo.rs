//! Takes back what a run made, the last step first. What others changed since stays.

use super::look::own_policy;
use super::pace::{step_view, unsettled, wait};
use super::refusal;
use crate::Owner;
use crate::journal;
use crate::state::gate::Gate;
use rolecall_core::calls::iam_call::{IamCall, PolicyHolder};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::setup::{EntryState, Found, Part, Run, RunEntry, SetupProgress};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

/// How often a deletion is tried while IAM still shows what was removed before.
const DELETE_TRIES: u32 = 8;

impl Owner {
    /// Takes back the last step that was done of a run that was shown. `tries` says how often this step was tried
    /// already. A run that is taken back is forgotten.
    ///
    /// # Errors
    /// If the step cannot be taken back. It is recorded, and can be tried again.
    pub(crate) async fn undo_setup(
        &self,
        number: u64,
        shown: &str,
        tries: u32,
    ) -> Result<SetupProgress, Problem> {
        let _gate = self.enter(Gate::Setups).await;
        let mut run = self.run_of(number, shown).await?;
        let Some(place) = run.next_to_undo() else {
            self.io(|ports| journal::end(&*ports.files, &run)).await?;
            self.finish_change(shown);
            return Ok(SetupProgress::Finished);
        };
        let entry = run.entries[place].clone();
        if let Part::Entry(draft) = &entry.step.makes {
            return self.remove_entry(&mut run, place, draft).await;
        }
        let found = self.look(&run, &entry.step).await?;
        if self.may_be_unsettled(&entry, &found) {
            return Ok(unsettled(tries));
        }
        match calls(&entry, found) {
            Err(note) => self.leave(&mut run, place, note).await,
            Ok(calls) => self.take_back(&mut run, place, &calls, tries).await,
        }
    }

    async fn take_back(
        &self,
        run: &mut Run,
        place: usize,
        calls: &[IamCall],
        tries: u32,
    ) -> Result<SetupProgress, Problem> {
        let entry = run.entries[place].clone();
        if !calls.is_empty() {
            let undoing = |entry: &mut RunEntry| entry.state = EntryState::Undoing;
            self.record(run, place, undoing).await?;
        }
        let caller = self.setup_caller(run, &entry.step).await?;
        for call in calls {
            match self.iam_call(run, &caller, call).await {
                Ok(_) => {}
                Err(error) if error.is_absent() => {}
                Err(StsError::Refused(refused)) if refused.code == "DeleteConflict" => {
                    if tries < DELETE_TRIES
                        && !self.is_used_by_others(run, &caller, &entry).await
                        && let Some(wait) = wait(tries, "IAM still shows what was removed before.")
                    {
                        return Ok(wait);
                    }
                    let title = visible(&entry.step.makes.title());
                    let note = format!("Others use {title} now.");
                    return self.leave(run, place, note).await;
                }
                Err(error) => return Err(refusal::of_call(call, run, &entry.step, &error)),
            }
        }
        let undone = |entry: &mut RunEntry| {
            entry.state = EntryState::Undone;
            entry.note = None;
        };
        self.record(run, place, undone).await?;
        Ok(step_view(run, place))
    }

    /// Returns whether a role or group has policies that this run did not make.
    async fn is_used_by_others(&self, run: &Run, caller: &Caller, entry: &RunEntry) -> bool {
        let holder = match &entry.step.makes {
            Part::Role { name, .. } => PolicyHolder::Role(name.clone()),
            Part::Group { name } => PolicyHolder::Group(name.clone()),
            Part::Attachment { .. }
            | Part::Inline { .. }
            | Part::Policy { .. }
            | Part::Member { .. }
            | Part::Entry(_) => return false,
        };
        let own: Vec<&str> = run
            .entries
            .iter()
            .filter_map(|it| own_policy(&it.step.makes, &holder))
            .collect();
        let names = self.policies_of(run, caller, &holder).await;
        names
            .unwrap_or_default()
            .iter()
            .any(|name| !own.contains(&name.as_str()))
    }

    async fn leave(
        &self,
        run: &mut Run,
        place: usize,
        note: String,
    ) -> Result<SetupProgress, Problem> {
        let left = |entry: &mut RunEntry| {
            entry.state = EntryState::Left;
            entry.note = Some(note);
        };
        self.record(run, place, left).await?;
        Ok(step_view(run, place))
    }
}

/// Returns the calls that take a step back.
///
/// # Errors
/// Why it is left, as a sentence.
fn calls(entry: &RunEntry, found: Found) -> Result<Vec<IamCall>, String> {
    let part = &entry.step.makes;
    let changed = || format!("Somebody changed {} since.", visible(&part.title()));
    match (&entry.before, found) {
        (None, Found::Same { id }) => match (&entry.id, id) {
            (Some(own), Some(now)) if *own != now => {
                let title = visible(&part.title());
                Err(format!("Somebody made {title} again since."))
            }
            _ => Ok(part.remove().into_iter().collect()),
        },
        (_, Found::Absent) => Ok(Vec::new()),
        (Some(before), Found::Same { .. }) => Ok(part.restore(None, before)),
        (Some(before), Found::Other { before: now, .. }) if part.is_between(before, &now) => {
            Ok(part.restore(Some(&now), before))
        }
        (_, Found::Other { .. } | Found::InTheWay { .. }) => Err(changed()),
    }
}
