//! A file that the user edits.

use rolecall_core::value::problem::{Problem, ProblemCode};

/// The last valid content of a file that the user edits, such as the settings.
#[derive(Default)]
pub(crate) struct EditedFile<T> {
    pub(crate) current: T,
    /// What is wrong with its present content.
    pub(crate) faults: Vec<Problem>,
    /// Whether it was read successfully in this run.
    pub(crate) is_read: bool,
}

impl<T> EditedFile<T> {
    /// Clears all problems with this code.
    pub(crate) fn dismiss(&mut self, code: ProblemCode) {
        self.faults.retain(|problem| problem.code != code);
    }
}
