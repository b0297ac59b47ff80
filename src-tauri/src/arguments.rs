//! The program's arguments.

/// What the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    /// Run.
    Run(Options),
    /// Show the window of the process that started this one.
    Window,
    /// Show the help.
    Help,
    /// Show the version.
    Version,
}

/// How to run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Use the practice account, with temporary keys and roles.
    pub(crate) practice: bool,
    /// Open the window at start.
    pub(crate) window: bool,
}

/// The internal argument with which the tray's process starts the window's. It is not in the help.
pub(crate) const WINDOW_ARGUMENT: &str = "--window-of-parent";

/// The help text.
pub(crate) const HELP: &str = "\
Rolecall: AWS role sessions in the desktop tray

Usage: rolecall-desktop [OPTIONS]

Options:
      --practice  Use the practice account: a simulated AWS on this computer, with temporary keys and roles
      --window    Open the window at start
  -h, --help      Show this help
  -V, --version   Show the version

The command line tool is rolecall. See: rolecall --help
";

/// Reads the arguments after the program's name.
///
/// # Errors
/// Names the first one that is unknown.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
) -> Result<Request, String> {
    let mut options = Options::default();
    for argument in arguments {
        match argument.to_str() {
            Some("--practice") => options.practice = true,
            Some("--window") => options.window = true,
            Some(WINDOW_ARGUMENT) => return Ok(Request::Window),
            Some("-h" | "--help") => return Ok(Request::Help),
            Some("-V" | "--version") => return Ok(Request::Version),
            _ => {
                let shown = rolecall_core::value::sanitise::echo(&argument.to_string_lossy());
                return Err(format!(
                    "unknown argument \"{shown}\"; see rolecall-desktop --help"
                ));
            }
        }
    }
    Ok(Request::Run(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Request, String> {
        parse(arguments.iter().map(Into::into))
    }

    #[test]
    fn reads_its_options() {
        assert_eq!(
            parsed(&["--practice", "--window"]),
            Ok(Request::Run(Options {
                practice: true,
                window: true
            }))
        );
        assert_eq!(parsed(&["--window", "-h"]), Ok(Request::Help));
    }

    #[test]
    fn b75_an_unknown_argument_is_shown_without_its_escapes() {
        assert!(parsed(&["--x\u{1b}[2J"]).is_err_and(|error| error.contains("--x\\u{1b}[2J")));
    }
}
