//! The state of the keeper: one part for each subject, each with its own invariants.

pub(super) mod attempt;
pub(super) mod aws_files;
pub(super) mod beats;
pub(super) mod consent;
pub(super) mod durations;
pub(super) mod edited_file;
pub(super) mod gate;
pub(super) mod health;
pub(super) mod key_session;
pub(super) mod keys;
pub(super) mod listing;
pub(super) mod mfa;
pub(super) mod problems;
pub(super) mod production;
pub(super) mod program_endpoints;
pub(super) mod prompt;
pub(super) mod question;
pub(super) mod reason;
pub(super) mod refused;
pub(super) mod renewals;
pub(super) mod requests;
pub(super) mod roles;
pub(super) mod rotations;
pub(super) mod sessions;
pub(super) mod shown;
pub(super) mod teams;
pub(super) mod temporary;
pub(super) mod unwritten;
pub(super) mod usage;
pub(super) mod warnings;

use std::collections::BTreeSet;
use std::task::Waker;

use jiff::Timestamp;

use crate::state::beats::Beats;
use crate::state::durations::Durations;
use crate::state::edited_file::EditedFile;
use crate::state::gate::Gate;
use crate::state::health::Health;
use crate::state::keys::Keys;
use crate::state::mfa::Mfa;
use crate::state::problems::Problems;
use crate::state::program_endpoints::ProgramEndpoints;
use crate::state::question::Questions;
use crate::state::requests::Requests;
use crate::state::roles::Roles;
use crate::state::sessions::Sessions;
use crate::state::shown::Shown;
use crate::state::temporary::Temporary;
use crate::state::unwritten::Unwritten;
use crate::state::usage::RoleUsage;
use crate::state::warnings::Warnings;
use rolecall_core::catalogue::marks::Marks;
use rolecall_core::session::Session;
use rolecall_core::settings::Settings;
use rolecall_core::value::name::Name;

#[derive(Default)]
pub(super) struct State {
    /// The wakers of all waiting use cases. Every change wakes all of them.
    pub(super) waiting: Vec<Waker>,
    /// The gates that are held.
    pub(super) gates: BTreeSet<Gate>,
    pub(super) roles: Roles,
    pub(super) marks: EditedFile<Marks>,
    pub(super) settings: EditedFile<Settings>,
    pub(super) keys: Keys,
    pub(super) sessions: Sessions,
    pub(super) warnings: Warnings,
    pub(super) health: Health,
    pub(super) beats: Beats,
    pub(super) durations: Durations,
    pub(super) mfa: Mfa,
    /// The open questions to the user, and what the user permitted.
    pub(super) questions: Questions,
    pub(super) usage: RoleUsage,
    pub(super) requests: Requests,
    /// The endpoints and the programs that they serve.
    pub(super) program_endpoints: ProgramEndpoints,
    pub(super) temporary: Temporary,
    pub(super) problems: Problems,
    /// The changes that are not on disk yet.
    pub(super) unwritten: Unwritten,
    pub(super) shown: Shown,
}

impl State {
    /// Returns the session of a role, if it has not expired and the role has not changed.
    pub(super) fn live(&self, name: &Name, now: Timestamp) -> Option<&Session> {
        let sessions = self.sessions.by_role.get(name);
        let session = sessions.filter(|session| session.remaining_at(now).is_positive())?;
        let same_role = self.roles.catalogue.role(name).is_none_or(|role| {
            role.arn.as_str() == session.role_arn && role.limited == session.limited
        });
        same_role.then_some(session)
    }
}
