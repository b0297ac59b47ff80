//! The in-memory ports for all tests. Each records its calls and does what the test sets.

mod bell;
mod iam;
mod store;
mod tasks;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::Waker;

use jiff::{SignedDuration, Timestamp};

use crate::memory::{MemoryFiles, MemoryKeychain, lock};
use crate::ports::{Audience, Clipboard, Clock, Keychain, Machine, Notifier, Programs, Sts};
use crate::{Ports, Waiter};
use rolecall_core::calls::sts::{
    AssumeRole, Assumed, Caller, CallerIdentity, SessionToken, StsError,
};
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::Region;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::notice::{Notice, Topic};
use rolecall_core::view::question::ConsentView;
use rolecall_core::view::snapshot::Snapshot;

pub use bell::{Background, ring, until, until_so};
pub use iam::FakeIam;
pub use store::FakeStore;
pub use tasks::FakeTasks;

/// A clock that the test sets.
#[derive(Debug)]
pub struct FakeClock {
    now: Mutex<Timestamp>,
    alarms: Mutex<Alarms>,
    jumps: AtomicU64,
    is_unconfirmed: AtomicBool,
    offset_s: AtomicI64,
}

/// The pending alarms by number.
#[derive(Debug, Default)]
struct Alarms {
    last: u64,
    set: BTreeMap<u64, (Timestamp, Waker)>,
}

impl FakeClock {
    /// Returns a clock with the time `now`.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: now.into(),
            alarms: Mutex::default(),
            jumps: AtomicU64::default(),
            is_unconfirmed: AtomicBool::default(),
            offset_s: AtomicI64::default(),
        }
    }

    /// Sets the clock forward, or back if `by` is negative, as a person or the network does.
    pub fn jump(&self, by: SignedDuration) {
        *lock(&self.now) += by;
        self.jumps.fetch_add(1, Ordering::AcqRel);
        let all: Vec<Waker> = {
            let alarms = lock(&self.alarms);
            alarms.set.values().map(|(_, it)| it.clone()).collect()
        };
        all.iter().for_each(Waker::wake_by_ref);
    }

    /// Makes this machine's clock differ from AWS's by this.
    pub fn differ_by(&self, offset: SignedDuration) {
        self.offset_s.store(offset.as_secs(), Ordering::Release);
    }

    /// Says whether AWS confirmed the time. It did unless this says otherwise.
    pub fn confirm(&self, is_confirmed: bool) {
        self.is_unconfirmed.store(!is_confirmed, Ordering::Release);
    }

    /// Moves the clock forward, or back if `by` is negative, and wakes due alarms.
    pub fn advance(&self, by: SignedDuration) {
        *lock(&self.now) += by;
        let now = self.now();
        let due = lock(&self.alarms).due(now);
        due.iter().for_each(Waker::wake_by_ref);
    }

    /// Returns when the next alarm is due.
    pub fn next_alarm(&self) -> Option<Timestamp> {
        lock(&self.alarms).set.values().map(|(at, _)| *at).min()
    }
}

impl Alarms {
    fn due(&self, now: Timestamp) -> Vec<Waker> {
        let due = self.set.values().filter(|(at, _)| *at <= now);
        due.map(|(_, waker)| waker.clone()).collect()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *lock(&self.now)
    }
    fn offset(&self) -> SignedDuration {
        SignedDuration::from_secs(self.offset_s.load(Ordering::Acquire))
    }
    fn wake_at(&self, at: Timestamp, waker: &Waker) -> u64 {
        let mut alarms = lock(&self.alarms);
        alarms.last += 1;
        let id = alarms.last;
        alarms.set.insert(id, (at, waker.clone()));
        ring();
        id
    }
    fn cancel(&self, alarm: u64) {
        lock(&self.alarms).set.remove(&alarm);
    }
    fn jumps(&self) -> u64 {
        self.jumps.load(Ordering::Acquire)
    }
    fn is_confirmed(&self) -> bool {
        !self.is_unconfirmed.load(Ordering::Acquire)
    }
}

/// A machine called `laptop`, with Ann logged in.
#[derive(Debug, Default)]
pub struct FakeMachine;

impl Machine for FakeMachine {
    fn host(&self) -> String {
        "laptop".into()
    }
    fn login(&self) -> String {
        "ann".into()
    }
}

/// A keychain in memory that the test can make fail.
#[derive(Debug, Default)]
pub struct FakeKeychain {
    memory: MemoryKeychain,
    failure: Mutex<Option<KeychainError>>,
}

impl FakeKeychain {
    /// Makes every call fail from now on, or work again.
    pub fn fail_with(&self, failure: Option<KeychainError>) {
        *lock(&self.failure) = failure;
    }

