//! The planner: the calls and prompts that a role needs, and the duration of its session. A pure function, so that the
//! plan can be shown before the user is prompted.
//!
//! It follows these rules of STS. Only calls that the access key signs can have a code, because roles have no devices.
//! A session that another role's session or a session token requests lasts at most one hour; one that the key itself
//! requests lasts up to the role's maximum. A session token from a call with a code replaces a code for every role,
//! unless the role's trust policy requires a more recent code.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>

mod chain;
mod sentence;
mod situation;

use crate::role::Role;
use crate::role::code_use::CodeUse;
use crate::value::access_key::AccessKey;
use crate::value::duration::{DurationLimit, LONGEST_S, SessionDuration, TokenDuration};
use crate::value::mfa::MfaSerial;
use crate::value::name::Name;
use crate::value::problem::Problem;
use crate::value::sanitise;

pub use chain::Chain;
pub use situation::{MfaLifetime, SIGNER_MIN_REMAINING, Situation};

/// The caller's preference if more than one plan is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPreference {
    /// The role's setting, or the best plan if there is none.
    Default,
    /// No prompt if possible, even if the session is shorter. For tools.
    AvoidPrompt,
    /// One code for as many roles as possible.
    SharedCode,
    /// One code for this role only, for the role's duration setting or the duration that every role allows.
    OwnCode,
    /// One code for this role only, for the longest possible session, even if the role may not allow it.
    LongestSession,
}

impl PlanPreference {
    /// Returns the preference for a role that is only assumed to reach another one.
    pub fn for_source(self) -> Self {
        match self {
            Self::Default => Self::AvoidPrompt,
            Self::AvoidPrompt | Self::SharedCode | Self::OwnCode | Self::LongestSession => self,
        }
    }
}

/// The calls that are needed for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The access key at the start of the chain.
    pub key: AccessKey,
    /// The roles of the chain from the key on. The requested one is last. Never empty.
    pub roles: Vec<Role>,
    /// The calls in order. The last one assumes the role.
    pub calls: Vec<PlannedCall>,
    /// The number of roles, including this one, that one code for the device of this plan can serve.
    pub served: usize,
    /// The maximum durations of the roles, if known.
    limits: Vec<Option<DurationLimit>>,
}

/// One call of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedCall {
    /// GetSessionToken with a code, signed by the key.
    SessionToken {
        /// The device of the code.
        serial: MfaSerial,
        /// How long the session token should last.
        duration: TokenDuration,
    },
    /// AssumeRole.
    AssumeRole {
        /// The role's name in the catalogue.
        role: Name,
        /// How long its session should last.
        duration: SessionDuration,
        /// What signs the call.
        signer: Signer,
    },
}

/// What signs an AssumeRole call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// The access key.
    Key,
    /// The access key, together with a code of this device.
    KeyWithCode(MfaSerial),
    /// The session token from a call with a code of this device.
    MfaSession(MfaSerial),
    /// The session of the role before it in the chain.
    Role(Name),
}

