//! Ports that keep everything in memory, for the practice account, which must leave no trace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::ports::{
    AwsEdit, AwsText, AwsWriter, Files, Journal, Keeping, Keychain, KeysEdit, MovedKeysEdit,
    OwnFile, Store, TextEdit,
};
use rolecall_core::asker::history::{Line, Query, Recent};
use rolecall_core::aws_files::{AwsFile, Edited, FileAccess, TakenKey};
use rolecall_core::session::Session;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::duration::DurationLimit;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_core::value::usage::Usage;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A keychain in memory.
#[derive(Debug, Default)]
pub struct MemoryKeychain {
    secrets: Mutex<BTreeMap<AccessKeyId, Secret>>,
    seeds: Mutex<BTreeMap<AccessKeyId, Secret>>,
}

impl Keychain for MemoryKeychain {
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError> {
        lock(&self.secrets).insert(id.clone(), secret.duplicate());
        Ok(())
    }
    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        let secrets = lock(&self.secrets);
        let secret = secrets.get(id).map(Secret::duplicate);
        secret.ok_or(KeychainError::Empty)
    }
    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        lock(&self.secrets).remove(id);
        Ok(())
    }
    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError> {
        lock(&self.seeds).insert(id.clone(), seed.duplicate());
        Ok(())
    }
    fn fetch_seed(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        let seeds = lock(&self.seeds);
        let seed = seeds.get(id).map(Secret::duplicate);
        seed.ok_or(KeychainError::Empty)
    }
    fn remove_seed(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        lock(&self.seeds).remove(id);
        Ok(())
    }
}

/// Files in memory.
#[derive(Debug, Default)]
pub struct MemoryFiles {
    /// The file of roles.
    pub roles: Mutex<String>,
    /// The file of settings.
    pub settings: Mutex<String>,
    /// Why the file of settings cannot be read.
    pub settings_failure: Mutex<Option<Problem>>,
    /// The file of labels.
    pub marks: Mutex<String>,
    /// Why the file of labels cannot be read.
    pub marks_failure: Mutex<Option<Problem>>,
    /// AWS's config file.
    pub aws_config: Mutex<String>,
    /// AWS's credentials file.
    pub aws_credentials: Mutex<String>,
    /// Who besides the user can use AWS's files.
    pub aws_access: Mutex<FileAccess>,
    /// Why AWS's files cannot be read.
    pub aws_failure: Mutex<Option<Problem>>,
    /// The journals.
    pub journals: Mutex<BTreeMap<Journal, String>>,
    keys: Mutex<Vec<AccessKey>>,
    moved_keys: Mutex<Vec<TakenKey>>,
}

impl MemoryFiles {
    /// Returns files with these texts.
    pub fn new(roles: String, settings: String) -> Self {
        Self {
            roles: roles.into(),
            settings: settings.into(),
            ..Self::default()
        }
    }

    fn text(&self, file: OwnFile) -> &Mutex<String> {
        match file {
            OwnFile::Roles => &self.roles,
            OwnFile::Settings => &self.settings,
            OwnFile::Marks => &self.marks,
        }
    }
}

impl Files for MemoryFiles {
    fn path(&self, file: OwnFile) -> String {
        match file {
            OwnFile::Roles => "roles.toml",
            OwnFile::Settings => "settings.toml",
            OwnFile::Marks => "marks.toml",
        }
        .into()
    }
    fn read(&self, file: OwnFile) -> Result<String, Problem> {
        let failure = match file {
            OwnFile::Roles => None,
            OwnFile::Settings => lock(&self.settings_failure).clone(),
            OwnFile::Marks => lock(&self.marks_failure).clone(),
        };
        failure.map_or_else(|| Ok(lock(self.text(file)).clone()), Err)
    }
    fn edit(&self, file: OwnFile, edit: TextEdit<'_>) -> Result<String, Problem> {
        let edited = edit(&self.read(file)?)?;
        lock(self.text(file)).clone_from(&edited);
        Ok(edited)
    }
    fn aws_path(&self, file: AwsFile) -> String {
        file.usual_path().into()
    }
    fn read_aws(&self, file: AwsFile) -> Result<AwsText, Problem> {
        if let Some(failure) = lock(&self.aws_failure).clone() {
            return Err(failure);
        }
        let text = match file {
            AwsFile::Config => &self.aws_config,
            AwsFile::Credentials => &self.aws_credentials,
        };
        Ok(AwsText {
            text: Secret::new(lock(text).clone()),
            warning: None,
            access: *lock(&self.aws_access),
        })
    }
    fn read_keys(&self) -> Result<Vec<AccessKey>, Problem> {
        Ok(lock(&self.keys).clone())
    }
    fn edit_keys(&self, edit: KeysEdit<'_>) -> Result<Vec<AccessKey>, Problem> {
        let mut keys = self.read_keys()?;
        edit(&mut keys)?;
        lock(&self.keys).clone_from(&keys);
        Ok(keys)
    }
    fn read_journal(&self, journal: Journal) -> Result<String, Problem> {
        Ok(lock(&self.journals)
            .get(&journal)
            .cloned()
            .unwrap_or_default())
    }
    fn edit_journal(&self, journal: Journal, edit: TextEdit<'_>) -> Result<(), Problem> {
        let edited = edit(&self.read_journal(journal)?)?;
        lock(&self.journals).insert(journal, edited);
        Ok(())
    }
}

