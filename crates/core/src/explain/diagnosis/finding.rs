//! What the result of a follow-up call shows.

use crate::value::diagnosis::{Cause, CauseKind};

/// What a result shows: a sentence, causes, and the kinds of causes that it rules out.
#[derive(Default)]
pub(super) struct Finding {
    pub(super) message: String,
    pub(super) causes: Vec<Cause>,
    pub(super) ruled_out: Vec<CauseKind>,
}
