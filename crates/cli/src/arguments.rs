//! What the command line says: the command, its values, and how its session is limited.

#[cfg(test)]
mod advice;
mod build;
mod command;
mod line;
mod setup;
mod template;
mod usage_error;
mod value;

use std::ffi::OsString;

use rolecall_core::role::limits::{AccessLimit, LimitsView};
use rolecall_core::view::snapshot::Mode;

use line::Line;

pub(crate) use command::{
    AgentCommand, AgentOptions, AwsFiles, Command, ConsoleOptions, Delivery, Depth, DoctorOptions,
    DryRun, ExternalIds, Format, HistoryOptions, IntegratedShell, KeepRoles, KeyLoss, KeyOrigin,
    KeysCommand, PolicyCommand, Repair, ResetOptions, RevokeOf, RevokeOptions, RolesCommand,
    RotationWay, Script, ScriptPart, SealedFile, SessionOf, Truth, WriteMode,
};
pub(crate) use setup::{ExternalIdSource, SetupAction, SetupOptions};
pub(crate) use template::{Piece, Template};
pub(crate) use usage_error::UsageError;

/// A command line that was understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) mode: Mode,
    pub(crate) options: SessionOptions,
    pub(crate) command: Command,
}

/// How the command's session is assumed, apart from its role.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionOptions {
    /// The limits of the session.
    pub(crate) limits: LimitsView,
    /// The reason for assuming the role.
    pub(crate) reason: Option<String>,
    /// Whether production is confirmed without a question: `--yes`.
    pub(crate) confirmed: bool,
}

impl SessionOptions {
    /// Returns the reasons as calls carry them.
    pub(crate) fn reasons(&self) -> Vec<String> {
        self.reason.iter().cloned().collect()
    }
}

/// Reads the arguments.
///
/// # Errors
/// Says what is wrong, and names the nearest known word.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Invocation, UsageError> {
    let mut line = Line::read(arguments)?;
    let mode = match line.take("--practice") {
        Some(_) => Mode::Practice,
        None => Mode::Own,
    };
    let command = line.find_command()?;
    let (options, flags) = session_options(&mut line, command);
    let mut built = build::command(command, line)?;
    if let Some(flag) = flags.first().filter(|_| built.limitable_role().is_none()) {
        return Err(UsageError::new(format!(
            "This form of rolecall {command} does not accept {flag}. See: rolecall help {command}"
        )));
    }
    Ok(Invocation {
        mode,
        options,
        command: built,
    })
}

/// Takes the limits and the reason, and names the flags that gave them.
fn session_options(line: &mut Line, command: &str) -> (SessionOptions, Vec<&'static str>) {
    let mut flags = Vec::new();
    let mut take = |flag: &'static str| {
        let value = line.take(flag);
        flags.extend(value.is_some().then_some(flag));
        value
    };
    let read_only = take("--read-only").map(|_| AccessLimit::ReadOnly);
    let view_only = take("--view-only").map(|_| AccessLimit::ViewOnly);
    let region = take("--region-lock");
    let reason = take("--reason");
    let confirmed = matches!(command, "assume" | "exec") && take("--yes").is_some();
    let access = read_only.or(view_only);
    let limits = LimitsView { access, region };
    let options = SessionOptions {
        limits,
        reason,
        confirmed,
    };
    (options, flags)
}
