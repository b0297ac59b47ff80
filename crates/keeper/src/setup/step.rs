//! Does the next step of a run.

use jiff::Timestamp;

use super::pace::{is_absent, step_view, unsettled, wait};
use super::refusal;
use crate::Owner;
use crate::journal::SETTLING;
use crate::state::gate::Gate;
use rolecall_core::calls::iam_call::{IamAnswer, IamCall};
use rolecall_core::calls::sts::StsError;
use rolecall_core::setup::{EntryState, Found, Part, Run, RunEntry, SetupProgress};
use rolecall_core::value::problem::{Problem, ProblemCode};

/// How often a role is tried again whose caller IAM does not know. It may just have been made.
const CALLER_TRIES: u32 = 5;

/// What a step does about what it found.
enum Act {
    /// Nothing: it was there, or is there.
    Keep(EntryState, Option<String>),
    /// It makes these calls.
    Call(Vec<IamCall>),
    /// It was changed by somebody since the plan.
    Refuse,
}

impl Owner {
    /// Does the next step of a run that was shown, if IAM knows what it needs. `tries` says how often this step was tried
    /// already.
    ///
    /// # Errors
    /// If the step fails. What was made before stays, and is recorded.
    pub(crate) async fn continue_setup(
        &self,
        number: u64,
        shown: &str,
        tries: u32,
    ) -> Result<SetupProgress, Problem> {
        let _gate = self.enter(Gate::Setups).await;
        let mut run = self.run_of(number, shown).await?;
        if run.is_undoing() {
            let what = "This setup is being taken back.";
            let remedy = "Finish that first: rolecall setup --undo.";
            return Err(Problem::new(ProblemCode::InvalidInput, what, remedy));
        }
        let Some(place) = run.next() else {
            self.finish_change(shown);
            return Ok(SetupProgress::Finished);
        };
        let entry = run.entries[place].clone();
        if let Part::Entry(draft) = &entry.step.makes {
            return self.add_entry(&mut run, place, draft).await;
        }
        let found = self.look(&run, &entry.step).await?;
        if self.may_be_unsettled(&entry, &found) {
            return Ok(unsettled(tries));
        }
        match act(&entry, found) {
            Act::Refuse => Err(refusal::changed_since(&entry)),
            Act::Keep(state, id) => {
                let change = |entry: &mut RunEntry| {
                    entry.state = state;
                    entry.id = id;
                };
                self.record(&mut run, place, change).await?;
                Ok(step_view(&run, place))
            }
            Act::Call(calls) => self.make(&mut run, place, &calls, tries).await,
        }
    }

    /// Returns whether IAM may not show yet what a step began or did a moment ago.
    pub(super) fn may_be_unsettled(&self, entry: &RunEntry, found: &Found) -> bool {
        let now = self.ports.clock.now();
        let is_recent = |at: Timestamp| now.duration_since(at).abs() < SETTLING;
        let is_old = match (found, &entry.before) {
            (Found::Other { before: now, .. }, Some(old)) => entry.step.makes.is_between(old, now),
            (found, _) => is_absent(found),
        };
        let is_sent = matches!(
            entry.state,
            EntryState::Begun | EntryState::Done | EntryState::Undoing
        );
        is_sent && is_old && entry.at.is_some_and(is_recent)
    }

    async fn make(
        &self,
        run: &mut Run,
        place: usize,
        calls: &[IamCall],
        tries: u32,
    ) -> Result<SetupProgress, Problem> {
        let before = run.entries[place].clone();
        let caller = self.setup_caller(run, &before.step).await?;
        let now = self.ports.clock.now();
        let begin = |entry: &mut RunEntry| {
            entry.state = EntryState::Begun;
            entry.at = Some(now);
        };
        self.record(run, place, begin).await?;
        let mut id = None;
        for (made, call) in calls.iter().enumerate() {
            match self.iam_call(run, &caller, call).await {
                Ok(answer) => id = id.or(id_of(&answer)),
                Err(error) => {
                    let now = self.ports.clock.now();
                    // What a call before this one changed must stay known.
                    let change = |entry: &mut RunEntry| match made == 0 && is_refused(&error) {
                        true => *entry = before.clone(),
                        false => entry.at = Some(now),
                    };
                    self.record(run, place, change).await?;
                    return not_made(call, run, &before, &error, tries);
                }
            }
        }
        let now = self.ports.clock.now();
        let done = |entry: &mut RunEntry| {
            entry.state = EntryState::Done;
            entry.at = Some(now);
            entry.id = id;
        };
        self.record(run, place, done).await?;
        Ok(step_view(run, place))
    }
}

fn act(entry: &RunEntry, found: Found) -> Act {
    let part = &entry.step.makes;
    let make = || Act::Call(part.make().into_iter().collect());
    match (entry.state, found) {
        (EntryState::Begun, Found::Same { id }) => Act::Keep(EntryState::Done, id),
        (_, Found::Same { .. }) => Act::Keep(EntryState::Stays, None),
        // Somebody deleted what the step changes.
        (_, Found::Absent) if entry.before.is_some() => Act::Refuse,
        (_, Found::Absent) => make(),
        (_, Found::Other { before, .. }) => match &entry.before {
            Some(planned) if part.is_between(planned, &before) => Act::Call(part.change(&before)),
            Some(_) | None => Act::Refuse,
        },
        (_, Found::InTheWay { .. }) => Act::Refuse,
    }
}

fn not_made(
    call: &IamCall,
    run: &Run,
    entry: &RunEntry,
    error: &StsError,
    tries: u32,
) -> Result<SetupProgress, Problem> {
    let failed = || refusal::of_call(call, run, &entry.step, error);
    let (message, last) = match error {
        StsError::Refused(refused) => match refused.code.as_str() {
            "NoSuchEntity" | "EntityAlreadyExists" | "ConcurrentModification" => (
                "IAM does not know everywhere yet what was made before.",
                refusal::still_unknown(entry),
            ),
            "MalformedPolicyDocument"
                if tries < CALLER_TRIES && refused.message.contains("principal") =>
            {
                ("IAM does not know the caller yet.", failed())
            }
            "Throttling" | "ThrottlingException" => {
                ("IAM gets too many calls from this account now.", failed())
            }
            _ => return Err(failed()),
        },
        _ => return Err(failed()),
    };
    wait(tries, message).ok_or(last)
}

/// Returns whether it is known that nothing was made.
fn is_refused(error: &StsError) -> bool {
    matches!(error, StsError::Refused(refused) if refused.status < 500)
}

fn id_of(answer: &IamAnswer) -> Option<String> {
    match answer {
        IamAnswer::Role(role) => Some(role.id.clone()),
        IamAnswer::Policy(policy) => Some(policy.id.clone()),
        IamAnswer::Group(group) => Some(group.id.clone()),
        IamAnswer::Done | IamAnswer::User(_) | IamAnswer::Document(_) | IamAnswer::List(_) => None,
    }
}
