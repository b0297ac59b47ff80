//! Endpoints that belong to a program which was allowed a role: what they ask for was asked about already.
//!
//! The process that was allowed names its endpoint, once, over the socket, and the kernel tells which process that is.
//! Nobody else can name one, and no other process can be it: a process id is used again, together with its start it is
//! not.

use std::collections::VecDeque;

use super::Owner;
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::asker::requester::{Isolation, ProcessId, Requester};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};

/// The most endpoints, and the most programs that may still name one, that are remembered.
const ENTRIES_MAX: usize = 256;

/// Who was allowed a role, and whose endpoint is whose.
#[derive(Default)]
pub(super) struct Served {
    allowed: VecDeque<(Name, ProcessId)>,
    endpoints: VecDeque<(Name, ProcessId, Requester)>,
}

impl Served {
    /// Notes that a process was allowed a role, and may name an endpoint of its own.
    pub(super) fn allow(&mut self, role: &Name, process: ProcessId) {
        if !self.allowed.contains(&(role.clone(), process)) {
            self.allowed.push_back((role.clone(), process));
        }
        let excess = self.allowed.len().saturating_sub(ENTRIES_MAX);
        self.allowed.drain(..excess);
    }

    /// Forgets who serves a role, but for these.
    pub(super) fn retain(&mut self, is_kept: impl Fn(&Name) -> bool) {
        self.allowed.retain(|(name, _)| is_kept(name));
        self.endpoints.retain(|(name, ..)| is_kept(name));
    }

    /// Notes the endpoint of a process that was allowed the role; `false` if it was not, or has named one already.
    fn name(&mut self, role: &Name, endpoint: ProcessId, by: &Requester) -> bool {
        let peer = by.peer();
        let mut allowed = self.allowed.iter();
        let place = allowed.position(|(name, process)| name == role && Some(*process) == peer);
        let Some(place) = place else {
            return false;
        };
        self.allowed.remove(place);
        self.endpoints
            .push_back((role.clone(), endpoint, by.clone()));
        let excess = self.endpoints.len().saturating_sub(ENTRIES_MAX);
        self.endpoints.drain(..excess);
        true
    }

    fn owner(&self, role: &Name, process: ProcessId) -> Option<&Requester> {
        let mut endpoints = self.endpoints.iter();
        let found = endpoints.find(|(name, endpoint, _)| name == role && *endpoint == process);
        found.map(|(.., owner)| owner)
    }
}

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
