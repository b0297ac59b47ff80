//! `shell-init`: a shell's function `assume`, and its completions.

use rolecall_core::export_block::{CONFLICTING, ExportBlock};
use rolecall_core::problem::Problem;
use rolecall_core::shell::Shell;

use crate::arguments::{self, Integrated};

/// Returns what a shell reads at its start.
///
/// # Errors
/// None for these shells, from all of which a block can be taken out.
pub(super) fn text(shell: Integrated) -> Result<String, Problem> {
    let text = match shell {
        Integrated::Bash => concat!(
            include_str!("shell_init/assume.sh"),
            include_str!("shell_init/bash.sh")
        ),
        Integrated::Zsh => concat!(
            include_str!("shell_init/assume.sh"),
            include_str!("shell_init/zsh.sh")
        ),
        Integrated::Fish => include_str!("shell_init/fish.fish"),
        Integrated::Powershell => include_str!("shell_init/pwsh.ps1"),
        Integrated::Nushell => include_str!("shell_init/nu.nu"),
    };
    let text = text
        .trim_end()
        .replace("@COMMANDS@", &arguments::command_names().join("\n"))
        .replace("@ROLE_COMMANDS@", &arguments::role_commands().join(" "))
        .replace("@UNSET@", &ExportBlock::unset(Shell::Nushell)?)
        .replace("@CONFLICTING@", &CONFLICTING.join(" "));
    Ok(text)
}
