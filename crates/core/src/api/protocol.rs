//! What can be asked of the running application: by programs over the local socket, and by its own window.
//!
//! One frame is the request, one is the response. A frame is a length (u32, big endian) followed by JSON. Each
//! connection has one request. If the user is asked first, a frame that says so comes before the response.

use serde::{Deserialize, Serialize};

use crate::api::console::{ConsoleRequest, ConsoleView, PageState};
use crate::api::desktop::{AboutView, DesktopCall, PlaintextProfile, PracticeCode, RoleStory};
use crate::api::host::{HostView, SealedFileTarget};
use crate::api::import::{DryRun, ImportItem, ImportSource};
use crate::api::question::QuestionCall;
use crate::api::version_0_1_0;
use crate::api::window_memory::{StartView, WindowMemory};
use crate::api::wire_environment::WireEnvironment;
use crate::api::wire_secret::WireSecret;
use crate::asker::consent::{Consent, Reply};
use crate::asker::history::{Line, Query};
use crate::aws_files::connection::{EditView, Step, Which};
use crate::catalogue::marks::RoleMarks;
use crate::doctor::DoctorReport;
use crate::revoke::{RevocationTarget, RevocationView, RevokeStep, UndoStep, UndoView};
use crate::role::RoleDraft;
use crate::role::limits::LimitsView;
use crate::role::renew::Renew;
use crate::rotation::{RotationAction, RotationPlan, RotationView};
use crate::session::shell::Shell;
use crate::settings::{SettingValue, SettingView};
use crate::setup::{SetupCall, SetupProgress, SetupView};
use crate::value::problem::{Problem, ProblemCode};
use crate::view::question::{CodeView, ConsentView};
use crate::view::role_list::RoleList;
use crate::view::snapshot::{KeyView, SessionView, Snapshot};

/// The version that both ends must use.
pub const VERSION: u32 = 1;
/// The maximum length of a request, in bytes.
pub const REQUEST_MAX: usize = 64 << 10;
/// The maximum length of a response in bytes, enough for a snapshot with ten thousand roles of every origin.
pub const ANSWER_MAX: usize = 64 << 20;
/// The folder of the socket below the runtime directory, for the user's own data.
pub const OWN_DIR: &str = "rolecall";
/// The folder of the socket below the runtime directory, for the practice account.
pub const PRACTICE_DIR: &str = "rolecall-practice";
/// The socket's name in its folder.
pub const SOCKET_NAME: &str = "agent.sock";
/// The file next to the socket that is locked while a program starts or takes over. A client that finds no program at
/// the socket waits for the lock.
pub const STARTING_LOCK: &str = "starting.lock";

/// One request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The protocol's version.
    pub v: u32,
    /// The version of the client.
    pub client: String,
    /// The call.
    pub call: Call,
}

