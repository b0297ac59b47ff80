//! Takes a key combination on Wayland: the desktop's portal binds it, and may ask the user first.
//!
//! A process of its own asks the portal, which serves no process that hides its memory
//! (<https://github.com/flatpak/xdg-desktop-portal/issues/1490>). That process has no secrets.

use std::io;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rolecall_core::api::frame::read_frame;
use rolecall_core::api::window_memory::ShortcutState;
use rolecall_core::value::shortcut::Shortcut;
use serde::{Deserialize, Serialize};

use super::bound::Bound;
use crate::arguments::SHORTCUT_ARGUMENT;
use crate::launcher;

pub(crate) mod binding;

/// The most bytes of a report.
const REPORT_MAX: usize = 64 * 1024;

/// What the process says, a frame each.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Report {
    /// What became of the combination, and its keys as the desktop names them.
    Bound { keys: String, state: ShortcutState },
    /// The combination was pressed. The token permits a window to come to the front.
    Pressed { token: Option<String> },
}

/// The number of a request, so that the process of an older one changes nothing any more.
type Number = u64;
type Pressed = dyn Fn(Option<&str>) + Send + Sync;

/// The portal's side of the combination.
pub(super) struct Portal {
    requests: Sender<(Number, Option<Shortcut>)>,
    outcome: Arc<Outcome>,
}

/// What became of the newest request.
#[derive(Default)]
struct Outcome(Mutex<(Number, Bound)>);

impl Outcome {
    /// Begins with another request, and returns its number.
    fn begin(&self, bound: Bound) -> Number {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = (newest.0 + 1, bound);
        newest.0
    }

    /// Sets what became of a request, unless there is a newer one.
    fn set(&self, number: Number, bound: Bound) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.0 == number {
            newest.1 = bound;
        }
    }
}

impl Portal {
    /// Starts without a combination. `pressed` gets the token that permits a window to come to the front.
    ///
    /// # Errors
    /// If no thread starts.
    pub(super) fn start(
        pressed: impl Fn(Option<&str>) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (requests, receiver) = mpsc::channel();
        let outcome = Arc::<Outcome>::default();
        let (following, pressed) = (outcome.clone(), Arc::new(pressed));
        thread::Builder::new()
            .name("shortcut".into())
            .spawn(move || follow(&receiver, &following, &(pressed as Arc<Pressed>)))?;
        Ok(Self { requests, outcome })
    }

    /// Asks for a combination instead of the present one. The user may have to answer the desktop.
    pub(super) fn take(&self, shortcut: Option<&Shortcut>) {
        let state = match shortcut {
            Some(_) => ShortcutState::Asked,
            None => ShortcutState::Off,
        };
        let keys = shortcut.map(ToString::to_string);
        let number = self.outcome.begin(Bound { keys, state });
        // The thread ends with this process.
        let _ = self.requests.send((number, shortcut.cloned()));
    }

    /// Returns the combination, and what became of it.
    pub(super) fn bound(&self) -> Bound {
        let newest = self.outcome.0.lock();
        newest.unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

/// Has one process at a time, for the newest request.
fn follow(
    requests: &Receiver<(Number, Option<Shortcut>)>,
    outcome: &Arc<Outcome>,
    pressed: &Arc<Pressed>,
) {
    let mut running: Option<Child> = None;
    for (number, shortcut) in requests {
        // The end of the process ends its session with the portal.
        if let Some(mut previous) = running.take() {
            drop(previous.stdin.take());
            let _ = previous.wait();
        }
        let Some(shortcut) = shortcut else {
            continue;
        };
        let keys = shortcut.to_string();
        let (heard, pressed) = (outcome.clone(), pressed.clone());
        let asked = keys.clone();
        match start(&asked, move |output| {
            listen(output, &keys, number, &heard, &*pressed);
        }) {
            Ok(child) => running = Some(child),
            Err(error) => {
                tracing::warn!(%error, "the process for the shortcut did not start");
                let keys = Some(asked);
                let state = ShortcutState::Unsupported;
                outcome.set(number, Bound { keys, state });
            }
        }
    }
}

/// Starts the process, and hears its reports in a thread of their own.
fn start(keys: &str, listen: impl FnOnce(ChildStdout) + Send + 'static) -> io::Result<Child> {
    let mut child = launcher::limited(&mut launcher::this_program()?)
        .args([SHORTCUT_ARGUMENT, keys])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = child.stdout.take();
    let output = output.ok_or_else(|| io::Error::other("no pipe"))?;
    thread::Builder::new()
        .name("shortcut-reports".into())
        .spawn(move || listen(output))?;
    Ok(child)
}

/// Hears the reports of a process until it ends.
fn listen(
    mut output: impl io::Read,
    keys: &str,
    number: Number,
    outcome: &Outcome,
    pressed: &Pressed,
) {
    let mut last = ShortcutState::Asked;
    while let Ok(report) = read_frame(&mut output, REPORT_MAX) {
        match report {
            Report::Bound { keys, state } => {
                last = state;
                let keys = Some(keys);
                outcome.set(number, Bound { keys, state });
            }
            Report::Pressed { token } => pressed(token.as_deref()),
        }
    }
    let keys = Some(keys.to_owned());
    let state = match last {
        ShortcutState::Taken => ShortcutState::Taken,
        ShortcutState::Active
        | ShortcutState::Asked
        | ShortcutState::Off
        | ShortcutState::Unsupported => ShortcutState::Unsupported,
    };
    outcome.set(number, Bound { keys, state });
}
