//! The records of revocations on disk.

use crate::journal;
use crate::ports::Journal;
use crate::{Concern, Owner};
use rolecall_core::revoke::{Record, Stage, noted};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;

impl journal::Entry for Record {
    const JOURNAL: Journal = Journal::Revocations;
    const LOSS: &'static str =
        "take these revocations back; remove their policies in the IAM console";

    fn is_same_run(&self, other: &Self) -> bool {
        self.is_of(other)
    }
}

impl Owner {
    /// Returns the records.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) async fn revocations(&self) -> Result<Vec<Record>, Problem> {
        self.io(|ports| journal::entries(&*ports.files)).await
    }

    /// Adds a record, or replaces the one of the same policy. Returns it as it is kept, and the earlier one.
    pub(super) async fn note_revocation(
        &self,
        record: Record,
    ) -> Result<(Record, Option<Record>), Problem> {
        let edited = self.io(|ports| {
            journal::edit(&*ports.files, |records: &mut Vec<Record>| {
                let before = records.iter().find(|it| it.is_of(&record)).cloned();
                noted(records, record.clone());
                let kept = records.last().cloned().ok_or_else(Problem::internal)?;
                Ok((kept, before))
            })
        });
        let noted = edited.await?;
        self.reload_revocations().await;
        Ok(noted)
    }

    /// Says how far a revocation came, and returns the record then.
    pub(super) async fn stage_revocation(
        &self,
        record: &Record,
        stage: Stage,
    ) -> Result<Record, Problem> {
        let staged = Record {
            stage,
            ..record.clone()
        };
        self.io(|ports| journal::replace(&*ports.files, record, &staged))
            .await?;
        self.reload_revocations().await;
        Ok(staged)
    }

    /// Replaces the record of a policy by an earlier one, or removes it.
    pub(super) async fn restore_revocation(
        &self,
        record: &Record,
        before: Option<Record>,
    ) -> Result<(), Problem> {
        self.io(|ports| match &before {
            Some(before) => journal::replace(&*ports.files, record, before),
            None => journal::end(&*ports.files, record),
        })
        .await?;
        self.reload_revocations().await;
        Ok(())
    }

    /// Shows whether the outcome of a revocation is not known.
    pub(crate) async fn reload_revocations(&self) {
        let read = self.revocations().await;
        let problem = match &read {
            Ok(records) => unfinished(records),
            Err(problem) => Some(problem.clone()),
        };
        self.set_standing(Concern::Revocations, problem);
    }
}

fn unfinished(records: &[Record]) -> Option<Problem> {
    let open: Vec<&Record> = records.iter().filter(|record| record.is_open()).collect();
    let (first, more) = open.split_first()?;
    let holder = echo(&first.holder);
    let begun = match first.stage {
        Stage::Putting | Stage::Done => "revocation",
        Stage::Undoing => "undo of the revocation",
    };
    let more = match more.len() {
        0 => String::new(),
        count => format!(" The same is true of {count} more."),
    };
    let what = format!(
        "The {begun} of {holder} did not finish: it is not known whether AWS has the policy \"{}\".{more}",
        echo(&first.policy_name)
    );
    let remedy = format!(
        "Run it again, which is safe: rolecall revoke {holder}. To take it back, add --undo."
    );
    Some(Problem::new(ProblemCode::TimedOut, what, remedy))
}
