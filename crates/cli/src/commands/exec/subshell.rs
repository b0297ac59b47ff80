//! The shell that `exec` starts without a command. Its prompt shows the role and the time left, before the user's own
//! prompt.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;

use crate::client::Client;
use crate::environment::Environment;
use crate::grammar::LEFT_OVER;
use crate::regular_file;

const BASH: &str = include_str!("subshell/bash.sh");
const ZSH: &str = include_str!("subshell/zsh.sh");
const ZSHRC: &str = include_str!("subshell/zshrc.sh");
const FISH: &str = include_str!("subshell/fish.fish");
const NUSHELL: &str = include_str!("subshell/nu.nu");

/// What a prompt says once if other variables replace the session.
const REPLACED: &str = "Rolecall: this shell sets {replaced}, so programs may use other credentials than those of {role}.";

/// What a name of a variable begins with for its second copy, which the start-up files apply after the user's own.
const COPY: &str = "ROLECALL_SET_";

/// Makes a shell that `command` starts show the session in its prompt, and set the variables `set` again after the
/// user's start-up files, if Rolecall knows how. Other programs get the session as well, and so do shells whose start-up
/// file cannot be written. The arguments of `program` have to follow.
pub(super) fn prepare(
    command: &mut Command,
    program: &[OsString],
    set: &[(&str, Secret)],
    client: &Client,
    environment: &Environment,
) {
    let (Some(shell), Ok(own_program)) = (started_shell(program), std::env::current_exe()) else {
        return;
    };
    let prepared = match shell {
        // A user's .bashrc may replace bash with zsh.
        PromptShell::Bash => use_zsh_files(command, client, environment)
            .and_then(|()| file(client, "bash.sh", BASH))
            .map(|path| {
                command.arg("--rcfile").arg(path);
            }),
        PromptShell::Zsh => use_zsh_files(command, client, environment),
        PromptShell::Fish => {
            command.arg("--init-command").arg(script(client, FISH));
            Ok(())
        }
        PromptShell::Nushell => {
            command.arg("--execute").arg(script(client, NUSHELL));
            Ok(())
        }
    };
    if prepared.is_ok() {
        command.env("ROLECALL_PROGRAM", own_program);
        for (name, value) in set {
            command.env(format!("{COPY}{name}"), value.expose());
        }
    }
}

/// A shell whose prompt can show the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PromptShell {
    Bash,
    Zsh,
    Fish,
    Nushell,
}

/// Returns the shell that a program is if it reads start-up files and then takes commands from the user or from an
/// argument. bash and Nushell read none for an argument.
fn started_shell(program: &[OsString]) -> Option<PromptShell> {
    let (shell, arguments) = program.split_first()?;
    let shell = match Path::new(shell).file_name()?.to_str()? {
        "bash" => PromptShell::Bash,
        "zsh" => PromptShell::Zsh,
        "fish" => PromptShell::Fish,
        "nu" => PromptShell::Nushell,
        _ => return None,
    };
    let takes_commands = match (arguments.first(), shell) {
        (None, _) => true,
        (Some(first), PromptShell::Zsh | PromptShell::Fish) => first == "-c",
        (Some(_), PromptShell::Bash | PromptShell::Nushell) => false,
    };
    takes_commands.then_some(shell)
}

/// Makes every zsh read our files, until these restore the user's folder.
fn use_zsh_files(
    command: &mut Command,
    client: &Client,
    environment: &Environment,
) -> io::Result<()> {
    file(client, "zsh/.zshenv", ZSH)?;
    let path = file(client, "zsh/.zshrc", ZSHRC)?;
    command.env("ZDOTDIR", path.parent().unwrap_or(&path));
    match &environment.zsh_dir {
        Some(dir) => command.env("ROLECALL_ZDOTDIR", dir),
        None => command.env_remove("ROLECALL_ZDOTDIR"),
    };
    Ok(())
}

/// Writes a start-up file to the application's folder, which only this user can enter.
fn file(client: &Client, name: &str, text: &str) -> io::Result<PathBuf> {
    let dir = client.dir().map_err(|_| io::ErrorKind::NotFound)?;
    let path = dir.join("shells").join(name);
    let text = script(client, text);
    if regular_file::text(&path).is_ok_and(|present| present == text) {
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
        .replace("@LEFT_OVER@", LEFT_OVER)
        .replace("@REPLACED@", REPLACED)
}
