//! What must be true after every step of a story.

use std::collections::{BTreeMap, BTreeSet};

use super::world::World;
use crate::Owner;
use crate::ports::Clock;
use rolecall_core::asker::consent::Consent;
use rolecall_core::value::name::Name;

/// The policy of a role, as far as it is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Policy {
    consent: Option<Consent>,
    /// How often it was changed.
    changes: u64,
    is_changing: u64,
    /// How often somebody allowed it.
    allowed: u64,
}

/// What was promised so far.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// The sessions that were ended.
    ended: BTreeSet<String>,
    /// The prompts that took an answer, with the code; and whether something happened since for which it need not be
    /// sent.
    answers: BTreeMap<u64, (String, bool)>,
    brought: u64,
    policies: BTreeMap<String, Policy>,
    /// What was under way before the present poll, and which sessions there were.
    attempts: Vec<Name>,
    sessions: BTreeMap<Name, String>,
}

impl Checks {
    pub(super) fn policy_of(&self, role: &str) -> Policy {
        self.policies.get(role).cloned().unwrap_or_default()
    }

    pub(super) fn policy_changes(&mut self, role: &str) {
        let policy = self.policies.entry(role.into()).or_default();
        policy.changes += 1;
        policy.is_changing += 1;
    }

    pub(super) fn policy_is(&mut self, role: &str, consent: Option<Consent>) {
        let policy = self.policies.entry(role.into()).or_default();
        policy.is_changing -= 1;
        policy.changes += 1;
        policy.consent = consent.or(policy.consent);
    }

    pub(super) fn allowed(&mut self, role: &str) {
        self.policies.entry(role.into()).or_default().allowed += 1;
    }

    /// A program got credentials: its policy, or somebody, allowed that.
    pub(super) fn handed_out(&mut self, world: &World, role: &str, tree: u32, before: &Policy) {
        let now = self.policy_of(role);
        if now.changes != before.changes || now.is_changing > 0 {
            return;
        }
        let is_allowed = match now.consent.unwrap_or(Consent::Allow) {
            Consent::Allow => true,
            Consent::Ask => now.allowed > before.allowed,
            Consent::Once => now.allowed > 0,
            Consent::Never => false,
        };
        if !is_allowed {
            world.fault(format!(
                "program {tree} got {role} though nobody allowed it"
            ));
        }
    }

    pub(super) fn ended(&mut self, world: &World, owner: &Owner, role: &str, id: Option<String>) {
        self.ended.extend(id);
        if owner.lock().attempts.has(|it| it.name == name(role)) {
            world.fault(format!("{role} was ended and is still being assumed"));
        }
        if live_id(owner, role).is_some() {
            world.fault(format!("{role} was ended and has a session"));
        }
    }

    pub(super) fn codes_ended(&mut self, world: &World, owner: &Owner, key: &Name) {
        let state = owner.lock();
        let id = state.keys.iter().find(|it| it.name == *key);
        let Some(id) = id.map(|it| it.id.clone()) else {
            return;
        };
        if state.mfa_sessions.keys().any(|(of, _)| *of == id)
            || state.token_requests.has(|(of, _)| *of == id)
        {
            world.fault(format!("the codes of {key} were forgotten and still count"));
        }
    }

    pub(super) fn answered(&mut self, world: &World, prompt: u64, code: String) {
        self.excuse_brought();
        if let Some((first, _)) = self.answers.insert(prompt, (code, false)) {
            world.fault(format!(
                "prompt {prompt} took two answers; the first was {first}"
            ));
        }
    }

    /// Somebody brought a code for an attempt that waits for one.
    pub(super) fn brought(&mut self, code: &str) {
        self.excuse_brought();
        self.brought += 1;
        let answer = (code.to_owned(), false);
        self.answers.insert(u64::MAX - self.brought, answer);
    }

    /// Something ended or changed that a code may have been for.
    pub(super) fn excuse_all(&mut self) {
        self.answers.values_mut().for_each(|(_, it)| *it = true);
    }

