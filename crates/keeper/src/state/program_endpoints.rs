//! Endpoints and the programs that they serve.

use std::collections::VecDeque;

use rolecall_core::asker::requester::{ProcessId, Requester};
use rolecall_core::value::name::Name;

/// The maximum number of endpoints to remember, and of programs that may still name one.
pub(crate) const ENTRIES_MAX: usize = 256;

/// The programs with permission for a role, and their endpoints.
#[derive(Default)]
pub(crate) struct ProgramEndpoints {
    pub(crate) allowed: VecDeque<(Name, ProcessId)>,
    pub(crate) endpoints: VecDeque<(Name, ProcessId, Requester)>,
}

impl ProgramEndpoints {
    /// Records that a process has permission for a role and may name its endpoint.
    pub(crate) fn allow(&mut self, role: &Name, process: ProcessId) {
        if !self.allowed.contains(&(role.clone(), process)) {
            self.allowed.push_back((role.clone(), process));
        }
        let excess = self.allowed.len().saturating_sub(ENTRIES_MAX);
        self.allowed.drain(..excess);
    }

    /// Drops all entries except those of these roles.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&Name) -> bool) {
        self.allowed.retain(|(name, _)| is_kept(name));
        self.endpoints.retain(|(name, ..)| is_kept(name));
    }

    /// Records the endpoint of a process with permission for the role. Returns `false` if it has no permission or has
    /// already named one.
    pub(crate) fn name(&mut self, role: &Name, endpoint: ProcessId, by: &Requester) -> bool {
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

    pub(crate) fn owner(&self, role: &Name, process: ProcessId) -> Option<&Requester> {
        let mut endpoints = self.endpoints.iter();
        let found = endpoints.find(|(name, endpoint, _)| name == role && *endpoint == process);
        found.map(|(.., owner)| owner)
    }
}
