//! What a plan depends on: roles and keys, live sessions, and limits learned from AWS.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::Chain;
use crate::catalogue::Catalogue;
use crate::catalogue::marks::Marks;
use crate::role::Role;
use crate::value::access_key::{AccessKey, AccessKeyId};
use crate::value::duration::{DurationLimit, SessionDuration, TokenDuration};
use crate::value::mfa::MfaSerial;
use crate::value::name::Name;

/// A session with less time left is not used to sign another call.
pub const SIGNER_MIN_REMAINING: SignedDuration = SignedDuration::from_mins(1);

/// The input of the planner at one point in time.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// All roles.
    pub catalogue: &'a Catalogue,
    /// All access keys.
    pub keys: &'a [AccessKey],
    /// The time.
    pub now: Timestamp,
    /// When the usable sessions of roles expire.
    pub sessions: HashMap<Name, Timestamp>,
    /// The session tokens from calls with a code.
    pub tokens: BTreeMap<(AccessKeyId, MfaSerial), MfaLifetime>,
    /// How long a new session token should last.
    pub token_duration: TokenDuration,
    /// The known maximum session durations of roles, by ARN.
    pub limits: BTreeMap<String, DurationLimit>,
    /// The lowest age of a session token's code that a role's trust policy denied.
    pub refused_ages: BTreeMap<Name, SignedDuration>,
    /// The keys whose user may not call GetSessionToken.
    pub without_tokens: BTreeSet<AccessKeyId>,
    /// How long sessions last of roles that these labels name as production and that have no duration of their own.
    pub production: Option<(&'a Marks, SessionDuration)>,
}

/// The lifetime of a session token from a call with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MfaLifetime {
    /// When the code was used.
    pub issued_at: Timestamp,
    /// When the token expires.
    pub expires_at: Timestamp,
}

impl<'a> Situation<'a> {
    /// Returns a situation without sessions, session tokens and known limits.
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
            without_tokens: BTreeSet::new(),
            production: None,
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

    /// Returns whether no new session token can sign for the first role of a chain: its user gets none, or even a new
    /// one is too old for the role.
    pub(super) fn refuses_tokens(&self, key: &AccessKeyId, role: &Role) -> bool {
        let limit = self.refused_ages.get(&role.name);
        let is_too_old = limit.is_some_and(|limit| *limit <= SIGNER_MIN_REMAINING);
        is_too_old || self.without_tokens.contains(key)
    }

    /// Returns whether one code for a session token covers more than one code for a single session: further roles, or
    /// further sessions of the same role.
    pub(super) fn token_covers_more(&self, served: usize, session: SessionDuration) -> bool {
        served > 1 || self.token_duration.seconds() > session.seconds()
    }

    /// Returns how long a session of a role is to last: its own duration, or otherwise the default.
    pub(super) fn wanted(&self, role: &Role) -> SessionDuration {
        let of_production = || {
            let (marks, duration) = self.production?;
            let marked = marks.of(role.unlimited_name().as_str(), role.arn.account_id());
            marked.production.then_some(duration)
        };
        let wanted = role.duration.or_else(of_production);
        wanted.unwrap_or(SessionDuration::HOUR)
    }

    /// Returns `duration`, limited to the role's known maximum.
    pub(super) fn within_limit(&self, role: &Role, duration: SessionDuration) -> SessionDuration {
        match self.limits.get(role.arn.as_str()) {
            Some(limit) => duration.min(limit.allowed),
            None => duration,
        }
    }

    /// Returns the number of roles that one code for the chain's device serves, including the chain's first role.
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

    /// Returns the next time at which plans may change without an event, because a session or token can no longer sign,
    /// or a token is too old for a role. Returns `None` if there is none.
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
