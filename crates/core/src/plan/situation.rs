//! What a plan depends on: roles and keys, what lives at the moment, and what AWS has taught.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::{Chain, SIGNER_LEFT};
use crate::access_key::{AccessKey, AccessKeyId};
use crate::call_fields::MfaSerial;
use crate::catalogue::Catalogue;
use crate::code_use::CodeUse;
use crate::duration::{DurationLimit, SessionDuration, TokenDuration};
use crate::name::Name;
use crate::role::Role;

/// A moment, as the planner sees it.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// All roles.
    pub catalogue: &'a Catalogue,
    /// All access keys.
    pub keys: &'a [AccessKey],
    /// The time.
    pub now: Timestamp,
    /// When the sessions of roles end, where they are usable.
    pub sessions: HashMap<Name, Timestamp>,
    /// The session tokens that were got with a code.
    pub tokens: BTreeMap<(AccessKeyId, MfaSerial), MfaLife>,
    /// How long a new session token shall live.
    pub token_duration: TokenDuration,
    /// The longest session that AWS gives a role, where it is known.
    pub limits: BTreeMap<Name, DurationLimit>,
    /// The age at which a role's trust policy refused a session token's code, the least that was seen.
    pub refused_ages: BTreeMap<Name, SignedDuration>,
    sharing: HashMap<(Name, MfaSerial), usize>,
}

/// The life of a session token that was got with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MfaLife {
    /// When the code was given.
    pub issued_at: Timestamp,
    /// When the token ends.
    pub expires_at: Timestamp,
}

impl<'a> Situation<'a> {
    /// Returns the situation in which nothing lives and nothing has been learnt.
    pub fn new(catalogue: &'a Catalogue, keys: &'a [AccessKey], now: Timestamp) -> Self {
        let mut sharing = HashMap::new();
        for role in catalogue.roles().iter().filter(|role| shares(role)) {
            if let Some(serial) = &role.mfa_serial {
                *sharing
                    .entry((role.source.clone(), serial.clone()))
                    .or_default() += 1;
            }
        }
        Self {
            catalogue,
            keys,
            now,
            sessions: HashMap::new(),
            tokens: BTreeMap::new(),
            token_duration: TokenDuration::HALF_DAY,
            limits: BTreeMap::new(),
            refused_ages: BTreeMap::new(),
            sharing,
        }
    }

    /// Returns whether a role has a session that can sign another call.
    pub(super) fn is_live(&self, role: &Name) -> bool {
        let expires_at = self.sessions.get(role);
        expires_at.is_some_and(|end| end.duration_since(self.now) > SIGNER_LEFT)
    }

    /// Returns the session token that can sign for `role`, if there is one.
    pub(super) fn suitable_token(
        &self,
        key: &AccessKeyId,
        serial: &MfaSerial,
        role: &Role,
    ) -> Option<&MfaLife> {
        let token = self.tokens.get(&(key.clone(), serial.clone()))?;
        let age = self.now.duration_since(token.issued_at);
        let young = self
            .refused_ages
            .get(&role.name)
            .is_none_or(|limit| age < *limit);
        (young && token.expires_at.duration_since(self.now) > SIGNER_LEFT).then_some(token)
    }

    /// Returns whether a role wants its codes so fresh that even a new session token is too old for it.
    pub(super) fn refuses_tokens(&self, role: &Role) -> bool {
        let limit = self.refused_ages.get(&role.name);
        limit.is_some_and(|limit| *limit <= SIGNER_LEFT)
    }

    /// Returns `duration`, or the longest that the role is known to allow.
    pub(super) fn within_limit(&self, role: &Role, duration: SessionDuration) -> SessionDuration {
        match self.limits.get(&role.name) {
            Some(limit) => duration.min(limit.allowed),
            None => duration,
        }
    }

    /// Returns how many roles one code for the chain's device serves, its own first role included.
    pub(super) fn served(&self, chain: &Chain) -> usize {
        let Some(first) = chain.roles.first() else {
            return 0;
        };
        let Some(serial) = first.mfa_serial.clone() else {
            return 0;
        };
        let others = self.sharing.get(&(chain.key.name.clone(), serial));
        others.copied().unwrap_or_default() + usize::from(!shares(first))
    }
}

/// Returns whether a role is content with a session of an hour from a shared session token.
fn shares(role: &Role) -> bool {
    match role.mfa_code {
        Some(CodeUse::Own) => false,
        Some(CodeUse::Shared) => true,
        None => role
            .duration
            .is_none_or(|wanted| wanted <= SessionDuration::HOUR),
    }
}
