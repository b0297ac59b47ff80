//! Applies a setup kit, and takes it back: one step at a time, each recorded before and after it.
//!
//! ```text
//! plan ─► begin: record the steps ─► step ─► step ─► … ─► finished
//!                                     └──── undo ◄── undo ◄───┘
//! step: look ─► record Begun ─► call ─► record Done
//! ```
//!
//! A step is done only when a program asks for it. So nothing goes on without a person, and after a crash of either side
//! the record says where to go on. Each step looks first, so that what a crash left is found and not made twice.

mod entry;
mod look;
mod pace;
mod refusal;
mod signer;
mod step;
mod undo;

use serde_json::json;

use super::Owner;
use crate::digest::digest;
use crate::journal;
use crate::ports::Journal;
use crate::state::gate::Gate;
use rolecall_core::calls::iam_call::{IamAnswer, IamCall, PolicyHolder};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::setup::{
    EntryState, Part, Replace, Run, RunEntry, SetupAct, SetupQuestion, SetupRequest, SetupView,
    Signer, Step, steps,
};
use rolecall_core::value::arn::Arn;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::{PARTITIONS, Partition};

impl journal::Entry for Run {
    const JOURNAL: Journal = Journal::Setups;
    const LOSS: &'static str = "go on with these setups, or take them back";

