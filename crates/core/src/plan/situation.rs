//! What a plan depends on: roles and keys, what lives at the moment, and what AWS has taught.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::Chain;
use crate::catalogue::Catalogue;
use crate::role::Role;
use crate::value::access_key::{AccessKey, AccessKeyId};
use crate::value::duration::{DurationLimit, SessionDuration, TokenDuration};
use crate::value::mfa::MfaSerial;
use crate::value::name::Name;

/// With less life left, a session is not used to sign another call.
pub const SIGNER_MIN_REMAINING: SignedDuration = SignedDuration::from_mins(1);

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
    pub tokens: BTreeMap<(AccessKeyId, MfaSerial), MfaLifetime>,
    /// How long a new session token should last.
    pub token_duration: TokenDuration,
    /// The longest session that AWS gives a role, by its ARN, where it is known.
    pub limits: BTreeMap<String, DurationLimit>,
    /// The age at which a role's trust policy refused a session token's code, the least that was seen.
    pub refused_ages: BTreeMap<Name, SignedDuration>,
}

/// The life of a session token that was got with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MfaLifetime {
    /// When the code was given.
    pub issued_at: Timestamp,
    /// When the token ends.
    pub expires_at: Timestamp,
}

impl<'a> Situation<'a> {
    /// Returns the situation in which nothing lives and nothing has been learnt.
    pub fn new(catalogue: &'a Catalogue, keys: &'a [AccessKey], now: Timestamp) -> Self {
        Self {
            catalogue,
            keys,
            now,
            sessions: HashMap::new(),
            tokens: BTreeMap::new(),
            token_duration: TokenDuration::HALF_DAY,
            limits: BTreeMap::new(),
            refused_ages: BTreeMap::new(),
        }
    }

    /// Returns whether a role has a session that can sign another call.
    pub(super) fn is_live(&self, role: &Name) -> bool {
        let expires_at = self.sessions.get(role);
        expires_at.is_some_and(|end| end.duration_since(self.now) > SIGNER_MIN_REMAINING)
    }

    /// Returns the session token that can sign for `role`, if there is one.
    pub(super) fn suitable_token(
        &self,
        key: &AccessKeyId,
        serial: &MfaSerial,
        role: &Role,
    ) -> Option<&MfaLifetime> {
        let token = self.tokens.get(&(key.clone(), serial.clone()))?;
        let age = self.now.duration_since(token.issued_at);
        let young = self
            .refused_ages
            .get(&role.name)
            .is_none_or(|limit| age < *limit);
        (young && token.expires_at.duration_since(self.now) > SIGNER_MIN_REMAINING).then_some(token)
    }

    /// Returns whether a role wants its codes so fresh that even a new session token is too old for it.
    pub(super) fn refuses_tokens(&self, role: &Role) -> bool {
        let limit = self.refused_ages.get(&role.name);
        limit.is_some_and(|limit| *limit <= SIGNER_MIN_REMAINING)
    }

    /// Returns `duration`, or the longest that the role is known to allow.
    pub(super) fn within_limit(&self, role: &Role, duration: SessionDuration) -> SessionDuration {
        match self.limits.get(role.arn.as_str()) {
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
        let others = self.catalogue.sharing(chain.key.name.clone(), serial);
        others + usize::from(!first.shares_codes())
    }

    /// Returns the next moment at which plans may differ though nothing happens: a session or a token can no longer
    /// sign, or a token is too old for a role. `None` if there is none ahead.
    pub fn valid_until(&self) -> Option<Timestamp> {
        let sessions = self
            .sessions
            .values()
            .map(|end| *end - SIGNER_MIN_REMAINING);
        let ends = self
            .tokens
            .values()
            .map(|it| it.expires_at - SIGNER_MIN_REMAINING);
        let ages = self.tokens.values().flat_map(|token| {
            let limits = self.refused_ages.values();
            limits.filter_map(|limit| token.issued_at.checked_add(*limit).ok())
        });
        let moments = sessions.chain(ends).chain(ages);
        moments.filter(|moment| *moment > self.now).min()
    }
}
