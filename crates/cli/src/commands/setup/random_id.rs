//! A new external ID.

use rolecall_core::setup::external_id;
use rolecall_core::value::problem::{Problem, ProblemCode};

/// Returns an external ID of random bits.
///
/// # Errors
/// If the system provides none.
pub(super) fn random_id() -> Result<String, Problem> {
    let mut random = [0; 20];
    getrandom::fill(&mut random).map_err(|error| {
        let what = "The system provides no random numbers.";
        let remedy = "Choose an external ID yourself: --external-id.";
        Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string())
    })?;
    Ok(external_id(&random))
}
