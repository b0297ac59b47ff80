//! The tray's side of the window: starts its process, sends snapshots, answers calls, and notices its end.

use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use rolecall_core::api::protocol::{REQUEST_MAX, read_frame, write_frame};
use rolecall_core::value::problem::Problem;
use rolecall_core::view::snapshot::RoleViews;
use rolecall_core::view::snapshot::Snapshot;

use crate::arguments::WINDOW_ARGUMENT;
use crate::window_wire::{SnapshotUpdate, WindowCall, WindowMessage, WindowRequest};

/// Answers a call of the window; `None` once nothing answers any more.
type Answer = dyn Fn(WindowCall) -> Option<Result<serde_json::Value, Problem>> + Send + Sync;

/// Starts the window's process, of which there is at most one, and sends it snapshots.
#[derive(Default)]
pub(crate) struct WindowHost {
    open: Mutex<Option<Sender<WindowMessage>>>,
    answer: OnceLock<Arc<Answer>>,
    on_closed: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl WindowHost {
    /// Sets the callbacks for calls and for closing; only the first ones count.
    pub(crate) fn connect(
        &self,
        answer: impl Fn(WindowCall) -> Option<Result<serde_json::Value, Problem>>
        + Send
        + Sync
        + 'static,
        on_closed: impl Fn() + Send + Sync + 'static,
    ) {
        let _ = self.answer.set(Arc::new(answer));
        let _ = self.on_closed.set(Box::new(on_closed));
    }

    /// Opens the window, or brings it to the front.
    pub(crate) fn open(self: &Arc<Self>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open
            .as_ref()
            .is_some_and(|window| window.send(WindowMessage::Raise).is_ok())
        {
            return;
        }
        match self.start() {
            Ok(window) => *open = Some(window),
            Err(error) => tracing::error!(%error, "the window's process could not be started"),
        }
    }

    /// Sends a snapshot to the window, if it is open.
    pub(crate) fn send_snapshot(&self, snapshot: &Snapshot) {
        if let Some(window) = &*self.open.lock().unwrap_or_else(PoisonError::into_inner) {
            // The window may be closing.
            let _ = window.send(WindowMessage::Snapshot(SnapshotUpdate {
                snapshot: Box::new(snapshot.clone()),
                same_roles: false,
            }));
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "starts this same program, for the window"
    )]
    fn start(self: &Arc<Self>) -> std::io::Result<Sender<WindowMessage>> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(WINDOW_ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("no pipes"));
        };
        let (messages, outbox) = mpsc::channel();
        thread::Builder::new()
            .name("window-out".into())
            .spawn(move || write_all(input, &outbox))?;
        let (host, replies) = (self.clone(), messages.clone());
        thread::Builder::new()
            .name("window-in".into())
            .spawn(move || {
                host.serve(output, &replies);
                host.closed();
                let _ = child.wait();
                host.on_closed
                    .get()
                    .into_iter()
                    .for_each(|on_closed| on_closed());
            })?;
        Ok(messages)
    }

    /// Answers the window's calls until it closes, each on its own thread, since some wait for the user.
    fn serve(&self, mut output: ChildStdout, replies: &Sender<WindowMessage>) {
        while let Ok(WindowRequest { id, call }) =
            read_frame::<WindowRequest>(&mut output, REQUEST_MAX)
        {
            let Some(answer) = self.answer.get().cloned() else {
                return;
            };
            let replies = replies.clone();
            let answering = move || {
                if let Some(result) = answered(&*answer, call) {
                    // The window may have closed.
                    let _ = replies.send(WindowMessage::Answer { id, result });
                }
            };
            if let Err(error) = thread::Builder::new()
                .name("window-call".into())
                .spawn(answering)
            {
                tracing::error!(%error, "a call of the window could not be answered");
            }
        }
    }

    fn closed(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn answered(answer: &Answer, call: WindowCall) -> Option<Result<serde_json::Value, Problem>> {
    let answering = std::panic::AssertUnwindSafe(|| answer(call));
    std::panic::catch_unwind(answering).unwrap_or_else(|_| Some(Err(Problem::internal())))
}

/// Writes the messages to the window. Of several pending snapshots only the last is written, and roles only if changed.
fn write_all(mut input: ChildStdin, outbox: &Receiver<WindowMessage>) {
    let mut last_roles: Option<RoleViews> = None;
    while let Ok(first) = outbox.recv() {
        let mut batch = vec![first];
        batch.extend(outbox.try_iter());
        let last_snapshot = batch
            .iter()
            .rposition(|message| matches!(message, WindowMessage::Snapshot(_)));
        let outdated = |index: usize, message: &WindowMessage| {
            matches!(message, WindowMessage::Snapshot(_)) && Some(index) != last_snapshot
        };
        for (index, message) in batch.iter_mut().enumerate() {
            if outdated(index, message) {
                continue;
            }
            if let WindowMessage::Snapshot(update) = message {
                omit_unchanged_roles(update, &mut last_roles);
            }
            if write_frame(&mut input, message).is_err() {
                return;
            }
        }
    }
}

fn omit_unchanged_roles(update: &mut SnapshotUpdate, last: &mut Option<RoleViews>) {
    let roles = &mut update.snapshot.roles;
    if last.as_ref().is_some_and(|last| last.is_shared_with(roles)) {
        *roles = RoleViews::default();
        update.same_roles = true;
    } else {
        *last = Some(roles.clone());
    }
}
