//! The server: one thread that accepts connections, and one for each connection.

use std::io::ErrorKind;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};

use super::place::{self, Place};
use super::slots::Slots;
use super::{Handler, connection};

/// The pause after a failure, such as when the process has no more files or threads.
const RETRY_DELAY: Duration = Duration::from_millis(100);

/// The running server. Dropping it closes and removes the socket; pending answers are still sent.
pub struct Server {
    place: Arc<Place>,
    closing: Arc<AtomicBool>,
    slots: Arc<Slots>,
    acceptor: Option<JoinHandle<()>>,
}

/// Serves `handler` on the socket in `dir`.
///
/// # Errors
/// If the folder is not private, the path is too long or occupied, or another Rolecall is running.
pub fn serve(dir: &Path, handler: Handler) -> Result<Server, Problem> {
    let place = Arc::new(place::open(dir)?);
    let closing = Arc::new(AtomicBool::new(false));
    let slots = Arc::new(Slots::default());
    let accepting = {
        let (place, closing, slots) = (place.clone(), closing.clone(), slots.clone());
        move || accept(&place, &closing, &slots, &handler)
    };
    let started = thread::Builder::new()
        .name("socket".into())
        .spawn(accepting);
    let acceptor = started.map_err(|error| {
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
        place,
        closing,
        slots,
        acceptor: Some(acceptor),
    })
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
        self.place.unlink();
        self.slots.close();
        // On Linux this wakes the accepting thread.
        let woken = rustix::net::shutdown(&self.place.listener, rustix::net::Shutdown::Both);
        if let (Ok(()), Some(acceptor)) = (woken, self.acceptor.take()) {
            let _ = acceptor.join();
        }
    }

    /// Waits, at most for `limit`, until no more than `others` connections wait for their answer.
    pub fn await_answers(&self, others: usize, limit: Duration) {
        self.slots.await_free(others, limit);
    }
}

fn accept(place: &Place, closing: &AtomicBool, slots: &Arc<Slots>, handler: &Handler) {
    loop {
        match place.listener.accept() {
            Ok((stream, _)) => start(stream, slots, handler),
            // Earlier connections have been accepted by now.
            Err(_) if closing.load(Ordering::Acquire) => return,
            Err(error) if is_transient(error.kind()) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                pause();
            }
        }
    }
}

fn is_transient(kind: ErrorKind) -> bool {
    kind == ErrorKind::Interrupted || kind == ErrorKind::ConnectionAborted
}

fn start(stream: UnixStream, slots: &Arc<Slots>, handler: &Handler) {
    let stream = Arc::new(stream);
    let Some(slot) = slots.take(&stream) else {
        return;
    };
    let handler = handler.clone();
    let serving = move || {
        connection::serve(&stream, &slot, &handler);
        // The client sees the end of the answer even while the slot still holds the stream.
        let _ = stream.shutdown(Shutdown::Both);
    };
    let started = thread::Builder::new()
        .name("connection".into())
        .spawn(serving);
    if let Err(error) = started {
        tracing::warn!(%error, "a connection could not be served");
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "without files or threads there is nothing to wait for"
)]
fn pause() {
    thread::sleep(RETRY_DELAY);
}
