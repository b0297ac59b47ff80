//! The use cases: the one owner of all state, between the ports and whoever asks.
//!
//! Its state is never locked across a call to a port, so a slow network or keychain never holds up a reader.

#[cfg(any(test, feature = "fakes"))]
pub mod fakes;
pub mod memory;
pub mod ports;

mod asking;
mod assume;
mod aws_files;
mod catalogue;
mod code_source;
mod connect;
mod consent;
mod container;
mod denied;
mod duration_limit;
mod explain;
mod hand_out;
mod key_move;
mod key_session;
mod keys;
mod ledger;
mod listing;
mod marks;
mod maximum;
mod mfa;
mod move_in;
mod noting;
mod policy;
mod prompt;
mod reason;
mod served;
mod settings;
mod teams;
mod temporary;
mod tick;
mod totp;
mod view;
mod wish;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::ports::Iam;
use crate::ports::Sts;
use crate::ports::{
    Audience, AwsWriter, Clipboard, Clock, Files, Keychain, Machine, Notifier, Programs, Store,
};
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
use rolecall_core::view::search::search;
use rolecall_core::view::snapshot::{Mode, Snapshot};

use asking::Asking;
use assume::Flight;
use aws_files::AwsFiles;
pub use consent::Waiter;
use explain::Refused;
use ledger::CodeLedger;
use listing::Listing;
use mfa::{Lessons, TokenFlight, TokenId};
pub use noting::Afterwards;
use noting::Unnoted;
use prompt::{Prompt, Question};
use reason::{GivenReason, ReasonPrompt};
use served::Served;
use temporary::Temporary;
pub use tick::Pulse;

/// How long a hand-out waits for the sessions of the last run: as long as a keychain may take to answer.
const RESTORE_PATIENCE: Duration = Duration::from_secs(6);

/// What the keeper acts through.
pub struct Ports {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// This machine's names.
    pub machine: Arc<dyn Machine>,
    /// The Security Token Service.
    pub sts: Arc<dyn Sts>,
    /// What AWS tells about permissions.
    pub iam: Arc<dyn Iam>,
    /// The OS keychain.
    pub keychain: Arc<dyn Keychain>,
    /// Programs that the settings name.
    pub programs: Arc<dyn Programs>,
    /// The user's files.
    pub files: Arc<dyn Files>,
    /// AWS's own files, where they are written.
    pub aws: Arc<dyn AwsWriter>,
    /// What survives a restart.
    pub store: Arc<dyn Store>,
    /// The clipboard.
    pub clipboard: Arc<dyn Clipboard>,
    /// Desktop notifications.
    pub notifier: Arc<dyn Notifier>,
    /// Tray and window.
    pub audience: Arc<dyn Audience>,
}

/// The owner of roles, keys and sessions. Its calls block; each belongs on a thread of its own.
pub struct Keeper {
    ports: Ports,
    mode: Mode,
    state: Mutex<State>,
    changed: Condvar,
    /// The revision that the audience saw last, so that a slow thread never shows it an older one.
    announced: Mutex<u64>,
    /// Held while AWS's files are read.
    aws_turn: Mutex<()>,
    /// Held while temporary profiles are written or removed.
    temporary_turn: Mutex<()>,
    /// Held while the notices of questions are shown, so that the last ones stay.
    notice_turn: Mutex<()>,
    /// The requests that are answered and not in the history yet.
    unnoted: Arc<Unnoted>,
}

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
    /// What survives a restart.
    Store,
    /// A team catalogue.
    Teams,
    /// The tray.
    Tray,
    /// The local socket.
    Socket,
}

