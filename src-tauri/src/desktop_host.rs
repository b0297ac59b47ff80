//! The application as a program that serves the socket and its window.

use std::time::Duration;

use rolecall_agent::engine::Engine;
use rolecall_agent::host::Host;
use rolecall_core::api::desktop::DesktopCall;
use rolecall_core::api::host::HostKind;
use rolecall_core::api::protocol::Answer;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;

use crate::desktop::Desktop;
use crate::window_calls;

impl Host for Desktop {
    fn kind(&self) -> HostKind {
        HostKind::Desktop
    }

    fn show_window(&self) -> Result<(), Problem> {
        self.ui.window.open(None)
    }

    fn toggle_window(&self) -> Result<(), Problem> {
        self.ui.window.toggle(None)
    }

    fn engine(&self) -> &Engine {
        &self.engine
    }

    fn create_sealed_file(&self, _: &Secret) -> Result<(), Problem> {
        let what = "The tray application stores new keys in the keychain.";
        let remedy = "An encrypted file is for machines without a keychain. To use one, quit the application, then run: rolecall agent --sealed-file";
        Err(Problem::new(ProblemCode::KeychainAbsent, what, remedy))
    }

    fn stop(&self) -> Result<(), Problem> {
        let what = "The tray application is running, not the agent.";
        Err(Problem::new(
            ProblemCode::NotRunning,
            what,
            "Quit it from its tray menu.",
        ))
    }

    fn hand_over(&self) -> Result<(), Problem> {
        self.stop()
    }

    fn on_desktop(&self, call: DesktopCall) -> Result<Answer, Problem> {
        window_calls::answer(self, call)
    }

    fn idle_limit(&self) -> Option<Duration> {
        None
    }
}
