//! What the keeper needs of the outside: one small trait per noun of the operating system.

use std::sync::Arc;
use std::task::Waker;

use jiff::{SignedDuration, Timestamp};

pub use crate::task::Task;
use rolecall_core::asker::history::{Line, Query};
use rolecall_core::aws_files::{AwsFile, Edited, TakenKey};
use rolecall_core::calls::iam::{DescribedRole, Simulation, SimulationResult};
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
use rolecall_core::value::region::Region;
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::secret::Secret;
use rolecall_core::value::usage::Usage;
use rolecall_core::view::notice::{Notice, Topic};
use rolecall_core::view::snapshot::Snapshot;

/// What the keeper acts through.
pub struct Ports {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What runs tasks.
    pub tasks: Arc<dyn Tasks>,
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

/// The Security Token Service.
pub trait Sts: Send + Sync {
    /// Calls AssumeRole. A call with an MFA code is tried once; others as the standard retry mode does.
    ///
    /// # Errors
    /// Any of [`StsError`].
    fn assume_role(&self, caller: &Caller, call: &AssumeRole) -> Result<Assumed, StsError>;

    /// Calls GetSessionToken: temporary credentials of the user whose long-term key signs. A call with an MFA code
    /// is tried once; others as the standard retry mode does.
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
}

/// What AWS tells about permissions. Each call may be denied itself.
pub trait Iam: Send + Sync {
    /// Calls GetRole. It finds roles of the caller's account only, by their name.
    ///
    /// # Errors
    /// Any of [`StsError`]; the code `NoSuchEntity` if the caller's account has no such role.
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

    /// Calls DecodeAuthorizationMessage at the STS endpoint of `region` and returns what was encoded, as JSON.
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

/// The time.
pub trait Clock: Send + Sync {
    /// Returns the present as AWS's clock has it, as far as it is known.
    fn now(&self) -> Timestamp;

    /// Returns AWS's clock minus this machine's, as far as it is known.
    fn offset(&self) -> SignedDuration;

    /// Wakes `waker` once this clock has reached `at`, and may do so sooner. Returns the number that
    /// [`Clock::cancel`] takes.
    fn wake_at(&self, at: Timestamp, waker: &Waker) -> u64;

    /// Forgets an alarm of [`Clock::wake_at`].
    fn cancel(&self, alarm: u64);
}

/// Runs what belongs to the keeper and not to whoever asked for it.
pub trait Tasks: Send + Sync {
    /// Runs a task to its end, beside everything else.
    ///
    /// # Errors
    /// If the system has no room for it; it is dropped then.
    fn start(&self, task: Task) -> Result<(), Problem>;

    /// Returns how long a call to a port is held up before it is made, and again before its result is used. Only a
    /// simulation does so.
    fn delay(&self) -> SignedDuration {
        SignedDuration::ZERO
    }
}

/// This machine and who is logged in, for session names.
pub trait Machine: Send + Sync {
    /// Returns the machine's name without its domain; empty if it has none.
    fn host(&self) -> String;

    /// Returns the name of who is logged in; empty if it cannot be told.
    fn login(&self) -> String;
}

/// The OS keychain.
pub trait Keychain: Send + Sync {
    /// Keeps the secret of an access key, in place of an earlier one.
    ///
    /// # Errors
    /// Any of [`KeychainError`]; nothing was kept then.
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError>;

    /// Returns the secret of an access key.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError>;

    /// Forgets the secret of an access key. Forgetting what is not there succeeds.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError>;

    /// Keeps the seed of an authenticator beside the secret of an access key of the same user, in place of an earlier
    /// one.
    ///
    /// # Errors
    /// Any of [`KeychainError`]; nothing was kept then.
    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError>;

    /// Returns the seed beside an access key.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn fetch_seed(&self, id: &AccessKeyId) -> Result<Secret, KeychainError>;

    /// Forgets the seed beside an access key. Forgetting what is not there succeeds.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn remove_seed(&self, id: &AccessKeyId) -> Result<(), KeychainError>;
}

/// The user's files of roles, settings and access keys (ids and names; never secrets).
pub trait Files: Send + Sync {
    /// Returns what messages call the file of roles.
    fn roles_path(&self) -> String;

    /// Returns what messages call the file of settings.
    fn settings_path(&self) -> String;

    /// Returns the file of roles; empty if there is none.
    ///
    /// # Errors
    /// If it cannot be read: too large, not a file, no permission, not UTF-8.
    fn read_roles(&self) -> Result<String, Problem>;

    /// Replaces the file of roles in one step, if it still reads `previous`.
    ///
    /// # Errors
    /// If it cannot be written or was changed meanwhile; the old file is then as it was.
    fn write_roles(&self, previous: &str, text: &str) -> Result<(), Problem>;

