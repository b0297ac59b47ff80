//! The server: one thread that waits for requests, for the end of the program it serves, and for the time to look
//! after the session. A request that is granted is answered on a thread of its own.

use std::net::TcpListener;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_core::container_request::{Refusal, Status, Token, answer};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::secret::Secret;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::json;

use super::connection::{Connection, Turn};
use super::watched::Watched;
use super::{HandOver, peer};
use crate::client::{Client, unexpected};
use crate::commands::credentials::told;

/// How often the application is asked to renew the session if it is due: often enough for the last five minutes of
/// the shortest one.
const LOOK: Duration = Duration::from_secs(30);
/// The most connections that have not said all yet. The oldest has to go for a further one.
const SILENT_MAX: usize = 32;
/// The most requests that are answered at once.
const ASKING_MAX: usize = 16;
/// How long accepting rests when there is no file or memory left for a connection.
const REST: Duration = Duration::from_millis(100);

/// An endpoint at work.
pub(super) struct Server {
    client: Client,
    role: String,
    listener: TcpListener,
    port: u16,
    token: Token,
    watched: Watched,
    hand_over: HandOver,
    asking: Arc<AtomicUsize>,
}

impl Server {
    /// Returns a server on this listener.
    ///
    /// # Errors
    /// If the listener has gone.
    pub(super) fn new(
        client: Client,
        role: &str,
        listener: TcpListener,
        token: Token,
        watched: Watched,
        hand_over: HandOver,
    ) -> std::io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self {
            client,
            role: role.to_owned(),
            port: listener.local_addr()?.port(),
            listener,
            token,
            watched,
            hand_over,
            asking: Arc::default(),
        })
    }

    /// Serves until the program has ended.
    pub(super) fn serve(&self) {
        let mut silent = Vec::new();
        let mut look_at = now() + LOOK;
        while !self.watched.has_ended() {
            self.wait(&silent, look_at);
            if now() >= look_at {
                self.look_after();
                look_at = now() + LOOK;
            }
            silent = self.hear(silent);
            self.accept(&mut silent);
        }
    }

    /// Blocks until something comes or is due.
    fn wait(&self, silent: &[Connection], look_at: Instant) {
        let present = now();
        let ends = silent.iter().map(|connection| connection.until);
        let next = ends.chain([look_at]).min().unwrap_or(look_at);
        let limit = next.saturating_duration_since(present);
        let limit = self
            .watched
            .looks_every()
            .map_or(limit, |often| limit.min(often));
        let own = [Some(self.listener.as_fd()), self.watched.descriptor()];
        let all = own
            .into_iter()
            .flatten()
            .chain(silent.iter().map(Connection::descriptor));
        let mut waited: Vec<_> = all
            .map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN))
            .collect();
        // Interrupted, it is called again.
        let _ = poll(&mut waited, Timespec::try_from(limit).ok().as_ref());
    }

    fn hear(&self, silent: Vec<Connection>) -> Vec<Connection> {
        let present = now();
        let mut left = Vec::with_capacity(silent.len());
        for connection in silent {
            match connection.hear(self.port, &self.token) {
                Turn::Goes(connection) if connection.until > present => left.push(connection),
                Turn::Goes(connection) => refuse(connection, Refusal::Malformed),
                Turn::Asks(connection) => self.grant(connection),
                Turn::Refused(connection, refusal) => refuse(connection, refusal),
                Turn::Gone => {}
            }
        }
        left
    }

    fn accept(&self, silent: &mut Vec<Connection>) {
        loop {
            match self.listener.accept() {
                Ok((stream, peer)) if peer::is_near(peer) => {
                    if silent.len() >= SILENT_MAX {
                        silent.remove(0);
                    }
                    silent.extend(Connection::new(stream, peer, now()));
                }
                Ok(_) => {}
                Err(error) => return rest_unless_passing(error.kind()),
            }
        }
    }

    /// Answers a request whose token was right.
    fn grant(&self, connection: Connection) {
        let is_own = || peer::is_own(connection.peer, self.port);
        if self.hand_over == HandOver::Environment && !is_own() {
            return refuse(connection, Refusal::Forbidden);
        }
        let asking = self.asking.clone();
        if asking.fetch_add(1, Ordering::AcqRel) >= ASKING_MAX {
            asking.fetch_sub(1, Ordering::AcqRel);
            return connection.give(&answer(Status::UNAVAILABLE, ""));
        }
        let (client, role) = (self.client.clone(), self.role.clone());
        let started = thread::Builder::new().spawn(move || {
            connection.give(&credentials(&client, &role));
            asking.fetch_sub(1, Ordering::AcqRel);
        });
        if started.is_err() {
            self.asking.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Has the session renewed ahead, so that no request finds it ended.
    fn look_after(&self) {
        let (client, role) = (self.client.clone(), self.role.clone());
        // Without the application there is nothing to renew, and the next look comes.
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
            let words = json!({ "code": problem.code, "message": told(problem.code, role) });
            answer(status(&problem), &words.to_string())
        }
    }
}

/// Returns a status that SDKs try again on only where that can help.
fn status(problem: &Problem) -> Status {
    let passes = matches!(
        problem.code,
        ProblemCode::NotRunning
            | ProblemCode::TimedOut
            | ProblemCode::Offline
            | ProblemCode::Throttled
            | ProblemCode::AwsFailed
            | ProblemCode::Internal
    );
    if passes {
        Status::UNAVAILABLE
    } else {
        Status::NEEDS_A_PERSON
    }
}

fn refuse(connection: Connection, refusal: Refusal) {
    connection.give(&answer(refusal.status(), ""));
}

fn rest_unless_passing(kind: std::io::ErrorKind) {
    use std::io::ErrorKind::{ConnectionAborted, Interrupted, WouldBlock};
    if !matches!(kind, WouldBlock | Interrupted | ConnectionAborted) {
        rest();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "without files or memory there is nothing to wait for"
)]
fn rest() {
    thread::sleep(REST);
}

#[expect(clippy::disallowed_methods, reason = "the deadlines of connections")]
fn now() -> Instant {
    Instant::now()
}
