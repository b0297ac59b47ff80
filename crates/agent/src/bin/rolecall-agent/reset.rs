//! The two steps of `rolecall reset`, each a run of this program, because the command line links no keychain.

use std::io::Read;

use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::reset::{Keep, Reset};
use rolecall_core::api::reset::ResetPlan;
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::arguments::ResetStep;

/// The most bytes that are read of a plan.
const INPUT_MAX: u64 = 16 << 20;

/// Makes a step, and returns its result as JSON.
///
/// # Errors
/// If nothing was removed, and why.
pub(crate) fn run(step: ResetStep, keep: Keep) -> Result<String, Problem> {
    let reset = Reset::new(Paths::new(&Environment::read())?, keep);
    let json = match step {
        ResetStep::Plan => serde_json::to_string(&reset.plan()),
        ResetStep::Remove => serde_json::to_string(&reset.remove(&confirmed()?)?),
    };
    json.map_err(|_| Problem::internal())
}

/// Reads the plan that the user confirmed.
fn confirmed() -> Result<ResetPlan, Problem> {
    let mut text = String::new();
    let read = std::io::stdin().take(INPUT_MAX).read_to_string(&mut text);
    let plan = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    plan.ok_or_else(|| {
        let what = "Nothing was removed: there is no list that somebody confirmed.";
        Problem::new(ProblemCode::InvalidInput, what, "Run: rolecall reset")
    })
}
