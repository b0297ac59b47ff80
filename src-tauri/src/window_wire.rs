//! The messages between the tray's process and the window's process, over pipes that only these two hold.
//!
//! The browser engine runs in its own process, which ends with the window. That process never contains a key, a
//! session or the keeper.

use rolecall_core::api::import::{DryRun, ImportSource};
use rolecall_core::api::message_size;
use rolecall_core::api::protocol::{REQUEST_MAX, WireSecret};
use rolecall_core::asker::consent::{Consent, Reply};
use rolecall_core::asker::history::Query;
use rolecall_core::aws_files::connection::{Step, Which};
use rolecall_core::catalogue::marks::RoleMarks;
use rolecall_core::role::RoleDraft;
use rolecall_core::role::limits::LimitsView;
use rolecall_core::session::shell::Shell;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::Snapshot;
use serde::{Deserialize, Serialize};

/// From the window: a call, with the id that its answer will have.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WindowRequest {
    pub(crate) id: u64,
    pub(crate) call: WindowCall,
}

impl WindowRequest {
    /// Checks that it can be sent.
    ///
    /// # Errors
    /// Names the field that is too long, and what is allowed.
    pub(crate) fn check_size(&self) -> Result<(), Problem> {
        let fits = message_size::check(self, REQUEST_MAX);
        if let (Err(_), WindowCall::SaveRole { role, .. }) = (&fits, &self.call) {
            // It knows how long each field may be.
            role.check()?;
        }
        fits
    }

    /// Returns the id of a request from its first bytes.
    pub(crate) fn id_of(head: &[u8]) -> Option<u64> {
        let digits = head.strip_prefix(b"{\"id\":")?;
        let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
        str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
    }
}

/// To the window.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WindowMessage {
    /// The new snapshot, after each change.
    Snapshot(SnapshotUpdate),
    /// The answer to a call.
    Answer {
        id: u64,
        result: Result<serde_json::Value, Problem>,
    },
    /// Bring the window to the front, for the time with this number.
    Raise { raised: u64 },
}

/// A snapshot; without the roles if they did not change, since there may be ten thousand.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SnapshotUpdate {
    pub(crate) snapshot: Box<Snapshot>,
    /// Whether the roles are omitted because they did not change.
    pub(crate) same_roles: bool,
}

/// The calls of the window. None returns a secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum WindowCall {
    Snapshot,
    /// The window is still open a moment after it was brought to the front.
    Seen {
        raised: u64,
    },
    Assume {
        role: String,
        #[serde(default)]
        limits: LimitsView,
    },
    AnswerReason {
        id: u64,
        reason: String,
    },
    CancelReason {
        id: u64,
    },
    End {
        role: String,
    },
    EndKey {
        key: String,
    },
    ExplainFurther {
        role: String,
    },
    ExplainText {
        text: String,
    },
    LockRegions {
        role: String,
    },
    CopyExport {
        role: String,
        shell: Option<Shell>,
    },
    AnswerPrompt {
        id: u64,
        code: WireSecret,
    },
    CancelPrompt {
        id: u64,
    },
    Reply {
        id: u64,
        reply: Reply,
    },
    SetConsent {
        role: String,
        consent: Option<Consent>,
    },
    SetKeyConsent {
        key: String,
        consent: Option<Consent>,
    },
    SetTemporaryProfile {
        role: String,
        is_written: bool,
    },
    History {
        query: Query,
    },
    SwitchPrompt {
        id: u64,
    },
    EndMfa {
        key: String,
    },
    AddKey {
        name: String,
        from: KeyOrigin,
    },
    RenameKey {
        name: String,
        new_name: String,
    },
    RemoveKey {
        name: String,
    },
    RemoveTotp {
        key: String,
    },
    PlaintextProfiles,
    ImportSources,
    ImportFrom {
        from: ImportSource,
        dry_run: DryRun,
    },
    SaveRole {
        previous_name: Option<String>,
        role: Box<RoleDraft>,
    },
    RemoveRole {
        name: String,
    },
    MarkRole {
        name: String,
        marks: RoleMarks,
    },
    NameAccount {
        account_id: String,
        alias: String,
    },
    StartPractice,
    PracticeCode,
    OpenRolesFile,
    OpenSettingsFile,
    DismissProblem {
        code: ProblemCode,
    },
    RetryKeychain,
    Connect {
        which: Which,
        prefix: String,
        step: Step,
    },
    ImportKey {
        profile: String,
        step: Step,
    },
    UndoImport {
        profile: String,
        step: Step,
    },
    Disconnect {
        which: Which,
        step: Step,
    },
}

/// Where a new access key comes from.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum KeyOrigin {
    /// The clipboard's text.
    Clipboard,
    /// The IAM console's CSV.
    Csv { path: String },
    /// A profile of `~/.aws/credentials`.
    Profile { profile: String },
    /// The window's form.
    Typed {
        access_key_id: String,
        secret: WireSecret,
    },
}

/// A profile of `~/.aws/credentials` with a long-term key in plaintext.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PlaintextProfile {
    pub(crate) profile: String,
    /// All but its ends masked.
    pub(crate) access_key_id: String,
}

/// The practice authenticator's present code.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PracticeCode {
    pub(crate) code: String,
    pub(crate) seconds_left: u32,
}
