//! `revoke`: denies everything to sessions that AWS issued earlier, and takes that back. What happens is shown first.

mod all_mine;
mod revoking;
mod text;
mod undo;

use rolecall_core::value::problem::Problem;

use super::outcome::Outcome;
use crate::arguments::{Invocation, RevokeOf, RevokeOptions};
use crate::client::Client;

use revoking::Revoking;
pub(super) use text::command;

/// Revokes sessions, or takes that back.
///
/// # Errors
/// Why nothing was revoked, or not all.
pub(super) fn run(
    client: &Client,
    invocation: &Invocation,
    options: &RevokeOptions,
) -> Result<Outcome, Problem> {
    let revoking = Revoking {
        client,
        invocation,
        options,
    };
    match &options.of {
        RevokeOf::Sessions(target) => revoking.sessions(target).map(Outcome::from),
        RevokeOf::Undo(target) => undo::run(&revoking, target).map(Outcome::from),
        RevokeOf::AllMine => all_mine::run(&revoking),
    }
}
