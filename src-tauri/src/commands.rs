//! The commands of the webview. Each one forwards its arguments to the tray's process and contains no logic.

use std::sync::Arc;

use rolecall_core::api::import::{DryRun, ImportItem, ImportSource};
use rolecall_core::api::protocol::WireSecret;
use rolecall_core::asker::consent::{Consent, Reply};
use rolecall_core::asker::history::{Line, Query};
use rolecall_core::aws_files::connection::{EditView, Step, Which};
use rolecall_core::catalogue::marks::RoleMarks;
use rolecall_core::role::RoleDraft;
use rolecall_core::role::limits::LimitsView;
use rolecall_core::session::shell::Shell;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::{KeyView, Snapshot};
use tauri::{AppHandle, State};

use crate::window_link::Link;
use crate::window_wire::{KeyOrigin, PlaintextProfile, PracticeCode, WindowCall};

type Tray<'a> = State<'a, Arc<Link>>;

#[tauri::command]
pub(crate) async fn snapshot(tray: Tray<'_>) -> Result<Snapshot, Problem> {
    tray.ask(WindowCall::Snapshot).await
}

#[tauri::command]
pub(crate) async fn assume(
    tray: Tray<'_>,
    role: String,
    limits: Option<LimitsView>,
) -> Result<(), Problem> {
    let limits = limits.unwrap_or_default();
    tray.ask(WindowCall::Assume { role, limits }).await
}

#[tauri::command]
pub(crate) async fn answer_reason(tray: Tray<'_>, id: u64, reason: String) -> Result<(), Problem> {
    tray.ask(WindowCall::AnswerReason { id, reason }).await
}

#[tauri::command]
pub(crate) async fn cancel_reason(tray: Tray<'_>, id: u64) -> Result<(), Problem> {
    tray.ask(WindowCall::CancelReason { id }).await
}

#[tauri::command]
pub(crate) async fn renew(tray: Tray<'_>, role: String) -> Result<(), Problem> {
    let limits = LimitsView::default();
    tray.ask(WindowCall::Assume { role, limits }).await
}

#[tauri::command]
pub(crate) async fn end(tray: Tray<'_>, role: String) -> Result<(), Problem> {
    tray.ask(WindowCall::End { role }).await
}

#[tauri::command]
pub(crate) async fn end_key(tray: Tray<'_>, key: String) -> Result<(), Problem> {
    tray.ask(WindowCall::EndKey { key }).await
}

#[tauri::command]
pub(crate) async fn explain_further(tray: Tray<'_>, role: String) -> Result<(), Problem> {
    tray.ask(WindowCall::ExplainFurther { role }).await
}

#[tauri::command]
pub(crate) async fn copy_export(
    tray: Tray<'_>,
    role: String,
    shell: Option<Shell>,
) -> Result<(), Problem> {
    tray.ask(WindowCall::CopyExport { role, shell }).await
}

#[tauri::command]
pub(crate) async fn answer_prompt(
    tray: Tray<'_>,
    id: u64,
    code: WireSecret,
) -> Result<(), Problem> {
    tray.ask(WindowCall::AnswerPrompt { id, code }).await
}

#[tauri::command]
pub(crate) async fn cancel_prompt(tray: Tray<'_>, id: u64) -> Result<(), Problem> {
    tray.ask(WindowCall::CancelPrompt { id }).await
}

#[tauri::command]
pub(crate) async fn reply(tray: Tray<'_>, id: u64, reply: Reply) -> Result<(), Problem> {
    tray.ask(WindowCall::Reply { id, reply }).await
}

#[tauri::command]
pub(crate) async fn set_consent(
    tray: Tray<'_>,
    role: String,
    consent: Option<Consent>,
) -> Result<(), Problem> {
    tray.ask(WindowCall::SetConsent { role, consent }).await
}

#[tauri::command]
pub(crate) async fn set_key_consent(
    tray: Tray<'_>,
    key: String,
    consent: Option<Consent>,
) -> Result<(), Problem> {
    tray.ask(WindowCall::SetKeyConsent { key, consent }).await
}

#[tauri::command]
pub(crate) async fn set_temporary_profile(
    tray: Tray<'_>,
    role: String,
    is_written: bool,
) -> Result<(), Problem> {
    tray.ask(WindowCall::SetTemporaryProfile { role, is_written })
        .await
}

#[tauri::command]
pub(crate) async fn history(tray: Tray<'_>, query: Query) -> Result<Vec<Line>, Problem> {
    tray.ask(WindowCall::History { query }).await
}

#[tauri::command]
pub(crate) async fn explain_text(tray: Tray<'_>, text: String) -> Result<Problem, Problem> {
    tray.ask(WindowCall::ExplainText { text }).await
}

#[tauri::command]
pub(crate) async fn lock_regions(tray: Tray<'_>, role: String) -> Result<Vec<String>, Problem> {
    tray.ask(WindowCall::LockRegions { role }).await
}

#[tauri::command]
pub(crate) async fn switch_prompt(tray: Tray<'_>, id: u64) -> Result<(), Problem> {
    tray.ask(WindowCall::SwitchPrompt { id }).await
}