/// What a plan asks the user for: one code, and its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question<'a> {
    /// A code for a session token, which serves every role with this device.
    Shared(&'a MfaSerial),
    /// A code for one role's own call.
    Own(&'a MfaSerial),
}

impl Plan {
    /// Returns the plan for `role` in a situation.
    ///
    /// # Errors
    /// If the role cannot be reached; see [`Chain::of`].
    pub fn of(
        role: &Role,
        situation: &Situation<'_>,
        preference: PlanPreference,
    ) -> Result<Self, Problem> {
        let chain = Chain::of(role, situation.catalogue, situation.keys)?;
        let sources = chain
            .roles
            .split_last()
            .map_or(&[][..], |(_, before)| before);
        let live = sources
            .iter()
            .rposition(|source| situation.is_live(&source.name));
        let mut calls = Vec::new();
        if live.is_none() {
            let first = if sources.is_empty() {
                preference
            } else {
                preference.for_source()
            };
            calls = first_calls(&chain, situation, first);
        }
        let begin = live.unwrap_or_default();
        let pairs = chain.roles.windows(2).skip(begin);
        calls.extend(pairs.filter_map(|pair| match pair {
            [source, role] => Some(chained_call(source, role, situation)),
            _ => None,
        }));
        let served = situation.served(&chain);
        let limit = |role: &Role| situation.limits.get(role.arn.as_str()).copied();
        let limits = chain.roles.iter().map(limit).collect();
        Ok(Self {
            key: chain.key,
            roles: chain.roles,
            calls,
            served,
            limits,
        })
    }

    /// Returns the names from the access key to the role.
    pub fn names(&self) -> Vec<String> {
        let roles = self.roles.iter().map(|role| role.name.to_string());
        std::iter::once(self.key.name.to_string())
            .chain(roles)
            .collect()
    }

    /// Returns the duration of the role's session.
    pub fn lifetime(&self) -> SessionDuration {
        let of_call = |call: &PlannedCall| match call {
            PlannedCall::AssumeRole { duration, .. } => Some(*duration),
            PlannedCall::SessionToken { .. } => None,
        };
        let last = self.calls.last().and_then(of_call);
        last.unwrap_or(SessionDuration::HOUR)
    }

    /// Returns what signs the call for the role itself.
    pub fn signer(&self) -> &Signer {
        match self.calls.last() {
            Some(PlannedCall::AssumeRole { signer, .. }) => signer,
            Some(PlannedCall::SessionToken { .. }) | None => &Signer::Key,
        }
    }

    /// Returns what the user is asked for, which is at most one code.
    pub fn question(&self) -> Option<Question<'_>> {
        self.calls.iter().find_map(|call| match call {
            PlannedCall::SessionToken { serial, .. } => Some(Question::Shared(serial)),
            PlannedCall::AssumeRole {
                signer: Signer::KeyWithCode(serial),
                ..
            } => Some(Question::Own(serial)),
            PlannedCall::AssumeRole { .. } => None,
        })
    }

    /// Returns whether the code is for a session token.
    fn shares_code(&self) -> bool {
        matches!(self.question(), Some(Question::Shared(_)))
    }

    /// Returns whether the session or session token that signs the call for the role itself exists already, so that no
    /// other call comes before.
    pub fn signer_is_at_hand(&self) -> bool {
        self.calls.len() == 1 && matches!(self.signer(), Signer::MfaSession(_) | Signer::Role(_))
    }

    /// Returns the alternative use of the code and its description: a longer session of this role only, or shorter
    /// sessions of several roles.
    pub fn alternative(
        &self,
        role: &Role,
        situation: &Situation<'_>,
    ) -> Option<(PlanPreference, String)> {
        let preferences: &[PlanPreference] = match self.question()? {
            Question::Shared(_) => &[PlanPreference::LongestSession],
            Question::Own(_) => &[
                PlanPreference::SharedCode,
                PlanPreference::LongestSession,
                PlanPreference::OwnCode,
            ],
        };
        let name = sanitise::visible(role.name.as_str());
        preferences.iter().find_map(|preference| {
            let other = Self::of(role, situation, *preference).ok()?;
            let (life, roles) = (other.lifetime(), other.served);
            let offer = match preference {
                PlanPreference::LongestSession
                    if life > self.lifetime() && other.risk().is_some() =>
                {
                    format!("Use the code for {name} only (up to {life})")
                }
                PlanPreference::LongestSession if life > self.lifetime() => {
                    format!("Use the code for {name} only ({life})")
                }
                PlanPreference::OwnCode if life < self.lifetime() => {
                    format!("Use the code for {name} only ({life})")
                }
                PlanPreference::SharedCode if other.shares_code() && roles > 1 => {
                    format!("Use the code for {roles} roles ({life} each)")
                }
                PlanPreference::SharedCode
                    if other.shares_code()
                        && situation.token_covers_more(roles, self.lifetime()) =>
                {
                    format!(
                        "Use the code for {} ({life} per session)",
                        situation.token_duration
                    )
                }
                PlanPreference::OwnCode
                | PlanPreference::LongestSession
                | PlanPreference::SharedCode
                | PlanPreference::Default
                | PlanPreference::AvoidPrompt => return None,
            };
            Some((*preference, offer))
        })
    }

    /// Returns the role whose call may use up the code because it requests a duration that the role may not allow, and
    /// that duration.
    pub fn risk(&self) -> Option<(&Role, SessionDuration)> {
        let calls = self.calls.iter();
        let with_code = calls.filter_map(|call| match call {
            PlannedCall::AssumeRole {
                role,
                duration,
                signer: Signer::KeyWithCode(_),
            } => Some((role, *duration)),
            PlannedCall::AssumeRole { .. } | PlannedCall::SessionToken { .. } => None,
        });
        let mut long = with_code.filter(|(_, duration)| *duration > SessionDuration::HOUR);
        let (name, duration) = long.next()?;
        let mut roles = self.roles.iter().zip(&self.limits);
        let (role, limit) = roles.find(|(role, _)| role.name == *name)?;
        limit.is_none().then_some((role, duration))
    }

    /// Returns the maximum duration of the requested role, if known.
    pub fn limit(&self) -> Option<DurationLimit> {
        self.limits.last().copied().flatten()
    }
}