impl AwsWriter for MemoryFiles {
    fn edit(&self, file: AwsFile, _: Keeping<'_>, edit: AwsEdit<'_>) -> Result<Edited, Problem> {
        let edited = edit(self.read_aws(file)?.text.expose())?;
        let text = match file {
            AwsFile::Config => &self.aws_config,
            AwsFile::Credentials => &self.aws_credentials,
        };
        edited.text.expose().clone_into(&mut *lock(text));
        Ok(edited)
    }
    fn recover(&self) -> Result<(), Problem> {
        Ok(())
    }
    fn backup_path(&self, file: AwsFile) -> String {
        let name = file.usual_path().rsplit('/').next().unwrap_or_default();
        format!("backups/{name}.1")
    }
    fn command_line(&self) -> Result<String, Problem> {
        Ok("/usr/bin/rolecall".into())
    }
    fn has_program(&self, _path: &str) -> bool {
        true
    }
    fn moved_keys(&self) -> Result<Vec<TakenKey>, Problem> {
        Ok(lock(&self.moved_keys).clone())
    }
    fn edit_moved_keys(&self, edit: MovedKeysEdit<'_>) -> Result<(), Problem> {
        edit(&mut lock(&self.moved_keys));
        Ok(())
    }
}

/// The maximum number of lines of the history in memory.
const LINES_MAX: usize = 2_000;

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    sessions: Mutex<BTreeMap<Name, Session>>,
    mfa_sessions: Mutex<BTreeMap<(AccessKeyId, MfaSerial), MfaSession>>,
    warned: Mutex<BTreeSet<(String, i64)>>,
    history: Mutex<Recent>,
    usages: Mutex<BTreeMap<Name, Usage>>,
    limits: Mutex<BTreeMap<String, DurationLimit>>,
    maximum_tries: Mutex<BTreeMap<String, Timestamp>>,
}

impl Store for MemoryStore {
    fn load(&self) -> Result<Vec<Session>, Problem> {
        Ok(lock(&self.sessions).values().cloned().collect())
    }
    fn save(&self, session: &Session) -> Result<(), Problem> {
        lock(&self.sessions).insert(session.role.clone(), session.clone());
        Ok(())
    }
    fn forget(&self, role: &Name) -> Result<(), Problem> {
        lock(&self.sessions).remove(role);
        Ok(())
    }
    fn load_mfa(&self) -> Result<Vec<MfaSession>, Problem> {
        Ok(lock(&self.mfa_sessions).values().cloned().collect())
    }
    fn save_mfa(&self, session: &MfaSession) -> Result<(), Problem> {
        let id = (session.key.clone(), session.serial.clone());
        lock(&self.mfa_sessions).insert(id, session.clone());
        Ok(())
    }
    fn forget_mfa(&self, key: &AccessKeyId, serial: &MfaSerial) -> Result<(), Problem> {
        lock(&self.mfa_sessions).remove(&(key.clone(), serial.clone()));
        Ok(())
    }
    fn was_code_sent(&self, _serial: &MfaSerial, _code: &MfaCode) -> bool {
        // This store ends with the program, and the ledger in memory knows its codes.
        false
    }
    fn note_code_sent(&self, _serial: &MfaSerial, _code: &MfaCode) {}
    fn duration_limits(&self) -> Result<Vec<(String, DurationLimit)>, Problem> {
        let limits = lock(&self.limits);
        Ok(limits
            .iter()
            .map(|(arn, limit)| (arn.clone(), *limit))
            .collect())
    }
    fn note_duration_limit(
        &self,
        role_arn: &str,
        limit: Option<DurationLimit>,
    ) -> Result<(), Problem> {
        let mut limits = lock(&self.limits);
        match limit {
            Some(limit) => drop(limits.insert(role_arn.to_owned(), limit)),
            None => drop(limits.remove(role_arn)),
        }
        Ok(())
    }
    fn maximum_tries(&self) -> Result<Vec<(String, Timestamp)>, Problem> {
        let tries = lock(&self.maximum_tries);
        Ok(tries.iter().map(|(arn, at)| (arn.clone(), *at)).collect())
    }
    fn note_maximum_try(&self, role_arn: &str, at: Timestamp) -> Result<(), Problem> {
        lock(&self.maximum_tries).insert(role_arn.to_owned(), at);
        Ok(())
    }
    fn was_warned(&self, id: &str, lead_s: i64) -> bool {
        lock(&self.warned).contains(&(id.to_owned(), lead_s))
    }
    fn usages(&self) -> Result<Vec<(Name, Usage)>, Problem> {
        let usages = lock(&self.usages);
        Ok(usages
            .iter()
            .map(|(role, usage)| (role.clone(), *usage))
            .collect())
    }
    fn note_usage(&self, role: &Name, usage: Usage) {
        lock(&self.usages).insert(role.clone(), usage);
    }
    fn note_warned(&self, id: &str, lead_s: i64) {
        lock(&self.warned).insert((id.to_owned(), lead_s));
    }
    fn record(&self, line: Line) {
        let mut history = lock(&self.history);
        history.add(line);
        history.keep(LINES_MAX);
    }
    fn history(&self, query: &Query) -> Result<Vec<Line>, Problem> {
        Ok(lock(&self.history).find(query))
    }
    fn flush(&self) {}
}