/// All calls. None returns a long-term secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Call {
    /// Everything that is shown.
    Snapshot,
    /// The snapshot without roles and keys.
    Sessions,
    /// The snapshot with only the roles that match a search, best first.
    Search {
        /// The text to search for in names, accounts, account aliases, groups and ARNs.
        text: String,
    },
    /// The roles with what a list shows of them.
    List {
        /// The text to search for, as in `Search`; without one, all roles in the snapshot's order.
        #[serde(default)]
        search: Option<String>,
    },
    /// The names of the roles that match a search, best first.
    Names {
        /// The text to search for, or empty for all roles.
        search: String,
    },
    /// Ask AWS whether it still accepts the sessions.
    CheckSessions,
    /// Assume a role, or renew its session.
    Assume {
        /// The role's name.
        role: String,
        /// The MFA code, if the terminal asked for it.
        code: Option<WireSecret>,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(test, ts(as = "Option<Vec<String>>", optional))]
        reasons: Vec<String>,
    },
    /// Find what is wrong on this machine and with a role, with calls that change nothing.
    Doctor {
        /// The role's name, if there is one.
        role: Option<String>,
    },
    /// Make the follow-up calls for more details about why AWS denied a role. The next snapshot has the results.
    ExplainFurther {
        /// The role's name.
        role: String,
    },
    /// End the session of the role or, if it has none, of the access key with this name.
    End {
        /// The name.
        role: String,
    },
    /// Revoke sessions that AWS issued earlier, or show what this would do.
    Revoke {
        /// Whose sessions.
        target: RevocationTarget,
        /// Whether to do it.
        step: RevokeStep,
    },
    /// Take back what `Revoke` did, or show what this would do.
    UndoRevocation {
        /// Whose sessions.
        target: RevocationTarget,
        /// Whether to do it.
        step: UndoStep,
    },
    /// End the session of an access key.
    EndKey {
        /// The key's name.
        key: String,
    },
    /// The export block of a session. Assumes the role if needed.
    Env {
        /// The role's name.
        role: String,
        /// The shell.
        shell: Shell,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(test, ts(as = "Option<Vec<String>>", optional))]
        reasons: Vec<String>,
    },
    /// The variables of a session for a program to start. Assumes the role if needed.
    Environment {
        /// The role's name.
        role: String,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(test, ts(as = "Option<Vec<String>>", optional))]
        reasons: Vec<String>,
    },
    /// A sign-in to the AWS console. Assumes the role if needed.
    Console {
        /// The role's name.
        role: String,
        /// What to open, and how.
        request: ConsoleRequest,
    },
    /// What became of the page on loopback with a sign-in. The answer comes within a second.
    ConsolePage {
        /// The page's ID.
        page: u64,
    },
    /// Open the AWS console in the browser of the role or of the settings. Assumes the role if needed.
    OpenConsole {
        /// The role's name.
        role: String,
    },
    /// The line of a `credential_process`. Renews the session if needed.
    Credentials {
        /// The role's name.
        role: String,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(test, ts(as = "Option<Vec<String>>", optional))]
        reasons: Vec<String>,
    },
    /// The name that represents sessions of a role with limits in other calls.
    Limited {
        /// The role's name.
        role: String,
        /// The limits.
        limits: LimitsView,
    },
    /// Check that a role, or one on the way to it, takes this reason. Nothing is kept.
    CheckReason {
        /// The role's name.
        role: String,
        /// The reason.
        reason: String,
    },
    /// The response body of a container credentials endpoint. It is returned within two seconds and without a prompt. A
    /// session that is due is renewed in the background.
    ContainerCredentials {
        /// The role's name.
        role: String,
    },
    /// Renew a session that an endpoint serves, if it is due. The renewal runs in the background.
    KeepFresh {
        /// The role's name.
        role: String,
    },
    /// Verify and store an access key.
    AddKey {
        /// The new name.
        name: String,
        /// The key ID.
        access_key_id: String,
        /// Its secret.
        secret: WireSecret,
    },
    /// Rename an access key.
    RenameKey {
        /// The current name.
        name: String,
        /// The new name.
        new_name: String,
    },
    /// Import the keys and roles of another program on this machine.
    #[serde(rename = "move_in")]
    Import {
        /// The program.
        from: ImportSource,
        /// Leapp's workspace file, if it is not in its default location.
        file: Option<std::path::PathBuf>,
        /// Whether to only report what would be imported.
        #[serde(rename = "rehearse")]
        dry_run: DryRun,
    },
    /// Import the roles of a catalogue file.
    #[serde(rename = "take_roles")]
    ImportRoles {
        /// The file's text.
        text: String,
        /// The path of the file as shown in messages.
        path: String,
        /// The access key or role that they are assumed from, unless they name one of their file or a known one.
        source: Option<String>,
        /// Whether to only report what would be imported.
        #[serde(rename = "rehearse")]
        dry_run: DryRun,
    },
    /// Remove an access key.
    RemoveKey {
        /// Its name.
        name: String,
    },
    /// Store the seed of an MFA device for an access key, and generate codes from it.
    AddTotp {
        /// The key's name.
        key: String,
        /// The device's serial.
        serial: String,
        /// The seed, or an `otpauth` link with it.
        seed: WireSecret,
    },
    /// Remove the seed for an access key.
    RemoveTotp {
        /// The key's name.
        key: String,
    },
    /// The prompt for a code that a role waits for, if there is one. The caller shows it at a terminal for the next
    /// seconds, so that the window does not open.
    Attend {
        /// The role's name.
        role: String,
    },
    /// Answer a prompt.
    AnswerPrompt {
        /// The ID.
        id: u64,
        /// The authenticator's code.
        code: WireSecret,
    },
    /// Switch a prompt to its alternative plan.
    SwitchPrompt {
        /// The ID.
        id: u64,
    },
    /// Cancel a prompt and the attempts that wait for it.
    CancelPrompt {
        /// The ID.
        id: u64,
    },
    /// End the MFA sessions of an access key.
    EndMfa {
        /// The key's name.
        key: String,
    },
    /// The history of requests, newest first.
    History(Query),
    /// Write profiles for roles to AWS's config file, or show what this would change.
    Connect {
        /// The roles.
        which: Which,
        /// The prefix of the profiles' names.
        prefix: String,
        /// Whether to write.
        step: Step,
    },
    /// Remove profiles that `Connect` wrote, or show what this would change.
    Disconnect {
        /// The roles or profiles.
        which: Which,
        /// Whether to write.
        step: Step,
    },
    /// The line of a `credential_process` with a session of an access key, whose secret never leaves the keychain.
    KeyCredentials {
        /// The key's name.
        key: String,
    },
    /// Move the key of a profile of AWS's files to the keychain, or show what this would change.
    MoveKey {
        /// The profile.
        profile: String,
        /// The name of the key. The default is the profile's name.
        name: Option<String>,
        /// Whether to write.
        step: Step,
    },
    /// Put a key that `MoveKey` moved back into its profile, or show what this would change.
    PutKeyBack {
        /// The profile.
        profile: String,
        /// Whether to write.
        step: Step,
    },
    /// Ask IAM when the access keys were created and last used. The next snapshot has it.
    RefreshKeys,
    /// What is known about the keys of an access key's user, before they are changed.
    RotationPlan {
        /// The key's name.
        key: String,
    },
    /// Replace an access key by a new one, or continue, undo or end that.
    RotateKey {
        /// The key's name.
        key: String,
        /// What to do.
        action: RotationAction,
    },
    /// Answer a question for the reason to assume a role.
    AnswerReason {
        /// The ID.
        id: u64,
        /// The reason.
        reason: String,
    },
    /// Cancel a question for a reason, and the attempt that waits for it.
    CancelReason {
        /// The ID.
        id: u64,
    },
    /// About the question before a role that acts on production is assumed.
    Question(QuestionCall),
    /// Explain an error of AWS that another tool printed.
    ExplainText {
        /// The error.
        text: String,
    },
    /// The regions that sessions of a role can be limited to, most likely first.
    LockRegions {
        /// The role's name.
        role: String,
    },
    /// Copy the export block of a session to the clipboard. Assumes the role if needed.
    CopyExport {
        /// The role's name.
        role: String,
        /// The shell, if it is not the one in the settings.
        shell: Option<Shell>,
    },
    /// Set who may use a role.
    SetConsent {
        /// The role's name.
        role: String,
        /// The policy, or the default one.
        consent: Option<Consent>,
    },
    /// Set who may use an access key itself.
    SetKeyConsent {
        /// The key's name.
        key: String,
        /// The policy, or the default one.
        consent: Option<Consent>,
    },
    /// Set whether a role's sessions are also written to AWS's credentials file.
    SetTemporaryProfile {
        /// The role's name.
        role: String,
        /// Whether they are.
        is_written: bool,
    },
    /// Read what `settings.toml` contains.
    Settings,
    /// Change a setting of `settings.toml`.
    SetSetting {
        /// Its section, without brackets.
        section: String,
        /// Its name.
        name: String,
        /// Its new value, or the default one.
        value: Option<SettingValue>,
    },
    /// Save a role of the user's own file.
    SaveRole {
        /// Its name so far; none for a new role.
        previous_name: Option<String>,
        /// The role.
        role: Box<RoleDraft>,
    },
    /// Remove a role from the user's own file.
    RemoveRole {
        /// Its name.
        name: String,
    },
    /// Set the labels of a role.
    MarkRole {
        /// The role's name.
        name: String,
        /// The labels.
        marks: RoleMarks,
    },
    /// Set what happens when a role's session comes to its end.
    SetRenew {
        /// The role's name.
        role: String,
        /// Whether it is renewed, or the default.
        renew: Option<Renew>,
    },
    /// Name an account, or remove its name.
    NameAccount {
        /// The account.
        account_id: String,
        /// The name; empty for none.
        alias: String,
    },
    /// Clear the problems with this code.
    DismissProblem {
        /// The code.
        code: ProblemCode,
    },
    /// Try the keychain again.
    RetryKeychain,
    /// Something that needs the desktop.
    Desktop(DesktopCall),
    /// Open the window, or bring it to the front.
    ShowWindow,
    /// Open the window or bring it to the front; close it if it has the focus.
    ToggleWindow,
    /// Information about the program that serves the socket.
    Host,
    /// Open or create the sealed file of keys.
    Unlock {
        /// Its passphrase.
        passphrase: WireSecret,
        /// Whether to open or create the file.
        file: SealedFileTarget,
    },
    /// Name the endpoint that serves a role on behalf of the calling process, which was just allowed the role.
    Serve {
        /// The role's name.
        role: String,
        /// The endpoint's process ID.
        process: u32,
    },
    /// The questions whether a program may use a role, if the desktop does not ask them. The caller watches for them at
    /// a terminal for the next seconds.
    Questions,
    /// Answer a question from a terminal.
    Reply {
        /// The ID.
        id: u64,
        /// The answer.
        reply: Reply,
    },
    /// Apply a setup kit, or take it back.
    Setup(SetupCall),
    /// End the program, if it is the agent.
    Stop,
    /// Answer waiting requests, save everything and end, if it is the agent. The calling program takes over.
    HandOver,
}

