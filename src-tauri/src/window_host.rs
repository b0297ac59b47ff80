//! The tray's side of the window: starts its process, sends snapshots, answers calls, and notices its end.

use std::io::{self, Read};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use rolecall_core::api::desktop::DesktopCall;
use rolecall_core::api::frame::{FrameError, Received, receive_frame, write_frame};
use rolecall_core::api::protocol::{Answer, Call, REQUEST_MAX};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::RoleViews;
use rolecall_core::view::snapshot::Snapshot;

use crate::arguments::WINDOW_ARGUMENT;
use crate::window_wire::{SnapshotUpdate, WindowMessage, WindowRequest};

/// Answers a call of the window; `None` once nothing answers any more.
type Answering = dyn Fn(Call) -> Option<Result<Answer, Problem>> + Send + Sync;

/// Returns the command that starts the window's process.
type Program = dyn Fn() -> io::Result<Command> + Send + Sync;

/// Starts the window's process, of which there is at most one, and sends it snapshots.
pub(crate) struct WindowHost {
    program: Box<Program>,
    open: Mutex<Option<OpenWindow>>,
    answer: OnceLock<Arc<Answering>>,
    on_closed: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// A window whose process runs.
struct OpenWindow {
    messages: Sender<WindowMessage>,
    /// How often it was brought to the front.
    raised: u64,
    /// Up to which of these it stayed open for a person to see.
    seen: u64,
}

impl Default for WindowHost {
    fn default() -> Self {
        Self::starting(own_window)
    }
}

impl WindowHost {
    fn starting(program: impl Fn() -> io::Result<Command> + Send + Sync + 'static) -> Self {
        Self {
            program: Box::new(program),
            open: Mutex::default(),
            answer: OnceLock::new(),
            on_closed: OnceLock::new(),
        }
    }

    /// Sets the callbacks for calls and for closing; only the first ones count.
    pub(crate) fn connect(
        &self,
        answer: impl Fn(Call) -> Option<Result<Answer, Problem>> + Send + Sync + 'static,
        on_closed: impl Fn() + Send + Sync + 'static,
    ) {
        let _ = self.answer.set(Arc::new(answer));
        let _ = self.on_closed.set(Box::new(on_closed));
    }

    /// Opens the window, or brings it to the front. If it closes before a person could see it, it is opened again.
    pub(crate) fn open(self: &Arc<Self>) {
        let mut open = self.lock();
        if open.as_mut().is_some_and(OpenWindow::raise) {
            return;
        }
        *open = self.started();
    }

    /// Sends a snapshot to the window, if it is open.
    pub(crate) fn send_snapshot(&self, snapshot: &Snapshot) {
        if let Some(window) = &*self.lock() {
            // The window may be closing.
            let _ = window
                .messages
                .send(WindowMessage::Snapshot(SnapshotUpdate {
                    snapshot: Box::new(snapshot.clone()),
                    same_roles: false,
                }));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<OpenWindow>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn started(self: &Arc<Self>) -> Option<OpenWindow> {
        let started = self.start().inspect_err(|error| {
            tracing::error!(%error, "the window's process could not be started");
        });
        started.ok()
    }

    fn start(self: &Arc<Self>) -> io::Result<OpenWindow> {
        let mut child = (self.program)()?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
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
                // Without its pipe it is of no use, if it still runs.
                let _ = child.kill();
                let _ = child.wait();
                host.closed();
            })?;
        Ok(OpenWindow {
            messages,
            raised: 0,
            seen: 0,
        })
    }

    /// Answers the window's calls until it closes.
    fn serve(&self, mut output: impl Read, replies: &Sender<WindowMessage>) {
        while let Ok(received) = receive_frame::<WindowRequest>(&mut output, REQUEST_MAX) {
            match received {
                Received::Content(WindowRequest { id, call }) => {
                    if let Call::Desktop(DesktopCall::Seen { raised }) = call {
                        self.note_seen(raised);
                    }
                    self.start_answer(id, call, replies);
                }
                Received::Skipped(head, error) => {
                    tracing::error!(%error, "a call of the window was skipped");
                    let refused = WindowRequest::id_of(&head).map(|id| WindowMessage::Answer {
                        id,
                        result: Err(skipped(&error)),
                    });
                    // The window may have closed.
                    refused.into_iter().for_each(|it| drop(replies.send(it)));
                }
            }
        }
    }

    /// Answers a call on its own thread, since some wait for the user.
    fn start_answer(&self, id: u64, call: Call, replies: &Sender<WindowMessage>) {
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
        let thread = thread::Builder::new().name("window-call".into());
        if let Err(error) = thread.spawn(answering) {
            tracing::error!(%error, "a call of the window could not be answered");
        }
    }

    fn note_seen(&self, raised: u64) {
        if let Some(window) = &mut *self.lock() {
            window.seen = raised;
        }
    }

    /// Opens the window again if it was brought to the front while it closed, such as for a prompt.
    fn closed(self: &Arc<Self>) {
        let mut open = self.lock();
        let is_missed = open.take().is_some_and(|it| it.raised > it.seen);
        if is_missed {
            *open = self.started();
        }
        let is_closed = open.is_none();
        drop(open);
        if is_closed && let Some(on_closed) = self.on_closed.get() {
            on_closed();
        }
    }
}

impl OpenWindow {
    /// Brings it to the front; `false` if its process has ended.
    fn raise(&mut self) -> bool {
        self.raised += 1;
        let raise = WindowMessage::Raise {
            raised: self.raised,
        };
        self.messages.send(raise).is_ok()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts this same program, for the window"
)]
fn own_window() -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WINDOW_ARGUMENT);
    Ok(command)
}

