//! Failed requests, which are kept for follow-up calls.

use rolecall_core::calls::sts::Refusal;
use rolecall_core::explain::diagnosis::SentRequest;
use rolecall_core::value::diagnosis::Diagnosis;
use rolecall_core::value::sanitise;

/// An error response and its request, which are kept for follow-up calls.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) sent: SentRequest,
    pub(crate) refusal: Refusal,
}

impl Refused {
    /// Returns whether a diagnosis is for this error. A role that fails because of its source shows the diagnosis of
    /// the source.
    pub(crate) fn is_of(&self, diagnosis: &Diagnosis) -> bool {
        let id = self.refusal.request_id.as_deref().map(sanitise::echo);
        id == diagnosis.request_id && sanitise::echo(&self.refusal.code) == diagnosis.code
    }
}
