//! A store in memory that keeps codes over restarts. The test can make its writes fail or block.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::ring;
use crate::memory::{MemoryStore, lock};
use crate::ports::Store;
use rolecall_core::asker::history::{Line, Query};
use rolecall_core::session::Session;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::duration::DurationLimit;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_core::value::usage::Usage;

/// A store in memory.
#[derive(Debug, Default)]
pub struct FakeStore {
    memory: MemoryStore,
    failure: Mutex<Option<Problem>>,
    panics: AtomicBool,
    is_held: Mutex<bool>,
    released: Condvar,
    ledger: Mutex<BTreeSet<(String, String)>>,
    warned: Mutex<Vec<(String, i64)>>,
}

impl FakeStore {
    /// Makes every write fail from now on, or work again.
    pub fn fail_with(&self, failure: Option<Problem>) {
        self.panics.store(false, Ordering::Release);
        *lock(&self.failure) = failure;
    }

    /// Stores this many sessions of the roles `r0`, `r1` and so on, which end after `life` and a part of `spread`.
    ///
    /// # Panics
    ///
    /// If the memory is full, which it never is.
    pub fn sessions_of(
        &self,
        count: i32,
        life: SignedDuration,
        spread: SignedDuration,
        now: Timestamp,
    ) {
        for number in 0..count {
            let role = Name::parse(&format!("r{number}")).expect("a name");
            let session = Session {
                limited: None,
                role_arn: format!("arn:aws:iam::808768216571:role/r{number}"),
                source: Name::parse("user").expect("a name"),
                identity: String::new(),
                packed_policy_percent: None,
                reason: None,
                is_direct: true,
                endpoint_url: None,
                issued_at: now,
                credentials: Arc::new(Credentials {
                    access_key_id: format!("ASIASTORED{number:010}"),
                    secret_access_key: Secret::new("c2VjcmV0".into()),
                    session_token: Secret::new("dG9rZW4".into()),
                    expires_at: now + life + spread * number / count,
                }),
                role,
            };
            self.memory.save(&session).expect("memory");
        }
    }

    /// Returns and removes the warnings that were noted so far.
    pub fn take_warned(&self) -> Vec<(String, i64)> {
        std::mem::take(&mut lock(&self.warned))
    }

    /// Makes the next write panic, like a fault of the adapter.
    pub fn panic_next(&self) {
        self.panics.store(true, Ordering::Release);
    }

    /// Blocks every write until [`FakeStore::release`].
    pub fn hold(&self) {
        *lock(&self.is_held) = true;
    }

    /// Continues the blocked writes.
    pub fn release(&self) {
        *lock(&self.is_held) = false;
        self.released.notify_all();
    }

    /// Writes unless the test prevents it.
    fn write(
        &self,
        write: impl FnOnce(&MemoryStore) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let result = self.check().and_then(|()| write(&self.memory));
        ring();
        result
    }

    fn check(&self) -> Result<(), Problem> {
        let held = self.released.wait_while(lock(&self.is_held), |held| *held);
        drop(held);
        let panics = self.panics.swap(false, Ordering::AcqRel);
        assert!(!panics, "a fault of the adapter, on purpose");
        lock(&self.failure).clone().map_or(Ok(()), Err)
    }
}

impl Store for FakeStore {
    fn load(&self) -> Result<Vec<Session>, Problem> {
        self.memory.load()
    }
    fn save(&self, session: &Session) -> Result<(), Problem> {
        self.write(|memory| memory.save(session))
    }
    fn forget(&self, role: &Name) -> Result<(), Problem> {
        self.write(|memory| memory.forget(role))
    }
    fn load_mfa(&self) -> Result<Vec<MfaSession>, Problem> {
        self.memory.load_mfa()
    }
    fn save_mfa(&self, session: &MfaSession) -> Result<(), Problem> {
        self.write(|memory| memory.save_mfa(session))
    }
    fn forget_mfa(&self, key: &AccessKeyId, serial: &MfaSerial) -> Result<(), Problem> {
        self.write(|memory| memory.forget_mfa(key, serial))
    }
    fn was_code_sent(&self, serial: &MfaSerial, code: &MfaCode) -> bool {
        let sent = (serial.to_string(), code.as_str().to_owned());
        lock(&self.ledger).contains(&sent)
    }
    fn note_code_sent(&self, serial: &MfaSerial, code: &MfaCode) {
        let sent = (serial.to_string(), code.as_str().to_owned());
        lock(&self.ledger).insert(sent);
    }
    fn duration_limits(&self) -> Result<Vec<(String, DurationLimit)>, Problem> {
        self.memory.duration_limits()
    }
    fn note_duration_limit(&self, arn: &str, limit: Option<DurationLimit>) -> Result<(), Problem> {
        self.write(|memory| memory.note_duration_limit(arn, limit))
    }
    fn maximum_tries(&self) -> Result<Vec<(String, Timestamp)>, Problem> {
        self.memory.maximum_tries()
    }
    fn note_maximum_try(&self, arn: &str, at: Timestamp) -> Result<(), Problem> {
        self.write(|memory| memory.note_maximum_try(arn, at))
    }
    fn was_warned(&self, id: &str, lead_s: i64) -> bool {
        self.memory.was_warned(id, lead_s)
    }
    fn note_warned(&self, id: &str, lead_s: i64) {
        lock(&self.warned).push((id.to_owned(), lead_s));
        self.memory.note_warned(id, lead_s);
    }
    fn usages(&self) -> Result<Vec<(Name, Usage)>, Problem> {
        self.memory.usages()
    }
    fn note_usage(&self, role: &Name, usage: Usage) {
        self.memory.note_usage(role, usage);
    }
    fn record(&self, line: Line) {
        self.memory.record(line);
        ring();
    }
    fn history(&self, query: &Query) -> Result<Vec<Line>, Problem> {
        self.memory.history(query)
    }
    fn flush(&self) {}
}