    fn excuse_brought(&mut self) {
        let brought = self.answers.range_mut(u64::MAX / 2..);
        brought.for_each(|(_, (_, it))| *it = true);
    }

    /// What was not on disk yet may come back after a crash; what was ended there may not.
    pub(super) fn restarted(&mut self, world: &World) {
        let kept: Vec<String> = world
            .on_disk()
            .iter()
            .map(|session| session.id().to_owned())
            .collect();
        self.ended.retain(|id| !kept.contains(id));
        self.answers.clear();
        self.sessions.clear();
        self.attempts.clear();
        for policy in self.policies.values_mut() {
            policy.changes += 1;
            policy.is_changing = 0;
            policy.consent = None;
            policy.allowed = u64::MAX / 2;
        }
    }

    pub(super) fn before(&mut self, owner: &Owner) {
        let state = owner.lock();
        self.attempts = state.attempts.keys().map(|it| it.name.clone()).collect();
        let ids = state.sessions.iter();
        self.sessions = ids
            .map(|(role, session)| (role.clone(), session.id().to_owned()))
            .collect();
    }

    pub(super) fn after(&mut self, world: &World, owner: &Owner) {
        let state = owner.lock();
        for (role, session) in &state.sessions {
            let id = session.id();
            if self.ended.contains(id) {
                world.fault(format!("the session {id} of {role} was ended and is back"));
            }
            let is_new = self.sessions.get(role).is_none_or(|before| before != id);
            let was_under_way = self.attempts.contains(role);
            let is_under_way = state.attempts.has(|it| it.name == *role);
            let is_from_disk = || world.on_disk().iter().any(|it| it.id() == id);
            if is_new && (!was_under_way || is_under_way) && !is_from_disk() {
                world.fault(format!("{role} got the session {id} of a stale attempt"));
            }
            let older = self
                .sessions
                .get(role)
                .filter(|before| before.as_str() > id);
            if let Some(older) = older.filter(|_| is_new) {
                world.fault(format!(
                    "{role}: the session {older} was replaced by the older {id}"
                ));
            }
        }
        let mut names: Vec<&Name> = state.attempts.keys().map(|it| &it.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        if names.len() != count {
            world.fault("a role is being assumed twice at once".into());
        }
    }

    /// Everything was answered, written and let go.
    pub(super) fn everything_is_done(&self, world: &World, owner: &Owner) {
        let state = owner.lock();
        if !state.attempts.waiting(|_, _| true).is_empty() || !state.prompts.is_empty() {
            world.fault("something is still asked for that nobody waits for".into());
        }
        if !state.gates.is_empty() {
            world.fault(format!("somebody is still inside: {:?}", state.gates));
        }
        for (code, is_excused) in self.answers.values() {
            if !is_excused && !world.was_sent(code) {
                world.fault(format!("the code {code} was accepted and never sent"));
            }
        }
    }

    /// The disk is as memory is, for all that is not over.
    pub(super) fn everything_is_written(&self, world: &World, owner: &Owner) {
        let state = owner.lock();
        let now = world.clock().now();
        let memory = state
            .sessions
            .values()
            .filter(|it| it.remaining_at(now).is_positive());
        let memory: BTreeSet<String> = memory.map(|it| it.id().to_owned()).collect();
        let disk: BTreeSet<String> = world
            .on_disk()
            .iter()
            .filter(|it| it.remaining_at(now).is_positive())
            .map(|it| it.id().to_owned())
            .collect();
        if memory != disk {
            world.fault(format!("memory has {memory:?} and the disk {disk:?}"));
        }
    }
}

/// Returns the id of the session of a role that is in memory.
pub(super) fn live_id(owner: &Owner, role: &str) -> Option<String> {
    let state = owner.lock();
    let session = state.sessions.get(&name(role));
    session.map(|session| session.id().to_owned())
}

pub(super) fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}
