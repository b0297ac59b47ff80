//! The state that survives a restart: encrypted sessions, sent warnings, and the history of requests, in a private SQLite
//! file.
//!
//! It never writes a secret in plaintext. If the disk fails, only the restart loses its state.

mod database;
mod history;
mod record;
mod state_file;

use std::path::PathBuf;
use std::sync::{Arc, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use rolecall_core::asker::history::{Line, Query};
use rolecall_core::session::Session;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::duration::{DurationLimit, KnownBy, SessionDuration};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::{CODE_LIFE, MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::usage::Usage;
use rolecall_keeper::ports::{Clock, Store};
use sha2::{Digest, Sha256};

use crate::paths::Paths;
use crate::seal::{SealKey, SealKeys};
use crate::secret_store::Asking;
use database::{Database, Fault};
use history::HistoryWriter;
use state_file::{SessionHash, State, StateFile};

/// How long ended sessions and their warnings are kept: longer than a clock is likely to be wrong.
const RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// Sessions, warnings and history in one file of the state folder.
pub struct SealedStore {
    file: Arc<StateFile>,
    seal: Arc<dyn SealKeys>,
    clock: Arc<dyn Clock>,
    history: HistoryWriter,
}

impl SealedStore {
    /// Returns the store at these paths. The file is opened by the first call.
    pub fn new(paths: Paths, seal: Arc<dyn SealKeys>, clock: Arc<dyn Clock>) -> Self {
        let file = Arc::new(StateFile::new(paths, clock.clone()));
        Self {
            history: HistoryWriter::new(file.clone()),
            file,
            seal,
            clock,
        }
    }

    /// Switches to another file: each encryption key has its own file.
    pub fn move_to(&self, path: PathBuf) {
        self.file.move_to(path);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Database) -> Result<T, Fault>) -> Result<T, Problem> {
        self.file.with(act)
    }

    /// Returns whether the keychain may prompt: not at start, but when the user retries.
    fn asking(&self) -> Asking {
        match std::mem::replace(&mut self.lock().loaded, true) {
            false => Asking::Quiet,
            true => Asking::MayPrompt,
        }
    }

    fn unseal(
        &self,
        key: &SealKey,
        rows: Vec<(String, Vec<u8>)>,
        now: Timestamp,
    ) -> Result<Vec<Session>, Problem> {
        let mut sessions = Vec::new();
        let mut lost = 0;
        let is_confirmed = self.clock.is_confirmed();
        for (role, sealed) in rows {
            match record::open(key, &role, &sealed) {
                Some(session) if !is_confirmed || session.remaining_at(now) > -RETENTION => {
                    sessions.push(session);
                }
                Some(_) => self.with(|database| database.forget(&role))?,
                None => {
                    lost += 1;
                    self.with(|database| database.forget(&role))?;
                }
            }
        }
        if lost > 0 {
            tracing::warn!(lost, "sessions could not be opened and were dropped");
        }
        match sessions.is_empty() && lost > 0 {
            true => Err(lost_sessions()),
            false => Ok(sessions),
        }
    }

    /// Returns the time before which rows are deleted. A clock that may be wrong deletes nothing.
    fn oldest(&self, kept: SignedDuration) -> Timestamp {
        match self.clock.is_confirmed() {
            true => self.clock.now() - kept,
            false => Timestamp::MIN,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.file.lock()
    }
}

impl Store for SealedStore {
    fn load(&self) -> Result<Vec<Session>, Problem> {
        let asking = self.asking();
        let rows = self.with(Database::sessions)?;
        if let Some(damage) = self.lock().damage.take() {
            return Err(damage);
        }
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.seal.existing(asking).map_err(|error| match error {
            KeychainError::Empty | KeychainError::Corrupt => lost_sessions(),
            error => error.into(),
        })?;
        self.unseal(&key, rows, self.clock.now())
    }

    fn save(&self, session: &Session) -> Result<(), Problem> {
        // Fails for the file of a newer version, before a new key is created.
        self.with(|_| Ok(()))?;
        let key = self.seal.existing_or_new()?;
        let sealed = record::seal(&key, session)?;
        self.with(|database| database.save(session.role.as_str(), &sealed))
    }

    fn forget(&self, role: &Name) -> Result<(), Problem> {
        self.with(|database| database.forget(role.as_str()))
    }

    fn load_mfa(&self) -> Result<Vec<MfaSession>, Problem> {
        let rows = self.with(Database::mfa_sessions)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.seal.existing(Asking::Quiet)?;
        let mut sessions = Vec::new();
        let (now, is_confirmed) = (self.clock.now(), self.clock.is_confirmed());
        for (id, device, sealed) in rows {
            match record::open_mfa(&key, &id, &device, &sealed) {
                Some(session) if !is_confirmed || session.remaining_at(now).is_positive() => {
                    sessions.push(session);
                }
                // Only a new code is needed.
                Some(_) | None => self.with(|database| database.forget_mfa(&id, &device))?,
            }
        }
        Ok(sessions)
    }

    fn save_mfa(&self, session: &MfaSession) -> Result<(), Problem> {
        self.with(|_| Ok(()))?;
        let key = self.seal.existing_or_new()?;
        let sealed = record::seal_mfa(&key, session)?;
        let (id, device) = (session.key.as_str(), session.serial.as_str());
        self.with(|database| database.save_mfa(id, device, &sealed))
    }

    fn forget_mfa(&self, key: &AccessKeyId, serial: &MfaSerial) -> Result<(), Problem> {
        self.with(|database| database.forget_mfa(key.as_str(), serial.as_str()))
    }

    fn was_code_sent(&self, serial: &MfaSerial, code: &MfaCode) -> bool {
        let since = self.clock.now() - CODE_LIFE;
        let noted = self.with(|database| database.was_code_sent(&code_hash(serial, code), since));
        noted.unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the log of used codes cannot be read");
            false
        })
    }

    fn note_code_sent(&self, serial: &MfaSerial, code: &MfaCode) {
        let now = self.clock.now();
        let hash = code_hash(serial, code);
        let oldest = self.oldest(CODE_LIFE);
        let noted = self.with(|database| database.note_code_sent(&hash, now, oldest));
        if let Err(problem) = noted {
            tracing::warn!(%problem, "the log of used codes cannot be written");
        }
    }

    fn duration_limits(&self) -> Result<Vec<(String, DurationLimit)>, Problem> {
        let rows = self.with(Database::duration_limits)?;
        let life = |seconds: u32| SessionDuration::from_seconds(seconds.into()).ok();
        let known = |(arn, refused_s, allowed_s): (String, Option<u32>, u32)| {
            let known_by = match refused_s {
                Some(refused_s) => KnownBy::Refusal(life(refused_s)?),
                None => KnownBy::Role,
            };
            let allowed = life(allowed_s)?;
            Some((arn, DurationLimit { allowed, known_by }))
        };
        Ok(rows.into_iter().filter_map(known).collect())
    }

    fn note_duration_limit(
        &self,
        role_arn: &str,
        limit: Option<DurationLimit>,
    ) -> Result<(), Problem> {
        self.with(|database| match limit {
            Some(DurationLimit { allowed, known_by }) => {
                let refused_s = match known_by {
                    KnownBy::Refusal(refused) => Some(refused.seconds()),
                    KnownBy::Role => None,
                };
                database.note_duration_limit(role_arn, refused_s, allowed.seconds())
            }
            None => database.forget_duration_limit(role_arn),
        })
    }

    fn maximum_tries(&self) -> Result<Vec<(String, Timestamp)>, Problem> {
        let rows = self.with(Database::maximum_tries)?.into_iter();
        let sound = rows.filter_map(|(arn, at_s)| Some((arn, Timestamp::from_second(at_s).ok()?)));
        Ok(sound.collect())
    }

    fn note_maximum_try(&self, role_arn: &str, at: Timestamp) -> Result<(), Problem> {
        self.with(|database| database.note_maximum_try(role_arn, at))
    }

    fn was_warned(&self, id: &str, lead_s: i64) -> bool {
        let hash = hash(id);
        if self.lock().warned.contains(&(hash, lead_s)) {
            return true;
        }
        let noted = self.with(|database| database.was_warned(&hash, lead_s));
        noted.unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the log of warnings cannot be read");
            false
        })
    }

    fn note_warned(&self, id: &str, lead_s: i64) {
        let hash = hash(id);
        self.lock().warned.insert((hash, lead_s));
        let now = self.clock.now();
        let oldest = self.oldest(RETENTION);
        let noted = self.with(|database| database.note_warned(&hash, lead_s, now, oldest));
        if let Err(problem) = noted {
            tracing::warn!(%problem, "the log of warnings cannot be written");
        }
    }

    fn usages(&self) -> Result<Vec<(Name, Usage)>, Problem> {
        let kept = self.with(Database::usages)?.into_iter();
        let sound = kept.filter_map(|(role, weight)| {
            Some((Name::parse(&role).ok()?, Usage::from_weight(weight)?))
        });
        Ok(sound.collect())
    }

    fn note_usage(&self, role: &Name, usage: Usage) {
        let noted = self.with(|database| database.note_usage(role.as_str(), usage.weight()));
        if let Err(problem) = noted {
            tracing::warn!(%problem, "the usage of a role cannot be saved");
        }
    }

    fn record(&self, line: Line) {
        self.history.add(line);
    }

    fn history(&self, query: &Query) -> Result<Vec<Line>, Problem> {
        self.history.find(query)
    }

    fn flush(&self) {
        self.history.flush();
    }
}

/// Returns the hash of a code in the log of used codes. The code is no longer secret, since AWS accepts it once.
fn code_hash(serial: &MfaSerial, code: &MfaCode) -> [u8; 32] {
    Sha256::digest(format!("{} {}", serial.as_str(), code.as_str())).into()
}

fn hash(id: &str) -> SessionHash {
    Sha256::digest(id).into()
}

fn lost_sessions() -> Problem {
    Problem::new(
        ProblemCode::KeychainEmpty,
        "Earlier sessions cannot be opened: the keychain no longer contains their encryption key.",
        "Assume your roles again.",
    )
}
