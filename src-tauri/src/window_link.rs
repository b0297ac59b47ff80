//! The window's end of the pipe to the tray's process: asks, and waits for the answers.

use std::collections::HashMap;
use std::io::{self, Stdout};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rolecall_core::api::frame::write_frame;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};
use tokio::sync::oneshot;

use crate::window_wire::WindowRequest;

type Waiting = HashMap<u64, oneshot::Sender<Result<Answer, Problem>>>;

/// The window's side of the pipe.
pub(crate) struct Link {
    output: Mutex<Stdout>,
    waiting: Mutex<Waiting>,
    last_id: AtomicU64,
}

impl Link {
    /// Returns the end that writes to standard output.
    pub(crate) fn new() -> Self {
        Self {
            output: Mutex::new(io::stdout()),
            waiting: Mutex::default(),
            last_id: AtomicU64::new(0),
        }
    }

    /// Sends a call to the tray's process.
    ///
    /// # Errors
    /// The problem that it returns, that it has ended, or which text of the call is too long.
    pub(crate) async fn ask(&self, call: Call) -> Result<Answer, Problem> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let request = WindowRequest { id, call };
        request.check_size()?;
        let (sender, receiver) = oneshot::channel();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, sender);
        write_frame(
            &mut *self.output.lock().unwrap_or_else(PoisonError::into_inner),
            &request,
        )
        .map_err(|_| gone())?;
        receiver.await.map_err(|_| gone())?
    }

    /// Sends a call whose answer does not matter.
    ///
    /// # Errors
    /// If the tray's process has ended.
    pub(crate) fn send(&self, call: Call) -> Result<(), Problem> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        write_frame(&mut *output, &WindowRequest { id, call }).map_err(|_| gone())
    }

    /// Hands an answer to the command that waits for it.
    pub(crate) fn resolve(&self, id: u64, result: Result<Answer, Problem>) {
        if let Some(sender) = self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id)
        {
            // The page that made the call may be gone.
            let _ = sender.send(result);
        }
    }
}

fn gone() -> Problem {
    Problem::new(
        ProblemCode::NotRunning,
        "Rolecall has quit.",
        "Start it again.",
    )
}
