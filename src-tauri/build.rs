//! Embeds the window's files, the icons and the list of commands.

/// Every command of `commands.rs`; each must also be granted in `capabilities/main.json`.
const COMMANDS: &[&str] = &["ask", "close_window"];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