#[tauri::command]
pub(crate) async fn end_mfa(tray: Tray<'_>, key: String) -> Result<(), Problem> {
    tray.ask(WindowCall::EndMfa { key }).await
}

#[tauri::command]
pub(crate) async fn add_key(
    tray: Tray<'_>,
    name: String,
    from: KeyOrigin,
) -> Result<KeyView, Problem> {
    tray.ask(WindowCall::AddKey { name, from }).await
}

#[tauri::command]
pub(crate) async fn rename_key(
    tray: Tray<'_>,
    name: String,
    new_name: String,
) -> Result<(), Problem> {
    tray.ask(WindowCall::RenameKey { name, new_name }).await
}

#[tauri::command]
pub(crate) async fn remove_key(tray: Tray<'_>, name: String) -> Result<(), Problem> {
    tray.ask(WindowCall::RemoveKey { name }).await
}

#[tauri::command]
pub(crate) async fn remove_totp(tray: Tray<'_>, key: String) -> Result<(), Problem> {
    tray.ask(WindowCall::RemoveTotp { key }).await
}

#[tauri::command]
pub(crate) async fn plaintext_profiles(tray: Tray<'_>) -> Result<Vec<PlaintextProfile>, Problem> {
    tray.ask(WindowCall::PlaintextProfiles).await
}

#[tauri::command]
pub(crate) async fn import_sources(tray: Tray<'_>) -> Result<Vec<ImportSource>, Problem> {
    tray.ask(WindowCall::ImportSources).await
}

#[tauri::command]
pub(crate) async fn import_from(
    tray: Tray<'_>,
    from: ImportSource,
    dry_run: DryRun,
) -> Result<Vec<ImportItem>, Problem> {
    tray.ask(WindowCall::ImportFrom { from, dry_run }).await
}

#[tauri::command]
pub(crate) async fn save_role(
    tray: Tray<'_>,
    previous_name: Option<String>,
    role: RoleDraft,
) -> Result<(), Problem> {
    tray.ask(WindowCall::SaveRole {
        previous_name,
        role: Box::new(role),
    })
    .await
}

#[tauri::command]
pub(crate) async fn remove_role(tray: Tray<'_>, name: String) -> Result<(), Problem> {
    tray.ask(WindowCall::RemoveRole { name }).await
}

#[tauri::command]
pub(crate) async fn mark_role(
    tray: Tray<'_>,
    name: String,
    marks: RoleMarks,
) -> Result<(), Problem> {
    tray.ask(WindowCall::MarkRole { name, marks }).await
}

#[tauri::command]
pub(crate) async fn name_account(
    tray: Tray<'_>,
    account_id: String,
    alias: String,
) -> Result<(), Problem> {
    tray.ask(WindowCall::NameAccount { account_id, alias })
        .await
}

#[tauri::command]
pub(crate) async fn start_practice(tray: Tray<'_>) -> Result<(), Problem> {
    tray.ask(WindowCall::StartPractice).await
}

#[tauri::command]
pub(crate) async fn practice_code(tray: Tray<'_>) -> Result<Option<PracticeCode>, Problem> {
    tray.ask(WindowCall::PracticeCode).await
}

#[tauri::command]
pub(crate) async fn open_roles_file(tray: Tray<'_>) -> Result<(), Problem> {
    tray.ask(WindowCall::OpenRolesFile).await
}

#[tauri::command]
pub(crate) async fn open_settings_file(tray: Tray<'_>) -> Result<(), Problem> {
    tray.ask(WindowCall::OpenSettingsFile).await
}

#[tauri::command]
pub(crate) async fn dismiss_problem(tray: Tray<'_>, code: ProblemCode) -> Result<(), Problem> {
    tray.ask(WindowCall::DismissProblem { code }).await
}

#[tauri::command]
pub(crate) async fn retry_keychain(tray: Tray<'_>) -> Result<(), Problem> {
    tray.ask(WindowCall::RetryKeychain).await
}

#[tauri::command]
pub(crate) async fn connect(
    tray: Tray<'_>,
    which: Which,
    prefix: String,
    step: Step,
) -> Result<EditView, Problem> {
    tray.ask(WindowCall::Connect {
        which,
        prefix,
        step,
    })
    .await
}

#[tauri::command]
pub(crate) async fn import_key(
    tray: Tray<'_>,
    profile: String,
    step: Step,
) -> Result<EditView, Problem> {
    tray.ask(WindowCall::ImportKey { profile, step }).await
}

#[tauri::command]
pub(crate) async fn undo_import(
    tray: Tray<'_>,
    profile: String,
    step: Step,
) -> Result<EditView, Problem> {
    tray.ask(WindowCall::UndoImport { profile, step }).await
}

#[tauri::command]
pub(crate) async fn disconnect(
    tray: Tray<'_>,
    which: Which,
    step: Step,
) -> Result<EditView, Problem> {
    tray.ask(WindowCall::Disconnect { which, step }).await
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the framework passes every argument by value"
)]
#[tauri::command]
pub(crate) fn close_window(app: AppHandle) {
    app.exit(0);
}
