//! Embeds the window's files, the icons and the list of commands.

/// Every command of `commands.rs`; each must also be granted in `capabilities/main.json`.
const COMMANDS: &[&str] = &[
    "snapshot",
    "assume",
    "renew",
    "end",
    "end_key",
    "explain_further",
    "explain_text",
    "lock_regions",
    "copy_export",
    "answer_prompt",
    "cancel_prompt",
    "reply",
    "set_consent",
    "set_key_consent",
    "set_temporary_profile",
    "history",
    "switch_prompt",
    "end_mfa",
    "answer_reason",
    "cancel_reason",
    "add_key",
    "rename_key",
    "remove_key",
    "remove_totp",
    "plaintext_profiles",
    "import_sources",
    "import_from",
    "save_role",
    "remove_role",
    "mark_role",
    "name_account",
    "start_practice",
    "practice_code",
    "open_roles_file",
    "open_settings_file",
    "dismiss_problem",
    "retry_keychain",
    "connect",
    "import_key",
    "undo_import",
    "disconnect",
    "close_window",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
