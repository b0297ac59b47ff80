//! What the window may call. Each command reads its arguments and passes them on; none holds a rule.
//! Secrets never go out through here: copying and reading keys happen on this side.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the framework hands every argument over by value"
)]

use std::sync::Arc;

use rolecall_core::name::Name;
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::role::RoleDraft;
use rolecall_core::shell::Shell;
use rolecall_core::snapshot::{KeyView, Snapshot};
use serde::Serialize;
use tauri::{AppHandle, State};

use crate::desktop::Desktop;
use crate::key_origin::{KeyOrigin, PlaintextProfile};
use crate::{launcher, window};

type Shared<'a> = State<'a, Arc<Desktop>>;

/// The practice authenticator's present code.
#[derive(Debug, Serialize)]
pub(crate) struct PracticeCode {
    code: String,
    seconds_left: u32,
}

/// Runs a use case off the threads that draw and dispatch, since it may wait for AWS, the keychain or the user.
async fn run<T: Send + 'static>(
    desktop: &Shared<'_>,
    use_case: impl FnOnce(&Desktop) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let desktop = Arc::clone(desktop);
    let done = tauri::async_runtime::spawn_blocking(move || use_case(&desktop)).await;
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "a use case did not finish");
        Err(Problem::new(
            ProblemCode::Internal,
            "A fault in Rolecall stopped this.",
            "Try again.",
        ))
    })
}

#[tauri::command]
pub(crate) fn snapshot(desktop: Shared<'_>) -> Snapshot {
    desktop.keeper.snapshot()
}

#[tauri::command]
pub(crate) async fn assume(desktop: Shared<'_>, role: String) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        desktop.keeper.assume(&Name::parse(&role)?, None).map(drop)
    })
    .await
}

#[tauri::command]
pub(crate) async fn renew(desktop: Shared<'_>, role: String) -> Result<(), Problem> {
    assume(desktop, role).await
}

#[tauri::command]
pub(crate) async fn end(desktop: Shared<'_>, role: String) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        desktop.keeper.end(&Name::parse(&role)?)
    })
    .await
}

#[tauri::command]
pub(crate) async fn copy_export(
    desktop: Shared<'_>,
    role: String,
    shell: Option<Shell>,
) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        desktop.keeper.copy_export(&Name::parse(&role)?, shell)
    })
    .await
}

#[tauri::command]
pub(crate) async fn answer_prompt(
    desktop: Shared<'_>,
    id: u64,
    code: String,
) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        desktop.keeper.answer_prompt(id, &code)
    })
    .await
}

#[tauri::command]
pub(crate) async fn cancel_prompt(desktop: Shared<'_>, id: u64) -> Result<(), Problem> {
    run(&desktop, move |desktop| desktop.keeper.cancel_prompt(id)).await
}

#[tauri::command]
pub(crate) async fn add_key(
    desktop: Shared<'_>,
    name: String,
    from: KeyOrigin,
) -> Result<KeyView, Problem> {
    run(&desktop, move |desktop| {
        let name = Name::parse(&name)?;
        let pair = from.read(&desktop.clipboard, &desktop.aws_files)?;
        desktop.keeper.add_key(&name, &pair)
    })
    .await
}

#[tauri::command]
pub(crate) async fn rename_key(
    desktop: Shared<'_>,
    name: String,
    new_name: String,
) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        desktop
            .keeper
            .rename_key(&Name::parse(&name)?, &Name::parse(&new_name)?)
    })
    .await
}

#[tauri::command]
pub(crate) async fn remove_key(desktop: Shared<'_>, name: String) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        desktop.keeper.remove_key(&Name::parse(&name)?)
    })
    .await
}

#[tauri::command]
pub(crate) async fn plaintext_profiles(
    desktop: Shared<'_>,
) -> Result<Vec<PlaintextProfile>, Problem> {
    run(&desktop, |desktop| {
        Ok(PlaintextProfile::all(&desktop.aws_files))
    })
    .await
}

#[tauri::command]
pub(crate) async fn save_role(
    desktop: Shared<'_>,
    previous_name: Option<String>,
    role: RoleDraft,
) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        let previous = previous_name.as_deref().map(Name::parse).transpose()?;
        desktop.keeper.save_role(previous.as_ref(), &role)
    })
    .await
}

#[tauri::command]
pub(crate) async fn remove_role(desktop: Shared<'_>, name: String) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        desktop.keeper.remove_role(&Name::parse(&name)?)
    })
    .await
}

#[tauri::command]
pub(crate) async fn start_practice(desktop: Shared<'_>) -> Result<(), Problem> {
    run(&desktop, |_| launcher::start_practice()).await
}

#[tauri::command]
pub(crate) fn practice_code(desktop: Shared<'_>) -> Option<PracticeCode> {
    let (code, seconds_left) = desktop.practice_code()?;
    Some(PracticeCode { code, seconds_left })
}

#[tauri::command]
pub(crate) async fn open_roles_file(desktop: Shared<'_>) -> Result<(), Problem> {
    run(&desktop, |desktop| {
        launcher::open_file(desktop.roles_path.as_deref())
    })
    .await
}

#[tauri::command]
pub(crate) async fn dismiss_problem(desktop: Shared<'_>, code: ProblemCode) -> Result<(), Problem> {
    run(&desktop, move |desktop| {
        desktop.keeper.dismiss(code);
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn retry_keychain(desktop: Shared<'_>) -> Result<(), Problem> {
    run(&desktop, |desktop| desktop.keeper.retry_keychain()).await
}

#[tauri::command]
pub(crate) fn close_window(app: AppHandle) {
    window::close(&app);
}
