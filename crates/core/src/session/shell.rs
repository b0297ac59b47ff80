//! Shells and file formats, and their syntax for setting and unsetting variables.

use serde::{Deserialize, Serialize};

use crate::value::input::InputError;
use crate::value::sanitise;

/// A shell or file format of an export block.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Shell {
    /// bash, zsh and every other POSIX shell.
    #[default]
    Bash,
    /// fish.
    Fish,
    /// PowerShell on every platform.
    Powershell,
    /// The command prompt of Windows.
    Cmd,
    /// Nushell.
    Nushell,
    /// Elvish.
    Elvish,
    /// xonsh.
    Xonsh,
    /// csh and tcsh.
    Csh,
    /// A `.env` file.
    Dotenv,
    /// A file for `docker run --env-file`, which reads quotes literally.
    Docker,
    /// A JSON object of variables.
    Json,
    /// A section of an AWS credentials file.
    Ini,
}

impl Shell {
    /// All shells and formats.
    pub const ALL: [Self; 12] = [
        Self::Bash,
        Self::Fish,
        Self::Powershell,
        Self::Cmd,
        Self::Nushell,
        Self::Elvish,
        Self::Xonsh,
        Self::Csh,
        Self::Dotenv,
        Self::Docker,
        Self::Json,
        Self::Ini,
    ];

    /// The shells that menus offer.
    pub const IN_MENUS: [Self; 4] = [Self::Bash, Self::Fish, Self::Powershell, Self::Cmd];

    /// Their names on the command line and in the settings.
    pub const NAMES: &str = "bash, zsh, sh, ksh, fish, powershell, cmd, nushell, elvish, xonsh, csh, tcsh, \
                             dotenv, docker, json, ini";

