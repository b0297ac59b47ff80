//! The server: one thread that accepts connections and reads requests, and others that answer them.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};

use super::acceptor::Acceptor;
use super::connection::Connections;
use super::incoming::Incoming;
use super::open_files::ConnectionLimits;
use super::place::{self, Place};
use super::slots::Slots;
use super::{Handler, open_files};

/// The running server. Dropping it closes and removes the socket; pending answers are still sent.
pub struct Server {
    place: Option<Arc<Place>>,
    closing: Arc<AtomicBool>,
    slots: Arc<Slots>,
    wake: UnixStream,
    drained: Mutex<Receiver<()>>,
}

/// Serves `handler` on the socket in `dir`.
///
/// # Errors
/// If the folder is not private, the path is too long or occupied, or another Rolecall is running.
pub fn serve(dir: &Path, handler: Handler) -> Result<Server, Problem> {
    let limits = open_files::prepare();
    crate::requester::prepare();
    let place = Arc::new(place::open(dir)?);
    let closing = Arc::new(AtomicBool::new(false));
    let slots = Arc::new(Slots::new(Connections(handler), limits.requests));
    let started = start(&place, &closing, &slots, limits);
    let (wake, drained) = started.map_err(|error| {
        place.unlink();
        let what = "The thread for the local socket could not be started.";
        Problem::new(
            ProblemCode::Internal,
            what,
            "Close some programs, then restart Rolecall.",
        )
        .with_detail(error.to_string())
    })?;
    Ok(Server {
        place: Some(place),
        closing,
        slots,
        wake,
        drained: Mutex::new(drained),
    })
}

/// Starts the socket's thread. Returns what wakes it, and what says that it has accepted all.
fn start(
    place: &Arc<Place>,
    closing: &Arc<AtomicBool>,
    slots: &Arc<Slots>,
    limits: ConnectionLimits,
) -> std::io::Result<(UnixStream, Receiver<()>)> {
    let (wake, woken) = UnixStream::pair()?;
    let (drained, is_drained) = mpsc::channel();
    place.listener.set_nonblocking(true)?;
    let acceptor = Acceptor {
        place: Some(place.clone()),
        incoming: Incoming::new(limits.incoming, limits.incoming_of_one),
        slots: slots.clone(),
        closing: closing.clone(),
        wake: woken,
        drained,
        retry_at: None,
        is_exhausted: false,
    };
    let thread = thread::Builder::new().name("socket".into());
    thread.spawn(move || acceptor.run())?;
    Ok((wake, is_drained))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.close();
    }
}

impl Server {
    /// Removes the socket and stops accepting, except for clients that have already connected.
    pub fn close(&mut self) {
        if self.closing.swap(true, Ordering::AcqRel) {
            return;
        }
        let Some(place) = self.place.take() else {
            return;
        };
        place.unlink();
        // Nobody connects any more; those who did are still accepted. Not all systems can do this.
        let _ = rustix::net::shutdown(&place.listener, rustix::net::Shutdown::Both);
        let woken = (&self.wake).write_all(&[0]);
        if woken.is_ok() {
            let drained = self.drained.get_mut();
            // The thread may have ended.
            let _ = drained.unwrap_or_else(PoisonError::into_inner).recv();
        }
    }

    /// Waits, at most for `limit`, until no more than `others` connections wait for their answer.
    pub fn await_answers(&self, others: usize, limit: Duration) {
        self.slots.await_free(others, limit);
    }
}