    fn is_same_run(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Owner {
    /// Returns what applying a kit would do. It reads what is there, and changes nothing.
    ///
    /// # Errors
    /// If the kit is not valid, a signer cannot be used or may not read, or something is in the way.
    pub(super) async fn plan_setup(&self, request: &SetupRequest) -> Result<SetupView, Problem> {
        let run = self.planned(request).await?;
        Ok(view(&run))
    }

    /// Records the steps of a kit, so that [`Owner::continue_setup`] can do them. `shown` is the digest of the plan that
    /// the user saw. What an earlier run for the role made and this one finds belongs to this one then.
    ///
    /// # Errors
    /// The errors of [`Owner::plan_setup`], and if the plan is another one now, or something would be changed without
    /// `replace`.
    pub(super) async fn begin_setup(
        &self,
        request: &SetupRequest,
        replace: Replace,
        shown: &str,
    ) -> Result<SetupView, Problem> {
        let _gate = self.enter(Gate::Setups).await;
        let planned = self.planned(request).await?;
        if digest_of(&planned) != shown {
            return Err(refusal::another_plan());
        }
        let changed = planned
            .entries
            .iter()
            .find(|it| it.state == EntryState::Changes);
        if let (Some(entry), Replace::No) = (changed, replace) {
            return Err(refusal::would_change(entry));
        }
        let begun = self.io(|ports| {
            journal::edit(&*ports.files, |runs: &mut Vec<Run>| {
                let is_earlier = |it: &&Run| it.role_arn == planned.role_arn;
                let earlier: Vec<String> = runs.iter().filter(is_earlier).map(digest_of).collect();
                Ok((begun_after(&planned, runs), earlier))
            })
        });
        let (begun, earlier) = begun.await?;
        for digest in earlier {
            self.finish_change(&digest);
        }
        Ok(view(&begun))
    }

    /// Returns all runs, the latest last.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) async fn setups(&self) -> Result<Vec<SetupView>, Problem> {
        let runs = self.io(|ports| journal::entries::<Run>(&*ports.files));
        Ok(runs.await?.iter().map(view).collect())
    }

    /// Returns what signs in a run that was shown, and what a question says about going on with it or taking it back.
    ///
    /// # Errors
    /// If the run is not recorded, or is another one than was shown.
    pub(super) async fn setup_scope(
        &self,
        number: u64,
        shown: &str,
        act: SetupAct,
    ) -> Result<(Vec<Signer>, SetupQuestion), Problem> {
        let run = self.run_of(number, shown).await?;
        let question = SetupQuestion {
            act,
            role_arn: run.role_arn.clone(),
            steps: run.left(act),
        };
        Ok((run.signers, question))
    }

    async fn planned(&self, request: &SetupRequest) -> Result<Run, Problem> {
        let kit = request.draft.check()?;
        let mut run = Run {
            number: 0,
            role_arn: kit.role.as_str().to_owned(),
            started_at: self.ports.clock.now(),
            signers: self.bound(&request.signers)?,
            entries: Vec::new(),
        };
        let entry = request.entry.as_deref().cloned();
        let steps = steps(&kit, entry);
        self.check_holders(&run, &steps).await?;
        for step in steps.clone() {
            let planned = match &step.makes {
                Part::Entry(draft) => self.planned_entry(step.clone(), draft),
                _ => {
                    let found = self.look(&run, &step).await?;
                    let others = self.other_policies(&run, &steps, &step, &found).await?;
                    look::planned(step, found, others)?
                }
            };
            run.entries.push(planned);
        }
        Ok(run)
    }

    /// Checks that the users and roles exist that get a policy and are not made here. If that may not be read, it is
    /// left to the step.
    async fn check_holders(&self, run: &Run, steps: &[Step]) -> Result<(), Problem> {
        let made = |holder: &PolicyHolder| {
            steps.iter().any(|step| match (&step.makes, holder) {
                (Part::Role { name, .. }, PolicyHolder::Role(holder))
                | (Part::Group { name }, PolicyHolder::Group(holder)) => name == holder,
                _ => false,
            })
        };
        for step in steps {
            let Some(holder) = step.makes.holder().filter(|holder| !made(holder)) else {
                continue;
            };
            let call = match &holder {
                PolicyHolder::User(user) => IamCall::GetUser { user: user.clone() },
                PolicyHolder::Role(role) => IamCall::GetRole { role: role.clone() },
                PolicyHolder::Group(group) => IamCall::GetGroup {
                    group: group.clone(),
                },
            };
            let caller = self.setup_caller(run, step).await?;
            let found = self.iam_call(run, &caller, &call).await;
            if found.is_err_and(|error| error.is_absent()) {
                return Err(refusal::no_holder(&holder, &step.account));
            }
        }
        Ok(())
    }

    async fn iam_call(
        &self,
        run: &Run,
        caller: &Caller,
        call: &IamCall,
    ) -> Result<IamAnswer, StsError> {
        let partition = Arn::partition_of(&run.role_arn)
            .and_then(Partition::named)
            .unwrap_or(PARTITIONS[0]);
        self.io(|ports| ports.iam.call(caller, partition, call))
            .await
    }

    /// Returns a run that was shown.
    async fn run_of(&self, number: u64, shown: &str) -> Result<Run, Problem> {
        let runs = self.io(|ports| journal::entries::<Run>(&*ports.files));
        let run = runs.await?.into_iter().find(|run| run.number == number);
        match run {
            Some(run) if run.signers.is_empty() => Err(refusal::nobody_signs()),
            Some(run) if digest_of(&run) == shown => Ok(run),
            Some(_) => Err(refusal::another_plan()),
            None => {
                let what = "This setup is no longer recorded.";
                let remedy = "See: rolecall help setup";
                Err(Problem::new(ProblemCode::InvalidInput, what, remedy))
            }
        }
    }

    /// Changes an entry of a run, and writes the run.
    async fn record(
        &self,
        run: &mut Run,
        place: usize,
        change: impl FnOnce(&mut RunEntry),
    ) -> Result<(), Problem> {
        let before = run.clone();
        if let Some(entry) = run.entries.get_mut(place) {
            change(entry);
        }
        let written = self.io(|ports| journal::replace(&*ports.files, &before, run));
        written.await
    }
}

fn view(run: &Run) -> SetupView {
    SetupView::new(run, digest_of(run))
}

/// Returns the digest of what a plan or a run does, whatever is done of it already.
fn digest_of(run: &Run) -> String {
    let steps = run.entries.iter().map(|entry| {
        let planned = (run.number == 0).then_some((entry.state, &entry.note));
        json!([entry.step, entry.before, entry.was_there, planned])
    });
    let steps: Vec<_> = steps.collect();
    digest(&json!([run.number, run.role_arn, run.signers, steps]))
}

/// Adds a planned run to the runs, last, and returns it. Earlier runs for the same role give up what they did, or may have
/// done, of its steps.
fn begun_after(planned: &Run, runs: &mut Vec<Run>) -> Run {
    let mut new = planned.clone();
    new.number = runs.iter().map(|it| it.number).max().unwrap_or_default() + 1;
    for earlier in runs.iter_mut().filter(|it| it.role_arn == new.role_arn) {
        for entry in &mut new.entries {
            take_over(entry, earlier);
        }
    }
    for entry in &mut new.entries {
        entry.was_there = entry.state == EntryState::Stays;
    }
    runs.retain(|it| it.role_arn != new.role_arn || it.next_to_undo().is_some());
    runs.push(new.clone());
    new
}

/// Moves a step that an earlier run did, or may have done, to a new run.
fn take_over(entry: &mut RunEntry, earlier: &mut Run) {
    let is_sent = |old: &RunEntry| match old.state {
        EntryState::Begun | EntryState::Done | EntryState::Undoing => old.step == entry.step,
        EntryState::Planned
        | EntryState::Changes
        | EntryState::Stays
        | EntryState::Undone
        | EntryState::Left => false,
    };
    let Some(place) = earlier.entries.iter().position(is_sent) else {
        return;
    };
    let is_back = earlier.entries[place].state == EntryState::Undoing;
    let state = match entry.state {
        EntryState::Stays if !is_back => EntryState::Done,
        // IAM may not show yet what was made, or still show what was removed.
        EntryState::Stays | EntryState::Planned => EntryState::Begun,
        EntryState::Changes
        | EntryState::Begun
        | EntryState::Done
        | EntryState::Undoing
        | EntryState::Undone
        | EntryState::Left => return,
    };
    let old = earlier.entries.remove(place);
    let is_deleted = entry.state == EntryState::Planned && old.before.is_some();
    if !is_deleted {
        *entry = RunEntry { state, ..old };
    }
}