    fn check(&self) -> Result<(), KeychainError> {
        lock(&self.failure).clone().map_or(Ok(()), Err)
    }
}

impl Keychain for FakeKeychain {
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError> {
        self.check().and_then(|()| self.memory.store(id, secret))
    }
    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.check().and_then(|()| self.memory.fetch(id))
    }
    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.check().and_then(|()| self.memory.remove(id))
    }
    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError> {
        self.check().and_then(|()| self.memory.store_seed(id, seed))
    }
    fn fetch_seed(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.check().and_then(|()| self.memory.fetch_seed(id))
    }
    fn remove_seed(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.check().and_then(|()| self.memory.remove_seed(id))
    }
}

/// An STS that allows every caller every role, unless the test sets an error.
#[derive(Debug)]
pub struct FakeSts {
    clock: Arc<FakeClock>,
    calls: Mutex<Vec<AssumeRole>>,
    callers: Mutex<Vec<String>>,
    token_calls: Mutex<Vec<SessionToken>>,
    answers: Mutex<VecDeque<StsError>>,
    refused_roles: Mutex<BTreeMap<String, StsError>>,
    identity: Mutex<Option<String>>,
    caller: Mutex<Option<String>>,
    /// Why GetCallerIdentity fails, by region.
    unreachable: Mutex<BTreeMap<String, StsError>>,
    gate: (Mutex<bool>, Condvar),
    panics: AtomicBool,
}

impl FakeSts {
    /// Makes the next AssumeRole panic, like a fault of the adapter.
    pub fn panic_next(&self) {
        self.panics.store(true, Ordering::Release);
    }

    /// Makes the next AssumeRole or GetSessionToken fail with `error`. Further calls queue further errors.
    pub fn refuse_next(&self, error: StsError) {
        lock(&self.answers).push_back(error);
    }

    /// Makes every AssumeRole for a role fail with `error` from now on.
    pub fn refuse_role(&self, role_name: &str, error: StsError) {
        lock(&self.refused_roles).insert(role_name.to_owned(), error);
    }

    /// Makes every access key one of this user.
    pub fn call_as(&self, arn: &str) {
        *lock(&self.caller) = Some(arn.to_owned());
    }

    /// Makes every response name `identity` instead of the right one.
    pub fn answer_as(&self, identity: &str) {
        *lock(&self.identity) = Some(identity.to_owned());
    }

    /// Makes GetCallerIdentity in a region fail with `error` from now on.
    pub fn fail_in(&self, region: &str, error: StsError) {
        lock(&self.unreachable).insert(region.to_owned(), error);
    }

    /// Blocks every AssumeRole until [`FakeSts::open`].
    pub fn close(&self) {
        *lock(&self.gate.0) = true;
    }

    /// Continues the blocked calls.
    pub fn open(&self) {
        *lock(&self.gate.0) = false;
        self.gate.1.notify_all();
    }

    /// Returns the AssumeRole calls so far.
    pub fn calls(&self) -> Vec<AssumeRole> {
        lock(&self.calls).clone()
    }

    /// Returns the GetSessionToken calls so far.
    pub fn token_calls(&self) -> Vec<SessionToken> {
        lock(&self.token_calls).clone()
    }

    /// Returns the access key IDs that signed the AssumeRole calls so far.
    pub fn callers(&self) -> Vec<String> {
        lock(&self.callers).clone()
    }
}

impl Sts for FakeSts {
    fn assume_role(&self, caller: &Caller, call: &AssumeRole) -> Result<Assumed, StsError> {
        let number = {
            let mut calls = lock(&self.calls);
            calls.push(call.clone());
            lock(&self.callers).push(caller.access_key_id.clone());
            calls.len()
        };
        ring();
        drop(self.gate.1.wait_while(lock(&self.gate.0), |closed| *closed));
        let panics = self.panics.swap(false, Ordering::AcqRel);
        assert!(!panics, "a fault of the adapter, on purpose");
        if let Some(error) = lock(&self.answers).pop_front() {
            return Err(error);
        }
        let arn = &call.role_arn;
        if let Some(error) = lock(&self.refused_roles).get(arn.role_name()) {
            return Err(error.clone());
        }
        let real = format!(
            "arn:{}:sts::{}:assumed-role/{}/{}",
            arn.partition().name,
            arn.account_id(),
            arn.role_name(),
            call.session_name.as_str()
        );
        Ok(Assumed {
            credentials: Credentials {
                access_key_id: format!("ASIAFAKE{number:012}"),
                secret_access_key: Secret::new("c2VjcmV0".into()),
                session_token: Secret::new("dG9rZW4".into()),
                expires_at: self.clock.now()
                    + SignedDuration::from_secs(i64::from(call.duration.seconds())),
            },
            identity: lock(&self.identity).clone().unwrap_or(real),
            packed_policy_percent: (call.policy.is_some() || !call.tags.is_empty()).then_some(7),
        })
    }