/// Returns the problem of a call that was skipped.
fn skipped(error: &FrameError) -> Problem {
    match error {
        FrameError::Size(length) => {
            let what = format!("The window sent {length} bytes at once, which is too much.");
            let remedy = format!("Shorten what you entered to {REQUEST_MAX} bytes in all.");
            Problem::new(ProblemCode::InvalidInput, what, remedy)
        }
        FrameError::Content | FrameError::Io(_) => Problem::internal(),
    }
}

fn answered(answer: &Answering, call: Call) -> Option<Result<Answer, Problem>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn host() -> WindowHost {
        let host = WindowHost::default();
        host.connect(|_| Some(Ok(Answer::Done)), || ());
        host
    }

    #[test]
    fn a_call_that_is_too_long_is_refused_and_the_next_one_answered() {
        let call = |id, length| WindowRequest {
            id,
            call: Call::AnswerReason {
                id: 1,
                reason: "x".repeat(length),
            },
        };
        let mut wire = Vec::new();
        write_frame(&mut wire, &call(41, 70_000)).expect("a frame");
        write_frame(&mut wire, &call(42, 10)).expect("a frame");
        let (replies, answers) = mpsc::channel();
        host().serve(wire.as_slice(), &replies);
        drop(replies);
        let mut results = std::collections::BTreeMap::new();
        for message in answers {
            let WindowMessage::Answer { id, result } = message else {
                unreachable!("{message:?}");
            };
            results.insert(id, result);
        }
        let refused = results
            .remove(&41)
            .expect("an answer")
            .expect_err("refused");
        assert_eq!(refused.code, ProblemCode::InvalidInput);
        assert!(refused.what.contains("too much"), "{refused}");
        assert!(matches!(results.remove(&42), Some(Ok(Answer::Done))));
    }

    #[test]
    fn the_window_names_the_field_that_is_too_long() {
        let role = rolecall_core::role::RoleDraft {
            name: "guest".into(),
            arn: "arn:aws:iam::808768216571:role/guest".into(),
            source: "work".into(),
            policy: Some(format!(
                "{{\"Statement\":[],\"Id\":\"{}\"}}",
                "x".repeat(70_000)
            )),
            ..Default::default()
        };
        let call = Call::SaveRole {
            previous_name: None,
            role: Box::new(role),
        };
        let problem = WindowRequest { id: 1, call }
            .check_size()
            .expect_err("too long");
        assert_eq!(problem.detail.as_deref(), Some("policy"), "{problem}");
        let call = Call::End {
            role: "x".repeat(70_000),
        };
        let problem = WindowRequest { id: 1, call }
            .check_size()
            .expect_err("too long");
        assert_eq!(
            problem.to_string(),
            "The name has 70000 characters. Use at most 128."
        );
        let call = Call::Snapshot;
        assert_eq!(WindowRequest { id: 1, call }.check_size(), Ok(()));
    }

    /// A host whose windows are shell scripts, and how many of them were started and closed.
    #[cfg(unix)]
    fn with_windows(script: String) -> (Arc<WindowHost>, Arc<[AtomicUsize; 2]>) {
        let counts = Arc::<[AtomicUsize; 2]>::default();
        let (started, closed) = (counts.clone(), counts.clone());
        let host = WindowHost::starting(move || {
            started[0].fetch_add(1, Ordering::SeqCst);
            #[expect(clippy::disallowed_methods, reason = "a script in place of a window")]
            let mut command = Command::new("/bin/sh");
            command.args(["-c", &script]);
            Ok(command)
        });
        host.connect(
            |_| Some(Ok(Answer::Done)),
            move || {
                closed[1].fetch_add(1, Ordering::SeqCst);
            },
        );
        (Arc::new(host), counts)
    }

    /// Waits until so many windows were started and so many closed for good.
    #[cfg(unix)]
    fn wait_for(counts: &[AtomicUsize; 2], expected: [usize; 2]) {
        #[expect(clippy::disallowed_methods, reason = "the deadline of a test")]
        let begun = std::time::Instant::now();
        let present = || [0, 1].map(|it: usize| counts[it].load(Ordering::SeqCst));
        while present() != expected {
            assert!(begun.elapsed().as_secs() < 20, "{:?}", present());
            thread::yield_now();
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_window_that_closes_as_it_is_raised_is_opened_again_once() {
        // It ends with the first message, and did not show anything.
        let (host, counts) = with_windows("head -c 5 > /dev/null".into());
        host.open();
        wait_for(&counts, [1, 0]);
        host.open();
        wait_for(&counts, [2, 0]);
        let snapshot = Snapshot::default();
        host.send_snapshot(&snapshot);
        wait_for(&counts, [2, 1]);
    }

    #[test]
    #[cfg(unix)]
    fn a_window_that_a_person_saw_and_closed_stays_closed() {
        let mut seen = Vec::new();
        let call = Call::Desktop(DesktopCall::Seen { raised: 1 });
        write_frame(&mut seen, &WindowRequest { id: 1, call }).expect("a frame");
        let seen: String = seen.iter().map(|byte| format!("\\{byte:03o}")).collect();
        // It ends once it has its answer.
        let script = format!("head -c 5 > /dev/null; printf '{seen}'; head -c 40 > /dev/null");
        let (host, counts) = with_windows(script);
        host.open();
        wait_for(&counts, [1, 0]);
        host.open();
        wait_for(&counts, [1, 1]);
    }
}
