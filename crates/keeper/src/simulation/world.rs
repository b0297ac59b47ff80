//! The ports in a story. They are slow, fail and panic according to the seed, and record their calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::Ports;
use crate::fakes::{FakeClock, FakeKeychain, Fakes};
use crate::ports::{Audience, Clock, Keychain, Notifier, Store, Sts, Task, Tasks};
use rolecall_core::calls::sts::{
    AssumeRole, Assumed, Caller, CallerIdentity, Refusal, SessionToken, StsError,
};
use rolecall_core::session::Session;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::Region;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::notice::{Notice, Topic};
use rolecall_core::view::snapshot::Snapshot;

/// How long AWS remembers an accepted code.
const CODE_MEMORY: SignedDuration = SignedDuration::from_secs(120);

/// The message of STS for a wrong code.
const WRONG_CODE: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code.";

/// Pseudo-random numbers from a seed (SplitMix64).
#[derive(Debug)]
pub(super) struct Numbers(AtomicU64);

impl Numbers {
    pub(super) fn of(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// Returns a number below `limit`.
    pub(super) fn below(&self, limit: u64) -> u64 {
        let step = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit.max(1)
    }

    /// Returns `true` with this probability in percent.
    pub(super) fn percent(&self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// Everything outside the keeper, which outlives it.
#[derive(Debug)]
pub(super) struct World {
    pub(super) numbers: Numbers,
    pub(super) fakes: Fakes,
    /// Whether everything works and responds at once, as at the end of a story.
    pub(super) is_calm: AtomicBool,
    pub(super) keychain_fails: AtomicBool,
    sent: Mutex<Vec<(String, String, Timestamp)>>,
    /// The reason that was signed for each session, by its ID.
    signed: Mutex<BTreeMap<String, String>>,
    /// The name of the role of each session, by the access key ID.
    issued_for: Mutex<BTreeMap<String, String>>,
    calls: AtomicU64,
    queue: Mutex<Vec<Task>>,
    faults: Mutex<Vec<String>>,
}

impl World {
    pub(super) fn of(seed: u64, now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            numbers: Numbers::of(seed),
            fakes: Fakes::at(now),
            is_calm: AtomicBool::new(false),
            keychain_fails: AtomicBool::new(false),
            sent: Mutex::default(),
            signed: Mutex::default(),
            issued_for: Mutex::default(),
            calls: AtomicU64::new(0),
            queue: Mutex::default(),
            faults: Mutex::default(),
        })
    }

    /// Returns ports to this world.
    pub(super) fn ports(self: &Arc<Self>) -> Ports {
        Ports {
            tasks: self.clone(),
            sts: self.clone(),
            keychain: Arc::new(Unreliable(self.clone())),
            notifier: Arc::new(Silent),
            audience: Arc::new(Silent),
            ..self.fakes.ports()
        }
    }

    pub(super) fn clock(&self) -> &FakeClock {
        &self.fakes.clock
    }

    /// Returns the tasks that were started since the last call.
    pub(super) fn take_tasks(&self) -> Vec<Task> {
        std::mem::take(&mut lock(&self.queue))
    }

    /// Returns the name of the role that credentials are for, as STS issued them.
    pub(super) fn issued_for(&self, access_key_id: &str) -> Option<String> {
        lock(&self.issued_for).get(access_key_id).cloned()
    }

    /// Returns whether a code was ever sent to AWS.
    pub(super) fn was_sent(&self, code: &str) -> bool {
        lock(&self.sent).iter().any(|(_, sent, _)| sent == code)
    }

    /// Returns the reason with which a session was signed.
    pub(super) fn signed_reason(&self, session: &Session) -> Option<String> {
        lock(&self.signed).get(session.id()).cloned()
    }

    /// Fills the disk, or makes room.
    pub(super) fn disk_is_full(&self, is_full: bool) {
        let what = "The disk is full.";
        let problem = Problem::new(ProblemCode::StorageFailed, what, "Make room.");
        self.fakes.store.fail_with(is_full.then_some(problem));
    }

    /// Returns the sessions on disk.
    pub(super) fn on_disk(&self) -> Vec<Session> {
        self.fakes.store.load().unwrap_or_default()
    }

    /// Records a broken invariant.
    pub(super) fn fault(&self, what: String) {
        lock(&self.faults).push(what);
    }

    pub(super) fn first_fault(&self) -> Option<String> {
        lock(&self.faults).first().cloned()
    }

    fn rolls(&self, chance: u64) -> bool {
        !self.is_calm.load(Ordering::Relaxed) && self.numbers.percent(chance)
    }

    /// Records a code that reaches AWS, which accepts each once.
    fn note_code(&self, mfa: Option<&(MfaSerial, MfaCode)>) {
        let Some((serial, code)) = mfa else { return };
        let (serial, code) = (serial.to_string(), code.as_str().to_owned());
        let now = self.clock().now();
        let is_again = |(s, c, at): &&(String, String, Timestamp)| {
            *s == serial && *c == code && now.duration_since(*at) < CODE_MEMORY
        };
        if lock(&self.sent).iter().any(|it| is_again(&it)) {
            self.fault(format!("the code {code} was sent twice"));
        }
        lock(&self.sent).push((serial, code, now));
    }

    fn answer(&self, has_code: bool) -> Result<(), StsError> {
        assert!(!self.rolls(1), "a fault of the adapter, on purpose");
        let refused = |message: &str| {
            StsError::Refused(Refusal {
                code: "AccessDenied".into(),
                message: message.into(),
                status: 403,
                request_id: None,
                skew: None,
            })
        };
        match self.numbers.below(100) {
            _ if self.is_calm.load(Ordering::Relaxed) => Ok(()),
            0..4 => Err(refused("User is not authorized to perform: sts:AssumeRole")),
            4..7 => Err(StsError::TimedOut { host: "sts".into() }),
            7..12 if has_code => Err(refused(WRONG_CODE)),
            _ => Ok(()),
        }
    }

    fn credentials(&self, seconds: u32) -> Credentials {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        Credentials {
            access_key_id: format!("ASIASIM{number:013}"),
            secret_access_key: Secret::new("c2VjcmV0".into()),
            session_token: Secret::new("dG9rZW4".into()),
            expires_at: self.clock().now() + SignedDuration::from_secs(i64::from(seconds)),
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tasks for World {
    fn start(&self, task: Task) -> Result<(), Problem> {
        lock(&self.queue).push(task);
        Ok(())
    }

    fn delay(&self) -> SignedDuration {
        if self.is_calm.load(Ordering::Relaxed) {
            return SignedDuration::ZERO;
        }
        match self.numbers.below(20) {
            0..12 => SignedDuration::ZERO,
            12..19 => SignedDuration::from_millis(self.numbers.below(1_500).cast_signed()),
            _ => SignedDuration::from_secs(self.numbers.below(40).cast_signed()),
        }
    }
}

impl Sts for World {
    fn assume_role(&self, _caller: &Caller, call: &AssumeRole) -> Result<Assumed, StsError> {
        self.note_code(call.mfa.as_ref());
        self.answer(call.mfa.is_some())?;
        let arn = &call.role_arn;
        let credentials = self.credentials(call.duration.seconds());
        lock(&self.issued_for).insert(
            credentials.access_key_id.clone(),
            arn.role_name().to_owned(),
        );
        if let Some(tag) = call.tags.iter().find(|tag| tag.key == "Reason") {
            lock(&self.signed).insert(credentials.access_key_id.clone(), tag.value.clone());
        }
        Ok(Assumed {
            credentials,
            identity: format!(
                "arn:aws:sts::{}:assumed-role/{}/{}",
                arn.account_id(),
                arn.role_name(),
                call.session_name.as_str()
            ),
            packed_policy_percent: None,
            endpoint_url: None,
        })
    }

    fn session_token(&self, _: &Caller, call: &SessionToken) -> Result<Credentials, StsError> {
        self.note_code(call.mfa.as_ref());
        self.answer(call.mfa.is_some())?;
        Ok(self.credentials(call.duration.seconds()))
    }

    fn caller_identity(&self, caller: &Caller, _: &Region) -> Result<CallerIdentity, StsError> {
        match &caller.token {
            None => Ok(CallerIdentity {
                account_id: "177634097045".into(),
                arn: "arn:aws:iam::177634097045:user/user".into(),
                user_id: "AIDAFAKEUSERID".into(),
            }),
            Some(_) => Err(StsError::Refused(Refusal {
                code: "AccessDenied".into(),
                status: 403,
                ..Refusal::default()
            })),
        }
    }

    fn reach(&self, _: &Region) -> Result<(), StsError> {
        Ok(())
    }
}

/// A keychain that is sometimes locked.
#[derive(Debug)]
struct Unreliable(Arc<World>);

impl Unreliable {
    fn keychain(&self) -> &FakeKeychain {
        let fails = self.0.keychain_fails.load(Ordering::Relaxed);
        let keychain = &self.0.fakes.keychain;
        keychain.fail_with(fails.then_some(KeychainError::Locked));
        keychain
    }
}

impl Keychain for Unreliable {
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError> {
        self.keychain().store(id, secret)
    }
    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.keychain().fetch(id)
    }
    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.keychain().remove(id)
    }
    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError> {
        self.keychain().store_seed(id, seed)
    }
    fn fetch_seed(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.keychain().fetch_seed(id)
    }
    fn remove_seed(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.keychain().remove_seed(id)
    }
}

/// An audience and notifier that ignore everything.
struct Silent;

impl Notifier for Silent {
    fn show(&self, _notice: &Notice) {}
    fn withdraw(&self, _topic: &Topic) {}
}

impl Audience for Silent {
    fn publish(&self, _snapshot: &Snapshot) {}
    fn tick(&self, _snapshot: &Snapshot, _now: Timestamp) {}
}
