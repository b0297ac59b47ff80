//! The ports of the keeper: one small trait for each external system.

mod console;
mod machine;

use std::sync::Arc;
use std::task::Waker;

use jiff::{SignedDuration, Timestamp};

pub use crate::task::Task;
pub use console::{Browsers, SignInEndpoint, SignInPage};
pub use machine::Machine;
use rolecall_core::asker::history::{Line, Query};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::aws_files::{AwsFile, Edited, FileAccess, TakenKey};
use rolecall_core::calls::iam::{DescribedRole, ListedKey, Simulation, SimulationResult};
use rolecall_core::calls::iam_call::{IamAnswer, IamCall};
use rolecall_core::calls::sts::{
    AssumeRole, Assumed, Caller, CallerIdentity, SessionToken, StsError,
};
use rolecall_core::session::Session;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::duration::DurationLimit;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::{Partition, Region};
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::secret::Secret;
use rolecall_core::value::usage::Usage;
use rolecall_core::view::notice::{Notice, Topic};
use rolecall_core::view::snapshot::Snapshot;

/// The ports through which the keeper acts.
pub struct Ports {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Runs tasks.
    pub tasks: Arc<dyn Tasks>,
    /// The names of this machine and its user.
    pub machine: Arc<dyn Machine>,
    /// The Security Token Service.
    pub sts: Arc<dyn Sts>,
    /// IAM, and calls of STS that read permissions.
    pub iam: Arc<dyn Iam>,
    /// The sign-in endpoint of the AWS console.
    pub sign_in: Arc<dyn SignInEndpoint>,
    /// The browsers on this machine.
    pub browsers: Arc<dyn Browsers>,
    /// The OS keychain.
    pub keychain: Arc<dyn Keychain>,
    /// Programs in the user's settings.
    pub programs: Arc<dyn Programs>,
    /// The user's files.
    pub files: Arc<dyn Files>,
    /// Edits of AWS's own files.
    pub aws: Arc<dyn AwsWriter>,
    /// Data that survives a restart.
    pub store: Arc<dyn Store>,
    /// The clipboard.
    pub clipboard: Arc<dyn Clipboard>,
    /// Desktop notifications.
    pub notifier: Arc<dyn Notifier>,
    /// Tray and window.
    pub audience: Arc<dyn Audience>,
}

/// The Security Token Service.
pub trait Sts: Send + Sync {
    /// Calls AssumeRole. A call with an MFA code is sent once. Others are retried according to the standard retry mode.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn assume_role(&self, caller: &Caller, call: &AssumeRole) -> Result<Assumed, StsError>;

    /// Calls GetSessionToken for temporary credentials of the user whose long-term key signs. A call with an MFA code
    /// is sent once. Others are retried according to the standard retry mode.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn session_token(&self, caller: &Caller, call: &SessionToken) -> Result<Credentials, StsError>;

    /// Calls GetCallerIdentity at the endpoint of `region`.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn caller_identity(&self, caller: &Caller, region: &Region)
    -> Result<CallerIdentity, StsError>;

    /// Calls the endpoint of `region` without a signature, which AWS refuses. Any answer of AWS is a success.
    ///
    /// # Errors
    /// Any of [`StsError`] but [`StsError::Refused`].
    fn reach(&self, region: &Region) -> Result<(), StsError>;
}

