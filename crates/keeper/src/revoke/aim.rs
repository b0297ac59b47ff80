//! What a revocation is aimed at, and which sessions on this machine it hits.

use jiff::Timestamp;

use crate::Owner;
use crate::hand_out::no_session;
use crate::keys::unknown_key;
use crate::state::State;
use rolecall_core::asker::consent::Subject;
use rolecall_core::catalogue::unknown_role;
use rolecall_core::revoke::{Hit, Holder, Reach, RevocationTarget};
use rolecall_core::session::Session;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;

/// What a revocation is aimed at.
pub(super) struct Aim {
    /// What gets the policy.
    pub(super) holder: Holder,
    /// What the user named.
    pub(super) target: RevocationTarget,
    /// The session, if it is aimed at one.
    pub(super) session: Option<Session>,
}

impl Owner {
    /// Returns what a target is in AWS.
    ///
    /// # Errors
    /// If there is no such role or access key, or no such session.
    pub(super) fn aim(&self, target: &RevocationTarget) -> Result<Aim, Problem> {
        let state = self.lock();
        let (holder, session) = match target {
            RevocationTarget::Role(text) => (role_named(&state, text)?, None),
            RevocationTarget::Session(text) => {
                let name = Name::parse(text)?;
                let live = state.live(&name, self.ports.clock.now()).cloned();
                let session = live.ok_or_else(|| no_session(&name))?;
                (role_named(&state, &session.role_arn)?, Some(session))
            }
            RevocationTarget::Key(text) => {
                let name = Name::parse(text)?;
                let key = state.keys.named(&name).ok_or_else(|| unknown_key(&name))?;
                (Holder::user_of(key), None)
            }
        };
        Ok(Aim {
            holder,
            target: target.clone(),
            session,
        })
    }
}

/// Returns the role with this name here, or with this ARN.
fn role_named(state: &State, text: &str) -> Result<Holder, Problem> {
    if text.starts_with("arn:") {
        return match Holder::of_arn(text) {
            Some(holder @ Holder::Role(_)) => Ok(holder),
            Some(Holder::User(_)) | None => Err(not_a_role(text)),
        };
    }
    let name = Name::parse(text)?;
    if let Some(role) = state.roles.catalogue.role(&name) {
        return Ok(Holder::Role(role.arn.clone()));
    }
    let session = state.sessions.by_role.get(&name);
    session
        .and_then(|session| Holder::of_arn(&session.role_arn))
        .ok_or_else(|| unknown_role(&name))
}

fn not_a_role(text: &str) -> Problem {
    let what = format!("\"{}\" is not the ARN of a role.", echo(text));
    let remedy = "For the sessions of a user: rolecall revoke --key KEY";
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}

impl Aim {
    /// Returns the words of the command line that name the target.
    pub(super) fn command_name(&self) -> String {
        match &self.target {
            RevocationTarget::Role(name) | RevocationTarget::Session(name) => name.clone(),
            RevocationTarget::Key(name) => format!("--key {name}"),
        }
    }

    /// Returns the live sessions on this machine that a policy denies everything.
    pub(super) fn hit(&self, state: &State, reach: &Reach, now: Timestamp) -> Vec<(Subject, Hit)> {
        match &self.holder {
            Holder::Role(_) => self.role_sessions(state, reach, now),
            Holder::User(arn) => user_sessions(state, arn, now),
        }
    }

    fn role_sessions(&self, state: &State, reach: &Reach, now: Timestamp) -> Vec<(Subject, Hit)> {
        let live = state.sessions.by_role.values();
        let live = live.filter(|session| session.remaining_at(now).is_positive());
        let is_hit = |session: &&Session| {
            session.role_arn == self.holder.arn()
                && session.issued_at <= reach.time()
                && (self.session.as_ref()).is_none_or(|it| it.identity == session.identity)
        };
        live.filter(is_hit)
            .map(|session| {
                let hit = Hit {
                    name: session.role.to_string(),
                    identity: session.identity.clone(),
                    expires_at: session.expires_at(),
                };
                (Subject::Role(session.role.clone()), hit)
            })
            .collect()
    }

    /// Returns the roles here that were assumed from a revoked session, or from one of those, and keep working.
    pub(super) fn living_on(
        &self,
        state: &State,
        hit: &[(Subject, Hit)],
        now: Timestamp,
    ) -> Vec<String> {
        let live = state.sessions.by_role.values();
        let live: Vec<&Session> = live
            .filter(|session| session.remaining_at(now).is_positive())
            .collect();
        let mut sources: Vec<Name> = match &self.target {
            RevocationTarget::Key(key) => Name::parse(key).into_iter().collect(),
            RevocationTarget::Role(_) | RevocationTarget::Session(_) => {
                hit.iter().map(|(of, _)| of.name().clone()).collect()
            }
        };
        let is_hit = |name: &Name| hit.iter().any(|(of, _)| *of == Subject::Role(name.clone()));
        let mut found: Vec<String> = Vec::new();
        while let Some(source) = sources.pop() {
            for session in live.iter().filter(|it| it.source == source) {
                let name = session.role.to_string();
                if !is_hit(&session.role) && !found.contains(&name) {
                    found.push(name);
                    sources.push(session.role.clone());
                }
            }
        }
        found.sort();
        found
    }
}

/// Returns the sessions without a role of the keys of a user, also those that hold MFA.
fn user_sessions(state: &State, user_arn: &str, now: Timestamp) -> Vec<(Subject, Hit)> {
    let keys = state
        .keys
        .list
        .iter()
        .filter(|key| key.user_arn == user_arn);
    keys.filter_map(|key| {
        let own = state.keys.sessions.get(&key.id);
        let own = own.and_then(|it| it.live.as_ref());
        let own = own.map(|live| live.credentials.expires_at);
        let mfa = state.mfa.sessions.values();
        let mfa = mfa
            .filter(|it| it.key == key.id)
            .map(|it| it.credentials.expires_at);
        let expires_at = own.into_iter().chain(mfa).max().filter(|at| *at > now)?;
        let hit = Hit {
            name: key.name.to_string(),
            identity: key.user_arn.clone(),
            expires_at,
        };
        Some((Subject::Key(key.name.clone()), hit))
    })
    .collect()
}
