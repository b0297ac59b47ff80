//! What is answered in more than one place: a text with credentials, and the problems of this program itself.

use rolecall_core::api::protocol::{Answer, WireSecret};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;

pub(crate) fn text(secret: &Secret) -> Answer {
    Answer::Text(WireSecret::new(secret.expose().to_owned()))
}

/// Returns the problem of more work than this program takes on at once.
pub(crate) fn overloaded() -> Problem {
    let what = "Too much is going on at once.";
    Problem::new(ProblemCode::Internal, what, "Try again in a moment.")
}
