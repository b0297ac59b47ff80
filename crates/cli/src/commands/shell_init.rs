//! `shell-init`: a shell's function `assume`, and its completions.

use rolecall_core::export_block::{CONFLICTING, ExportBlock};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::shell::Shell;

use crate::arguments::{self, Integrated, Part};

const ASSUME: &str = include_str!("shell_init/assume.sh");
const ASSUME_FISH: &str = include_str!("shell_init/assume.fish");
const BASH: &str = include_str!("shell_init/bash.sh");
const ZSH: &str = include_str!("shell_init/zsh.sh");
const FISH: &str = include_str!("shell_init/fish.fish");
const NUSHELL: &str = include_str!("shell_init/nu.nu");
const POWERSHELL: &str = include_str!("shell_init/pwsh.ps1");

/// Returns what a shell reads at its start, or the completions that it loads by itself.
///
/// # Errors
/// If the shell loads no completions from files of their own.
pub(super) fn text(shell: Integrated, part: Part) -> Result<String, Problem> {
    let text = match (part, shell) {
        (Part::Whole, Integrated::Bash) => format!("{ASSUME}{BASH}"),
        (Part::Whole, Integrated::Zsh) => format!("{ASSUME}{ZSH}{ZSH_REGISTERS}"),
        (Part::Whole, Integrated::Fish) => format!("{ASSUME_FISH}{FISH}"),
        (Part::Whole, Integrated::Powershell) => POWERSHELL.to_owned(),
        (Part::Whole, Integrated::Nushell) => NUSHELL.to_owned(),
        (Part::Completions, Integrated::Bash) => BASH.to_owned(),
        (Part::Completions, Integrated::Zsh) => format!("{ZSH_LOADS}{ZSH}{ZSH_COMPLETES}"),
        (Part::Completions, Integrated::Fish) => FISH.to_owned(),
        (Part::Completions, Integrated::Powershell | Integrated::Nushell) => {
            return Err(not_apart());
        }
    };
    let text = text
        .trim_end()
        .replace("@COMMANDS@", &arguments::command_names().join("\n"))
        .replace("@ROLE_COMMANDS@", &arguments::role_commands().join(" "))
        .replace("@UNSET@", &ExportBlock::unset(Shell::Nushell)?)
        .replace("@CONFLICTING@", &CONFLICTING.join(" "));
    Ok(text)
}

const ZSH_REGISTERS: &str =
    "if (( $+functions[compdef] )); then compdef _rolecall_complete rolecall assume; fi\n";
/// How a file begins and ends that zsh runs when it first completes one of these commands.
const ZSH_LOADS: &str = "#compdef rolecall assume\n";
const ZSH_COMPLETES: &str = "_rolecall_complete \"$@\"\n";

fn not_apart() -> Problem {
    let what = "This shell has no files of completions alone.";
    let remedy = "Leave out --completions.";
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}
