//! Watches a file for a moment after a swap: a program that opened it before may write the old one still, and one that
//! read it before may write its own text over the new one.

use std::time::Duration;

use rolecall_core::aws_files::Edited;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::AwsEdit;

use super::place::{Place, State};
use super::swap::{Displaced, Swap};
use super::{ATTEMPTS, now, pause};

/// How long a file that is being written may take to come to rest.
const REST: Duration = Duration::from_secs(2);
/// How long a file is watched at most, however often others write it.
const LONGEST: Duration = Duration::from_secs(10);
/// How often in a row a text must be the same to be whole.
const QUIET_LOOKS: usize = 2;

/// One file after an edit.
pub(super) struct Guard<'a> {
    place: &'a Place<'a>,
    edit: AwsEdit<'a>,
    displaced: Vec<Displaced>,
    /// What the file holds if nobody wrote since.
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

    /// Takes over what others write, until none has for as long as `quiet`.
    ///
    /// # Errors
    /// If they do not stop, or what they write cannot be edited; their text stays then.
    pub(super) fn watch(mut self, quiet: Duration) -> Result<(), Problem> {
        let (mut deadline, end) = (now() + quiet, now() + LONGEST);
        while now() < deadline.min(end) {
            if self.take_over_late()? | self.edit_again()? {
                deadline = now() + quiet;
            }
            pause();
        }
        Ok(())
    }

    /// Takes over what was written into a file after it was swapped out.
    fn take_over_late(&mut self) -> Result<bool, Problem> {
        for at in 0..self.displaced.len() {
            let Some(late) = self.late(at)? else {
                continue;
            };
            let current = self.place.read()?;
            let theirs = match current.bytes == self.written {
                true => late.clone(),
                // Both were written: what is new in the old file is added to what is new in the new one.
                false => merged(&self.displaced[at].bytes, &late, &current.bytes)
                    .ok_or_else(|| self.place.restless())?,
            };
            if self.write(&current, &theirs)? {
                self.displaced[at].bytes = late;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Returns what a swapped-out file holds if it is not what was read, once it is whole. An emptied one is being
    /// written, or its writer died.
    fn late(&mut self, at: usize) -> Result<Option<Vec<u8>>, Problem> {
        let displaced = &mut self.displaced[at];
        let deadline = now() + REST;
        let (mut last, mut quiet) = (Vec::new(), 0);
        while now() < deadline {
            let late = displaced
                .read()
                .map_err(|error| self.place.failed(&error))?;
            if late == displaced.bytes {
                return Ok(None);
            }
            quiet = if late == last { quiet + 1 } else { 0 };
            if quiet >= QUIET_LOOKS && !late.is_empty() {
                return Ok(Some(late));
            }
            last = late;
            pause();
        }
        Ok(None)
    }

    /// Edits again what was written over the new file.
    fn edit_again(&mut self) -> Result<bool, Problem> {
        if self.place.read()?.bytes == self.written {
            return Ok(false);
        }
        let current = self.place.read_at_rest()?;
        self.write(&current, &current.bytes.clone())
    }

    /// Edits a text and swaps it in, if the file still is `current`.
    fn write(&mut self, current: &State, base: &[u8]) -> Result<bool, Problem> {
        let text = std::str::from_utf8(base).map_err(|_| self.place.restless())?;
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

/// Returns `ours` with what `theirs` has at the end beyond `base`; nothing if it differs elsewhere.
fn merged(base: &[u8], theirs: &[u8], ours: &[u8]) -> Option<Vec<u8>> {
    let more = theirs.strip_prefix(base)?;
    Some([ours, more].concat())
}

fn overwritten(place: &Place<'_>) -> Problem {
    let told = place.restless();
    let what = told
        .what
        .replace("nothing was written", "what Rolecall wrote did not stay");
    Problem::new(ProblemCode::StorageFailed, what, told.remedy)
}
