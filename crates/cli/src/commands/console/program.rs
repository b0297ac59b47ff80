//! The browser's program.

use std::io::ErrorKind;
use std::process::{Child, Stdio};

use rolecall_core::value::browser::{Browser, BrowserNames};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;

/// Opens a URL in the desktop's default browser.
const DEFAULT: &[&str] = if cfg!(windows) {
    &["rundll32.exe", "url.dll,FileProtocolHandler"]
} else if cfg!(target_os = "macos") {
    &["open"]
} else {
    &["xdg-open"]
};

/// A browser that was started. It stays when this is dropped.
pub(super) struct Program {
    browser: String,
    child: Child,
}

impl Program {
    /// Starts a browser with a URL.
    ///
    /// # Errors
    /// If there is no such program.
    pub(super) fn start(
        browser: &Browser,
        names: BrowserNames<'_>,
        url: &str,
    ) -> Result<Self, Problem> {
        let shown = browser.to_string();
        let commands = match browser.commands(names, url) {
            none if none.is_empty() => {
                let words = DEFAULT.iter().copied().chain([url]);
                vec![words.map(str::to_owned).collect()]
            }
            commands => commands,
        };
        for words in &commands {
            match spawn(words) {
                Ok(child) => {
                    return Ok(Self {
                        browser: shown,
                        child,
                    });
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(failed(&shown, &error.to_string())),
            }
        }
        Err(failed(&shown, "there is no such program"))
    }

    /// Checks that the program has not failed.
    ///
    /// # Errors
    /// If it has.
    pub(super) fn check(&mut self) -> Result<(), Problem> {
        match self.child.try_wait() {
            Ok(Some(status)) if !status.success() => {
                Err(failed(&self.browser, &status.to_string()))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// Starts a program with this environment, without the variables of AWS, which it does not need. It stays when the
/// terminal is closed.
#[expect(
    clippy::disallowed_methods,
    reason = "starts the browser that the user named"
)]
fn spawn(words: &[String]) -> std::io::Result<Child> {
    let (program, arguments) = words.split_first().ok_or(ErrorKind::NotFound)?;
    let mut command = std::process::Command::new(program);
    let aws = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_"));
    for (name, _) in aws {
        command.env_remove(name);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn failed(browser: &str, reason: &str) -> Problem {
    let what = match browser {
        "default" => "The default browser could not be started.".to_owned(),
        name => format!("The browser \"{}\" could not be started.", echo(name)),
    };
    let remedy = "Name another one with --browser, or get the URL with --print.";
    Problem::new(ProblemCode::Internal, what, remedy).with_detail(reason)
}
