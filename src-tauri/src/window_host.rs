//! The tray's side of the window: starts its process, sends snapshots, answers calls, and notices its end.

use std::io::{self, Read};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use rolecall_agent::window_file::WindowFile;
use rolecall_core::api::desktop::DesktopCall;
use rolecall_core::api::frame::{Received, receive_frame, write_frame};
use rolecall_core::api::protocol::{Answer, Call, REQUEST_MAX};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::view::snapshot::RoleViews;
use rolecall_core::view::snapshot::Snapshot;

use crate::arguments::WINDOW_ARGUMENT;
use crate::launcher;
use crate::window_end::{crashed, has_crashed, has_failed, not_opened, skipped};
use crate::window_wire::{Opening, SnapshotUpdate, WindowMessage, WindowRequest};

/// The variables with the token of a program's start, from which the toolkits take it.
const STARTUP_VARIABLES: [&str; 2] = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"];

/// Answers a call of the window; `None` once nothing answers any more.
type Answering = dyn Fn(Call) -> Option<Result<Answer, Problem>> + Send + Sync;

/// Returns the command that starts the window's process.
type Program = dyn Fn() -> io::Result<Command> + Send + Sync;

/// Hears why the window cannot be opened.
type Report = dyn Fn(&Problem) + Send + Sync;

/// Starts the window's process, of which there is at most one, and sends it snapshots.
pub(crate) struct WindowHost {
    program: Box<Program>,
    open: Mutex<Option<OpenWindow>>,
    answer: OnceLock<Arc<Answering>>,
    /// The role whose page the next window opens.
    focus: Mutex<Option<Name>>,
    memory: OnceLock<(Arc<WindowFile>, bool)>,
    on_closed: OnceLock<Box<dyn Fn() + Send + Sync>>,
    on_failed: OnceLock<Box<Report>>,
}

