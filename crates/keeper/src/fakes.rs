//! The in-memory ports for all tests. Each records its calls and does what the test sets.

mod bell;
mod clock;
mod console;
mod iam;
mod iam_account;
mod notifier;
mod policies;
mod programs;
mod requester;
mod store;
mod tasks;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use jiff::{SignedDuration, Timestamp};

use crate::memory::{MemoryFiles, MemoryKeychain, lock};
use crate::ports::{Audience, Clipboard, Clock, Keychain, Machine, Sts};
use crate::{Ports, Waiter};
use rolecall_core::calls::sts::{
    AssumeRole, Assumed, Caller, CallerIdentity, Refusal, SessionToken, StsError,
};
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::Region;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::question::ConsentView;
use rolecall_core::view::snapshot::Snapshot;

pub use bell::{Background, ring, until, until_so};
pub use clock::FakeClock;
pub use console::{FakeBrowsers, FakeSignIn};
pub use iam::{FakeIam, Fault};
pub use iam_account::IamAccount;
pub use notifier::FakeNotifier;
pub use policies::FakePolicies;
pub use programs::FakePrograms;
pub use requester::{in_sandbox, process};
pub use store::FakeStore;
pub use tasks::FakeTasks;

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
    has_dialog: AtomicBool,
    dialogs: AtomicUsize,
}

impl FakeKeychain {
    /// Locks it from now on: a call opens a dialog, which succeeds, and a quiet call fails.
    pub fn lock_with_dialog(&self) {
        self.has_dialog.store(true, Ordering::Release);
    }

    /// Returns how many dialogs were opened.
    pub fn dialogs(&self) -> usize {
        self.dialogs.load(Ordering::Acquire)
    }

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
        if self.has_dialog.load(Ordering::Acquire) {
            self.dialogs.fetch_add(1, Ordering::AcqRel);
        }
        self.check().and_then(|()| self.memory.fetch(id))
    }
    fn fetch_quietly(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        if self.has_dialog.load(Ordering::Acquire) {
            return Err(KeychainError::Locked);
        }
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
    refused: Mutex<Option<StsError>>,
    identity: Mutex<Option<String>>,
    endpoint_url: Mutex<Option<String>>,
    caller: Mutex<Option<String>>,
    /// How AWS calls the sessions of these access keys.
    session_ids: Mutex<BTreeMap<String, String>>,
    /// The sessions that AWS no longer accepts, by ID.
    dead: Mutex<BTreeSet<String>>,
    /// The access key IDs that signed GetCallerIdentity.
    checked: Mutex<Vec<String>>,
    /// Why GetCallerIdentity fails, by region.
    unreachable: Mutex<BTreeMap<String, StsError>>,
    gate: (Mutex<bool>, Condvar),
    panics: AtomicBool,
    /// The AssumeRole calls in flight, and the most so far.
    in_flight: (AtomicUsize, AtomicUsize),
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

    /// Makes AssumeRole for a role succeed again.
    pub fn allow_role(&self, role_name: &str) {
        lock(&self.refused_roles).remove(role_name);
    }

    /// Returns how many AssumeRole calls were in flight at once, at most.
    pub fn most_at_once(&self) -> usize {
        self.in_flight.1.load(Ordering::Acquire)
    }

    /// Makes every AssumeRole fail with `error` from now on, or succeed again.
    pub fn refuse_all(&self, error: Option<StsError>) {
        *lock(&self.refused) = error;
    }

    /// Makes GetCallerIdentity refuse a session, as after it was revoked.
    pub fn kill(&self, access_key_id: &str) {
        lock(&self.dead).insert(access_key_id.to_owned());
    }

    /// Returns the access key IDs that signed GetCallerIdentity so far.
    pub fn checked(&self) -> Vec<String> {
        lock(&self.checked).clone()
    }

    /// Makes every access key one of this user.
    pub fn call_as(&self, arn: &str) {
        *lock(&self.caller) = Some(arn.to_owned());
    }

    /// Makes every response name `identity` instead of the right one.
    pub fn answer_as(&self, identity: &str) {
        *lock(&self.identity) = Some(identity.to_owned());
    }

    /// Makes every session one of this custom endpoint; `None` for AWS.
    pub fn answer_from(&self, endpoint_url: Option<&str>) {
        *lock(&self.endpoint_url) = endpoint_url.map(str::to_owned);
    }

    /// Makes GetCallerIdentity say how AWS calls a session.
    pub fn name_session(&self, access_key_id: &str, user_id: &str) {
        lock(&self.session_ids).insert(access_key_id.to_owned(), user_id.to_owned());
    }

    /// Makes GetCallerIdentity in a region fail with `error` from now on.
    pub fn fail_in(&self, region: &str, error: StsError) {
        lock(&self.unreachable).insert(region.to_owned(), error);
    }

    /// Makes calls in a region succeed again.
    pub fn reach_in(&self, region: &str) {
        lock(&self.unreachable).remove(region);
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
        let now = self.in_flight.0.fetch_add(1, Ordering::AcqRel) + 1;
        self.in_flight.1.fetch_max(now, Ordering::AcqRel);
        let _leave = Leave(&self.in_flight.0);
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
        if let Some(error) = lock(&self.refused).clone() {
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
            endpoint_url: lock(&self.endpoint_url).clone(),
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
        lock(&self.checked).push(caller.access_key_id.clone());
        ring();
        self.reach(region)?;
        if lock(&self.dead).contains(&caller.access_key_id) {
            return Err(StsError::Refused(Refusal {
                status: 403,
                code: "ExpiredToken".into(),
                message: "The security token included in the request is expired".into(),
                ..Refusal::default()
            }));
        }
        let arn = match &caller.token {
            None => {
                let user = "arn:aws:iam::177634097045:user/user".to_owned();
                lock(&self.caller).clone().unwrap_or(user)
            }
            Some(_) => {
                let sessions = lock(&self.session_ids);
                let user_id = sessions.get(&caller.access_key_id);
                let user_id = user_id.cloned().ok_or_else(|| {
                    StsError::Refused(Refusal {
                        status: 403,
                        code: "AccessDenied".into(),
                        ..Refusal::default()
                    })
                })?;
                return Ok(CallerIdentity {
                    account_id: "808768216571".into(),
                    arn: "arn:aws:sts::808768216571:assumed-role/guest/ann".into(),
                    user_id,
                });
            }
        };
        Ok(CallerIdentity {
            account_id: "177634097045".into(),
            arn,
            user_id: "AIDAFAKEUSERID".into(),
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

/// Counts a call as over when this is dropped.
struct Leave<'a>(&'a AtomicUsize);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
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
    /// The sign-in endpoint.
    pub sign_in: Arc<FakeSignIn>,
    /// The browsers.
    pub browsers: Arc<FakeBrowsers>,
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
            refused: Mutex::default(),
            dead: Mutex::default(),
            checked: Mutex::default(),
            identity: Mutex::default(),
            endpoint_url: Mutex::default(),
            caller: Mutex::default(),
            session_ids: Mutex::default(),
            unreachable: Mutex::default(),
            gate: <(Mutex<bool>, Condvar)>::default(),
            panics: AtomicBool::new(false),
            in_flight: Default::default(),
        };
        Self {
            clock,
            sts: Arc::new(sts),
            iam: Arc::default(),
            sign_in: Arc::default(),
            browsers: Arc::default(),
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
            sign_in: self.sign_in.clone(),
            browsers: self.browsers.clone(),
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
