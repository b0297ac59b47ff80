//! Questions before a role that acts on production is assumed, and which process trees the user confirmed it for.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use rolecall_core::asker::requester::ProcessId;
use rolecall_core::value::name::Name;
use rolecall_core::view::question::ProductionView;

use crate::state::consent::Scope;

/// How long a process tree may assume the role after the user confirmed it.
const CONFIRMED: SignedDuration = SignedDuration::from_mins(2);
/// The maximum number of confirmations to remember.
const CONFIRMED_MAX: usize = 64;

/// A question before a role that acts on production is assumed.
#[derive(Debug, Clone)]
pub(crate) struct ProductionPrompt {
    /// The question as it is shown, without its ID.
    pub(crate) view: ProductionView,
    /// What the answer is for; `None` is the user in the tray or the window.
    pub(crate) scope: Option<Scope>,
}

impl ProductionPrompt {
    /// Returns whether one answer is for both.
    pub(crate) fn asks_same(&self, other: &Self) -> bool {
        self.view.role == other.view.role && self.scope == other.scope
    }
}

/// The process trees that may assume a role.
#[derive(Default)]
pub(crate) struct Confirmed(VecDeque<(Name, Option<ProcessId>, Timestamp)>);

impl Confirmed {
    /// Records that a process tree may assume a role.
    pub(crate) fn note(&mut self, role: &Name, tree: Option<ProcessId>, now: Timestamp) {
        self.0.push_back((role.clone(), tree, now));
        let excess = self.0.len().saturating_sub(CONFIRMED_MAX);
        self.0.drain(..excess);
    }

    /// Returns whether a process tree may assume a role.
    pub(crate) fn has(&mut self, role: &Name, tree: Option<ProcessId>, now: Timestamp) -> bool {
        self.0
            .retain(|(_, _, at)| now.duration_since(*at) < CONFIRMED);
        let mut all = self.0.iter();
        all.any(|(name, root, _)| name == role && *root == tree)
    }
}
