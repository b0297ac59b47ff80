//! What AWS refused, kept for the calls that tell more.

use rolecall_core::calls::sts::Refusal;
use rolecall_core::explain::diagnosis::Asked;
use rolecall_core::value::diagnosis::Diagnosis;
use rolecall_core::value::sanitise;

/// A refusal and the request it answered, kept for the calls that tell more.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) asked: Asked,
    pub(crate) refusal: Refusal,
}

impl Refused {
    /// Returns whether a diagnosis is of this refusal. A role that fails because its source was refused shows the
    /// source's.
    pub(crate) fn is_of(&self, diagnosis: &Diagnosis) -> bool {
        let id = self.refusal.request_id.as_deref().map(sanitise::echo);
        id == diagnosis.request_id && sanitise::echo(&self.refusal.code) == diagnosis.code
    }
}