    /// Returns the file of settings; empty if there is none.
    ///
    /// # Errors
    /// As [`Files::read_roles`].
    fn read_settings(&self) -> Result<String, Problem>;

    /// Returns what messages call the file of marks.
    fn marks_path(&self) -> String;

    /// Returns the file of marks; empty if there is none.
    ///
    /// # Errors
    /// As [`Files::read_roles`].
    fn read_marks(&self) -> Result<String, Problem>;

    /// Replaces the file of marks in one step, if it still reads `previous`.
    ///
    /// # Errors
    /// As [`Files::write_roles`].
    fn write_marks(&self, previous: &str, text: &str) -> Result<(), Problem>;

    /// Returns what messages call one of AWS's own files.
    fn aws_path(&self, file: AwsFile) -> String;

    /// Returns one of AWS's own files; empty if there is none. It is only read.
    ///
    /// # Errors
    /// As [`Files::read_roles`].
    fn read_aws(&self, file: AwsFile) -> Result<AwsText, Problem>;
    /// Replaces the file of settings in one step, if it still reads `previous`.
    ///
    /// # Errors
    /// As [`Files::write_roles`].
    fn write_settings(&self, previous: &str, text: &str) -> Result<(), Problem>;

    /// Returns the access keys.
    ///
    /// # Errors
    /// If their file cannot be read.
    fn read_keys(&self) -> Result<Vec<AccessKey>, Problem>;

    /// Replaces the file of access keys in one step.
    ///
    /// # Errors
    /// If it cannot be written; the old file is then as it was.
    fn write_keys(&self, keys: &[AccessKey]) -> Result<(), Problem>;
}

/// The text of one of AWS's files. It may hold secrets.
#[derive(Debug)]
pub struct AwsText {
    /// What it says.
    pub text: Secret,
    /// What a person should know of the file itself: that others can write it.
    pub warning: Option<&'static str>,
}

/// AWS's own two files as Rolecall writes them, among all the other programs that do.
pub trait AwsWriter: Send + Sync {
    /// Replaces a file by what `edit` makes of it, in one step. `edit` is asked again whenever another program wrote
    /// meanwhile, so it must leave a text alone in which nothing is left for it to do. Nothing of the other program's
    /// is lost.
    ///
    /// # Errors
    /// What `edit` says; or if the file is not the user's alone, cannot be written, or never comes to rest. It is then
    /// as it was.
    fn edit(
        &self,
        file: AwsFile,
        keeping: Keeping<'_>,
        edit: AwsEdit<'_>,
    ) -> Result<Edited, Problem>;

    /// Removes what a crash in the middle of an edit left on the disk, which may hold a secret. Every edit does so, too.
    ///
    /// # Errors
    /// If another Rolecall is at work on the files, or the state folder cannot be written.
    fn recover(&self) -> Result<(), Problem>;

    /// Returns what messages call the latest copy of a file as it was before an edit.
    fn backup_path(&self, file: AwsFile) -> String;

    /// Returns the absolute path of the command line, for a `credential_process`.
    ///
    /// # Errors
    /// If it is not installed beside this program.
    fn command_line(&self) -> Result<String, Problem>;

    /// Returns what is noted of the keys that were moved to the keychain.
    ///
    /// # Errors
    /// If the notes cannot be read.
    fn moved_keys(&self) -> Result<Vec<TakenKey>, Problem>;

    /// Notes the keys that were moved to the keychain.
    ///
    /// # Errors
    /// If it cannot be written; the notes are then as they were.
    fn note_moved_keys(&self, keys: &[TakenKey]) -> Result<(), Problem>;
}

/// What an edit makes of a file's text.
pub type AwsEdit<'a> = &'a dyn Fn(&str) -> Result<Edited, Problem>;

/// What is kept of a file before it is edited: a copy for the user alone.
#[derive(Debug, Clone, Copy)]
pub enum Keeping<'a> {
    /// The file as it is, once in each run. That it cannot be kept does not stop the edit.
    Backup,
    /// The file as it is but for this secret, which is blanked out in earlier copies of both files as well. Without
    /// that there is no edit.
    Without(&'a Secret),
}

/// Programs that the user named in the settings.
pub trait Programs: Send + Sync {
    /// Runs a program with these arguments, without a shell and without input, and returns what it prints. It is
    /// ended after `limit`.
    ///
    /// # Errors
    /// Why there is no output, in a few lower-case words: it is not there, fails, takes too long or prints too much.
    fn run(&self, words: &[String], limit: SignedDuration) -> Result<Secret, String>;
}

/// What survives a restart: sessions, sealed, which warnings were shown, and the history of requests.
pub trait Store: Send + Sync {
    /// Returns the sessions that were kept.
    ///
    /// # Errors
    /// If they cannot be unsealed at present (the keychain is locked), or are lost.
    fn load(&self) -> Result<Vec<Session>, Problem>;