/// Returns the calls for the first role, which the key or its session token signs.
fn first_calls(
    chain: &Chain,
    situation: &Situation<'_>,
    preference: PlanPreference,
) -> Vec<PlannedCall> {
    let Some(role) = chain.roles.first() else {
        return Vec::new();
    };
    let assume = |signer: Signer, duration: SessionDuration| PlannedCall::AssumeRole {
        role: role.name.clone(),
        duration,
        signer,
    };
    let wanted = situation.within_limit(role, situation.wanted(role));
    let hour = wanted.min(SessionDuration::HOUR);
    let Some(serial) = &role.mfa_serial else {
        return vec![assume(Signer::Key, wanted)];
    };
    let own = || {
        let duration = match preference {
            PlanPreference::LongestSession => long(role, situation),
            PlanPreference::Default
            | PlanPreference::AvoidPrompt
            | PlanPreference::SharedCode
            | PlanPreference::OwnCode => wanted,
        };
        vec![assume(Signer::KeyWithCode(serial.clone()), duration)]
    };
    let token = situation.suitable_token(&chain.key.id, serial, role);
    if token.is_some() && !prefers_own(role, wanted, preference) {
        return vec![assume(Signer::MfaSession(serial.clone()), hour)];
    }
    let shares = match (preference, role.mfa_code) {
        (PlanPreference::OwnCode | PlanPreference::LongestSession, _)
        | (PlanPreference::Default | PlanPreference::AvoidPrompt, Some(CodeUse::Own)) => false,
        (PlanPreference::SharedCode, _)
        | (PlanPreference::Default | PlanPreference::AvoidPrompt, Some(CodeUse::Shared)) => true,
        (PlanPreference::Default | PlanPreference::AvoidPrompt, None) => {
            wanted <= SessionDuration::HOUR
                && situation.token_covers_more(situation.served(chain), wanted)
        }
    };
    if !shares || situation.refuses_tokens(&chain.key.id, role) {
        return own();
    }
    vec![
        PlannedCall::SessionToken {
            serial: serial.clone(),
            duration: situation.token_duration,
        },
        assume(Signer::MfaSession(serial.clone()), hour),
    ]
}

/// Returns whether the caller prefers a separate code over an available session token.
fn prefers_own(role: &Role, wanted: SessionDuration, preference: PlanPreference) -> bool {
    match (preference, role.mfa_code) {
        (PlanPreference::OwnCode | PlanPreference::LongestSession, _)
        | (PlanPreference::Default | PlanPreference::AvoidPrompt, Some(CodeUse::Own)) => true,
        (PlanPreference::SharedCode, _)
        | (PlanPreference::Default | PlanPreference::AvoidPrompt, Some(CodeUse::Shared)) => false,
        (PlanPreference::Default, None) => wanted > SessionDuration::HOUR,
        (PlanPreference::AvoidPrompt, None) => false,
    }
}

fn chained_call(source: &Role, role: &Role, situation: &Situation<'_>) -> PlannedCall {
    let duration = situation.within_limit(role, situation.wanted(role));
    PlannedCall::AssumeRole {
        role: role.name.clone(),
        duration: duration.min(SessionDuration::HOUR),
        signer: Signer::Role(source.name.clone()),
    }
}

/// Returns the longest duration to request: the role's setting if it is over an hour, or otherwise the maximum of STS.
fn long(role: &Role, situation: &Situation<'_>) -> SessionDuration {
    let set = role.duration.filter(|set| *set > SessionDuration::HOUR);
    let most = SessionDuration::from_seconds(u64::from(LONGEST_S));
    let asked = set.unwrap_or(most.unwrap_or(SessionDuration::HOUR));
    situation.within_limit(role, asked)
}
