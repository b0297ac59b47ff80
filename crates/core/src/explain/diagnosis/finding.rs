//! What the answer to a further call says.

use crate::value::diagnosis::{Cause, CauseKind};

/// What an answer says: a sentence, causes, and the kinds that it rules out.
#[derive(Default)]
pub(super) struct Finding {
    pub(super) told: String,
    pub(super) causes: Vec<Cause>,
    pub(super) ruled_out: Vec<CauseKind>,
}
