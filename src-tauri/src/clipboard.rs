//! The clipboard over `arboard`, on its own thread: reading it on the main thread can deadlock with the webview.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::Clipboard;

/// How long a call waits for the clipboard.
const DEADLINE: Duration = Duration::from_secs(3);

enum Job {
    Put {
        text: Secret,
        clear_after: Duration,
        done: Sender<Result<(), arboard::Error>>,
    },
    Take {
        done: Sender<Result<Secret, arboard::Error>>,
    },
    Clear {
        done: Sender<()>,
    },
}

/// The desktop's clipboard. Copied text is marked as secret for clipboard managers.
pub(crate) struct DesktopClipboard(Sender<Job>);

impl DesktopClipboard {
    /// Starts the clipboard's thread, which sleeps until it gets a job.
    pub(crate) fn start() -> Self {
        let (jobs, inbox) = mpsc::channel();
        thread::spawn(move || Worker::default().run(&inbox));
        Self(jobs)
    }

    /// Returns the text in the clipboard.
    ///
    /// # Errors
    /// If there is no text or no clipboard.
    pub(crate) fn text(&self) -> Result<Secret, Problem> {
        let remedy = "Copy the access key first, or add it from a file.";
        let taken = self
            .ask(|done| Job::Take { done })
            .and_then(|taken| taken.map_err(|error| error.to_string()));
        taken.map_err(|reason| failed("The clipboard contains no text.", remedy, &reason))
    }

    /// Clears the clipboard, if it still contains our text.
    pub(crate) fn clear(&self) {
        let _ = self.ask(|done| Job::Clear { done });
    }

    fn ask<T>(&self, job: impl FnOnce(Sender<T>) -> Job) -> Result<T, String> {
        let (done, answer) = mpsc::channel();
        self.0.send(job(done)).map_err(|error| error.to_string())?;
        answer
            .recv_timeout(DEADLINE)
            .map_err(|error| error.to_string())
    }
}

impl Clipboard for DesktopClipboard {
    fn put(&self, text: &Secret, clear_after: SignedDuration) -> Result<(), Problem> {
        let text = text.duplicate();
        let put = self.ask(|done| Job::Put {
            text,
            clear_after: clear_after.unsigned_abs(),
            done,
        });
        put.and_then(|put| put.map_err(|error| error.to_string())).map_err(|reason| {
            let remedy = "Nothing was copied. Use the command line instead: eval \"$(rolecall env ROLE)\".";
            failed("The clipboard could not be written.", remedy, &reason)
        })
    }
}

fn failed(what: &str, remedy: &str, reason: &str) -> Problem {
    Problem::new(ProblemCode::ClipboardFailed, what, remedy)
        .with_detail(rolecall_core::value::sanitise::echo(reason))
}

/// Our text in the clipboard, and the connection that serves it.
#[derive(Default)]
struct Worker {
    ours: Option<(arboard::Clipboard, Secret)>,
    clear_after: Option<Duration>,
}

impl Worker {
    fn run(mut self, inbox: &Receiver<Job>) {
        loop {
            let next = match self.clear_after {
                Some(after) => inbox.recv_timeout(after),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(job) => self.work(job),
                Err(RecvTimeoutError::Timeout) => self.clear(),
                Err(RecvTimeoutError::Disconnected) => return self.clear(),
            }
        }
    }

    fn work(&mut self, job: Job) {
        match job {
            Job::Put {
                text,
                clear_after,
                done,
            } => {
                let put = self.put(text);
                self.clear_after = put.is_ok().then_some(clear_after);
                let _ = done.send(put);
            }
            Job::Take { done } => {
                let text = arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get_text());
                let _ = done.send(text.map(Secret::new));
            }
            Job::Clear { done } => {
                self.clear();
                let _ = done.send(());
            }
        }
    }

    fn put(&mut self, text: Secret) -> Result<(), arboard::Error> {
        let mut clipboard = arboard::Clipboard::new()?;
        exclude_from_history(clipboard.set()).text(text.expose())?;
        self.ours = Some((clipboard, text));
        Ok(())
    }

    /// Gives up the selection if it is still ours. It is never overwritten with an empty text, since some clipboard
    /// managers then restore the last text: <https://github.com/hluk/CopyQ/issues/2802>.
    fn clear(&mut self) {
        self.clear_after = None;
        let Some((mut clipboard, text)) = self.ours.take() else {
            return;
        };
        if clipboard
            .get_text()
            .is_ok_and(|present| present == text.expose())
            && let Err(error) = clipboard.clear()
        {
            tracing::warn!(%error, "the clipboard could not be cleared");
        }
    }
}

#[cfg(target_os = "linux")]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtLinux::exclude_from_history(set)
}

#[cfg(target_os = "macos")]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtApple::exclude_from_history(set)
}

#[cfg(windows)]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtWindows;
    set.exclude_from_monitoring()
        .exclude_from_cloud()
        .exclude_from_history()
}
