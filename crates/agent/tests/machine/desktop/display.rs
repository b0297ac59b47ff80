//! A display for the keychain's dialog, with simulated input.

use std::fs::File;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Bus, Desktop, PASSWORD, wait_until};

/// How long an answered dialog may take to close.
const CLOSING: Duration = Duration::from_secs(3);

/// The display of services that the bus starts.
pub(crate) struct Display {
    server: Child,
    name: String,
}

/// Waits until no other test is starting a display. The lock is released when the result is dropped.
#[expect(
    clippy::disallowed_methods,
    reason = "what all tests of this machine share"
)]
fn starting_alone() -> File {
    let user = rustix::process::geteuid().as_raw();
    let path = std::env::temp_dir().join(format!("rolecall-tests-display-{user}.lock"));
    let lock = File::create(path).expect("a temporary file");
    lock.lock().expect("a lock");
    lock
}

fn answers(name: &str) -> bool {
    let asked = command("xdotool")
        .arg("getdisplaygeometry")
        .env("DISPLAY", name)
        .output();
    asked.is_ok_and(|asked| asked.status.success())
}

impl Display {
    /// Starts a display; `None` if the programs are not installed.
    pub(crate) fn start(desktop: &Desktop) -> Option<Self> {
        let number = desktop.root.join("display");
        let shell = format!(
            "exec Xvfb -displayfd 7 -screen 0 800x600x24 -nolisten tcp 7>{}",
            number.display()
        );
        let found = command("sh")
            .args(["-c", "command -v Xvfb && command -v xdotool"])
            .output();
        if !found.is_ok_and(|found| found.status.success()) {
            return None;
        }
        let (server, name) = {
            // Two servers that start at the same time may take the same number.
            let _alone = starting_alone();
            let server = command("sh")
                .args(["-c", &shell])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("starts");
            let read = || std::fs::read_to_string(&number).unwrap_or_default();
            wait_until("the display is there", || read().ends_with('\n'));
            let name = format!(":{}", read().trim());
            wait_until("the display answers", || answers(&name));
            (server, name)
        };
        Bus::session().set_display(&name);
        Some(Self { server, name })
    }

    /// Returns how many of the keychain's dialogs are open.
    pub(crate) fn dialogs(&self) -> usize {
        let found = self.xdotool(&["search", "--onlyvisible", "--class", "gcr-prompter"]);
        String::from_utf8_lossy(&found.stdout).lines().count()
    }

    /// Types the password into the dialog until it closes.
    pub(crate) fn unlock(&self) {
        self.answer(&["key", "ctrl+a", "type", "--delay", "5", PASSWORD]);
    }

    /// Types the password of a new keyring twice into the dialog, until it closes.
    pub(crate) fn begin_keyring(&self) {
        let twice = [
            &["type", PASSWORD][..],
            &["key", "Tab"],
            &["type", PASSWORD],
        ];
        wait_until("the dialog is open", || self.dialogs() > 0);
        wait_until("the dialog is answered", || {
            self.focus_dialog();
            self.xdotool(&["key", "ctrl+a"]);
            for keys in twice {
                self.xdotool(keys);
            }
            self.xdotool(&["key", "Return"]);
            self.closes()
        });
    }

    /// Cancels the dialog.
    pub(crate) fn cancel(&self) {
        self.answer(&["key", "Escape"]);
    }

    /// Types into the dialog until it closes, since keys are lost before it is ready.
    fn answer(&self, keys: &[&str]) {
        wait_until("the dialog is open", || self.dialogs() > 0);
        wait_until("the dialog is answered", || {
            self.focus_dialog();
            self.xdotool(keys);
            self.xdotool(&["key", "Return"]);
            self.closes()
        });
    }

    /// Returns whether the answered dialog closes. The keychain derives a key first; typing again in the meantime could press
    /// Cancel.
    #[expect(clippy::disallowed_methods, reason = "looks again until a deadline")]
    fn closes(&self) -> bool {
        let end = Instant::now() + CLOSING;
        while Instant::now() < end {
            if self.dialogs() == 0 {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Focuses the dialog, since there is no window manager. Keys typed without focus would be lost, so that a Tab could end
    /// on Cancel.
    fn focus_dialog(&self) {
        let dialog = ["search", "--onlyvisible", "--class", "gcr-prompter"];
        self.xdotool(&[&dialog[..], &["windowfocus", "--sync"]].concat());
    }

    fn xdotool(&self, arguments: &[&str]) -> Output {
        command("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.name)
            .output()
            .expect("runs")
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It ends with its desktop anyway.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts the display and its hands"
)]
fn command(program: &str) -> Command {
    Command::new(program)
}
