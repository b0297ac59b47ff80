//! Answers that several modules share: a text with credentials, and overload.

use rolecall_core::api::protocol::Answer;
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;

pub(crate) fn text(secret: &Secret) -> Answer {
    Answer::Text(WireSecret::new(secret.expose().to_owned()))
}

/// Returns the problem of too many concurrent requests.
pub(crate) fn overloaded() -> Problem {
    let what = "Rolecall has too many requests at once.";
    Problem::new(ProblemCode::Internal, what, "Try again in a moment.")
}
