//! An AWS with one user: keys that are really refused, a limit of two, and answers that can be lost. Every call of AWS, of
//! the keychain and of the files with keys can be the last one of a process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::aws_files::AwsFile;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::{DescribedRole, ListedKey, Simulation, SimulationResult};
use rolecall_core::calls::iam_call::{IamAnswer, IamCall, KeyStatus};
use rolecall_core::calls::sts::{
    AssumeRole, Assumed, Caller, CallerIdentity, Refusal, SessionToken, StsError,
};
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::{Partition, Region};
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::fakes::{FakeClock, FakeKeychain};
use rolecall_keeper::memory::MemoryFiles;
use rolecall_keeper::ports::{
    AwsText, Clock, Files, Iam, Journal, Keychain, KeysEdit, OwnFile, Sts, TextEdit,
};

pub(crate) const USER: &str = "arn:aws:iam::177634097045:user/team/ann";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A clock on which every wait is over at once.
pub(crate) struct HastyClock(pub(crate) Arc<FakeClock>);

impl Clock for HastyClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
    fn offset(&self) -> SignedDuration {
        SignedDuration::ZERO
    }
    fn wake_at(&self, at: Timestamp, waker: &Waker) -> u64 {
        let left = at.duration_since(self.0.now());
        if left.is_positive() {
            self.0.advance(left);
        }
        waker.wake_by_ref();
        0
    }
    fn cancel(&self, _alarm: u64) {}
    fn jumps(&self) -> u64 {
        0
    }
    fn is_confirmed(&self) -> bool {
        true
    }
}

/// Ends the process after a number of steps. A step is a moment before or after an effect.
#[derive(Default)]
pub(crate) struct Killer(Mutex<Option<u32>>);

impl Killer {
    pub(crate) fn kill_after(&self, steps: Option<u32>) {
        *lock(&self.0) = steps;
    }

    fn around<T>(&self, effect: impl FnOnce() -> T) -> T {
        self.step();
        let result = effect();
        self.step();
        result
    }

    fn step(&self) {
        let is_over = {
            let mut left = lock(&self.0);
            match &mut *left {
                None => false,
                Some(0) => true,
                Some(left) => {
                    *left -= 1;
                    false
                }
            }
        };
        assert!(!is_over, "killed");
    }
}

/// A key of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) is_active: bool,
    pub(crate) created_at: Timestamp,
    /// When AWS knows it.
    known_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// What AWS does differently.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// The action that the user may not call.
    pub(crate) forbidden: Option<&'static str>,
    /// Whether changes need MFA.
    pub(crate) wants_mfa: bool,
    /// How long a new key is not known.
    pub(crate) delay: SignedDuration,
    /// The action whose next answer is lost.
    pub(crate) lost: Option<&'static str>,
}

/// The user, the keys and the calls.
pub(crate) struct Aws {
    clock: Arc<FakeClock>,
    killer: Arc<Killer>,
    pub(crate) keys: Mutex<Vec<Key>>,
    pub(crate) rules: Mutex<Rules>,
    pub(crate) calls: Mutex<Vec<String>>,
    made: Mutex<u32>,
}

impl Aws {
    pub(crate) fn new(clock: &Arc<FakeClock>, killer: &Arc<Killer>) -> Self {
        Self {
            clock: clock.clone(),
            killer: killer.clone(),
            keys: Mutex::default(),
            rules: Mutex::default(),
            calls: Mutex::default(),
            made: Mutex::default(),
        }
    }

    /// Makes a key, which AWS knows at once, and returns it.
    pub(crate) fn make_key(&self) -> KeyPair {
        let now = self.clock.now();
        let key = self.next_key(now);
        let pair = pair(&key);
        lock(&self.keys).push(key);
        pair
    }

    pub(crate) fn key(&self, id: &str) -> Option<Key> {
        lock(&self.keys).iter().find(|key| key.id == id).cloned()
    }

    fn next_key(&self, known_at: Timestamp) -> Key {
        let mut made = lock(&self.made);
        *made += 1;
        Key {
            id: format!("AKIAROTATION{made:08}"),
            secret: format!("SecretOfKey{made:029}"),
            is_active: true,
            created_at: self.clock.now(),
            known_at,
            used_at: None,
        }
    }

