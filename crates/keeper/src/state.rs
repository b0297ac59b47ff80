//! All that the keeper knows.

pub(super) mod attempt;
pub(super) mod aws_files;
pub(super) mod gate;
pub(super) mod key_session;
pub(super) mod listing;
pub(super) mod mfa;
pub(super) mod prompt;
pub(super) mod reason;
pub(super) mod refused;
pub(super) mod renewals;
pub(super) mod served;
pub(super) mod teams;
pub(super) mod temporary;
pub(super) mod unwritten;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::task::Waker;

use jiff::Timestamp;

use crate::asking::Asking;
use crate::in_flight::InFlight;
use crate::ledger::CodeLedger;
use crate::state::attempt::Outcome;
use crate::state::aws_files::AwsFiles;
use crate::state::gate::Gate;
use crate::state::key_session::KeySession;
use crate::state::listing::Listing;
use crate::state::mfa::{Lessons, TokenId};
use crate::state::prompt::{Halt, Prompt, Question};
use crate::state::reason::{GivenReason, ReasonPrompt};
use crate::state::refused::Refused;
use crate::state::renewals::Renewals;
use crate::state::served::Served;
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

/// What a standing problem is about; one problem each.
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
    /// What a crash left of an edit of AWS's files.
    Leftovers,
    /// The file of marks.
    MarksFile,
    /// The file of settings.
    SettingsFile,
    /// The file of access keys.
    KeysFile,
    /// What survives a restart: it cannot be read.
    Store,
    /// What survives a restart: something could not be written, and is tried again.
    Unwritten,
    /// A team catalogue.
    Teams,
    /// The tray.
    Tray,
    /// The local socket.
    Socket,
    /// The heartbeat, which gives the warnings.
    Heartbeat,
}

#[derive(Default)]
pub(super) struct State {
    /// Those who wait for something here; each is woken by every change.
    pub(super) waiting: Vec<Waker>,
    /// Whether something changed that was not published yet.
    pub(super) is_unpublished: bool,
    /// What one use case does at a time, while it is done.
    pub(super) gates: BTreeSet<Gate>,
    /// How many requests are answered and not in the history yet.
    pub(super) unnoted: usize,
    pub(super) catalogue: Catalogue,
    pub(super) own_roles: Vec<Role>,
    /// What messages call the file of the user's own roles.
    pub(super) own_place: String,
    pub(super) aws: AwsFiles,
    pub(super) marks: Marks,
    pub(super) mark_faults: Vec<Problem>,
    /// Whether the file of marks could ever be read in this run.
    pub(super) marks_are_read: bool,
    pub(super) usages: HashMap<Name, Usage>,
    /// The names of the roles used most of late, best first.
    pub(super) recent: Vec<String>,
    pub(super) teams: Teams,
    pub(super) role_faults: Vec<Problem>,
    pub(super) settings: Settings,
    pub(super) settings_faults: Vec<Problem>,
    /// Whether the file of settings could ever be read in this run.
    pub(super) settings_are_read: bool,
    pub(super) keys: Vec<AccessKey>,
    pub(super) sessions: BTreeMap<Name, Session>,
    /// The attempts to assume roles, each for a role as it was when the attempt began.
    pub(super) attempts: InFlight<Role, Outcome>,
    pub(super) failures: BTreeMap<Name, Problem>,
    /// By role ARN.
    pub(super) limits: BTreeMap<String, DurationLimit>,
    /// The regions that sessions were locked to, the latest first.
    pub(super) locked_regions: Vec<Region>,
    /// When IAM was last asked for the longest life of a role, by its ARN.
    pub(super) maximum_tries: BTreeMap<String, Timestamp>,
    /// The roles of whose longest life IAM is about to be asked.
    pub(super) unread_maximums: Vec<Role>,
    /// The settings with which each role was last assumed, so that an explanation can tell what was changed since.
    pub(super) worked: BTreeMap<Name, Role>,
    /// What was asked when AWS refused a role, for the calls that tell more.
    pub(super) refused: BTreeMap<Name, Refused>,
    pub(super) renewals: HashMap<Name, Renewals>,
    pub(super) standing: BTreeMap<Concern, Problem>,
    pub(super) temporary: Temporary,
    /// The sessions of access keys themselves.
    pub(super) key_sessions: HashMap<AccessKeyId, KeySession>,
    pub(super) prompts: BTreeMap<u64, Prompt>,
    pub(super) reasons: BTreeMap<Name, GivenReason>,
    pub(super) reason_prompts: BTreeMap<u64, ReasonPrompt>,
    pub(super) last_prompt: u64,
    /// What waits for the next code of a seed.
    pub(super) seed_waits: BTreeMap<u64, Question>,
    /// Until when somebody looks after a role's prompts at a terminal.
    pub(super) attended: BTreeMap<Name, Timestamp>,
    pub(super) ledger: CodeLedger,
    pub(super) mfa_sessions: BTreeMap<TokenId, MfaSession>,
    pub(super) token_requests: InFlight<TokenId, Result<MfaSession, Halt>>,
    /// What is not on disk as it is in memory.
    pub(super) unwritten: Unwritten,
    pub(super) lessons: Lessons,
    /// The views of roles and keys.
    pub(super) listing: Listing,
    /// The revision of the catalogue and of the marks.
    pub(super) listed: u64,
    pub(super) published: Snapshot,
    pub(super) revision: u64,
    /// Whether the sessions of the last run were asked for, so that none is assumed anew that is about to come back.
    pub(super) restored: bool,
    /// What programs wait for, and what they were allowed.
    pub(super) asking: Asking,
    /// Whose endpoints ask in whose name.
    pub(super) served: Served,
    /// How often AWS was called for each role and for each access key itself.
    pub(super) aws_calls: BTreeMap<Subject, u64>,
}

impl State {
    /// Returns the session of a role, if it is not over and the role is still the same one.
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
