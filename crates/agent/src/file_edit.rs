//! Edits a file that other programs write too, at any moment, without a lock. Some truncate the file first.
//!
//! ```text
//! lock ─► read, once the file is stable ─► edit ─► swap atomically, if the file is unchanged
//!                  ▲                                   │
//!                  └──── another program wrote ◄── watch the old and the new file for a moment
//! ```
//!
//! A reader sees the old text or the new one, also after a crash. What another program writes to the old file is
//! merged; what it writes over the new file is edited again. If its text cannot be edited, it stays as it is.

mod guard;
mod lock;
mod new_text;
mod place;
mod removal;
mod retry;
mod swap;

use std::time::Duration;

use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

pub(crate) use lock::{NotLocked, lock};
pub(crate) use new_text::{Edit, NewText, text};
pub(crate) use place::{Kind, Place, dir_of};

use guard::Guard;
use retry::ATTEMPTS;
use swap::Swap;

/// A file after an edit.
pub(crate) struct Done<E> {
    /// The result of the edit.
    pub(crate) edited: E,
    /// The text of the file: the result of the edit, and what other programs wrote meanwhile.
    pub(crate) text: Secret,
}

impl Place<'_> {
    /// Edits the file, and then watches for late writes of other programs until there was none for `watch`. `prepare` is
    /// called with the number of the attempt and the old text before each replacement. Needs the lock.
    ///
    /// # Errors
    /// The errors of `edit` and `prepare`, and if the file cannot be written or keeps changing. What other programs wrote
    /// is then in the file.
    pub(crate) fn edit<E: NewText>(
        &self,
        watch: Duration,
        edit: Edit<'_, E>,
        prepare: impl Fn(usize, &[u8]) -> Result<(), Problem>,
    ) -> Result<Done<E>, Problem> {
        for attempt in 0..ATTEMPTS {
            let old = self.read_when_stable()?;
            let old_text = text(old.bytes.clone(), self.shown())?;
            let edited = edit(old_text.expose())?;
            if edited.new_text() == old_text.expose() {
                return Ok(Done {
                    edited,
                    text: old_text,
                });
            }
            prepare(attempt, &old.bytes)?;
            match self.swap(&old, edited.new_text().as_bytes())? {
                Swap::Done(displaced) => {
                    let written = edited.new_text().as_bytes().to_vec();
                    let written = Guard::new(self, displaced, written, edit).watch(watch)?;
                    let text = text(written, self.shown())?;
                    return Ok(Done { edited, text });
                }
                Swap::Changed => {}
            }
        }
        Err(self.keeps_changing())
    }
}
