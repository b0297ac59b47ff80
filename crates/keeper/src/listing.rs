//! The views of roles and keys. There may be ten thousand, so they are rebuilt only when they may have changed.

use jiff::Timestamp;

use super::State;
use super::view::{mfa_view, role_views};
use crate::rotation::rotation_view;
use crate::state::keys::KeyFacts;
use crate::state::listing::{Basis, Listing};
use rolecall_core::asker::consent::Subject;
use rolecall_core::plan::Situation;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::key_age::KeyAge;
use rolecall_core::value::name::Name;
use rolecall_core::view::snapshot::{KeyView, LastUse};

impl State {
    /// Builds the views of keys as of `now`.
    pub(super) fn list_keys(&mut self, now: Timestamp) {
        let keys = self.keys.list.iter();
        let views = keys.map(|key| key_view(self, key, now)).collect();
        self.shown.listing.keys = views;
    }

    /// Builds the views of roles as of `now`. If no view changed, they stay shared with earlier snapshots, so that they
    /// need not be sent or compared again.
    pub(super) fn list_roles(&mut self, now: Timestamp) {
        let before = std::mem::take(&mut self.shown.listing);
        self.shown.listing = before.with_roles(self, now);
    }
}

impl Listing {
    fn with_roles(self, state: &State, now: Timestamp) -> Self {
        let mut situation = state.situation(now);
        let catalogue = &state.roles.catalogue;
        let is_source = |name: &Name, _: &mut Timestamp| catalogue.assumed_from(name) > 0;
        situation.sessions.retain(is_source);
        let basis = Some(Basis::of(state, &situation));
        let is_same_time = self.made_at <= now && self.valid_until.is_none_or(|end| now < end);
        if basis == self.basis && is_same_time {
            return self;
        }
        Self {
            roles: self.roles.or_fresh(role_views(state, &situation)),
            keys: self.keys,
            basis,
            made_at: now,
            valid_until: situation.valid_until(),
        }
    }
}

impl Basis {
    fn of(state: &State, situation: &Situation<'_>) -> Self {
        Self {
            listed: state.shown.listed,
            keys: state.keys.list.clone(),
            consents: state.settings.current.ask.clone(),
            token_duration: situation.token_duration,
            sessions: situation.sessions.clone(),
            tokens: situation.tokens.clone(),
            limits: state.durations.limits.clone(),
            refused_ages: situation.refused_ages.clone(),
            without_tokens: situation.without_tokens.clone(),
            production_duration: state.settings.current.production_duration,
        }
    }
}

fn key_view(state: &State, key: &AccessKey, now: Timestamp) -> KeyView {
    let mfa = state.mfa.sessions.values().filter(|it| it.key == key.id);
    let mfa = mfa.filter(|it| it.remaining_at(now).is_positive());
    let subject = Subject::Key(key.name.clone());
    let age = KeyAge::of(key, now);
    KeyView {
        consent: state.settings.current.ask.of(&subject),
        consent_is_default: state.settings.current.ask.own(&subject).is_none(),
        roles: u32::try_from(state.roles.catalogue.assumed_from(&key.name)).unwrap_or(u32::MAX),
        mfa: mfa.map(mfa_view).collect(),
        age: age.map(KeyAge::text),
        is_old: age.is_some_and(|age| age.is_due(state.settings.current.rotate_after)),
        last_use: state.keys.facts.get(&key.id).and_then(last_use),
        rotation: rotation_view(state, key),
        ..KeyView::from(key)
    }
}

fn last_use(facts: &KeyFacts) -> Option<LastUse> {
    match (facts.is_denied, facts.used_at) {
        (true, _) => Some(LastUse::NotPermitted),
        (false, Some(Some(at))) => Some(LastUse::At(at)),
        (false, Some(None)) => Some(LastUse::Never),
        (false, None) => None,
    }
}
