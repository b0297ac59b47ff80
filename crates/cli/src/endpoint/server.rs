//! The server. One thread waits for requests, for the end of the program, and for the next renewal. Each granted request
//! has its own thread.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::endpoint::container_request::{Refusal, Status, Token, answer};
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::json;

use super::connection::{Connection, Progress};
use super::watched::WatchedProcess;
use super::{TokenDelivery, peer};
use crate::client::{Client, unexpected};
use crate::sdk_message::message;

/// How often to have the session renewed if it is due. Even the shortest session has five minutes for that.
const RENEWAL: Duration = Duration::from_secs(30);
/// The most connections with an incomplete request. A further one closes the oldest.
const WAITING_MAX: usize = 32;
/// The most requests that are answered at the same time.
const ANSWERING_MAX: usize = 16;
/// How long to wait when no file or memory is left for a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// A listening endpoint.
pub(super) struct Server {
    client: Client,
    role: String,
    listener: TcpListener,
    address: SocketAddr,
    token: Token,
    watched: WatchedProcess,
    token_delivery: TokenDelivery,
    answering: Arc<AtomicUsize>,
}

impl Server {
    /// Returns a server on this listener.
    ///
    /// # Errors
    /// If the listener fails.
    pub(super) fn new(
        client: Client,
        role: &str,
        listener: TcpListener,
        token: Token,
        watched: WatchedProcess,
        token_delivery: TokenDelivery,
    ) -> std::io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self {
            client,
            role: role.to_owned(),
            address: listener.local_addr()?,
            listener,
            token,
            watched,
            token_delivery,
            answering: Arc::default(),
        })
    }

    /// Serves until the program has ended.
    pub(super) fn serve(&self) {
        let mut waiting = Vec::new();
        let mut renew_at = now() + RENEWAL;
        while !self.watched.has_ended() {
            self.wait(&waiting, renew_at);
            if now() >= renew_at {
                self.renew();
                renew_at = now() + RENEWAL;
            }
            waiting = self.receive(waiting);
            self.accept(&mut waiting);
        }
    }

    /// Blocks until something arrives or is due.
    fn wait(&self, waiting: &[Connection], renew_at: Instant) {
        let present = now();
        let ends = waiting.iter().map(|connection| connection.deadline);
        let next = ends.chain([renew_at]).min().unwrap_or(renew_at);
        let limit = next.saturating_duration_since(present);
        let limit = self
            .watched
            .polling_interval()
            .map_or(limit, |interval| limit.min(interval));
        let own = [Some(self.listener.as_fd()), self.watched.descriptor()];
        let all = own
            .into_iter()
            .flatten()
            .chain(waiting.iter().map(Connection::descriptor));
        let mut waited: Vec<_> = all
            .map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN))
            .collect();
        // The caller polls again after an interruption.
        let _ = poll(&mut waited, Timespec::try_from(limit).ok().as_ref());
    }

    fn receive(&self, waiting: Vec<Connection>) -> Vec<Connection> {
        let present = now();
        let mut left = Vec::with_capacity(waiting.len());
        for connection in waiting {
            match connection.receive(self.address.port(), &self.token) {
                Progress::Waits(connection) if connection.deadline > present => {
                    left.push(connection);
                }
                Progress::Waits(connection) => refuse(connection, Refusal::Malformed),
                Progress::Granted(connection) => self.grant(connection),
                Progress::Refused(connection, refusal) => refuse(connection, refusal),
                Progress::Closed => {}
            }
        }
        left
    }

    fn accept(&self, waiting: &mut Vec<Connection>) {
        loop {
            match self.listener.accept() {
                Ok((stream, peer)) if peer::is_loopback(peer) => {
                    if waiting.len() >= WAITING_MAX {
                        waiting.remove(0);
                    }
                    waiting.extend(Connection::new(stream, peer, now()));
                }
                Ok(_) => {}
                Err(error) => return pause_if_exhausted(error.kind()),
            }
        }
    }

    /// Answers a request with the right token.
    fn grant(&self, connection: Connection) {
        let is_own = || peer::is_own(connection.peer, self.address);
        if self.token_delivery == TokenDelivery::Environment && !is_own() {
            return refuse(connection, Refusal::Forbidden);
        }
        let answering = self.answering.clone();
        if answering.fetch_add(1, Ordering::AcqRel) >= ANSWERING_MAX {
            answering.fetch_sub(1, Ordering::AcqRel);
            return connection.answer(&answer(Status::UNAVAILABLE, ""));
        }
        let (client, role) = (self.client.clone(), self.role.clone());
        let started = thread::Builder::new().spawn(move || {
            connection.answer(&credentials(&client, &role));
            answering.fetch_sub(1, Ordering::AcqRel);
        });
        if started.is_err() {
            self.answering.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Has the session renewed in time, so that no request finds it expired.
    fn renew(&self) {
        let (client, role) = (self.client.clone(), self.role.clone());
        // If the application does not run, the next attempt may find it.
        let _ = thread::Builder::new().spawn(move || client.ask(Call::KeepFresh { role }));
    }
}

fn credentials(client: &Client, role: &str) -> Secret {
    let call = Call::ContainerCredentials {
        role: role.to_owned(),
    };
    let body = client.ask(call).and_then(|answer| {
        let Answer::Text(body) = answer else {
            return Err(unexpected());
        };
        Ok(body)
    });
    match body {
        Ok(body) => answer(Status::OK, body.expose()),
        Err(problem) => {
            let body = json!({ "code": problem.code, "message": message(problem.code, role) });
            answer(status(&problem), &body.to_string())
        }
    }
}

/// Returns the HTTP status. SDKs retry only those that a retry can help.
fn status(problem: &Problem) -> Status {
    let is_temporary = matches!(
        problem.code,
        ProblemCode::NotRunning
            | ProblemCode::TimedOut
            | ProblemCode::Offline
            | ProblemCode::Throttled
            | ProblemCode::AwsFailed
            | ProblemCode::Internal
    );
    if is_temporary {
        Status::UNAVAILABLE
    } else {
        Status::NEEDS_A_PERSON
    }
}

fn refuse(connection: Connection, refusal: Refusal) {
    connection.answer(&answer(refusal.status(), ""));
}

fn pause_if_exhausted(kind: std::io::ErrorKind) {
    use std::io::ErrorKind::{ConnectionAborted, Interrupted, WouldBlock};
    if !matches!(kind, WouldBlock | Interrupted | ConnectionAborted) {
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "no event says when files or memory are free again"
)]
fn pause() {
    thread::sleep(PAUSE);
}

#[expect(clippy::disallowed_methods, reason = "the deadlines of connections")]
fn now() -> Instant {
    Instant::now()
}