/// One response.
#[derive(Debug, Serialize, Deserialize)]
pub struct Response {
    /// The protocol's version.
    pub v: u32,
    /// The version of the application.
    pub app: String,
    /// The answer, or the problem.
    pub result: Result<Answer, Problem>,
}

/// All answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Answer {
    /// Done, without a result.
    Done,
    /// The user is asked first. The response follows in another frame within this time.
    Asking {
        /// How long the user has, in seconds.
        seconds: u32,
        /// The question, if the calling program must ask it at its own terminal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Box<ConsentView>>,
    },
    /// The open questions.
    Questions(Vec<ConsentView>),
    /// Everything that is shown.
    Snapshot(#[serde(serialize_with = "version_0_1_0::snapshot")] Box<Snapshot>),
    /// The roles with what a list shows of them.
    List(Box<RoleList>),
    /// The lines of the history.
    History(Vec<Line>),
    /// The settings that the file contains.
    Settings(Vec<SettingView>),
    /// The session that was assumed.
    Session(Box<SessionView>),
    /// The name of a role.
    Name(String),
    /// The names of roles.
    Names(Vec<String>),
    /// The access key that was stored.
    Key(Box<KeyView>),
    /// The report of an import.
    #[serde(rename = "moved")]
    Imported(Vec<ImportItem>),
    /// The open prompt, if there is one.
    Prompt(Option<Box<CodeView>>),
    /// Text for a shell or an SDK, with credentials.
    Text(WireSecret),
    /// A sign-in to the AWS console, which gives access like credentials.
    Console(Box<ConsoleView>),
    /// What became of the page with a sign-in.
    ConsolePage(PageState),
    /// The variables of a session, with credentials.
    Environment(Box<WireEnvironment>),
    /// The program that answers.
    Host(Box<HostView>),
    /// An edit of one of AWS's files.
    Edit(Box<EditView>),
    /// A revocation.
    Revocation(Box<RevocationView>),
    /// The undo of revocations.
    RevocationUndo(Box<UndoView>),
    /// What is known before an access key is replaced.
    RotationPlan(Box<RotationPlan>),
    /// The replacement of an access key, if it is not over.
    Rotation(Option<Box<RotationView>>),
    /// What is wrong.
    Doctor(Box<DoctorReport>),
    /// A kit that is planned or applied.
    Setup(Box<SetupView>),
    /// What happened when the next step of a kit was due.
    SetupProgress(Box<SetupProgress>),
    /// The kits that were applied.
    Setups(Vec<SetupView>),
    /// The explanation of an error.
    Explained(Box<Problem>),
    /// The profiles with a key in plaintext.
    PlaintextProfiles(Vec<PlaintextProfile>),
    /// The other programs with files on this machine.
    ImportSources(Vec<ImportSource>),
    /// The present code of the practice account's authenticator; none outside of it.
    PracticeCode(Option<PracticeCode>),
    /// What the window remembers.
    WindowMemory(Box<WindowMemory>),
    /// What opens Rolecall.
    Start(StartView),
    /// What each role of the practice account is there to show; none outside of it.
    PracticeStory(Vec<RoleStory>),
    /// What Rolecall is.
    About(AboutView),
}

#[cfg(test)]
mod tests;
