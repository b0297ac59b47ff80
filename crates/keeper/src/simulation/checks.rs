//! The invariants after every step of a story.

use std::collections::{BTreeMap, BTreeSet};

use super::world::World;
use crate::Owner;
use crate::ports::Clock;
use rolecall_core::asker::consent::Consent;
use rolecall_core::session::Session;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;

/// The policy of a role.
#[derive(Debug, Clone, Default)]
pub(super) struct Policy {
    consent: Option<Consent>,
    /// The number of changes.
    changes: u64,
    is_changing: u64,
    /// How often the user gave permission.
    allowed: u64,
}

/// The events so far that the invariants depend on.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// The ended sessions.
    ended: BTreeSet<String>,
    /// The answered prompts with their codes, and whether something happened since that makes sending the code
    /// unnecessary.
    answers: BTreeMap<u64, (String, bool)>,
    brought: u64,
    policies: BTreeMap<String, Policy>,
    /// The running attempts and the sessions before the current poll.
    attempts: Vec<(u64, Name)>,
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

    /// A program got credentials, which the policy or the user must have allowed.
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

    /// A terminal got a session for its reason, with which the session must have been signed.
    pub(super) fn assumed(&self, world: &World, session: &Session, reason: &str) {
        let signed = world.signed_reason(session);
        if signed.as_deref() != Some(reason) || session.reason.as_deref() != Some(reason) {
            world.fault(format!(
                "{} was assumed because of {reason} and signed with {signed:?}",
                session.role
            ));
        }
    }

    pub(super) fn ended(&mut self, world: &World, owner: &Owner, role: &str, id: Option<String>) {
        self.ended.extend(id);
        if owner
            .lock()
            .sessions
            .attempts
            .has(|it| it.name == name(role))
        {
            world.fault(format!("{role} was ended and is still being assumed"));
        }
        if live_id(owner, role).is_some() {
            world.fault(format!("{role} was ended and has a session"));
        }
    }

    pub(super) fn codes_ended(&mut self, world: &World, owner: &Owner, key: &Name) {
        let state = owner.lock();
        let id = state.keys.named(key);
        let Some(id) = id.map(|it| it.id.clone()) else {
            return;
        };
        if state.mfa.sessions.keys().any(|(of, _)| *of == id)
            || state.mfa.requests.has(|(of, _)| *of == id)
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

    /// The user provided a code for an attempt that waits for one.
    pub(super) fn brought(&mut self, code: &str) {
        self.excuse_brought();
        self.brought += 1;
        let answer = (code.to_owned(), false);
        self.answers.insert(u64::MAX - self.brought, answer);
    }

    /// Something ended or changed for which a code may have been given.
    pub(super) fn excuse_all(&mut self) {
        self.answers.values_mut().for_each(|(_, it)| *it = true);
    }

    /// Codes that were brought may not be needed any more.
    pub(super) fn excuse_brought(&mut self) {
        let brought = self.answers.range_mut(u64::MAX / 2..);
        brought.for_each(|(_, (_, it))| *it = true);
    }

    /// After a crash, sessions whose end was not on disk yet may reappear, but no others.
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
        let attempts = state.sessions.attempts.numbered();
        self.attempts = attempts.map(|(id, it)| (id, it.name.clone())).collect();
        let ids = state.sessions.by_role.iter();
        self.sessions = ids
            .map(|(role, session)| (role.clone(), session.id().to_owned()))
            .collect();
    }

    pub(super) fn after(&mut self, world: &World, owner: &Owner) {
        let state = owner.lock();
        for (role, session) in &state.sessions.by_role {
            let id = session.id();
            if self.ended.contains(id) {
                world.fault(format!("the session {id} of {role} was ended and is back"));
            }
            let is_new = self.sessions.get(role).is_none_or(|before| before != id);
            let was_under_way = self.attempts.iter().any(|(_, it)| it == role);
            let is_under_way = state.sessions.attempts.has(|it| it.name == *role);
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
        let mut names: Vec<&Name> = state.sessions.attempts.keys().map(|it| &it.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        if names.len() != count {
            world.fault("a role is being assumed twice at once".into());
        }
        let is_superseded = |(id, name): &(u64, Name)| {
            let mut now = state.sessions.attempts.numbered();
            now.any(|(newer, it)| newer != *id && it.name == *name)
        };
        if self.attempts.iter().any(is_superseded) {
            // A code for the older attempt is worth nothing.
            drop(state);
            self.excuse_all();
        }
    }

    /// Checks that everything was answered and written, and that nothing waits.
    pub(super) fn everything_is_done(&self, world: &World, owner: &Owner) {
        let state = owner.lock();
        if !state.sessions.attempts.waiting(|_, _| true).is_empty()
            || state.questions.iter().next().is_some()
        {
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

    /// Checks that the disk equals the memory for everything that has not expired.
    pub(super) fn everything_is_written(&self, world: &World, owner: &Owner) {
        let state = owner.lock();
        let now = world.clock().now();
        let memory = state
            .sessions
            .by_role
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

/// A program got this line for a role, which must be what STS issued for that role.
pub(super) fn t41_is_for(world: &World, role: &str, line: &Secret) {
    let answer: serde_json::Value = serde_json::from_str(line.expose()).unwrap_or_default();
    let id = answer["AccessKeyId"].as_str().unwrap_or_default();
    let issued_for = world.issued_for(id);
    if issued_for.as_deref() != Some(role) {
        world.fault(format!("a program asked for {role} and got {issued_for:?}"));
    }
}

/// Returns the ID of the session of a role in memory.
pub(super) fn live_id(owner: &Owner, role: &str) -> Option<String> {
    let state = owner.lock();
    let session = state.sessions.by_role.get(&name(role));
    session.map(|session| session.id().to_owned())
}

pub(super) fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}