    /// Answers a call, with the caller checked.
    fn answered<T>(
        &self,
        action: &'static str,
        caller: &Caller,
        act: impl FnOnce(&mut Vec<Key>) -> Result<T, StsError>,
    ) -> Result<T, StsError> {
        self.killer.around(|| {
            lock(&self.calls).push(format!("{action} {}", caller.access_key_id));
            self.check(action, caller)?;
            let done = act(&mut lock(&self.keys))?;
            let mut rules = lock(&self.rules);
            match rules.lost.take_if(|lost| *lost == action) {
                Some(_) => Err(StsError::TimedOut {
                    host: "aws".to_owned(),
                }),
                None => Ok(done),
            }
        })
    }

    fn check(&self, action: &str, caller: &Caller) -> Result<(), StsError> {
        let now = self.clock.now();
        let rules = lock(&self.rules);
        let has_mfa = caller.token.is_some();
        if !has_mfa {
            let mut keys = lock(&self.keys);
            let key = keys
                .iter_mut()
                .find(|key| key.id == caller.access_key_id && key.is_active && key.known_at <= now);
            let key = key.ok_or_else(|| refused("InvalidClientTokenId"))?;
            assert_eq!(caller.secret.expose(), key.secret);
            key.used_at = Some(now);
        }
        let is_free = matches!(action, "GetCallerIdentity" | "GetSessionToken");
        let lacks_mfa = rules.wants_mfa && !has_mfa && !is_free;
        match rules.forbidden == Some(action) || lacks_mfa {
            true => Err(refused("AccessDenied")),
            false => Ok(()),
        }
    }
}

fn pair(key: &Key) -> KeyPair {
    KeyPair::parse(&key.id, &Secret::new(key.secret.clone())).expect("a pair")
}

fn refused(code: &str) -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: code.to_owned(),
        message: format!("{code} in words"),
        ..Refusal::default()
    })
}

fn named<'k>(keys: &'k mut [Key], id: &str) -> Result<&'k mut Key, StsError> {
    let key = keys.iter_mut().find(|key| key.id == id);
    key.ok_or_else(|| refused("NoSuchEntity"))
}

fn unasked<T>() -> Result<T, StsError> {
    Err(refused("Unasked"))
}

impl Sts for Aws {
    fn assume_role(&self, _: &Caller, _: &AssumeRole) -> Result<Assumed, StsError> {
        unasked()
    }
    fn session_token(&self, caller: &Caller, call: &SessionToken) -> Result<Credentials, StsError> {
        self.answered("GetSessionToken", caller, |_| {
            Ok(Credentials {
                access_key_id: "ASIAWITHMFA000000001".to_owned(),
                secret_access_key: Secret::new("c2VjcmV0".to_owned()),
                session_token: Secret::new("dG9rZW4".to_owned()),
                expires_at: self.clock.now()
                    + SignedDuration::from_secs(i64::from(call.duration.seconds())),
            })
        })
    }
    fn caller_identity(&self, caller: &Caller, _: &Region) -> Result<CallerIdentity, StsError> {
        self.answered("GetCallerIdentity", caller, |_| {
            Ok(CallerIdentity {
                account_id: "177634097045".to_owned(),
                arn: USER.to_owned(),
                user_id: "AIDAEXAMPLE0000000001".to_owned(),
            })
        })
    }
    fn reach(&self, _: &Region) -> Result<(), StsError> {
        Ok(())
    }
}