    /// Keeps a session in place of an earlier one of the same role.
    ///
    /// # Errors
    /// If it cannot be sealed or written. The session itself stays usable.
    fn save(&self, session: &Session) -> Result<(), Problem>;

    /// Forgets the session of a role.
    ///
    /// # Errors
    /// If it cannot be written.
    fn forget(&self, role: &Name) -> Result<(), Problem>;

    /// Returns the MFA sessions that were kept.
    ///
    /// # Errors
    /// As [`Store::load`].
    fn load_mfa(&self) -> Result<Vec<MfaSession>, Problem>;

    /// Keeps an MFA session in place of an earlier one of the same key and device.
    ///
    /// # Errors
    /// As [`Store::save`].
    fn save_mfa(&self, session: &MfaSession) -> Result<(), Problem>;

    /// Forgets the MFA session of a key and a device.
    ///
    /// # Errors
    /// If it cannot be written.
    fn forget_mfa(&self, key: &AccessKeyId, serial: &MfaSerial) -> Result<(), Problem>;

    /// Returns whether a code of a device was sent to AWS in the last minutes, in whichever run.
    fn was_code_sent(&self, serial: &MfaSerial, code: &MfaCode) -> bool;

    /// Notes that a code of a device is about to be sent to AWS.
    fn note_code_sent(&self, serial: &MfaSerial, code: &MfaCode);

    /// Returns the longest lives that are known, by the ARNs of the roles.
    ///
    /// # Errors
    /// If they cannot be read.
    fn duration_limits(&self) -> Result<Vec<(String, DurationLimit)>, Problem>;

    /// Keeps what was found out about a role, or forgets it.
    ///
    /// # Errors
    /// If it cannot be written.
    fn note_duration_limit(
        &self,
        role_arn: &str,
        limit: Option<DurationLimit>,
    ) -> Result<(), Problem>;

    /// Returns when IAM was last asked for the longest life of roles, by their ARNs.
    ///
    /// # Errors
    /// If they cannot be read.
    fn maximum_tries(&self) -> Result<Vec<(String, Timestamp)>, Problem>;

    /// Notes that IAM is about to be asked for the longest life of a role.
    ///
    /// # Errors
    /// If it cannot be written.
    fn note_maximum_try(&self, role_arn: &str, at: Timestamp) -> Result<(), Problem>;

    /// Returns whether the warning `lead_s` seconds before the end of session `id` was shown.
    fn was_warned(&self, id: &str, lead_s: i64) -> bool;

    /// Notes that the warning `lead_s` seconds before the end of session `id` was shown.
    fn note_warned(&self, id: &str, lead_s: i64);

    /// Returns how much each role was used.
    ///
    /// # Errors
    /// If it cannot be read.
    fn usages(&self) -> Result<Vec<(Name, Usage)>, Problem>;

    /// Keeps how much a role was used. What cannot be kept is lost at the end of the run.
    fn note_usage(&self, role: &Name, usage: Usage);

    /// Adds a request to the history. It is written soon, and this waits for nothing.
    fn record(&self, line: Line);

    /// Returns the wanted lines of the history, newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    fn history(&self, query: &Query) -> Result<Vec<Line>, Problem>;

    /// Writes what waits to be written.
    fn flush(&self);
}

/// The clipboard.
pub trait Clipboard: Send + Sync {
    /// Puts a secret text there, marked for clipboard managers, and takes it away `clear_after` later or on quit,
    /// if it is still ours.
    ///
    /// # Errors
    /// If there is no clipboard or it refuses.
    fn put(&self, text: &Secret, clear_after: SignedDuration) -> Result<(), Problem>;
}

/// Desktop notifications. Neither call blocks or fails: where there is no server, the tray icon tells instead.
pub trait Notifier: Send + Sync {
    /// Shows a notice in place of an earlier one of the same topic.
    fn show(&self, notice: &Notice);

    /// Withdraws the notice of a topic, if it is still shown.
    fn withdraw(&self, topic: &Topic);

    /// Returns whether a person sees notices, and so can be asked by them.
    fn reaches_a_person(&self) -> bool {
        true
    }
}

/// Whoever shows snapshots: tray and window.
pub trait Audience: Send + Sync {
    /// Is given each snapshot that differs from the one before.
    fn publish(&self, snapshot: &Snapshot);

    /// Is told the time whenever the keeper looked at it, so that what counts in minutes can move on.
    fn tick(&self, snapshot: &Snapshot, now: Timestamp);
}
