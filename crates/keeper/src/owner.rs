//! The owner of all state, and how it changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::turn::Turn;
use super::{Concern, Ports, State, view};
use rolecall_core::settings::Settings;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::role_list::RoleList;
use rolecall_core::view::search::search;
use rolecall_core::view::snapshot::{Mode, Snapshot};

/// The owner of roles, keys and sessions.
pub(super) struct Owner {
    pub(super) ports: Ports,
    pub(super) mode: Mode,
    pub(super) turn: Turn,
    /// A reference to itself, for the tasks that it starts.
    pub(super) me: Weak<Self>,
    state: Mutex<State>,
}

impl Owner {
    /// Returns an owner with empty state. [`Owner::read_files`] reads the files.
    pub(super) fn new(ports: Ports, mode: Mode) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            ports,
            mode,
            turn: Turn::default(),
            me: me.clone(),
            state: Mutex::default(),
        })
    }

    /// Reads the files. A file that cannot be read is a standing problem.
    pub(super) async fn read_files(&self) {
        self.lock().shown.is_held = true;
        self.reload_settings().await;
        self.read_keys().await;
        self.reload_rotations().await;
        self.reload_marks().await;
        self.reload_roles().await;
        self.reload_aws_files().await;
        self.reload_revocations().await;
        self.update(|state| {
            state.shown.is_held = false;
            state.compose();
        });
    }

    /// Returns the current snapshot.
    pub(super) fn snapshot(&self) -> Snapshot {
        let is_listed = self.ports.audience.shows_roles();
        let now = self.ports.clock.now();
        let mut state = self.lock();
        if !is_listed {
            state.list_roles(now);
            state.shown.snapshot.roles = state.shown.listing.roles.clone();
        }
        state.shown.snapshot.clone()
    }

    /// Returns the current snapshot without roles and keys, for prompts, which read it often.
    pub(super) fn sessions_snapshot(&self) -> Snapshot {
        self.lock().shown.snapshot.without_roles()
    }

    /// Returns the current snapshot with only the roles that match a search, best first.
    pub(super) fn found(&self, text: &str) -> Snapshot {
        let shown = self.snapshot();
        let found = search(&shown, text).into_iter().cloned().collect();
        Snapshot {
            roles: found,
            ..shown
        }
    }

    /// Returns a list of the roles that match a search, best first, or of all roles in their order.
    pub(super) fn listed(&self, search: Option<&str>) -> RoleList {
        let shown = match search {
            Some(text) => self.found(text),
            None => self.snapshot(),
        };
        RoleList::from(&shown)
    }

    /// Returns the names of the roles that match a search, best first, or of all roles if its text is empty.
    pub(super) fn found_names(&self, text: &str) -> Vec<String> {
        let shown = self.snapshot();
        let found = search(&shown, text).into_iter();
        found.map(|role| role.name.clone()).collect()
    }

    /// Returns the settings in effect.
    pub(super) fn settings(&self) -> Settings {
        self.lock().settings.current.clone()
    }

    /// Sets or clears a standing problem.
    pub(super) fn set_standing(&self, concern: Concern, problem: Option<Problem>) {
        self.update(|state| state.problems.set(concern, problem));
    }

    /// Clears all standing problems with this code at the user's request.
    pub(super) fn dismiss(&self, code: ProblemCode) {
        self.update(|state| {
            state.problems.dismiss(code);
            state.roles.faults.retain(|problem| problem.code != code);
            state.marks.dismiss(code);
            state.settings.dismiss(code);
        });
    }

    pub(super) fn note_store(&self, result: Result<(), Problem>) {
        match result {
            Ok(()) => {}
            Err(problem) => self.set_standing(Concern::Store, Some(problem)),
        }
    }

    /// Locks the state for a short time. It must not be held across an `.await`.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes all waiting use cases. A changed snapshot is published when this use case waits or
    /// ends.
    pub(super) fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        self.touch(|state| {
            state.shown.note_change();
            change(state)
        })
    }

    /// Changes state that is never shown, and wakes all waiting use cases.
    pub(super) fn touch<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let (result, waiting) = {
            let mut state = self.lock();
            let result = change(&mut state);
            (result, std::mem::take(&mut state.waiting))
        };
        waiting.into_iter().for_each(std::task::Waker::wake);
        result
    }

    /// Publishes the snapshot if it differs from the last published one.
    pub(super) fn publish(&self) {
        let (now, offset) = (self.ports.clock.now(), self.ports.clock.offset());
        let shows_roles = self.ports.audience.shows_roles();
        let fresh = {
            let mut state = self.lock();
            if state.shown.is_held || !state.shown.take_change() {
                return;
            }
            state.list_keys(now);
            if shows_roles {
                state.list_roles(now);
            }
            let snapshot = view::snapshot(&state, self.mode, now, offset);
            if snapshot == state.shown.snapshot {
                return;
            }
            state.shown.snapshot = snapshot.clone();
            snapshot
        };
        self.ports.audience.publish(&fresh);
    }
}