impl Iam for Aws {
    fn call(&self, caller: &Caller, _: Partition, call: &IamCall) -> Result<IamAnswer, StsError> {
        self.answered(call.action(), caller, |keys| match call {
            IamCall::SetKeyStatus { user, id, status } => {
                assert_eq!(user, "ann");
                named(keys, id)?.is_active = *status == KeyStatus::Active;
                Ok(IamAnswer::Done)
            }
            IamCall::DeleteAccessKey { user, id } => {
                assert_eq!(user, "ann");
                named(keys, id)?;
                keys.retain(|key| key.id != *id);
                Ok(IamAnswer::Done)
            }
            _ => unasked(),
        })
    }
    fn role(&self, _: &Caller, _: &RoleArn) -> Result<DescribedRole, StsError> {
        unasked()
    }
    fn simulate(&self, _: &Caller, _: &Simulation) -> Result<Vec<SimulationResult>, StsError> {
        unasked()
    }
    fn access_keys(&self, caller: &Caller, _: Partition) -> Result<Vec<ListedKey>, StsError> {
        self.answered("ListAccessKeys", caller, |keys| {
            let listed = keys.iter().map(|key| ListedKey {
                id: key.id.clone(),
                is_active: key.is_active,
                created_at: key.created_at,
            });
            Ok(listed.collect())
        })
    }
    fn create_access_key(
        &self,
        caller: &Caller,
        _: Partition,
        user: &str,
    ) -> Result<KeyPair, StsError> {
        assert_eq!(user, "ann");
        let delay = lock(&self.rules).delay;
        self.answered("CreateAccessKey", caller, |keys| {
            if keys.len() >= 2 {
                return Err(refused("LimitExceeded"));
            }
            let key = self.next_key(self.clock.now() + delay);
            keys.push(key.clone());
            Ok(pair(&key))
        })
    }
    fn mfa_devices(&self, caller: &Caller, _: Partition) -> Result<Vec<String>, StsError> {
        lock(&self.calls).push(format!("ListMFADevices {}", caller.access_key_id));
        Ok(vec!["arn:aws:iam::177634097045:mfa/ann".to_owned()])
    }
    fn last_used(
        &self,
        caller: &Caller,
        access_key_id: &str,
        _: Partition,
    ) -> Result<Option<Timestamp>, StsError> {
        self.answered("GetAccessKeyLastUsed", caller, |keys| {
            Ok(named(keys, access_key_id)?.used_at)
        })
    }
    fn decode(&self, _: &Caller, _: &str, _: &Region) -> Result<String, StsError> {
        unasked()
    }
    fn account_of_key(&self, _: &Caller, _: &str, _: &Region) -> Result<String, StsError> {
        unasked()
    }
}

/// A keychain whose calls can be the last.
pub(crate) struct KilledKeychain(pub(crate) Arc<FakeKeychain>, pub(crate) Arc<Killer>);

impl Keychain for KilledKeychain {
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError> {
        self.1.around(|| self.0.store(id, secret))
    }
    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.0.fetch(id)
    }
    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.1.around(|| self.0.remove(id))
    }
    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError> {
        self.1.around(|| self.0.store_seed(id, seed))
    }
    fn fetch_seed(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.0.fetch_seed(id)
    }
    fn remove_seed(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.1.around(|| self.0.remove_seed(id))
    }
}

/// Files whose edits of keys and journals can be the last.
pub(crate) struct KilledFiles(pub(crate) Arc<MemoryFiles>, pub(crate) Arc<Killer>);

impl Files for KilledFiles {
    fn path(&self, file: OwnFile) -> String {
        self.0.path(file)
    }
    fn read(&self, file: OwnFile) -> Result<String, Problem> {
        self.0.read(file)
    }
    fn edit(&self, file: OwnFile, edit: TextEdit<'_>) -> Result<String, Problem> {
        Files::edit(&*self.0, file, edit)
    }
    fn aws_path(&self, file: AwsFile) -> String {
        self.0.aws_path(file)
    }
    fn read_aws(&self, file: AwsFile) -> Result<AwsText, Problem> {
        self.0.read_aws(file)
    }
    fn read_keys(&self) -> Result<Vec<AccessKey>, Problem> {
        self.0.read_keys()
    }
    fn edit_keys(&self, edit: KeysEdit<'_>) -> Result<Vec<AccessKey>, Problem> {
        self.1.around(|| self.0.edit_keys(edit))
    }
    fn read_journal(&self, journal: Journal) -> Result<String, Problem> {
        self.0.read_journal(journal)
    }
    fn edit_journal(&self, journal: Journal, edit: TextEdit<'_>) -> Result<(), Problem> {
        self.1.around(|| self.0.edit_journal(journal, edit))
    }
}
