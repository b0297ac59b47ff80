//! IAM's eventual consistency: a change is in effect for other calls only after some time, if a test wants so.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::attachments::ManagedPolicy;
use crate::failure::Failure;
use crate::world::{Group, Role, User, World};

/// What calls of IAM can change.
#[derive(Debug, Clone)]
pub(crate) struct Identities {
    pub(crate) users: Vec<User>,
    pub(crate) roles: Vec<Role>,
    pub(crate) groups: Vec<Group>,
    pub(crate) own_policies: BTreeMap<String, ManagedPolicy>,
}

/// The changes that only the calls that change something see.
#[derive(Debug, Default)]
pub(crate) struct Consistency {
    /// How long a change takes to be seen by other calls.
    pub(crate) delay: SignedDuration,
    latest: Option<Identities>,
    hidden: VecDeque<(Timestamp, Identities)>,
}

impl Consistency {
    /// Puts changes into effect that are old enough.
    pub(crate) fn show(&mut self, world: &mut World, now: Timestamp) {
        while self.hidden.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, identities)) = self.hidden.pop_front() {
                world.replace_identities(identities);
            }
        }
        if self.hidden.is_empty() {
            self.latest = None;
        }
    }

    /// Changes the latest state. Something that is not seen yet can be created a second time by nobody, but not used.
    pub(crate) fn change<T>(
        &mut self,
        world: &mut World,
        creates: bool,
        now: Timestamp,
        change: impl Fn(&mut World) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let visible = world.identities();
        if !creates && self.latest.is_some() {
            let tried = change(world);
            world.replace_identities(visible.clone());
            tried?;
        }
        if let Some(latest) = self.latest.take() {
            world.replace_identities(latest);
        }
        let changed = change(world);
        world.settle();
        if self.delay.is_zero() && self.hidden.is_empty() {
            return changed;
        }
        let latest = world.replace_identities(visible);
        if changed.is_ok() {
            let at = now.saturating_add(self.delay).unwrap_or(Timestamp::MAX);
            self.hidden.push_back((at, latest.clone()));
        }
        self.latest = Some(latest);
        changed
    }
}