    /// Parses a shell's name.
    ///
    /// # Errors
    /// Lists the known names. It never guesses.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "bash" | "zsh" | "sh" | "dash" | "ksh" | "mksh" => Self::Bash,
            "fish" => Self::Fish,
            "powershell" | "pwsh" => Self::Powershell,
            "cmd" => Self::Cmd,
            "nu" | "nushell" => Self::Nushell,
            "elvish" => Self::Elvish,
            "xonsh" => Self::Xonsh,
            "csh" | "tcsh" => Self::Csh,
            "dotenv" => Self::Dotenv,
            "docker" | "env-file" => Self::Docker,
            "json" => Self::Json,
            "ini" => Self::Ini,
            _ => {
                let what = format!(
                    "There is no export block for the shell \"{}\".",
                    sanitise::echo(text)
                );
                return Err(InputError::new(
                    "shell",
                    what,
                    format!("Known: {}.", Self::NAMES),
                ));
            }
        })
    }

    /// Returns its label in menus.
    pub fn label(self) -> &'static str {
        match self {
            Self::Bash => "bash / zsh",
            Self::Fish => "fish",
            Self::Powershell => "PowerShell",
            Self::Cmd => "cmd",
            Self::Nushell => "Nushell",
            Self::Elvish => "Elvish",
            Self::Xonsh => "xonsh",
            Self::Csh => "csh / tcsh",
            Self::Dotenv => ".env file",
            Self::Docker => "docker --env-file",
            Self::Json => "JSON",
            Self::Ini => "credentials file",
        }
    }

    /// Returns the line that unsets a variable, or `None` for files, which contain only what they set.
    pub(crate) fn unset(self, name: &str) -> Option<String> {
        Some(match self {
            Self::Bash => format!("unset {name}"),
            // `set -e` erases the variable only in the innermost scope, so it is repeated for all scopes.
            // <https://fishshell.com/docs/current/cmds/set.html>
            Self::Fish => format!("while set -q {name}; and set -e {name}; end"),
            Self::Powershell => format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue"),
            Self::Cmd => format!("set \"{name}=\""),
            Self::Nushell => format!("hide-env --ignore-errors {name}"),
            Self::Elvish => format!("unset-env {name}"),
            Self::Xonsh => format!("${{...}}.pop('{name}', None)"),
            Self::Csh => format!("unsetenv {name};"),
            Self::Dotenv | Self::Docker | Self::Json | Self::Ini => return None,
        })
    }

    /// Returns the line that reverts [`Shell::set`], or `None` for files.
    pub(crate) fn revert(self, name: &str) -> Option<String> {
        match self {
            // This restores a variable of the same name in the user's universal scope.
            Self::Fish => Some(format!("set -eg {name}")),
            Self::Bash
            | Self::Powershell
            | Self::Cmd
            | Self::Nushell
            | Self::Elvish
            | Self::Xonsh
            | Self::Csh
            | Self::Dotenv
            | Self::Docker
            | Self::Json
            | Self::Ini => self.unset(name),
        }
    }

    /// Returns the line that reverts [`Shell::set`] of one variable if another one has the same value, or `None` for
    /// files.
    pub(crate) fn revert_if_same(self, name: &str, other: &str) -> Option<String> {
        let revert = self.revert(name)?;
        Some(match self {
            Self::Bash => format!("[ \"${{{name}-}}\" != \"${{{other}-}}\" ] || {revert}"),
            Self::Fish => format!("if test \"${name}\" = \"${other}\"; {revert}; end"),
            Self::Powershell => format!("if ($Env:{name} -eq $Env:{other}) {{ {revert} }}"),
            Self::Cmd => format!("if \"%{name}%\"==\"%{other}%\" {revert}"),
            Self::Nushell => format!("if $env.{name}? == $env.{other}? {{ {revert} }}"),
            Self::Elvish => format!("if (eq $E:{name} $E:{other}) {{ {revert} }}"),
            Self::Xonsh => {
                format!("${{...}}.get('{name}') == ${{...}}.get('{other}') and {revert}")
            }
            // csh fails on a variable that is not set, so both are asked for as output.
            Self::Csh => {
                format!("if ( \"`printenv {name}`\" == \"`printenv {other}`\" ) {revert}")
            }
            Self::Dotenv | Self::Docker | Self::Json | Self::Ini => return None,
        })
    }

    /// Returns the maximum length of a line in bytes, or `None` if there is no limit.
    pub(crate) fn longest_line(self) -> Option<usize> {
        // <https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation>
        (self == Self::Cmd).then_some(8191)
    }

    /// Returns the line that sets a variable. Values have been checked to contain only letters, digits and `/ + = : . _
    /// - [ ]`, which no shell interprets inside these quotes.
    pub(crate) fn set(self, name: &str, value: &str) -> String {
        match self {
            Self::Bash => format!("export {name}='{value}'"),
            Self::Fish => format!("set -gx {name} '{value}'"),
            Self::Powershell => format!("$Env:{name} = '{value}'"),
            Self::Cmd => format!("set \"{name}={value}\""),
            Self::Nushell => format!("$env.{name} = '{value}'"),
            Self::Elvish => format!("set-env {name} '{value}'"),
            Self::Xonsh => format!("${name} = '{value}'"),
            // `eval` of csh joins all lines into one.
            Self::Csh => format!("setenv {name} '{value}';"),
            Self::Dotenv => format!("{name}=\"{value}\""),
            Self::Docker => format!("{name}={value}"),
            Self::Json => format!("\"{name}\": \"{value}\""),
            Self::Ini => format!("{} = {value}", name.to_ascii_lowercase()),
        }
    }

    /// Returns whether this is a shell and not a file format.
    pub(crate) fn is_typed(self) -> bool {
        self.unset("X").is_some()
    }

    /// Returns the start of each line: a space if the shell can be configured to keep such lines out of its history, or
    /// nothing if a space has a meaning.
    pub(crate) fn indent(self) -> &'static str {
        match self {
            Self::Bash
            | Self::Fish
            | Self::Powershell
            | Self::Cmd
            | Self::Nushell
            | Self::Elvish
            | Self::Csh => " ",
            Self::Xonsh | Self::Dotenv | Self::Docker | Self::Json | Self::Ini => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b80_an_unknown_shell_is_never_guessed() {
        assert!(Shell::parse("tcl").is_err_and(|error| error.remedy.contains("powershell")));
    }

    #[test]
    fn every_listed_name_is_known() {
        assert!(
            Shell::NAMES
                .split(", ")
                .all(|name| Shell::parse(name).is_ok())
        );
    }
}
