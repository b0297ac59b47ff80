//! Starts browsers.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use rolecall_core::value::browser::{Browser, BrowserNames};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;

/// Opens a URL in the desktop's default browser.
const DEFAULT: &[&str] = if cfg!(windows) {
    &["rundll32.exe", "url.dll,FileProtocolHandler"]
} else if cfg!(target_os = "macos") {
    &["open"]
} else {
    &["xdg-open"]
};

/// Opens a URL in a browser.
///
/// # Errors
/// If there is no such program.
pub(super) fn open(browser: &Browser, names: BrowserNames<'_>, url: &str) -> Result<(), Problem> {
    let commands = match browser.commands(names, url) {
        none if none.is_empty() => {
            let words = DEFAULT.iter().copied().chain([url]);
            vec![words.map(str::to_owned).collect()]
        }
        commands => commands,
    };
    let mut missing = None;
    for command in &commands {
        match start(command) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                missing = missing.or(Some(error));
            }
            Err(error) => return Err(not_started(browser, &error)),
        }
    }
    let error = missing.unwrap_or_else(|| ErrorKind::NotFound.into());
    Err(not_started(browser, &error))
}

/// Starts a program with this environment, without the variables of AWS.
#[expect(
    clippy::disallowed_methods,
    reason = "starts the browser that the user's settings name"
)]
fn start(words: &[String]) -> std::io::Result<()> {
    let (program, arguments) = words.split_first().ok_or(ErrorKind::NotFound)?;
    let mut command = Command::new(program);
    let aws = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_"));
    for (name, _) in aws {
        command.env_remove(name);
    }
    let child = command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child?;
    std::thread::spawn(move || child.wait());
    Ok(())
}

fn not_started(browser: &Browser, error: &std::io::Error) -> Problem {
    let shown = sanitise::echo(&browser.to_string());
    let what = format!("The browser \"{shown}\" could not be started.");
    let remedy = "Install it, or set another one as [console] browser in settings.toml.";
    Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string())
}
