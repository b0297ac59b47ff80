//! The server: one thread that accepts and blocks in between, and one for each connection.

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

/// How long accepting rests when the process has no file or thread left for a connection.
const REST: Duration = Duration::from_millis(100);

/// The running server. Dropping it closes and removes the socket; answers in the making are still given.
pub struct Server {
    place: Arc<Place>,
    closing: Arc<AtomicBool>,
    slots: Arc<Slots>,
    acceptor: Option<JoinHandle<()>>,
}

/// Serves `handler` on the socket in `dir`.
///
/// # Errors
/// If the folder is not this user's alone, the path is too long, another Rolecall is at work there, or something else
/// lies in the way.
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
        let what = "No thread for the local socket could be started.";
        Problem::new(
            ProblemCode::Internal,
            what,
            "End some programs, then start Rolecall again.",
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
    /// Removes the socket and accepts nobody any more, but for those who are connected already.
    pub fn close(&mut self) {
        if self.closing.swap(true, Ordering::AcqRel) {
            return;
        }
        self.place.unlink();
        self.slots.close();
        // On Linux this wakes the thread that accepts.
        let woken = rustix::net::shutdown(&self.place.listener, rustix::net::Shutdown::Both);
        if let (Ok(()), Some(acceptor)) = (woken, self.acceptor.take()) {
            let _ = acceptor.join();
        }
    }

    /// Waits until at most `others` connections are without their answer, and no longer than `limit`.
    pub fn await_answers(&self, others: usize, limit: Duration) {
        self.slots.await_free(others, limit);
    }
}

fn accept(place: &Place, closing: &AtomicBool, slots: &Arc<Slots>, handler: &Handler) {
    loop {
        match place.listener.accept() {
            Ok((stream, _)) => start(stream, slots, handler),
            // What was connected before the end has been accepted by then.
            Err(_) if closing.load(Ordering::Acquire) => return,
            Err(error) if is_passing(error.kind()) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                rest();
            }
        }
    }
}

fn is_passing(kind: ErrorKind) -> bool {
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
        // The other end sees the end of the answer even while a place still knows the stream.
        let _ = stream.shutdown(Shutdown::Both);
    };
    let started = thread::Builder::new()
        .name("connection".into())
        .spawn(serving);
    if let Err(error) = started {
        tracing::warn!(%error, "a connection could not be served");
        rest();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "without files or threads there is nothing to wait for"
)]
fn rest() {
    thread::sleep(REST);
}
