//! `shell-init`: a shell's function `assume`, or of another name, and its completions.

use rolecall_core::session::export_block::ExportBlock;
use rolecall_core::session::shell::Shell;
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::arguments::{IntegratedShell, Script, ScriptPart};
use crate::grammar::{COMPLETE, LEFT_OVER};

const ASSUME: &str = include_str!("shell_init/assume.sh");
const ASSUME_FISH: &str = include_str!("shell_init/assume.fish");
const BASH: &str = include_str!("shell_init/bash.sh");
const ZSH: &str = include_str!("shell_init/zsh.sh");
const FISH: &str = include_str!("shell_init/fish.fish");
const NUSHELL: &str = include_str!("shell_init/nu.nu");
const POWERSHELL: &str = include_str!("shell_init/pwsh.ps1");

/// Returns the script for a shell's start, or only its completions.
///
/// # Errors
/// If the shell does not load completions from files.
pub(super) fn text(script: &Script) -> Result<String, Problem> {
    let text = match (script.part, script.shell) {
        (ScriptPart::Whole, IntegratedShell::Bash) => format!("{ASSUME}{BASH}"),
        (ScriptPart::Whole, IntegratedShell::Zsh) => format!("{ASSUME}{ZSH}{ZSH_REGISTERS}"),
        (ScriptPart::Whole, IntegratedShell::Fish) => format!("{ASSUME_FISH}{FISH}"),
        (ScriptPart::Whole, IntegratedShell::Powershell) => POWERSHELL.to_owned(),
        (ScriptPart::Whole, IntegratedShell::Nushell) => NUSHELL.to_owned(),
        (ScriptPart::Completions, IntegratedShell::Bash) => BASH.to_owned(),
        (ScriptPart::Completions, IntegratedShell::Zsh) => {
            format!("{ZSH_FILE_BEGIN}{ZSH}{ZSH_FILE_END}")
        }
        (ScriptPart::Completions, IntegratedShell::Fish) => FISH.to_owned(),
        (ScriptPart::Completions, IntegratedShell::Powershell | IntegratedShell::Nushell) => {
            return Err(no_completion_files());
        }
    };
    let text = text
        .trim_end()
        .replace("@ASSUME@", &script.function)
        .replace("@SHELL@", name(script.shell))
        .replace("@COMPLETE@", COMPLETE)
        .replace("@UNSET@", &ExportBlock::unset(Shell::Nushell)?)
        .replace("@LEFT_OVER@", LEFT_OVER);
    Ok(text)
}

fn name(shell: IntegratedShell) -> &'static str {
    match shell {
        IntegratedShell::Bash => "bash",
        IntegratedShell::Zsh => "zsh",
        IntegratedShell::Fish => "fish",
        IntegratedShell::Powershell => "pwsh",
        IntegratedShell::Nushell => "nu",
    }
}

const ZSH_REGISTERS: &str =
    "if (( $+functions[compdef] )); then compdef _rolecall_complete rolecall @ASSUME@; fi\n";
/// Begin and end of a file that zsh runs when it first completes one of these commands.
const ZSH_FILE_BEGIN: &str = "#compdef rolecall @ASSUME@\n";
const ZSH_FILE_END: &str = "_rolecall_complete \"$@\"\n";

fn no_completion_files() -> Problem {
    let what = "This shell does not load completions from files.";
    let remedy = "Leave out --completions.";
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}