    fn session_token(
        &self,
        _caller: &Caller,
        call: &SessionToken,
    ) -> Result<Credentials, StsError> {
        let number = {
            let mut calls = lock(&self.token_calls);
            calls.push(call.clone());
            calls.len()
        };
        ring();
        drop(self.gate.1.wait_while(lock(&self.gate.0), |closed| *closed));
        if let Some(error) = lock(&self.answers).pop_front() {
            return Err(error);
        }
        Ok(Credentials {
            access_key_id: format!("ASIATOKEN{number:011}"),
            secret_access_key: Secret::new("c2VjcmV0".into()),
            session_token: Secret::new("dG9rZW4".into()),
            expires_at: self.clock.now()
                + SignedDuration::from_secs(i64::from(call.duration.seconds())),
        })
    }

    fn caller_identity(
        &self,
        caller: &Caller,
        region: &Region,
    ) -> Result<CallerIdentity, StsError> {
        self.reach(region)?;
        let arn = match &caller.token {
            None => {
                let user = "arn:aws:iam::177634097045:user/user".to_owned();
                lock(&self.caller).clone().unwrap_or(user)
            }
            Some(_) => {
                return Err(StsError::TimedOut {
                    host: "fake".into(),
                });
            }
        };
        Ok(CallerIdentity {
            account_id: "177634097045".into(),
            arn,
        })
    }

    fn reach(&self, region: &Region) -> Result<(), StsError> {
        let unreachable = lock(&self.unreachable);
        unreachable
            .get(region.as_str())
            .cloned()
            .map_or(Ok(()), Err)
    }
}

/// Programs that print what the test sets.
#[derive(Debug, Default)]
pub struct FakePrograms {
    outputs: Mutex<VecDeque<Result<String, String>>>,
    runs: Mutex<Vec<Vec<String>>>,
}

impl FakePrograms {
    /// Makes the next program print this, or fail with this reason. Further calls queue up.
    pub fn print_next(&self, output: Result<&str, &str>) {
        let output = output.map(str::to_owned).map_err(str::to_owned);
        lock(&self.outputs).push_back(output);
    }

    /// Returns the programs that were run so far.
    pub fn runs(&self) -> Vec<Vec<String>> {
        lock(&self.runs).clone()
    }
}

impl Programs for FakePrograms {
    fn run(&self, words: &[String], _limit: SignedDuration) -> Result<Secret, String> {
        lock(&self.runs).push(words.to_vec());
        ring();
        let output = lock(&self.outputs).pop_front();
        output
            .unwrap_or_else(|| Err("there is no such program".to_owned()))
            .map(Secret::new)
    }
}

/// A clipboard in memory.
#[derive(Debug, Default)]
pub struct FakeClipboard(Mutex<Option<String>>);

impl FakeClipboard {
    /// Returns the text in the clipboard.
    pub fn text(&self) -> Option<String> {
        lock(&self.0).clone()
    }
}

impl Clipboard for FakeClipboard {
    fn put(&self, text: &Secret, _clear_after: SignedDuration) -> Result<(), Problem> {
        *lock(&self.0) = Some(text.expose().to_owned());
        ring();
        Ok(())
    }
}

/// A notification server that keeps every notification.
#[derive(Debug, Default)]
pub struct FakeNotifier {
    shown: Mutex<Vec<Notice>>,
    withdrawn: Mutex<Vec<Topic>>,
    unseen: AtomicBool,
}

impl FakeNotifier {
    /// Returns and removes the titles of the notifications so far.
    pub fn take_titles(&self) -> Vec<String> {
        lock(&self.shown)
            .drain(..)
            .map(|notice| notice.title)
            .collect()
    }

    /// Returns and removes the bodies of the notifications so far.
    pub fn take_bodies(&self) -> Vec<String> {
        lock(&self.shown)
            .drain(..)
            .map(|notice| notice.body)
            .collect()
    }

    /// Returns the title of the last notification.
    pub fn last_title(&self) -> Option<String> {
        lock(&self.shown).last().map(|notice| notice.title.clone())
    }

    /// Makes its notifications invisible, as on a machine without a display.
    pub fn is_unseen(&self) {
        self.unseen.store(true, Ordering::Release);
    }

