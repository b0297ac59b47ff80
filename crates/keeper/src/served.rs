//! Endpoints that belong to a program which was allowed a role: what they ask for was asked about already.
//!
//! The process that was allowed names its endpoint, once, over the socket, and the kernel tells which process that is.
//! Nobody else can name one, and no other process can be it: a process id is used again, together with its start it is
//! not.

use super::Owner;
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::asker::requester::{Isolation, Requester};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};

impl Owner {
    /// Lets an endpoint ask in the name of `by`, which was allowed the role and started it.
    ///
    /// # Errors
    /// If `by` was not allowed the role, has named an endpoint already, or the endpoint cannot be seen.
    pub(super) fn name_endpoint(
        &self,
        role: &Name,
        endpoint: &Requester,
        by: &Requester,
    ) -> Result<(), Problem> {
        let is_here = endpoint.isolation == Isolation::None;
        let process = endpoint.peer().filter(|_| is_here);
        let is_named = process.is_some_and(|it| self.lock().served.name(role, it, by));
        match is_named {
            true => Ok(()),
            false => Err(Problem::new(
                ProblemCode::NotAllowed,
                "This program was not allowed to serve the role.",
                "Start it with: rolecall exec --server.",
            )),
        }
    }

    /// Returns the request of an endpoint as one of the program that it serves.
    pub(super) fn of_allowed_endpoint(&self, request: &Request) -> Option<Request> {
        if request.kind != RequestKind::Endpoint {
            return None;
        }
        // One that moved into a sandbox meanwhile asks for itself.
        let endpoint = request.requester.as_ref();
        let process = endpoint
            .filter(|it| it.isolation == Isolation::None)?
            .peer()?;
        let state = self.lock();
        let owner = state.served.owner(&request.name, process)?.clone();
        Some(Request {
            requester: Some(owner),
            ..request.clone()
        })
    }
}
