//! Watches a file for a moment after a swap: another program may still write to the old file, or overwrite the new one
//! with a text that is based on the old one.

use std::time::Duration;

use rolecall_core::aws_files::Edited;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::AwsEdit;

use super::place::{Place, State};
use super::retry::{ATTEMPTS, now, pause};
use super::swap::{Displaced, Swap};

/// How long to wait until a file that is being written is stable.
const STABLE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a file is watched at most.
const WATCH_MAX: Duration = Duration::from_secs(10);
/// How many equal reads in a row count as stable.
const STABLE_READS: usize = 2;

/// One file after an edit.
pub(super) struct Guard<'a> {
    place: &'a Place<'a>,
    edit: AwsEdit<'a>,
    displaced: Vec<Displaced>,
    /// The content of the file if no other program wrote to it.
    written: Vec<u8>,
    swaps: usize,
}

impl<'a> Guard<'a> {
    pub(super) fn new(
        place: &'a Place<'a>,
        displaced: Displaced,
        edited: &Edited,
        edit: AwsEdit<'a>,
    ) -> Self {
        Self {
            place,
            edit,
            displaced: vec![displaced],
            written: edited.text.expose().as_bytes().to_vec(),
            swaps: 1,
        }
    }

    /// Merges the writes of others, until there was none for `quiet`.
    ///
    /// # Errors
    /// If they do not stop, or their text cannot be edited; their text then stays.
    pub(super) fn watch(mut self, quiet: Duration) -> Result<(), Problem> {
        let (mut deadline, end) = (now() + quiet, now() + WATCH_MAX);
        loop {
            // The last look begins after the deadline, however long a pause took on a busy machine.
            let is_last = now() >= deadline.min(end);
            if self.merge_late_writes()? | self.edit_again()? {
                deadline = now() + quiet;
            } else if is_last {
                return Ok(());
            }
            if now() >= end {
                return Ok(());
            }
            pause();
        }
    }

    /// Merges what was written to an old file after the swap.
    fn merge_late_writes(&mut self) -> Result<bool, Problem> {
        for at in 0..self.displaced.len() {
            let Some(late) = self.late(at)? else {
                continue;
            };
            let current = self.place.read()?;
            let theirs = match current.bytes == self.written {
                true => late.clone(),
                // Both files were written, so the additions are combined.
                false => merged(&self.displaced[at].bytes, &late, &current.bytes)
                    .ok_or_else(|| self.place.keeps_changing())?,
            };
            if self.write(&current, &theirs)? {
                self.displaced[at].bytes = late;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Returns the content of an old file once it is stable, if it changed. An empty file is still being written, or its
    /// writer died.
    fn late(&mut self, at: usize) -> Result<Option<Vec<u8>>, Problem> {
        let displaced = &mut self.displaced[at];
        let deadline = now() + STABLE_TIMEOUT;
        let (mut last, mut quiet) = (Vec::new(), 0);
        while now() < deadline {
            let late = displaced
                .read()
                .map_err(|error| self.place.failed(&error))?;
            if late == displaced.bytes {
                return Ok(None);
            }
            quiet = if late == last { quiet + 1 } else { 0 };
            if quiet >= STABLE_READS && !late.is_empty() {
                return Ok(Some(late));
            }
            last = late;
            pause();
        }
        Ok(None)
    }

    /// Repeats the edit if the new file was overwritten.
    fn edit_again(&mut self) -> Result<bool, Problem> {
        if self.place.read()?.bytes == self.written {
            return Ok(false);
        }
        let current = self.place.read_when_stable()?;
        // If it has changed again, the next look finds that.
        self.write(&current, &current.bytes.clone())?;
        Ok(true)
    }

    /// Edits a text and swaps it in, if the file is still `current`.
    fn write(&mut self, current: &State, base: &[u8]) -> Result<bool, Problem> {
        let text = std::str::from_utf8(base).map_err(|_| self.place.keeps_changing())?;
        let edited = (self.edit)(text)?;
        let new = edited.text.expose().as_bytes();
        if new == current.bytes {
            self.written = new.to_vec();
            return Ok(true);
        }
        if self.swaps >= ATTEMPTS {
            return Err(overwritten(self.place));
        }
        self.swaps += 1;
        match self.place.swap(current, new)? {
            Swap::Changed => Ok(false),
            Swap::Done(displaced) => {
                self.written = new.to_vec();
                self.displaced.push(displaced);
                Ok(true)
            }
        }
    }
}

/// Returns `ours` with what `theirs` appends to `base`; `None` if it differs elsewhere.
fn merged(base: &[u8], theirs: &[u8], ours: &[u8]) -> Option<Vec<u8>> {
    let more = theirs.strip_prefix(base)?;
    Some([ours, more].concat())
}

fn overwritten(place: &Place<'_>) -> Problem {
    let problem = place.keeps_changing();
    let what = problem
        .what
        .replace("nothing was written", "what Rolecall wrote did not stay");
    Problem::new(ProblemCode::StorageFailed, what, problem.remedy)
}
