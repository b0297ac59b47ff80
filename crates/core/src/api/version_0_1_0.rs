//! What programs of version 0.1.0 need in an answer: they read the open questions from a list for each kind.

use serde::{Serialize, Serializer};

use crate::view::question::{CodeView, ConsentView, ReasonView};
use crate::view::snapshot::Snapshot;

/// A snapshot with a list for each kind of question.
#[derive(Serialize)]
struct WithLists<'a> {
    #[serde(flatten)]
    snapshot: &'a Snapshot,
    prompts: Vec<&'a CodeView>,
    questions: Vec<&'a ConsentView>,
    reason_prompts: Vec<&'a ReasonView>,
}

/// Serialises a snapshot with these lists.
pub(super) fn snapshot<S: Serializer>(snapshot: &Snapshot, to: S) -> Result<S::Ok, S::Error> {
    let all = WithLists {
        snapshot,
        prompts: snapshot.codes().collect(),
        questions: snapshot.consents().collect(),
        reason_prompts: snapshot.reasons().collect(),
    };
    all.serialize(to)
}
