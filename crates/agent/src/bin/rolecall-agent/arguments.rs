//! The program's arguments.

use std::ffi::OsString;
use std::time::Duration;

use rolecall_agent::reset::Keep;
use rolecall_core::api::host::NEVER;
use rolecall_core::value::duration::parse_seconds;
use rolecall_core::value::sanitise::echo;

/// How long an agent that the command line started stays without a session and without a request.
const IDLE_LIMIT: Duration = Duration::from_secs(30 * 60);

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Run.
    Run(Options),
    /// Take everything of Rolecall off the machine, for `rolecall reset`.
    Reset(ResetStep, Keep),
    /// Show the help.
    Help,
    /// Show the version.
    Version,
}

/// A step of a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResetStep {
    /// Print what would be removed.
    Plan,
    /// Remove the plan that is on standard input, which the user confirmed.
    Remove,
}

/// How to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Detach from the terminal, as when the command line starts it.
    pub(crate) background: bool,
    /// How long it stays without a session and without a request; `None` is forever.
    pub(crate) idle_limit: Option<Duration>,
    /// Keep keys in a sealed file, which is created if it does not exist.
    pub(crate) sealed_file: bool,
    /// The file descriptor to read the sealed file's passphrase from.
    pub(crate) passphrase_fd: Option<u32>,
}

/// The help text.
pub(crate) const HELP: &str = "\
Rolecall without a display: AWS role sessions on a server, in WSL, or without a desktop session

Usage: rolecall-agent [OPTIONS]

The agent runs in the foreground and logs to standard error, like a service. The command line tool, rolecall, uses it
like the tray application.

Options:
      --idle DURATION    Exit after this time without a session and without a request, such as 30m; or never
      --sealed-file      Keep keys in an encrypted file instead of the keychain; only needed to create the file
      --passphrase-fd N  Read the file's passphrase from this file descriptor; otherwise use: rolecall unlock
      --background       Detach from the terminal, and exit after 30 minutes idle
  -h, --help             Show this help
  -V, --version          Show the version
";

/// Reads the arguments after the program's name.
///
/// # Errors
/// Names the first one that is unknown.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options::default();
    let mut is_limited = false;
    let (mut reset, mut keep) = (None, Keep::Nothing);
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--background") => options.background = true,
            Some("--sealed-file") => options.sealed_file = true,
            Some("--passphrase-fd") => {
                options.passphrase_fd = Some(descriptor(arguments.next().as_ref())?);
            }
            Some("--idle") => {
                options.idle_limit = idle_limit(arguments.next().as_ref())?;
                is_limited = true;
            }
            // Only the command line gives these.
            Some("--reset-plan") => reset = Some(ResetStep::Plan),
            Some("--reset") => reset = Some(ResetStep::Remove),
            Some("--keep-roles") => keep = Keep::Roles,
            Some("-h" | "--help") => return Ok(Request::Help),
            Some("-V" | "--version") => return Ok(Request::Version),
            _ => {
                let shown = echo(&argument.to_string_lossy());
                let message = format!("unknown argument \"{shown}\"; see rolecall-agent --help");
                return Err(message);
            }
        }
    }
    if let Some(step) = reset {
        return Ok(Request::Reset(step, keep));
    }
    if options.background && !is_limited {
        options.idle_limit = Some(IDLE_LIMIT);
    }
    Ok(Request::Run(options))
}

fn descriptor(text: Option<&OsString>) -> Result<u32, String> {
    let number = text.and_then(|text| text.to_str()?.parse().ok());
    let message = || "--passphrase-fd needs the number of an open file descriptor".to_owned();
    number.ok_or_else(message)
}

fn idle_limit(text: Option<&OsString>) -> Result<Option<Duration>, String> {
    let text = text.and_then(|text| text.to_str());
    if text == Some(NEVER) {
        return Ok(None);
    }
    let seconds = text.and_then(parse_seconds).filter(|seconds| *seconds > 0);
    let message = || "--idle needs a duration, such as 30m".to_owned();
    seconds
        .map(|seconds| Some(Duration::from_secs(seconds)))
        .ok_or_else(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Request, String> {
        parse(arguments.iter().map(Into::into))
    }

    fn options(arguments: &[&str]) -> Options {
        match parsed(arguments) {
            Ok(Request::Run(options)) => options,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn a_service_stays_and_an_agent_of_the_command_line_exits_when_idle() {
        assert_eq!(options(&[]), Options::default());
        assert_eq!(options(&["--background"]).idle_limit, Some(IDLE_LIMIT));
        let given = options(&["--background", "--idle", "90s"]).idle_limit;
        assert_eq!(given, Some(Duration::from_secs(90)));
        assert_eq!(
            options(&["--background", "--idle", "never"]).idle_limit,
            None
        );
    }

    #[test]
    fn b74_b75_an_unknown_argument_is_shown_without_its_escapes() {
        assert!(parsed(&["--x\u{1b}[2J"]).is_err_and(|error| error.contains("--x\\u{1b}[2J")));
        for span in ["", "soon", "0", "-5m"] {
            assert!(parsed(&["--idle", span]).is_err(), "{span}");
        }
        assert!(parsed(&["--idle"]).is_err());
    }
}