/// A window whose process runs.
struct OpenWindow {
    messages: Sender<WindowMessage>,
    /// How often it was brought to the front.
    raised: u64,
    /// Up to which of these it stayed open for a person to see.
    seen: u64,
    /// Whether it has the keyboard's focus.
    is_focused: bool,
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
            focus: Mutex::default(),
            memory: OnceLock::new(),
            on_closed: OnceLock::new(),
            on_failed: OnceLock::new(),
        }
    }

    /// Sets the callbacks for calls, for closing, and for a window that cannot open; only the first ones count.
    pub(crate) fn connect(
        &self,
        answer: impl Fn(Call) -> Option<Result<Answer, Problem>> + Send + Sync + 'static,
        on_closed: impl Fn() + Send + Sync + 'static,
        on_failed: impl Fn(&Problem) + Send + Sync + 'static,
    ) {
        let _ = self.answer.set(Arc::new(answer));
        let _ = self.on_closed.set(Box::new(on_closed));
        let _ = self.on_failed.set(Box::new(on_failed));
    }

    /// Sets what windows remember, and whether they are of the practice account; only the first counts.
    pub(crate) fn remember(&self, file: Arc<WindowFile>, is_practice: bool) {
        let _ = self.memory.set((file, is_practice));
    }

    /// Lets an open window look as it is remembered now.
    pub(crate) fn send_look(&self) {
        if let (Some(window), Some((file, _))) = (&*self.lock(), self.memory.get()) {
            // The window may be closing.
            let look = WindowMessage::Look(Box::new(file.current()));
            let _ = window.messages.send(look);
        }
    }

    /// Opens the window or brings it to the front; closes it if it has the focus.
    ///
    /// # Errors
    /// As [`WindowHost::open`].
    pub(crate) fn toggle(self: &Arc<Self>, token: Option<&str>) -> Result<(), Problem> {
        if let Some(window) = self.lock().as_mut()
            && window.toggle(token)
        {
            return Ok(());
        }
        self.open(token)
    }

    /// Opens the window, or brings it to the front, for which `token` is the permission on Wayland. If it closes before a
    /// person could see it, it is opened again. A failure is also reported to the callback.
    ///
    /// # Errors
    /// If its process cannot be started.
    pub(crate) fn open(self: &Arc<Self>, token: Option<&str>) -> Result<(), Problem> {
        let mut open = self.lock();
        if let Some(window) = open.as_mut()
            && window.raise(token)
        {
            return Ok(());
        }
        let started = self.start(token).map_err(|error| not_opened(&error));
        let result = started.map(|window| *open = Some(window));
        drop(open);
        result.inspect_err(|problem| self.failed(problem))
    }

    /// Opens the window at the page of a role. `snapshot` is the current one, for a window that is open.
    ///
    /// # Errors
    /// As [`WindowHost::open`].
    pub(crate) fn open_at(
        self: &Arc<Self>,
        role: Name,
        snapshot: Snapshot,
        token: Option<&str>,
    ) -> Result<(), Problem> {
        if self.lock().is_some() {
            self.open(token)?;
            let focus = Some(role.to_string());
            self.send_snapshot(&Snapshot { focus, ..snapshot });
            return Ok(());
        }
        *self.focus.lock().unwrap_or_else(PoisonError::into_inner) = Some(role);
        self.open(token)
    }

    /// Returns the role whose page a new window opens.
    pub(crate) fn take_focus(&self) -> Option<String> {
        let mut focus = self.focus.lock().unwrap_or_else(PoisonError::into_inner);
        focus.take().map(|role| role.to_string())
    }

    fn failed(&self, problem: &Problem) {
        tracing::error!("{problem}");
        if let Some(on_failed) = self.on_failed.get() {
            on_failed(problem);
        }
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

    fn start(self: &Arc<Self>, token: Option<&str>) -> io::Result<OpenWindow> {
        let mut command = (self.program)()?;
        for name in STARTUP_VARIABLES {
            match token {
                Some(token) => command.env(name, token),
                // That of this process was for its own start.
                None => command.env_remove(name),
            };
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        let (messages, outbox) = mpsc::channel();
        let memory = self.memory.get();
        let opening = Opening {
            memory: memory.map(|(file, _)| file.current()).unwrap_or_default(),
            is_practice: memory.is_some_and(|(_, is_practice)| *is_practice),
        };
        // The other end is below.
        let _ = messages.send(WindowMessage::Open(Box::new(opening)));
        thread::Builder::new()
            .name("window-out".into())
            .spawn(move || write_all(input, &outbox))?;
        let (host, replies) = (self.clone(), messages.clone());
        thread::Builder::new()
            .name("window-in".into())
            .spawn(move || {
                let has_called = host.serve(output, &replies);
                // Without its pipe it is of no use, if it still runs.
                let _ = child.kill();
                let status = child.wait();
                host.closed();
                match status {
                    Ok(status) if has_crashed(status) => host.failed(&crashed(&status)),
                    Ok(status) if !has_called && has_failed(status) => {
                        host.failed(&not_opened(&status));
                    }
                    Ok(_) | Err(_) => {}
                }
            })?;
        Ok(OpenWindow {
            messages,
            raised: 0,
            seen: 0,
            is_focused: false,
        })
    }

    /// Answers the window's calls until it closes. Returns whether there was one: a window that opens makes some.
    fn serve(&self, mut output: impl Read, replies: &Sender<WindowMessage>) -> bool {
        let mut has_called = false;
        while let Ok(received) = receive_frame::<WindowRequest>(&mut output, REQUEST_MAX) {
            has_called = true;
            match received {
                Received::Content(WindowRequest { id, call }) => {
                    match call {
                        Call::Desktop(DesktopCall::Seen { raised }) => self.note_seen(raised),
                        Call::Desktop(DesktopCall::Focused { is_focused }) => {
                            self.note_focus(is_focused);
                        }
                        _ => {}
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
        has_called
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

    fn note_focus(&self, is_focused: bool) {
        if let Some(window) = &mut *self.lock() {
            window.is_focused = is_focused;
        }
    }

    /// Returns whether the window is open and has the keyboard's focus.
    pub(crate) fn is_focused(&self) -> bool {
        self.lock().as_ref().is_some_and(|window| window.is_focused)
    }

    /// Opens the window again if it was brought to the front while it closed, such as for a prompt.
    fn closed(self: &Arc<Self>) {
        let mut open = self.lock();
        let is_missed = open.take().is_some_and(|it| it.raised > it.seen);
        drop(open);
        // A failure is reported by the callback.
        let is_closed = !is_missed || self.open(None).is_err();
        if is_closed && let Some(on_closed) = self.on_closed.get() {
            on_closed();
        }
    }
}

impl OpenWindow {
    /// Brings it to the front; `false` if its process has ended.
    fn raise(&mut self, token: Option<&str>) -> bool {
        self.raised += 1;
        let raise = WindowMessage::Raise {
            raised: self.raised,
            token: token.map(str::to_owned),
        };
        self.messages.send(raise).is_ok()
    }

    /// Brings it to the front, or closes it if it has the focus; `false` if its process has ended. Nothing is missed if it
    /// closes.
    fn toggle(&self, token: Option<&str>) -> bool {
        let token = token.map(str::to_owned);
        let toggle = WindowMessage::Toggle { token };
        self.messages.send(toggle).is_ok()
    }
}

fn own_window() -> io::Result<Command> {
    let mut command = launcher::this_program()?;
    command.arg(WINDOW_ARGUMENT);
    #[cfg(target_os = "linux")]
    crate::opengl::let_in(&mut command);
    Ok(command)
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
    use crate::window_wire::CONTENT_FAILED;
    use rolecall_core::value::problem::ProblemCode;
    #[cfg(unix)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn host() -> WindowHost {
        let host = WindowHost::default();
        host.connect(|_| Some(Ok(Answer::Done)), || (), |_| ());
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

    /// A host whose windows are shell scripts, and how many of them were started, closed, and failed to open.
    #[cfg(unix)]
    fn with_windows(script: String) -> (Arc<WindowHost>, Arc<[AtomicUsize; 3]>) {
        let counts = Arc::<[AtomicUsize; 3]>::default();
        let (started, closed, failed) = (counts.clone(), counts.clone(), counts.clone());
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
            move |problem| {
                assert_eq!(problem.code, ProblemCode::WindowFailed);
                failed[2].fetch_add(1, Ordering::SeqCst);
            },
        );
        (Arc::new(host), counts)
    }

    /// Waits until so many windows were started, so many closed for good, and so many failed to open.
    #[cfg(unix)]
    fn wait_for(counts: &[AtomicUsize; 3], expected: [usize; 3]) {
        #[expect(clippy::disallowed_methods, reason = "the deadline of a test")]
        let begun = std::time::Instant::now();
        let present = || [0, 1, 2].map(|it: usize| counts[it].load(Ordering::SeqCst));
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
        host.open(None).expect("started");
        wait_for(&counts, [1, 0, 0]);
        host.open(None).expect("started");
        wait_for(&counts, [2, 0, 0]);
        let snapshot = Snapshot::default();
        host.send_snapshot(&snapshot);
        wait_for(&counts, [2, 1, 0]);
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
        host.open(None).expect("started");
        wait_for(&counts, [1, 0, 0]);
        host.open(None).expect("started");
        wait_for(&counts, [1, 1, 0]);
    }

    #[test]
    #[cfg(unix)]
    fn a_window_that_crashes_or_whose_content_does_is_reported_although_it_had_opened() {
        for ending in [&format!("exit {CONTENT_FAILED}"), "kill -SEGV $$"] {
            assert_crash_is_reported(ending);
        }
    }

    #[cfg(unix)]
    fn assert_crash_is_reported(ending: &str) {
        let call = Call::Desktop(DesktopCall::Focus);
        let mut called = Vec::new();
        write_frame(&mut called, &WindowRequest { id: 1, call }).expect("a frame");
        let called: String = called.iter().map(|byte| format!("\\{byte:03o}")).collect();
        let (host, counts) = with_windows(format!("printf '{called}'; {ending}"));
        host.open(None).expect("started");
        wait_for(&counts, [1, 1, 1]);
    }

    #[test]
    #[cfg(unix)]
    fn a_window_that_ends_before_it_opens_is_reported_and_can_be_opened_again() {
        let (host, counts) = with_windows("exit 127".into());
        host.open(None).expect("started");
        wait_for(&counts, [1, 1, 1]);
        host.open(None).expect("started");
        wait_for(&counts, [2, 2, 2]);
    }

    #[test]
    fn a_window_whose_program_cannot_be_started_is_an_error_and_reported() {
        let host = Arc::new(WindowHost::starting(|| Err(io::ErrorKind::NotFound.into())));
        let (report, reports) = mpsc::channel();
        host.connect(
            |_| None,
            || (),
            move |problem| drop(report.send(problem.clone())),
        );
        let problem = host.open(None).expect_err("no program");
        assert_eq!(problem.code, ProblemCode::WindowFailed);
        assert_eq!(reports.recv(), Ok(problem));
    }
}
