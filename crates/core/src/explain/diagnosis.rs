//! Why AWS denied a call: the causes that fit the error message, the request as sent, and what is known about the role.
//!
//! A pure function of the error and the request. Each cause has a confidence, what to check, and, if a policy must
//! change, the statement to send to the person who can change it.
//!
//! ```text
//! Refusal ─► message (who, what, which policy) ─┐
//!                                               ├─► denial | rejection | signer ─► Diagnosis
//! Asked (the request, and whether it worked) ───┘                                     ▲
//!            trust policy, simulation, decoded message, access key: follow-up calls on a click ─► inquiry
//! ```

mod decoded;
mod denial;
mod finding;
mod inquiry;
mod mentioned;
mod message;
mod named;
mod other_call;
mod read_policies;
mod rejection;
mod sent_request;
mod signer;
mod simulation;
mod statement;
mod trust;
mod unnamed;
mod verdict;

pub use denial::device_cause;
pub(crate) use denial::is_denial;
pub use inquiry::Answer;
pub use inquiry::{further_calls, preview, preview_calls};
pub use message::encoded;
pub use read_policies::{ReadPolicies, ReadPolicy, simulate};
pub use sent_request::{MfaProof, SentRequest, Signer, changes};
pub use signer::clock_cause;
pub use simulation::question;

use crate::calls::sts::Refusal;
use crate::value::diagnosis::{Cause, Diagnosis, sorted};
use crate::value::problem::ProblemCode;
use crate::value::sanitise;

/// The maximum number of characters of AWS's message to keep.
const WORDS_MAX: usize = 1024;

/// A diagnosis, and the sentence shown above it.
pub(crate) struct Explanation {
    pub(crate) code: ProblemCode,
    pub(crate) what: String,
    pub(crate) remedy: String,
    pub(crate) diagnosis: Diagnosis,
}

/// Explains an error response.
pub(crate) fn explain(refusal: &Refusal, sent: &SentRequest) -> Explanation {
    let verdict = denial::explain(refusal, sent)
        .or_else(|| signer::explain(refusal, sent))
        .or_else(|| rejection::explain(refusal, sent));
    let diagnosis = Diagnosis {
        causes: Vec::new(),
        code: sanitise::echo(&refusal.code),
        words: sanitise::cut(&sanitise::visible(refusal.message.trim()), WORDS_MAX),
        request_id: refusal.request_id.as_deref().map(sanitise::echo),
        further_calls: Vec::new(),
    };
    match verdict {
        Some(verdict) => {
            let causes = sorted(verdict.causes);
            Explanation {
                code: verdict.code,
                what: verdict.what,
                remedy: causes.first().map_or_else(String::new, Cause::sentence),
                diagnosis: Diagnosis {
                    causes,
                    ..diagnosis
                },
            }
        }
        None => unknown(refusal, diagnosis),
    }
}

/// Returns the explanation of an unknown error, which shows the message of AWS.
fn unknown(refusal: &Refusal, diagnosis: Diagnosis) -> Explanation {
    let (code, what) = if refusal.status >= 500 {
        (
            ProblemCode::AwsFailed,
            "AWS had an internal error.".to_owned(),
        )
    } else {
        let what = format!("AWS refused the request ({}).", diagnosis.code);
        let code = match refusal.code.as_str() {
            "AccessDenied" | "AccessDeniedException" => ProblemCode::AccessDenied,
            _ => ProblemCode::InvalidRequest,
        };
        (code, what)
    };
    let remedy = if refusal.status >= 500 {
        "Try again in a minute, or set another region for the role."
    } else {
        "Rolecall does not know this error. Send AWS's message below and the request ID to your administrator."
    };
    Explanation {
        code,
        what,
        remedy: remedy.to_owned(),
        diagnosis,
    }
}
