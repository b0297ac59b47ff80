//! Endpoints that belong to a program with permission for a role, so that they need no question.
//!
//! The allowed process names its endpoint once over the socket, and the kernel identifies that process. No other
//! process can name an endpoint or take its place, because the system does not reuse a process ID together with its
//! start time.

use super::Owner;
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::asker::requester::{Isolation, Requester};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};

impl Owner {
    /// Lets an endpoint make requests on behalf of `by`, which has permission for the role and started the endpoint.
    ///
    /// # Errors
    /// If `by` has no permission for the role, has already named an endpoint, or the endpoint's process is unknown.
    pub(super) fn name_endpoint(
        &self,
        role: &Name,
        endpoint: &Requester,
        by: &Requester,
    ) -> Result<(), Problem> {
        let is_here = endpoint.isolation == Isolation::None;
        let process = endpoint.peer().filter(|_| is_here);
        let is_named = process.is_some_and(|it| self.lock().program_endpoints.name(role, it, by));
        match is_named {
            true => Ok(()),
            false => Err(Problem::new(
                ProblemCode::NotAllowed,
                "This program was not allowed to serve the role.",
                "Start it with: rolecall exec --server ROLE",
            )),
        }
    }

    /// Returns the request of an endpoint as a request of the program that it serves.
    pub(super) fn as_endpoint_owner(&self, request: &Request) -> Option<Request> {
        if request.kind != RequestKind::Endpoint {
            return None;
        }
        // An endpoint that moved into a sandbox meanwhile makes its own request.
        let endpoint = request.requester.as_ref();
        let process = endpoint
            .filter(|it| it.isolation == Isolation::None)?
            .peer()?;
        let state = self.lock();
        let owner = state
            .program_endpoints
            .owner(&request.name, process)?
            .clone();
        Some(Request {
            requester: Some(owner),
            ..request.clone()
        })
    }
}
