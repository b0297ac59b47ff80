//! The state of the keeper.

pub(super) mod attempt;
pub(super) mod aws_files;
pub(super) mod consent;
pub(super) mod gate;
pub(super) mod key_session;
pub(super) mod listing;
pub(super) mod mfa;
pub(super) mod program_endpoints;
pub(super) mod prompt;
pub(super) mod question;
pub(super) mod reason;
pub(super) mod refused;
pub(super) mod renewals;
pub(super) mod teams;
pub(super) mod temporary;
pub(super) mod unwritten;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::task::Waker;

use jiff::Timestamp;

use crate::in_flight::InFlight;
use crate::ledger::CodeLedger;
use crate::state::attempt::Outcome;
use crate::state::aws_files::AwsFiles;
use crate::state::gate::Gate;
use crate::state::key_session::KeySession;
use crate::state::listing::Listing;
use crate::state::mfa::{Lessons, TokenId};
use crate::state::program_endpoints::ProgramEndpoints;
use crate::state::prompt::{CodeRequest, Halt};
use crate::state::question::Questions;
use crate::state::reason::GivenReason;
use crate::state::refused::Refused;
use crate::state::renewals::Renewals;
use crate::state::teams::Teams;
use crate::state::temporary::Temporary;
use crate::state::unwritten::Unwritten;
use rolecall_core::asker::consent::Subject;
use rolecall_core::catalogue::Catalogue;
use rolecall_core::catalogue::marks::Marks;
use rolecall_core::role::Role;
use rolecall_core::session::Session;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::settings::Settings;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::duration::DurationLimit;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::Region;
use rolecall_core::value::usage::Usage;
use rolecall_core::view::snapshot::Snapshot;

/// The subject of a standing problem. Each has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Concern {
    /// The keychain.
    Keychain,
    /// The file of roles.
    RolesFile,
    /// AWS's own files.
    AwsFiles,
    /// The temporary profiles in AWS's credentials file.
    TemporaryProfiles,
    /// Files that a crash left during an edit of AWS's files.
    Leftovers,
    /// The file of labels.
    MarksFile,
    /// The file of settings.
    SettingsFile,
    /// The file of access keys.
    KeysFile,
    /// Stored data that cannot be read.
    Store,
    /// Data that could not be written and is tried again.
    Unwritten,
    /// A team catalogue.
    Teams,
    /// The tray.
    Tray,
    /// The local socket.
    Socket,
    /// The heartbeat, which shows the warnings.
    Heartbeat,
}

#[derive(Default)]
pub(super) struct State {
    /// The wakers of all waiting use cases. Every change wakes all of them.
    pub(super) waiting: Vec<Waker>,
    /// Whether there are unpublished changes.
    pub(super) is_unpublished: bool,
    /// The gates that are held.
    pub(super) gates: BTreeSet<Gate>,
    /// The number of answered requests that are not in the history yet.
    pub(super) unrecorded: usize,
    pub(super) catalogue: Catalogue,
    pub(super) own_roles: Vec<Role>,
    /// The path of the file of the user's own roles as shown in messages.
    pub(super) own_location: String,
    pub(super) aws: AwsFiles,
    pub(super) marks: Marks,
    pub(super) mark_faults: Vec<Problem>,
    /// Whether the file of labels was read successfully in this run.
    pub(super) marks_are_read: bool,
    pub(super) usages: HashMap<Name, Usage>,
    /// The names of recently used roles, most used first.
    pub(super) recent: Vec<String>,
    pub(super) teams: Teams,
    pub(super) role_faults: Vec<Problem>,
    pub(super) settings: Settings,
    pub(super) settings_faults: Vec<Problem>,
    /// Whether the file of settings was read successfully in this run.
    pub(super) settings_are_read: bool,
    pub(super) keys: Vec<AccessKey>,
    pub(super) sessions: BTreeMap<Name, Session>,
    /// The running attempts to assume roles, each with the role as it was at the start.
    pub(super) attempts: InFlight<Role, Outcome>,
    pub(super) failures: BTreeMap<Name, Problem>,
    /// The known maximum durations, by role ARN.
    pub(super) limits: BTreeMap<String, DurationLimit>,
    /// The regions that sessions were limited to, the latest first.
    pub(super) locked_regions: Vec<Region>,
    /// When the maximum duration was last read from IAM, by role ARN.
    pub(super) maximum_tries: BTreeMap<String, Timestamp>,
    /// The roles whose maximum duration is about to be read from IAM.
    pub(super) unread_maximums: Vec<Role>,
    /// Each role as it was last assumed, so that an explanation can show what changed since.
    pub(super) worked: BTreeMap<Name, Role>,
    /// The failed request for each role, for follow-up calls.
    pub(super) refused: BTreeMap<Name, Refused>,
    pub(super) renewals: HashMap<Name, Renewals>,
    pub(super) standing: BTreeMap<Concern, Problem>,
    pub(super) temporary: Temporary,
    /// The sessions of access keys.
    pub(super) key_sessions: HashMap<AccessKeyId, KeySession>,
    /// The open questions to the user, and the permissions that the user gave.
    pub(super) questions: Questions,
    pub(super) reasons: BTreeMap<Name, GivenReason>,
    /// The questions that wait for the next code of a seed.
    pub(super) seed_waits: BTreeMap<u64, CodeRequest>,
    pub(super) ledger: CodeLedger,
    pub(super) mfa_sessions: BTreeMap<TokenId, MfaSession>,
    pub(super) token_requests: InFlight<TokenId, Result<MfaSession, Halt>>,
    /// The changes that are not on disk yet.
    pub(super) unwritten: Unwritten,
    pub(super) lessons: Lessons,
    /// The views of roles and keys.
    pub(super) listing: Listing,
    /// The revision of the catalogue and the labels.
    pub(super) listed: u64,
    pub(super) published: Snapshot,
    pub(super) revision: u64,
    /// Whether the sessions of the last run were read, so that none of them is assumed again before it is restored.
    pub(super) restored: bool,
    /// The endpoints and the programs that they serve.
    pub(super) program_endpoints: ProgramEndpoints,
    /// The number of AWS calls for each role and access key.
    pub(super) aws_calls: BTreeMap<Subject, u64>,
}

impl State {
    /// Returns the session of a role, if it has not expired and the role has not changed.
    pub(super) fn live(&self, name: &Name, now: Timestamp) -> Option<&Session> {
        let session = self
            .sessions
            .get(name)
            .filter(|session| session.remaining_at(now).is_positive())?;
        let same_role = self.catalogue.role(name).is_none_or(|role| {
            role.arn.as_str() == session.role_arn && role.limited == session.limited
        });
        same_role.then_some(session)
    }

    pub(super) fn set_standing(&mut self, concern: Concern, problem: Option<Problem>) {
        match problem {
            Some(problem) => drop(self.standing.insert(concern, problem)),
            None => drop(self.standing.remove(&concern)),
        }
    }
}
