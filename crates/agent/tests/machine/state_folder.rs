//! A state folder with sessions.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::seal::{SealKey, SealKeys};
use rolecall_agent::secret_store::Asking;
use rolecall_agent::store::SealedStore;
use rolecall_core::session::Session;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::fakes::{FakeClock, Fakes};
use rolecall_keeper::ports::Store;

pub(crate) const CANARY: &str = "CanaryCanaryCanaryCanaryCanaryCanary+/==";

/// A key that exists or not.
struct FixedSeal(Mutex<Result<u8, KeychainError>>);

impl SealKeys for FixedSeal {
    fn existing(&self, _asking: Asking) -> Result<Arc<SealKey>, KeychainError> {
        let byte = self.0.lock().expect("unpoisoned").clone()?;
        Ok(Arc::new(SealKey::new([byte; 32])))
    }
    fn existing_or_new(&self) -> Result<Arc<SealKey>, KeychainError> {
        self.existing(Asking::Quiet)
    }
}

/// One state folder, which survives the stores on it.
pub(crate) struct Disk {
    _dir: Option<tempfile::TempDir>,
    pub(crate) paths: Paths,
    seal: Arc<FixedSeal>,
    pub(crate) clock: Arc<FakeClock>,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let disk = Self::at(dir.path());
        Self {
            _dir: Some(dir),
            ..disk
        }
    }

    pub(crate) fn at(dir: &Path) -> Self {
        Self {
            _dir: None,
            paths: paths_below(dir),
            seal: Arc::new(FixedSeal(Mutex::new(Ok(7)))),
            clock: Fakes::at(start()).clock,
        }
    }

    /// Returns the store after a restart.
    pub(crate) fn store(&self) -> SealedStore {
        SealedStore::new(self.paths.clone(), self.seal.clone(), self.clock.clone())
    }

    pub(crate) fn set_key(&self, key: Result<u8, KeychainError>) {
        *self.seal.0.lock().expect("unpoisoned") = key;
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.paths.state_path()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.paths.state_dir).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    }
}

pub(crate) fn paths_below(dir: &Path) -> Paths {
    Paths::new(&Environment {
        home: Some(dir.to_owned()),
        ..Environment::default()
    })
    .expect("paths")
}

pub(crate) fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

pub(crate) fn session(role: &str, token: &str) -> Session {
    Session {
        role: Name::parse(role).expect("a name"),
        limited: None,
        role_arn: "arn:aws:iam::808768216571:role/guest".into(),
        source: Name::parse("user").expect("a name"),
        identity: "arn:aws:sts::808768216571:assumed-role/guest/user".into(),
        packed_policy_percent: Some(12),
        reason: Some("OPS-7".into()),
        is_direct: true,
        endpoint_url: None,
        issued_at: start(),
        credentials: Arc::new(Credentials {
            access_key_id: "ASIACANARYCANARYCANA".into(),
            secret_access_key: Secret::new(CANARY.into()),
            session_token: Secret::new(token.into()),
            expires_at: start() + SignedDuration::from_hours(1),
        }),
    }
}

pub(crate) fn tokens(store: &SealedStore) -> Vec<(String, String)> {
    let sessions = store.load().expect("loads");
    sessions
        .iter()
        .map(|session| {
            let token = session.credentials.session_token.expose();
            (session.role.to_string(), token.to_owned())
        })
        .collect()
}

pub(crate) fn pair(role: &str, token: &str) -> (String, String) {
    (role.to_owned(), token.to_owned())
}
