//! Calls that are for the program itself, not for its keeper.

use std::time::Duration;

use rolecall_core::api::call_rules::Prompts;
use rolecall_core::api::desktop::DesktopCall;
use rolecall_core::api::host::{HostKind, HostView, SealedFileTarget};
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::Concern;

use crate::answer::answer;
use crate::caller::Caller;
use crate::engine::Engine;

/// A program that serves the socket.
pub trait Host: Send + Sync {
    /// Returns the kind of program.
    fn kind(&self) -> HostKind;

    /// Opens the window, or brings it to the front.
    ///
    /// # Errors
    /// If it has none.
    fn show_window(&self) -> Result<(), Problem>;

    /// Opens the window or brings it to the front; closes it if it has the focus.
    ///
    /// # Errors
    /// As [`Host::show_window`].
    fn toggle_window(&self) -> Result<(), Problem> {
        self.show_window()
    }

    /// Returns the engine.
    fn engine(&self) -> &Engine;

    /// Creates the sealed file.
    ///
    /// # Errors
    /// If this program uses the keychain, or the file cannot be created.
    fn create_sealed_file(&self, passphrase: &Secret) -> Result<(), Problem>;

    /// Ends the program, after pending answers.
    ///
    /// # Errors
    /// If only the user can end it, in its window or menu.
    fn stop(&self) -> Result<(), Problem>;

    /// Answers pending calls, saves everything, and then ends the program.
    ///
    /// # Errors
    /// As [`Host::stop`].
    fn hand_over(&self) -> Result<(), Problem>;

    /// Executes a call that needs the desktop: its clipboard, its editors, or files that the user chose.
    ///
    /// # Errors
    /// If this program has no desktop, and why it could not be done.
    fn on_desktop(&self, _call: DesktopCall) -> Result<Answer, Problem> {
        Err(Problem::internal())
    }

    /// Returns how long it stays when idle; `None` is forever.
    fn idle_limit(&self) -> Option<Duration>;
}

/// Executes a call, for the program or for its keeper, if the caller may send it.
///
/// # Errors
/// Why it could not be done.
pub fn receive(host: &dyn Host, call: Call, caller: &Caller<'_>) -> Result<Answer, Problem> {
    let Engine {
        keeper, in_flight, ..
    } = host.engine();
    caller.check(keeper, &call)?;
    // A program in the background is not kept waiting.
    if call.rules().prompts == Prompts::Person {
        note_program(host);
    }
    match call {
        Call::Unlock { passphrase, file } => unlock(host, &passphrase, file).map(|()| Answer::Done),
        Call::Host => Ok(Answer::Host(Box::new(view(host)))),
        Call::ShowWindow => host.show_window().map(|()| Answer::Done),
        Call::ToggleWindow => host.toggle_window().map(|()| Answer::Done),
        Call::Stop => host.stop().map(|()| Answer::Done),
        Call::HandOver => host.hand_over().map(|()| Answer::Done),
        Call::Import {
            from,
            file,
            dry_run,
        } => {
            let import_data = host.engine().import_data(from, file.as_deref())?;
            let imported = keeper.import(from, &import_data, dry_run);
            imported.map(Answer::Imported)
        }
        Call::Desktop(call) => host.on_desktop(call),
        call => answer(keeper, in_flight, call, caller),
    }
}

/// Records whether the running program is still the installed one.
pub fn note_program(host: &dyn Host) {
    let engine = host.engine();
    if let Some(installed) = engine.installation_change() {
        let problem = installed.problem(host.kind());
        engine.keeper.set_standing(Concern::Program, problem);
    }
}

fn unlock(host: &dyn Host, passphrase: &WireSecret, file: SealedFileTarget) -> Result<(), Problem> {
    let passphrase = Secret::new(passphrase.expose().to_owned());
    match file {
        SealedFileTarget::Existing => host.engine().unlock(&passphrase),
        SealedFileTarget::New => host.create_sealed_file(&passphrase),
    }
}

fn view(host: &dyn Host) -> HostView {
    let (sealed_file, sealed_file_state) = host.engine().sealed_file();
    HostView {
        kind: host.kind(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        sealed_file,
        sealed_file_state,
        aws_files: Some(host.engine().aws_files()),
        idle_limit_s: host.idle_limit().map(|limit| limit.as_secs()),
    }
}
