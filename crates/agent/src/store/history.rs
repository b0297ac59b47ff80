//! The history of requests on disk. Requests never wait for it: a thread writes new lines within a second and sleeps in
//! between. A power loss or `kill -9` loses at most that second.

mod table;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use rolecall_core::asker::history::{Line, Query, RETENTION, Recent};
use rolecall_core::value::problem::Problem;

use super::state_file::StateFile;

/// How long lines are collected before they are written.
const BATCH_DELAY: Duration = Duration::from_secs(1);
/// The limit of waiting lines if the disk fails.
const WAITING_MAX: usize = 2_000;

/// Collects lines and writes them from its own thread.
pub(super) struct HistoryWriter {
    shared: Arc<Shared>,
    started: OnceLock<()>,
}

struct Shared {
    file: Arc<StateFile>,
    waiting: Mutex<Waiting>,
    changed: Condvar,
    /// Locked while lines are written, so that they are written in order.
    writing: Mutex<Option<i64>>,
}

#[derive(Default)]
struct Waiting {
    recent: Recent,
    has_new: bool,
    closing: bool,
}

impl HistoryWriter {
    pub(super) fn new(file: Arc<StateFile>) -> Self {
        Self {
            shared: Arc::new(Shared {
                file,
                waiting: Mutex::default(),
                changed: Condvar::new(),
                writing: Mutex::default(),
            }),
            started: OnceLock::new(),
        }
    }

    /// Adds a line, to be written soon.
    pub(super) fn add(&self, line: Line) {
        {
            let mut waiting = self.shared.lock();
            waiting.recent.add(line);
            waiting.recent.keep(WAITING_MAX);
            if std::mem::replace(&mut waiting.has_new, true) {
                return;
            }
        }
        self.shared.changed.notify_all();
        self.started.get_or_init(|| self.start());
    }

    /// Returns the matching lines, newest first. While another program holds the file, or the disk fails, these are the
    /// lines in memory.
    ///
    /// # Errors
    /// If the file cannot be written or read, and there are no lines in memory.
    pub(super) fn find(&self, query: &Query) -> Result<Vec<Line>, Problem> {
        let written = self.shared.write();
        let found =
            written.and_then(|()| self.shared.file.with(|database| database.history(query)));
        found.or_else(|problem| {
            let in_memory = self.shared.lock().recent.find(query);
            if in_memory.is_empty() || !self.shared.file.is_failing() {
                return Err(problem);
            }
            tracing::warn!(%problem, "the history is shown from memory");
            Ok(in_memory)
        })
    }

    /// Writes the waiting lines.
    pub(super) fn flush(&self) {
        if let Err(problem) = self.shared.write() {
            tracing::warn!(%problem, "the history cannot be written");
        }
    }

    fn start(&self) {
        let shared = self.shared.clone();
        let writer = thread::Builder::new().name("history".into());
        if let Err(error) = writer.spawn(move || shared.follow()) {
            tracing::warn!(%error, "the history is only written at exit");
        }
    }
}

impl Drop for HistoryWriter {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_all();
        if self.started.get().is_some() {
            self.flush();
        }
    }
}

impl Shared {
    /// Writes new lines until the store is dropped.
    fn follow(&self) {
        let mut failed = false;
        loop {
            let waiting = self.lock();
            let idle = |it: &mut Waiting| !it.has_new && !it.closing;
            let waiting = self.changed.wait_while(waiting, idle);
            let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
            let open = |it: &mut Waiting| !it.closing;
            let gathered = self.changed.wait_timeout_while(waiting, BATCH_DELAY, open);
            let (waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            if waiting.closing {
                return;
            }
            drop(waiting);
            match self.write() {
                Err(problem) if !failed => {
                    tracing::warn!(%problem, "the history cannot be written");
                    failed = true;
                }
                Err(_) => {}
                Ok(()) => failed = false,
            }
        }
    }

    fn write(&self) -> Result<(), Problem> {
        let mut base = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = {
            let mut waiting = self.lock();
            waiting.has_new = false;
            waiting.recent.take_changed()
        };
        if changed.is_empty() {
            return Ok(());
        }
        // A clock that may be wrong deletes nothing.
        let oldest = match self.file.clock.is_confirmed() {
            true => self.file.clock.now() - RETENTION,
            false => Timestamp::MIN,
        };
        let written = self.file.with(|database| {
            // Line numbers restart with each run, row IDs do not.
            let base = match *base {
                Some(known) => known,
                None => *base.insert(database.last_of_history()?),
            };
            database.write_history(base, &changed, oldest)
        });
        if written.is_err() {
            let mut waiting = self.lock();
            waiting.recent.take_back(changed);
            waiting.recent.keep(WAITING_MAX);
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
