//! The program's arguments.

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Run.
    Run(Options),
    /// Show the window of the process that started this one.
    Window,
    /// Bind the key combination for the process that started this one.
    Shortcut(String),
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
    /// What happens with the window at start.
    pub(crate) window: AtStart,
}

/// What happens with the window at start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum AtStart {
    /// It opens with the practice account, and if there are no keys and roles yet.
    #[default]
    IfNew,
    /// It opens.
    Opens,
    /// It stays closed.
    StaysClosed,
    /// The window of the running program opens, or closes if it has the focus.
    Toggles,
}

/// The internal argument with which the tray's process starts the window's. It is not in the help.
pub(crate) const WINDOW_ARGUMENT: &str = "--window-of-parent";

/// The internal argument with which the tray's process starts the one that binds a key combination, which follows. It is
/// not in the help.
pub(crate) const SHORTCUT_ARGUMENT: &str = "--shortcut-of-parent";

/// The help text.
pub(crate) const HELP: &str = "\
Rolecall: AWS role sessions in the desktop tray

Usage: rolecall-desktop [OPTIONS]

Options:
      --practice   Use the practice account: a simulated AWS on this computer, with temporary keys and roles
      --window     Open the window at start
      --no-window  Start in the tray only, also with the practice account or without keys and roles
      --toggle     Open the window, or close it if it has the focus: for a key combination of your desktop
  -h, --help       Show this help
  -V, --version    Show the version

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
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--practice") => options.practice = true,
            Some("--window") => options.window = AtStart::Opens,
            Some("--no-window") => options.window = AtStart::StaysClosed,
            Some("--toggle") => options.window = AtStart::Toggles,
            Some(WINDOW_ARGUMENT) => return Ok(Request::Window),
            Some(SHORTCUT_ARGUMENT) => {
                let keys = arguments.next().unwrap_or_default();
                return Ok(Request::Shortcut(keys.to_string_lossy().into_owned()));
            }
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
                window: AtStart::Opens,
            }))
        );
        for (argument, window) in [
            ("--toggle", AtStart::Toggles),
            ("--no-window", AtStart::StaysClosed),
        ] {
            let options = Options {
                window,
                ..Options::default()
            };
            assert_eq!(parsed(&[argument]), Ok(Request::Run(options)));
        }
        assert_eq!(
            parsed(&["--shortcut-of-parent", "Ctrl+Alt+R"]),
            Ok(Request::Shortcut("Ctrl+Alt+R".to_owned()))
        );
        assert_eq!(parsed(&["--window", "-h"]), Ok(Request::Help));
    }

    #[test]
    fn b75_an_unknown_argument_is_shown_without_its_escapes() {
        assert!(parsed(&["--x\u{1b}[2J"]).is_err_and(|error| error.contains("--x\\u{1b}[2J")));
    }
}
