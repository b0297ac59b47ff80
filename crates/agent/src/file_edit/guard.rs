//! Watches a file for a moment after a swap: another program may still write to the old file, or overwrite the new one
//! with a text that is based on the old one.

use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};

use super::new_text::{Edit, NewText, text};
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
pub(super) struct Guard<'a, E> {
    place: &'a Place<'a>,
    edit: Edit<'a, E>,
    displaced: Vec<Displaced>,
    /// The content of the file if no other program wrote to it.
    written: Vec<u8>,
    /// The text that `written` is the edit of.
    base: Vec<u8>,
    swaps: usize,
    /// Why the text of another program is in the file without our edit.
    not_edited: Option<Problem>,
    /// Where a text of another program is that could not be merged.
    set_aside: Option<Problem>,
}

impl<'a, E: NewText> Guard<'a, E> {
    pub(super) fn new(
        place: &'a Place<'a>,
        displaced: Displaced,
        written: Vec<u8>,
        edit: Edit<'a, E>,
    ) -> Self {
        Self {
            place,
            edit,
            base: displaced.bytes.clone(),
            displaced: vec![displaced],
            written,
            swaps: 1,
            not_edited: None,
            set_aside: None,
        }
    }

    /// Merges the writes of others until there was none for `quiet`, and returns what the file contains then.
    ///
    /// # Errors
    /// If they do not stop, or their text cannot be edited or merged. Their text is then in the file, or in another one
    /// that the problem names.
    pub(super) fn watch(mut self, quiet: Duration) -> Result<Vec<u8>, Problem> {
        let followed = self.follow(quiet);
        self.set_late_writes_aside()?;
        followed?;
        match self.set_aside.or(self.not_edited) {
            Some(problem) => Err(problem),
            None => Ok(self.written),
        }
    }

    fn follow(&mut self, quiet: Duration) -> Result<(), Problem> {
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
            let before = &self.displaced[at].bytes;
            let theirs = match current.bytes == self.written && self.base == *before {
                true => Some(late.clone()),
                // The file has the text of yet another program, so the additions are combined.
                false => merged(before, &late, &current.bytes),
            };
            let is_merged = match theirs {
                Some(theirs) => self.write(&current, &theirs)?,
                None => self.set_aside(&late).map(|()| true)?,
            };
            if is_merged {
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

    /// Edits a text and swaps it in, if the file is still `current`. A text that cannot be edited is swapped in as it is.
    fn write(&mut self, current: &State, base: &[u8]) -> Result<bool, Problem> {
        let mut new = self.edited(base);
        if new != current.bytes && new != base && self.swaps >= ATTEMPTS {
            self.not_edited = Some(overwritten(self.place));
            new = base.to_vec();
        }
        if new == current.bytes {
            (self.written, self.base) = (new, base.to_vec());
            return Ok(true);
        }
        self.swaps += 1;
        match self.place.swap(current, &new)? {
            Swap::Changed => Ok(false),
            Swap::Done(displaced) => {
                (self.written, self.base) = (new, base.to_vec());
                self.displaced.push(displaced);
                Ok(true)
            }
        }
    }

    fn edited(&mut self, base: &[u8]) -> Vec<u8> {
        let edited = text(base.to_vec(), self.place.shown())
            .and_then(|base| (self.edit)(base.expose()))
            .map(|edited| edited.new_text().as_bytes().to_vec());
        match edited {
            Ok(new) => {
                self.not_edited = None;
                new
            }
            Err(problem) => {
                self.not_edited = Some(problem);
                base.to_vec()
            }
        }
    }

    /// Saves what is in an old file and in no other one, because the watch ended early.
    fn set_late_writes_aside(&mut self) -> Result<(), Problem> {
        for at in 0..self.displaced.len() {
            let late = self.displaced[at].read().unwrap_or_default();
            if late != self.displaced[at].bytes && !late.is_empty() {
                self.set_aside(&late)?;
            }
        }
        Ok(())
    }

    /// Saves the text of another program beside the file, because a third one overwrote the file as well.
    fn set_aside(&mut self, theirs: &[u8]) -> Result<(), Problem> {
        let name = self.place.set_aside(theirs)?;
        let what = format!(
            "{} was changed by two programs at once.",
            self.place.shown()
        );
        let remedy = format!("One of the texts is beside it as {name}. Merge them by hand.");
        self.set_aside = Some(Problem::new(ProblemCode::StorageFailed, what, remedy));
        Ok(())
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
