//! The version of the program that answers, if it is another one than this command's.

use std::sync::{Arc, Mutex, PoisonError};

use rolecall_core::api::host::HostKind;
use rolecall_core::value::sanitise::echo;
use rolecall_core::view::snapshot::Mode;

use crate::terminal;

const OUR_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The other version, until the user knows.
#[derive(Clone, Default)]
pub(super) struct OtherVersion(Arc<Mutex<Seen>>);

#[derive(Default)]
enum Seen {
    #[default]
    Same,
    Other(String),
    Shown,
}

impl OtherVersion {
    /// Notes the version of a program that answered.
    pub(super) fn note(&self, version: &str) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*seen, Seen::Same) && version != OUR_VERSION {
            *seen = Seen::Other(version.to_owned());
        }
    }

    /// Tells the user at the terminal, once. `host` returns which program it is.
    pub(super) fn tell(&self, mode: Mode, host: impl FnOnce() -> Option<HostKind>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Seen::Other(version) = &*seen
            && terminal::is_read()
        {
            terminal::tell(&text(version, mode, host()));
            *seen = Seen::Shown;
        }
    }
}

fn text(version: &str, mode: Mode, host: Option<HostKind>) -> String {
    let remedy = match (mode, host) {
        (Mode::Practice, _) => "Quit Rolecall practice in its menu, then start it again.",
        (Mode::Own, Some(HostKind::Agent)) => {
            "Run: rolecall agent --stop. The next command starts the new one, and active sessions are kept."
        }
        (Mode::Own, Some(HostKind::Desktop)) => {
            "Choose Restart Rolecall in its menu. Active sessions are kept."
        }
        (Mode::Own, None) => "Restart Rolecall. Active sessions are kept.",
    };
    format!(
        "Rolecall {} is running, and this command is version {OUR_VERSION}. {remedy}",
        echo(version)
    )
}