    /// Returns the topics that were withdrawn so far.
    pub fn withdrawn(&self) -> Vec<Topic> {
        lock(&self.withdrawn).clone()
    }
}

impl Notifier for FakeNotifier {
    fn show(&self, notice: &Notice) {
        lock(&self.shown).push(notice.clone());
        ring();
    }
    fn withdraw(&self, topic: &Topic) {
        lock(&self.withdrawn).push(topic.clone());
        ring();
    }
    fn reaches_a_person(&self) -> bool {
        !self.unseen.load(Ordering::Acquire)
    }
}

/// An audience that keeps every snapshot.
#[derive(Debug, Default)]
pub struct FakeAudience(Mutex<Vec<Snapshot>>);

impl FakeAudience {
    /// Returns the snapshots so far.
    pub fn seen(&self) -> Vec<Snapshot> {
        lock(&self.0).clone()
    }
}

impl Audience for FakeAudience {
    fn publish(&self, snapshot: &Snapshot) {
        lock(&self.0).push(snapshot.clone());
        ring();
    }
    fn tick(&self, _snapshot: &Snapshot, _now: Timestamp) {
        ring();
    }
}

/// A waiter that waits until the test lets it leave.
#[derive(Debug, Default)]
pub struct FakeWaiter {
    gone: AtomicBool,
    waits: AtomicUsize,
    put: Mutex<Vec<ConsentView>>,
}

impl FakeWaiter {
    /// Makes it leave, and advances the clock until this is noticed.
    pub fn leave(&self, clock: &FakeClock) {
        self.gone.store(true, Ordering::Release);
        clock.advance(SignedDuration::from_secs(1));
    }

    /// Returns the questions that it was given to ask.
    pub fn put(&self) -> Vec<ConsentView> {
        lock(&self.put).clone()
    }

    /// Returns how often it was asked to wait.
    pub fn waits(&self) -> usize {
        self.waits.load(Ordering::Acquire)
    }
}

impl Waiter for FakeWaiter {
    fn wait(&self, _limit: SignedDuration, question: Option<ConsentView>) -> Result<(), Problem> {
        self.waits.fetch_add(1, Ordering::AcqRel);
        if let Some(question) = question {
            lock(&self.put).push(question);
        }
        ring();
        Ok(())
    }
    fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }
}

/// All fakes, from which tests build a keeper.
#[derive(Debug, Clone)]
pub struct Fakes {
    /// The clock.
    pub clock: Arc<FakeClock>,
    /// The STS.
    pub sts: Arc<FakeSts>,
    /// The IAM.
    pub iam: Arc<FakeIam>,
    /// The keychain.
    pub keychain: Arc<FakeKeychain>,
    /// The programs.
    pub programs: Arc<FakePrograms>,
    /// The files.
    pub files: Arc<MemoryFiles>,
    /// The store.
    pub store: Arc<FakeStore>,
    /// The clipboard.
    pub clipboard: Arc<FakeClipboard>,
    /// The notification server.
    pub notifier: Arc<FakeNotifier>,
    /// The audience.
    pub audience: Arc<FakeAudience>,
}

impl Fakes {
    /// Returns fakes with a clock at `now`.
    pub fn at(now: Timestamp) -> Self {
        let clock = Arc::new(FakeClock::at(now));
        let sts = FakeSts {
            clock: clock.clone(),
            calls: Mutex::default(),
            callers: Mutex::default(),
            token_calls: Mutex::default(),
            answers: Mutex::default(),
            refused_roles: Mutex::default(),
            identity: Mutex::default(),
            caller: Mutex::default(),
            unreachable: Mutex::default(),
            gate: <(Mutex<bool>, Condvar)>::default(),
            panics: AtomicBool::new(false),
        };
        Self {
            clock,
            sts: Arc::new(sts),
            iam: Arc::default(),
            keychain: Arc::default(),
            programs: Arc::default(),
            files: Arc::default(),
            store: Arc::default(),
            clipboard: Arc::default(),
            notifier: Arc::default(),
            audience: Arc::default(),
        }
    }

    /// Returns these fakes as ports.
    pub fn ports(&self) -> Ports {
        Ports {
            clock: self.clock.clone(),
            tasks: Arc::new(FakeTasks),
            machine: Arc::new(FakeMachine),
            sts: self.sts.clone(),
            iam: self.iam.clone(),
            keychain: self.keychain.clone(),
            programs: self.programs.clone(),
            files: self.files.clone(),
            aws: self.files.clone(),
            store: self.store.clone(),
            clipboard: self.clipboard.clone(),
            notifier: self.notifier.clone(),
            audience: self.audience.clone(),
        }
    }
}