/// IAM, and calls of STS that read permissions. Each call can itself be denied.
pub trait Iam: Send + Sync {
    /// Makes a call of IAM in a partition. What only reads is retried according to the standard retry mode. A change is
    /// sent once: without an answer, it may have been made.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn call(
        &self,
        caller: &Caller,
        partition: Partition,
        call: &IamCall,
    ) -> Result<IamAnswer, StsError>;

    /// Calls GetRole. It finds only roles in the caller's account, by name.
    ///
    /// # Errors
    /// Any of [`StsError`], with the code `NoSuchEntity` if the caller's account has no such role.
    fn role(&self, caller: &Caller, role: &RoleArn) -> Result<DescribedRole, StsError>;

    /// Calls SimulatePrincipalPolicy in the partition of the principal.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn simulate(
        &self,
        caller: &Caller,
        question: &Simulation,
    ) -> Result<Vec<SimulationResult>, StsError>;

    /// Calls ListAccessKeys for the user who signs, in a partition.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn access_keys(
        &self,
        caller: &Caller,
        partition: Partition,
    ) -> Result<Vec<ListedKey>, StsError>;

    /// Calls CreateAccessKey for a user in a partition, once. Without an answer, there may be a new key whose secret nobody
    /// has.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn create_access_key(
        &self,
        caller: &Caller,
        partition: Partition,
        user: &str,
    ) -> Result<KeyPair, StsError>;

    /// Calls ListMFADevices for the user who signs, in a partition, and returns their serials.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn mfa_devices(&self, caller: &Caller, partition: Partition) -> Result<Vec<String>, StsError>;

    /// Calls GetAccessKeyLastUsed, and returns when a key was last used; `None` if it never was.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn last_used(
        &self,
        caller: &Caller,
        access_key_id: &str,
        partition: Partition,
    ) -> Result<Option<Timestamp>, StsError>;

    /// Calls DecodeAuthorizationMessage at the STS endpoint of `region` and returns the decoded message as JSON.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn decode(&self, caller: &Caller, encoded: &str, region: &Region) -> Result<String, StsError>;

    /// Calls GetAccessKeyInfo at the STS endpoint of `region` and returns the account of an access key.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn account_of_key(
        &self,
        caller: &Caller,
        access_key_id: &str,
        region: &Region,
    ) -> Result<String, StsError>;
}

/// The clock.
pub trait Clock: Send + Sync {
    /// Returns the current time of AWS's clock, as far as it is known.
    fn now(&self) -> Timestamp;

    /// Returns AWS's clock minus this machine's, as far as it is known.
    fn offset(&self) -> SignedDuration;

    /// Wakes `waker` when this clock reaches `at`, or earlier. Returns the number for [`Clock::cancel`].
    fn wake_at(&self, at: Timestamp, waker: &Waker) -> u64;

    /// Cancels an alarm of [`Clock::wake_at`].
    fn cancel(&self, alarm: u64);

    /// Returns how often the clock was noticed to be set, forward or back, or the machine to wake up. All alarms wake their
    /// wakers then.
    fn jumps(&self) -> u64;

    /// Returns whether AWS sent its time. Without it, the time is only what this machine says, and nothing is deleted
    /// because of it.
    fn is_confirmed(&self) -> bool;
}

/// Runs tasks that belong to the keeper and not to a caller.
pub trait Tasks: Send + Sync {
    /// Runs a task to its end, concurrently with everything else.
    ///
    /// # Errors
    /// If the system has no resources for it. The task is dropped then.
    fn start(&self, task: Task) -> Result<(), Problem>;

    /// Returns a delay before each call to a port and before its result is used. Only the simulation has one.
    fn delay(&self) -> SignedDuration {
        SignedDuration::ZERO
    }
}

/// The OS keychain.
pub trait Keychain: Send + Sync {
    /// Stores the secret of an access key, and replaces an earlier one.
    ///
    /// # Errors
    /// Any of [`KeychainError`]. Nothing is stored then.
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError>;

    /// Returns the secret of an access key.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError>;

    /// Returns the secret of an access key, without a dialog of the keychain: a locked keychain is an error.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn fetch_quietly(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.fetch(id)
    }

    /// Removes the secret of an access key. Succeeds if there is none.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError>;

    /// Stores the seed of the MFA device for an access key of the same user, and replaces an earlier one.
    ///
    /// # Errors
    /// Any of [`KeychainError`]. Nothing is stored then.
    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError>;

    /// Returns the seed for an access key.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn fetch_seed(&self, id: &AccessKeyId) -> Result<Secret, KeychainError>;

    /// Removes the seed for an access key. Succeeds if there is none.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn remove_seed(&self, id: &AccessKeyId) -> Result<(), KeychainError>;
}