#[derive(Default)]
struct State {
    catalogue: Catalogue,
    own_roles: Vec<Role>,
    /// What messages call the file of the user's own roles.
    own_place: String,
    aws: AwsFiles,
    marks: Marks,
    mark_faults: Vec<Problem>,
    /// Whether the file of marks could ever be read in this run.
    marks_are_read: bool,
    usages: HashMap<Name, Usage>,
    /// The names of the roles used most of late, best first.
    recent: Vec<String>,
    teams: teams::Teams,
    role_faults: Vec<Problem>,
    settings: Settings,
    settings_faults: Vec<Problem>,
    /// Whether the file of settings could ever be read in this run.
    settings_are_read: bool,
    keys: Vec<AccessKey>,
    sessions: BTreeMap<Name, Session>,
    flights: HashMap<Role, Arc<Flight>>,
    failures: BTreeMap<Name, Problem>,
    /// By role ARN.
    limits: BTreeMap<String, DurationLimit>,
    /// The regions that sessions were locked to, the latest first.
    locked_regions: Vec<Region>,
    /// When IAM was last asked for the longest life of a role, by its ARN.
    maximum_tries: BTreeMap<String, Timestamp>,
    /// The roles of whose longest life IAM is about to be asked.
    unread_maximums: Vec<Role>,
    /// The settings with which each role was last assumed, so that an explanation can tell what was changed since.
    worked: BTreeMap<Name, Role>,
    /// What was asked when AWS refused a role, for the calls that tell more.
    refused: BTreeMap<Name, Refused>,
    renewals: HashMap<Name, container::Renewals>,
    standing: BTreeMap<Concern, Problem>,
    temporary: Temporary,
    /// The sessions of access keys themselves.
    key_sessions: HashMap<AccessKeyId, key_session::KeySession>,
    prompts: BTreeMap<u64, Prompt>,
    reasons: BTreeMap<Name, GivenReason>,
    reason_prompts: BTreeMap<u64, ReasonPrompt>,
    last_prompt: u64,
    /// What waits for the next code of a seed.
    seed_waits: BTreeMap<u64, Question>,
    /// Until when somebody looks after a role's prompts at a terminal.
    attended: BTreeMap<Name, Timestamp>,
    ledger: CodeLedger,
    mfa_sessions: BTreeMap<TokenId, MfaSession>,
    token_flights: HashMap<TokenId, Arc<TokenFlight>>,
    lessons: Lessons,
    /// The views of roles and keys.
    listing: Listing,
    /// The revision of the catalogue and of the marks.
    listed: u64,
    published: Snapshot,
    revision: u64,
    /// Whether the sessions of the last run were asked for, so that none is assumed anew that is about to come back.
    restored: bool,
    /// What programs wait for, and what they were allowed.
    asking: Asking,
    /// Whose endpoints ask in whose name.
    served: Served,
    /// How often AWS was called for each role and for each access key itself.
    aws_calls: BTreeMap<Subject, u64>,
}

impl State {
    /// Returns the session of a role, if it is not over and the role is still the same one.
    fn live(&self, name: &Name, now: Timestamp) -> Option<&Session> {
        let session = self
            .sessions
            .get(name)
            .filter(|session| session.remaining_at(now).is_positive())?;
        let same_role = self.catalogue.role(name).is_none_or(|role| {
            role.arn.as_str() == session.role_arn && role.limited == session.limited
        });
        same_role.then_some(session)
    }

    fn set_standing(&mut self, concern: Concern, problem: Option<Problem>) {
        match problem {
            Some(problem) => drop(self.standing.insert(concern, problem)),
            None => drop(self.standing.remove(&concern)),
        }
    }
}

impl Keeper {
    /// Returns a keeper with what the files hold; [`Keeper::restore_sessions`] adds the sessions.
    /// What cannot be read is a standing problem.
    pub fn new(ports: Ports, mode: Mode) -> Self {
        let keeper = Self {
            ports,
            mode,
            state: Mutex::default(),
            changed: Condvar::new(),
            announced: Mutex::default(),
            aws_turn: Mutex::default(),
            temporary_turn: Mutex::default(),
            notice_turn: Mutex::default(),
            unnoted: Arc::default(),
        };
        keeper.reload_settings();
        keeper.reload_keys();
        keeper.reload_marks();
        keeper.reload_roles();
        keeper.reload_aws_files();
        keeper
    }

    /// Returns what is shown at present.
    pub fn snapshot(&self) -> Snapshot {
        self.lock().published.clone()
    }

    /// Returns what is shown at present, without roles and keys: for prompts, which ask often.
    pub fn sessions_snapshot(&self) -> Snapshot {
        self.lock().published.without_roles()
    }

    /// Returns what is shown at present, with the roles that a search finds alone, best first.
    pub fn found(&self, text: &str) -> Snapshot {
        let shown = self.snapshot();
        let found = search(&shown, text).into_iter().cloned().collect();
        Snapshot {
            roles: found,
            ..shown
        }
    }

    /// Returns the names of the roles that a search finds, best first; of all if its text is empty.
    pub fn found_names(&self, text: &str) -> Vec<String> {
        let shown = self.snapshot();
        let found = search(&shown, text).into_iter();
        found.map(|role| role.name.clone()).collect()
    }

    /// Returns the settings in force.
    pub fn settings(&self) -> Settings {
        self.lock().settings.clone()
    }

    /// Notes or clears a standing problem.
    pub fn set_standing(&self, concern: Concern, problem: Option<Problem>) {
        self.update(|state| state.set_standing(concern, problem));
    }

