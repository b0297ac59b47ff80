//! Whose endpoints ask in whose name.

use std::collections::VecDeque;

use rolecall_core::asker::requester::{ProcessId, Requester};
use rolecall_core::value::name::Name;

/// The most endpoints, and the most programs that may still name one, that are remembered.
pub(crate) const ENTRIES_MAX: usize = 256;

/// Who was allowed a role, and whose endpoint is whose.
#[derive(Default)]
pub(crate) struct Served {
    pub(crate) allowed: VecDeque<(Name, ProcessId)>,
    pub(crate) endpoints: VecDeque<(Name, ProcessId, Requester)>,
}

impl Served {
    /// Notes that a process was allowed a role, and may name an endpoint of its own.
    pub(crate) fn allow(&mut self, role: &Name, process: ProcessId) {
        if !self.allowed.contains(&(role.clone(), process)) {
            self.allowed.push_back((role.clone(), process));
        }
        let excess = self.allowed.len().saturating_sub(ENTRIES_MAX);
        self.allowed.drain(..excess);
    }

    /// Forgets who serves a role, but for these.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&Name) -> bool) {
        self.allowed.retain(|(name, _)| is_kept(name));
        self.endpoints.retain(|(name, ..)| is_kept(name));
    }

    /// Notes the endpoint of a process that was allowed the role; `false` if it was not, or has named one already.
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
