//! What an edit makes of the text of a file.

use rolecall_core::aws_files::Edited;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;

/// The edit of a text. It may be called several times, and must not change a text that is already edited.
pub(crate) type Edit<'a, E> = &'a dyn Fn(&str) -> Result<E, Problem>;

/// The result of an edit.
pub(crate) trait NewText {
    /// Returns the text to write.
    fn new_text(&self) -> &str;
}

impl NewText for Edited {
    fn new_text(&self) -> &str {
        self.text.expose()
    }
}

impl NewText for String {
    fn new_text(&self) -> &str {
        self
    }
}

/// Returns the bytes of a file as text.
///
/// # Errors
/// If they are not UTF-8.
pub(crate) fn text(bytes: Vec<u8>, shown: &str) -> Result<Secret, Problem> {
    String::from_utf8(bytes).map(Secret::new).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let what = format!("{shown} is not UTF-8 at byte {at}.");
        Problem::new(ProblemCode::InvalidFile, what, "Save it as UTF-8.")
    })
}
