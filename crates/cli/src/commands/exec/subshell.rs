//! The shell that `exec` starts without a command. Its prompt shows the role and the time left, before the user's own
//! prompt.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rolecall_core::view::snapshot::Mode;

use crate::client::Client;
use crate::environment::Environment;

const BASH: &str = include_str!("subshell/bash.sh");
const ZSH: &str = include_str!("subshell/zsh.sh");
const ZSHRC: &str = include_str!("subshell/zshrc.sh");
const FISH: &str = include_str!("subshell/fish.fish");

/// Makes the shell that `command` starts show the session in its prompt, if Rolecall knows how. Other shells get the
/// session as well, and so do those whose start-up file cannot be written.
pub(super) fn prepare(
    command: &mut Command,
    shell: &Path,
    client: &Client,
    environment: &Environment,
) {
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let prepared = match shell.file_name().and_then(OsStr::to_str) {
        Some("bash") => file(client, "bash.sh", BASH).map(|path| {
            command.arg("--rcfile").arg(path);
        }),
        Some("zsh") => zsh_files(client).map(|path| {
            command.env("ZDOTDIR", path.parent().unwrap_or(&path));
            match &environment.zsh_dir {
                Some(dir) => command.env("ROLECALL_ZDOTDIR", dir),
                None => command.env_remove("ROLECALL_ZDOTDIR"),
            };
        }),
        Some("fish") => {
            command.arg("--init-command").arg(script(client, FISH));
            Ok(())
        }
        Some(_) | None => return,
    };
    if prepared.is_ok() {
        command.env("ROLECALL_PROGRAM", program);
    }
}

fn zsh_files(client: &Client) -> io::Result<PathBuf> {
    file(client, "zsh/.zshenv", ZSH)?;
    file(client, "zsh/.zshrc", ZSHRC)
}

/// Writes a start-up file to the application's folder, which only this user can enter.
fn file(client: &Client, name: &str, text: &str) -> io::Result<PathBuf> {
    let dir = client.dir().map_err(|_| io::ErrorKind::NotFound)?;
    let path = dir.join("shells").join(name);
    let text = script(client, text);
    if fs::read_to_string(&path).is_ok_and(|present| present == text) {
        return Ok(path);
    }
    fs::create_dir_all(path.parent().unwrap_or(dir))?;
    // In one step, because another shell may be starting.
    let temporary = path.with_extension(std::process::id().to_string());
    fs::write(&temporary, text)?;
    fs::rename(&temporary, &path)?;
    Ok(path)
}

fn script(client: &Client, text: &str) -> String {
    let flags = match client.mode() {
        Mode::Own => "",
        Mode::Practice => "--practice ",
    };
    text.replace("@FLAGS@", flags)
}
