//! The views of roles and keys. There may be ten thousand, so they are rebuilt only when they may have changed.

use jiff::Timestamp;

use super::State;
use super::view::{mfa_view, role_views};
use crate::state::listing::{Basis, Listing};
use rolecall_core::asker::consent::Subject;
use rolecall_core::plan::Situation;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::name::Name;
use rolecall_core::view::snapshot::KeyView;

impl Listing {
    /// Returns the views as of `now`. If no view of a role changed, they stay shared with earlier snapshots, so that
    /// they need not be sent or compared again.
    pub(super) fn of(state: &mut State, now: Timestamp) -> Self {
        let before = std::mem::take(&mut state.shown.listing);
        let state = &*state;
        let mut situation = state.situation(now);
        let catalogue = &state.roles.catalogue;
        let is_source = |name: &Name, _: &mut Timestamp| catalogue.assumed_from(name) > 0;
        situation.sessions.retain(is_source);
        let basis = Some(Basis::of(state, &situation));
        let is_same_time = before.made_at <= now && before.valid_until.is_none_or(|end| now < end);
        let (roles, made_at, valid_until) = if basis == before.basis && is_same_time {
            (before.roles, before.made_at, before.valid_until)
        } else {
            let roles = role_views(state, &situation);
            (before.roles.or_fresh(roles), now, situation.valid_until())
        };
        Self {
            roles,
            keys: state
                .keys
                .list
                .iter()
                .map(|key| key_view(state, key, now))
                .collect(),
            basis,
            made_at,
            valid_until,
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
        }
    }
}

fn key_view(state: &State, key: &AccessKey, now: Timestamp) -> KeyView {
    let mfa = state.mfa.sessions.values().filter(|it| it.key == key.id);
    let mfa = mfa.filter(|it| it.remaining_at(now).is_positive());
    let subject = Subject::Key(key.name.clone());
    KeyView {
        consent: state.settings.current.ask.of(&subject),
        consent_is_default: state.settings.current.ask.own(&subject).is_none(),
        roles: u32::try_from(state.roles.catalogue.assumed_from(&key.name)).unwrap_or(u32::MAX),
        mfa: mfa.map(mfa_view).collect(),
        ..KeyView::from(key)
    }
}