    /// Clears every standing problem of this code, as the user asked.
    pub fn dismiss(&self, code: rolecall_core::value::problem::ProblemCode) {
        self.update(|state| {
            state.standing.retain(|_, problem| problem.code != code);
            state.role_faults.retain(|problem| problem.code != code);
            state.mark_faults.retain(|problem| problem.code != code);
            state.settings_faults.retain(|problem| problem.code != code);
        });
    }

    /// Ends the session of a role here, or that of the access key of this name where no role has any: forgets its
    /// credentials and its failures. AWS goes on accepting them until they expire. Just after a start it waits for the sessions of the last run, or one of them would come back.
    ///
    /// # Errors
    /// If there was nothing to end.
    pub fn end(&self, role: &Name) -> Result<(), Problem> {
        self.await_restored();
        let ended = self.update(|state| {
            let session = state.sessions.remove(role);
            let failure = state.failures.remove(role);
            let ended = Subject::Role(role.clone());
            state.asking.retain(|subject| *subject != ended);
            state.served.retain(|served| served != role);
            session.is_some() || failure.is_some()
        });
        self.ports
            .notifier
            .withdraw(&rolecall_core::view::notice::Topic::Session(role.clone()));
        self.note_store(self.ports.store.forget(role));
        if ended || self.end_key(role).is_ok() {
            Ok(())
        } else {
            Err(hand_out::no_session(role))
        }
    }

    /// Blocks until something changes after `pulse` was taken, or its sleep is over. Without a sleep it waits
    /// without a limit and without waking.
    pub fn wait_after(&self, pulse: Pulse) {
        let state = self.lock();
        let unchanged = |state: &mut State| state.revision == pulse.revision;
        match pulse.sleep.map(|limit| limit.unsigned_abs()) {
            Some(limit) => drop(self.changed.wait_timeout_while(state, limit, unchanged)),
            None => drop(self.changed.wait_while(state, unchanged)),
        }
    }

    /// Reads the sessions that survived a restart. The keychain may be asked for the key that seals them,
    /// so this may take its time.
    pub fn restore_sessions(&self) {
        self.restore_usages();
        self.recall_limits();
        let loaded = self.ports.store.load();
        let tokens = self.ports.store.load_mfa();
        let now = self.ports.clock.now();
        self.update(|state| {
            state.restored = true;
            match loaded {
                Ok(sessions) => {
                    let live = sessions
                        .into_iter()
                        .filter(|session| session.remaining_at(now).is_positive());
                    for session in live {
                        if let Some(limited) = &session.limited {
                            let added = state.catalogue.add_limited(&limited.of, &limited.limits);
                            if added.as_ref() != Ok(&session.role) {
                                continue;
                            }
                            let region = limited.limits.region.iter();
                            let region = region.filter(|it| !state.locked_regions.contains(it));
                            let region: Vec<Region> = region.cloned().collect();
                            state.locked_regions.extend(region);
                        }
                        if let Some(reason) = &session.reason {
                            state.take_reason_back(&session.role, reason, session.issued_at);
                        }
                        state
                            .sessions
                            .entry(session.role.clone())
                            .or_insert(session);
                    }
                    state.standing.remove(&Concern::Store);
                }
                Err(problem) => drop(state.standing.insert(Concern::Store, problem)),
            }
            match tokens {
                Ok(tokens) => state.take_back(tokens, now),
                Err(problem) => drop(state.standing.insert(Concern::Store, problem)),
            }
        });
    }

    /// Waits until the sessions of the last run are back, or cannot be had.
    fn await_restored(&self) {
        let state = self.lock();
        drop(
            self.changed
                .wait_timeout_while(state, RESTORE_PATIENCE, |state| !state.restored),
        );
    }

    fn note_store(&self, result: Result<(), Problem>) {
        match result {
            Ok(()) => {}
            Err(problem) => self.set_standing(Concern::Store, Some(problem)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Changes the state, then publishes the snapshot if it differs and wakes whoever waits.
    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let now = self.ports.clock.now();
        let offset = self.ports.clock.offset();
        let (result, fresh) = {
            let mut state = self.lock();
            state.revision += 1;
            let result = change(&mut state);
            state.listing = Listing::of(&mut state, now);
            let snapshot = view::snapshot(&state, self.mode, now, offset);
            let fresh = (snapshot != state.published).then(|| {
                state.published = snapshot.clone();
                (state.revision, snapshot)
            });
            (result, fresh)
        };
        self.changed.notify_all();
        if let Some((revision, snapshot)) = fresh {
            self.announce(revision, &snapshot);
        }
        result
    }

    fn announce(&self, revision: u64, snapshot: &Snapshot) {
        let mut announced = self
            .announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if revision > *announced {
            *announced = revision;
            self.ports.audience.publish(snapshot);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
