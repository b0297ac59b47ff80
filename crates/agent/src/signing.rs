//! Requests that sign calls to IAM with an access key or a role's session. What signs is asked for like a session that is
//! handed out.

use rolecall_core::asker::by::By;
use rolecall_core::asker::history::{Request, RequestKind, Verdict};
use rolecall_core::value::problem::Problem;
use rolecall_keeper::{About, Keeper};

use crate::caller::Caller;

/// What is done with what signs.
#[derive(Clone, Copy)]
pub(crate) enum Use<'a> {
    /// IAM is read. Nobody is asked, but a policy of never holds.
    Preview,
    /// IAM is changed, if the policy or the user allows it.
    Change {
        with_role: RequestKind,
        with_key: RequestKind,
        /// What a question says beside what signs.
        about: About<'a>,
    },
    /// IAM is changed as it was allowed before.
    Allowed {
        with_role: RequestKind,
        with_key: RequestKind,
    },
}

impl Use<'_> {
    fn kind(self, by: &By) -> RequestKind {
        let (with_role, with_key) = match self {
            Self::Preview => (RequestKind::Preview, RequestKind::PreviewWithKey),
            Self::Change {
                with_role,
                with_key,
                ..
            }
            | Self::Allowed {
                with_role,
                with_key,
            } => (with_role, with_key),
        };
        match by {
            By::Role(_) => with_role,
            By::Key(_) => with_key,
        }
    }
}

/// Runs `act` once `by` may sign for it.
///
/// # Errors
/// If it may not, and the errors of `act`.
pub(crate) fn signed<T>(
    keeper: &Keeper,
    caller: &Caller<'_>,
    by: &By,
    usage: Use<'_>,
    act: impl FnOnce() -> Result<T, Problem>,
) -> Result<T, Problem> {
    let request = Request {
        name: by.subject()?.name().clone(),
        kind: usage.kind(by),
        requester: caller.requester(),
    };
    let waiter = match caller {
        Caller::Window => return keeper.clicked(&request, act),
        Caller::Program(peer) => peer.waiter(),
    };
    match usage {
        Use::Preview => keeper.serve_unasked(&request, waiter, Verdict::Allowed, act),
        Use::Change { about, .. } => keeper.serve_about(&request, about, waiter, act),
        Use::Allowed { .. } => keeper.serve_unasked(&request, waiter, Verdict::Accepted, act),
    }
}