/// A file of the user in the configuration folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnFile {
    /// The file of roles.
    Roles,
    /// The file of settings.
    Settings,
    /// The file of labels.
    Marks,
}

/// A file in the state folder that says how far something in several steps came, so that it can be continued or undone
/// after a crash. See [`crate::journal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Journal {
    /// Access keys that are being replaced.
    Rotations,
    /// Setup kits that are applied.
    Setups,
    /// Policies that were put to revoke sessions.
    Revocations,
}

impl Journal {
    /// Returns the name of the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Rotations => "rotations.json",
            Self::Setups => "setups.json",
            Self::Revocations => "revocations.json",
        }
    }
}

/// The user's files of roles, settings, labels and access keys (IDs and names, never secrets). Other programs may write
/// them concurrently. No change of theirs is lost by an edit.
pub trait Files: Send + Sync {
    /// Returns the path of a file as shown in messages.
    fn path(&self, file: OwnFile) -> String;

    /// Returns a file, or an empty text if there is none.
    ///
    /// # Errors
    /// If it cannot be read, for example because it is too large or not UTF-8.
    fn read(&self, file: OwnFile) -> Result<String, Problem>;

    /// Replaces a file atomically with the result of `edit`, and returns what it contains then. `edit` is called again
    /// if another program wrote meanwhile.
    ///
    /// # Errors
    /// The errors of `edit`, and if the file cannot be written or keeps changing.
    fn edit(&self, file: OwnFile, edit: TextEdit<'_>) -> Result<String, Problem>;

    /// Returns the path of one of AWS's own files as shown in messages.
    fn aws_path(&self, file: AwsFile) -> String;

    /// Returns one of AWS's own files, or an empty text if there is none.
    ///
    /// # Errors
    /// The same as [`Files::read`].
    fn read_aws(&self, file: AwsFile) -> Result<AwsText, Problem>;

    /// Returns the access keys.
    ///
    /// # Errors
    /// If their file cannot be read.
    fn read_keys(&self) -> Result<Vec<AccessKey>, Problem>;

    /// Changes the file of access keys like [`Files::edit`], and returns what it lists then.
    ///
    /// # Errors
    /// The errors of `edit`, and if the file cannot be read or written.
    fn edit_keys(&self, edit: KeysEdit<'_>) -> Result<Vec<AccessKey>, Problem>;

    /// Returns the text of a journal, or an empty text if there is none.
    ///
    /// # Errors
    /// The same as [`Files::read`].
    fn read_journal(&self, journal: Journal) -> Result<String, Problem>;

    /// Changes a journal like [`Files::edit`]. The change is on disk when this returns.
    ///
    /// # Errors
    /// The errors of `edit`, and if the file cannot be read or written.
    fn edit_journal(&self, journal: Journal, edit: TextEdit<'_>) -> Result<(), Problem>;
}

/// An edit of a text. It may be called several times.
pub type TextEdit<'a> = &'a dyn Fn(&str) -> Result<String, Problem>;

/// A change of the list of access keys. It may be called several times.
pub type KeysEdit<'a> = &'a dyn Fn(&mut Vec<AccessKey>) -> Result<(), Problem>;

/// The text of one of AWS's files. It may contain secrets.
#[derive(Debug)]
pub struct AwsText {
    /// The text.
    pub text: Secret,
    /// A warning for the user, for example that other users can write the file.
    pub warning: Option<&'static str>,
    /// Who besides the user can use the file.
    pub access: FileAccess,
}

/// Edits of AWS's own two files, which other programs may write concurrently.
pub trait AwsWriter: Send + Sync {
    /// Replaces a file atomically with the result of `edit`. `edit` is called again if another program wrote meanwhile,
    /// so it must not change a text that is already edited. No change of the other program is lost.
    ///
    /// # Errors
    /// The errors of `edit`, and if other users can write the file, it cannot be written, or it keeps changing. What
    /// other programs wrote is in the file then.
    fn edit(
        &self,
        file: AwsFile,
        keeping: Keeping<'_>,
        edit: AwsEdit<'_>,
    ) -> Result<Edited, Problem>;

    /// Removes files that a crash during an edit left on the disk, which may contain a secret. Every edit does this
    /// too.
    ///
    /// # Errors
    /// If another Rolecall is editing the files, or the state folder cannot be written.
    fn recover(&self) -> Result<(), Problem>;

    /// Returns the path, as shown in messages, of the latest backup of a file.
    fn backup_path(&self, file: AwsFile) -> String;

    /// Returns the absolute path of the command line, for a `credential_process`: one that stays after an upgrade, if
    /// there is one.
    ///
    /// # Errors
    /// If it is not installed in the folder of this program.
    fn command_line(&self) -> Result<String, Problem>;

    /// Returns whether there is a file at a path that a `credential_process` names.
    fn has_program(&self, path: &str) -> bool;

    /// Returns the records of the keys that were moved to the keychain.
    ///
    /// # Errors
    /// If the records cannot be read.
    fn moved_keys(&self) -> Result<Vec<TakenKey>, Problem>;

    /// Changes the records of the keys that were moved to the keychain.
    ///
    /// # Errors
    /// If they cannot be read or written. The records are unchanged then.
    fn edit_moved_keys(&self, edit: MovedKeysEdit<'_>) -> Result<(), Problem>;
}

/// A change of the records of moved keys. It may be called several times.
pub type MovedKeysEdit<'a> = &'a dyn Fn(&mut Vec<TakenKey>);

/// An edit of a file's text.
pub type AwsEdit<'a> = &'a dyn Fn(&str) -> Result<Edited, Problem>;

/// The backup of a file before an edit, which only the user can read.
#[derive(Debug, Clone, Copy)]
pub enum Keeping<'a> {
    /// The unchanged file, once in each run. A failed backup does not prevent the edit.
    Backup,
    /// The file without this secret, which is also removed from earlier backups of both files. A failed backup prevents
    /// the edit.
    Without(&'a Secret),
}

/// Programs in the user's settings.
pub trait Programs: Send + Sync {
    /// Runs a program with these arguments, without a shell and without input, and returns its output. It is terminated
    /// after `limit`.
    ///
    /// # Errors
    /// A short lower-case text that says why there is no output: the program is missing, fails, takes too long or prints too much.
    fn run(&self, words: &[String], limit: SignedDuration) -> Result<Secret, String>;
}

/// Data that survives a restart: encrypted sessions, the warnings that were shown, and the history of requests.
pub trait Store: Send + Sync {
    /// Returns the stored sessions.
    ///
    /// # Errors
    /// If they cannot be decrypted, for example because the keychain is locked, or are lost.
    fn load(&self) -> Result<Vec<Session>, Problem>;

    /// Stores a session, and replaces an earlier one of the same role.
    ///
    /// # Errors
    /// If it cannot be encrypted or written. The session in memory stays usable.
    fn save(&self, session: &Session) -> Result<(), Problem>;

    /// Removes the session of a role.
    ///
    /// # Errors
    /// If it cannot be written.
    fn forget(&self, role: &Name) -> Result<(), Problem>;

    /// Returns the stored MFA sessions.
    ///
    /// # Errors
    /// The same as [`Store::load`].
    fn load_mfa(&self) -> Result<Vec<MfaSession>, Problem>;

    /// Stores an MFA session, and replaces an earlier one of the same key and device.
    ///
    /// # Errors
    /// The same as [`Store::save`].
    fn save_mfa(&self, session: &MfaSession) -> Result<(), Problem>;

    /// Removes the MFA session of a key and a device.
    ///
    /// # Errors
    /// If it cannot be written.
    fn forget_mfa(&self, key: &AccessKeyId, serial: &MfaSerial) -> Result<(), Problem>;

    /// Returns whether a code of a device was sent to AWS in the last minutes, in this or an earlier run.
    fn was_code_sent(&self, serial: &MfaSerial, code: &MfaCode) -> bool;

    /// Records that a code of a device is about to be sent to AWS.
    fn note_code_sent(&self, serial: &MfaSerial, code: &MfaCode);

    /// Returns the known maximum durations by role ARN.
    ///
    /// # Errors
    /// If they cannot be read.
    fn duration_limits(&self) -> Result<Vec<(String, DurationLimit)>, Problem>;

    /// Stores or removes the known maximum duration of a role.
    ///
    /// # Errors
    /// If it cannot be written.
    fn note_duration_limit(
        &self,
        role_arn: &str,
        limit: Option<DurationLimit>,
    ) -> Result<(), Problem>;

    /// Returns when the maximum duration was last read from IAM, by role ARN.
    ///
    /// # Errors
    /// If they cannot be read.
    fn maximum_tries(&self) -> Result<Vec<(String, Timestamp)>, Problem>;

    /// Records that the maximum duration of a role is about to be read from IAM.
    ///
    /// # Errors
    /// If it cannot be written.
    fn note_maximum_try(&self, role_arn: &str, at: Timestamp) -> Result<(), Problem>;

    /// Returns whether the warning `lead_s` seconds before the end of session `id` was shown.
    fn was_warned(&self, id: &str, lead_s: i64) -> bool;

    /// Records that the warning `lead_s` seconds before the end of session `id` was shown.
    fn note_warned(&self, id: &str, lead_s: i64);

    /// Returns how much each role was used.
    ///
    /// # Errors
    /// If it cannot be read.
    fn usages(&self) -> Result<Vec<(Name, Usage)>, Problem>;

    /// Stores how much a role was used. If it cannot be stored, it is lost when the program ends.
    fn note_usage(&self, role: &Name, usage: Usage);

    /// Adds a request to the history without waiting. It is written soon.
    fn record(&self, line: Line);

    /// Returns the lines of the history that a query selects, newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    fn history(&self, query: &Query) -> Result<Vec<Line>, Problem>;

    /// Writes all pending data.
    fn flush(&self);
}

/// The clipboard.
pub trait Clipboard: Send + Sync {
    /// Puts a secret text into the clipboard, marked for clipboard managers. Clears it after `clear_after` or on quit,
    /// if it is still ours.
    ///
    /// # Errors
    /// If there is no clipboard, or it cannot be written.
    fn put(&self, text: &Secret, clear_after: SignedDuration) -> Result<(), Problem>;
}

/// Desktop notifications. The calls never block or fail. Without a notification server, the tray icon shows the state.
pub trait Notifier: Send + Sync {
    /// Shows a notification, and replaces an earlier one of the same topic.
    fn show(&self, notice: &Notice);

    /// Withdraws the notification of a topic, if it is still shown.
    fn withdraw(&self, topic: &Topic);

    /// Returns the user's time of day at an instant, which counts from midnight; that of UTC if it is not known.
    fn time_of_day(&self, at: Timestamp) -> SignedDuration {
        SignedDuration::from_secs(at.as_second().rem_euclid(86_400))
    }

    /// Returns whether the user sees notifications and can answer questions in them.
    fn reaches_a_person(&self) -> bool {
        true
    }
}

/// The receivers of snapshots: tray and window.
pub trait Audience: Send + Sync {
    /// Receives each snapshot that differs from the previous one.
    fn publish(&self, snapshot: &Snapshot);

    /// Receives the time at each heartbeat, so that displayed times can be updated.
    fn tick(&self, snapshot: &Snapshot, now: Timestamp);

    /// Returns whether it displays times, so that it needs a heartbeat when they change.
    fn shows_times(&self) -> bool {
        true
    }

    /// Returns whether it displays roles. Otherwise the published snapshots have none, and their views are built when
    /// somebody asks for them.
    fn shows_roles(&self) -> bool {
        true
    }
}
