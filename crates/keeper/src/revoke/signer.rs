//! The credentials with which a policy is put or removed.

use jiff::Timestamp;

use super::aim::Aim;
use crate::Owner;
use crate::hand_out::no_session;
use crate::state::State;
use rolecall_core::asker::by::By;
use rolecall_core::asker::consent::Subject;
use rolecall_core::catalogue::unknown_role;
use rolecall_core::revoke::{Holder, Reach, With, command};
use rolecall_core::session::Session;
use rolecall_core::value::arn::Arn;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;

/// Credentials that sign.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    pub(super) by: By,
    /// The ID of the access key, or the ARN of the session.
    id: String,
    /// Whether the policy denies them everything too.
    pub(super) is_hit: bool,
}

impl Signer {
    /// Returns what tells it from other credentials of the same name, for a digest.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Returns the role or access key.
    ///
    /// # Errors
    /// If its name is none.
    pub(super) fn subject(&self) -> Result<Subject, Problem> {
        Ok(self.by.subject()?)
    }
}

/// The credentials, and those that the user could use instead.
pub(super) struct Chosen {
    pub(super) signer: Signer,
    pub(super) choices: Vec<By>,
}

impl Owner {
    /// Returns the credentials to sign with.
    ///
    /// # Errors
    /// If there are none of the account here, or those that the user wants are of another one.
    pub(super) fn signer(&self, aim: &Aim, with: &With) -> Result<Chosen, Problem> {
        let (state, now) = (self.lock(), self.ports.clock.now());
        let candidates = candidates(&state, aim, now);
        let choices = candidates.iter().map(|it| it.by.clone()).collect();
        let found = match with {
            With::Any => candidates.into_iter().next(),
            With::Named(name) => candidates.into_iter().find(|it| it.by.name() == name),
            With::Exactly(by) => candidates.into_iter().find(|it| it.by == *by),
        };
        match (found, with) {
            (Some(signer), _) => Ok(Chosen { signer, choices }),
            (None, With::Any) => Err(nobody(&state, aim, now)),
            (None, With::Named(name)) => Err(unusable(&state, aim, &Name::parse(name)?)),
            (None, With::Exactly(by)) => Err(unusable(&state, aim, &Name::parse(by.name())?)),
        }
    }
}

/// Returns the credentials here that are in the account of the role or user, likely ones first: keys, sessions of other
/// roles, sessions that are revoked.
fn candidates(state: &State, aim: &Aim, now: Timestamp) -> Vec<Signer> {
    let account = aim.holder.account_id();
    let keys = state.keys.list.iter();
    let keys = keys
        .filter(|key| key.account_id == account)
        .map(|key| Signer {
            by: By::Key(key.name.to_string()),
            id: key.id.as_str().to_owned(),
            is_hit: false,
        });
    let live = state.sessions.by_role.values();
    let live = live.filter(|session| {
        Arn::account_of(&session.role_arn) == Some(account)
            && session.remaining_at(now).is_positive()
    });
    let mut sessions: Vec<Signer> = live
        .map(|session| Signer {
            by: By::Role(session.role.to_string()),
            id: session.identity.clone(),
            is_hit: is_hit(aim, session),
        })
        .collect();
    sessions.sort_by_key(|signer| signer.is_hit);
    keys.chain(sessions).collect()
}

fn is_hit(aim: &Aim, session: &Session) -> bool {
    match (&aim.holder, &aim.session) {
        (Holder::User(_), _) => false,
        (Holder::Role(role), None) => session.role_arn == role.as_str(),
        (Holder::Role(_), Some(revoked)) => session.identity == revoked.identity,
    }
}

fn nobody(state: &State, aim: &Aim, now: Timestamp) -> Problem {
    let account = aim.holder.account_id();
    let what = format!("No access key or live session here is in account {account}.");
    let roles = state.roles.catalogue.roles().iter();
    let roles = roles.filter(|role| role.arn.account_id() == account);
    let names: Vec<String> = roles.map(|role| echo(role.name.as_str())).collect();
    let remedy = match names.as_slice() {
        [] => "Ask an administrator of that account to run the command below.".to_owned(),
        names => format!(
            "Name a role that may change IAM there with --with, such as --with {}; or ask an administrator to run the \
             command below.",
            names.join(", ")
        ),
    };
    let reach = Reach::everything(now);
    let command = command(&aim.holder, &reach.policy_name(), &reach.document());
    Problem::new(ProblemCode::NoSession, what, remedy).with_detail(command)
}

fn unusable(state: &State, aim: &Aim, name: &Name) -> Problem {
    let key = state.keys.named(name).map(|key| key.account_id.as_str());
    let session = state.sessions.by_role.get(name);
    let session = session.and_then(|it| Arn::account_of(&it.role_arn));
    let role = state.roles.catalogue.role(name);
    let here = key.or(session).or(role.map(|role| role.arn.account_id()));
    let account = aim.holder.account_id();
    match here {
        None => unknown_role(name),
        Some(here) if here == account => no_session(name),
        Some(here) => Problem::new(
            ProblemCode::UnusableSource,
            format!(
                "\"{}\" is in account {here}, but this is about account {account}.",
                echo(name.as_str())
            ),
            "Name a role or access key of that account with --with.",
        ),
    }
}
