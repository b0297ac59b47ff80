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

use super::TokenDelivery;
use super::connection::{Connection, Progress};
use super::peer::{self, Connections};
use super::watched::WatchedProcess;
use crate::client::{Client, unexpected};
use crate::sdk_message::message;

/// How often to have the session renewed if it is due. Even the shortest session has five minutes for that.
const RENEWAL: Duration = Duration::from_secs(30);
/// The most connections with an incomplete request. A further one closes the oldest.
const WAITING_MAX: usize = 32;
/// The same for other users' connections, once there are more than this in all: they take no place of one's own.
const OTHERS_MAX: usize = 8;
/// How many connections are accepted before their requests are read.
const ACCEPTED_AT_ONCE: usize = 64;
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
        for _ in 0..ACCEPTED_AT_ONCE {
            match self.listener.accept() {
                Ok((stream, peer)) if peer::is_loopback(peer) => {
                    waiting.extend(Connection::new(stream, peer, now()));
                }
                Ok(_) => {}
                Err(error) => {
                    pause_if_exhausted(error.kind());
                    break;
                }
            }
        }
        self.make_room(waiting);
    }

    /// Closes the oldest connections if there are too many, of other users or in all. Real clients send their request at
    /// once.
    fn make_room(&self, waiting: &mut Vec<Connection>) {
        if waiting.len() <= OTHERS_MAX {
            return;
        }
        if waiting.iter().any(|it| it.is_own.is_none()) {
            let connections = Connections::read();
            for it in waiting.iter_mut().filter(|it| it.is_own.is_none()) {
                it.is_own = Some(connections.are_own(it.peer, self.address));
            }
        }
        let own: Vec<bool> = waiting.iter().map(|it| it.is_own == Some(true)).collect();
        let mut stay = staying(&own).into_iter();
        waiting.retain(|_| stay.next().unwrap_or(false));
    }

    /// Answers a request with the right token.
    fn grant(&self, connection: Connection) {
        let is_own = || {
            let look_up = || Connections::read().are_own(connection.peer, self.address);
            connection.is_own.unwrap_or_else(look_up)
        };
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
            | ProblemCode::NoResources
            | ProblemCode::Internal
    );
    if is_temporary {
        Status::UNAVAILABLE
    } else {
        Status::NEEDS_A_PERSON
    }
}

/// Returns which connections stay, of a list with the oldest first that says which ones are this user's own.
fn staying(own: &[bool]) -> Vec<bool> {
    let mut places = [(true, WAITING_MAX), (false, OTHERS_MAX)];
    let mut stay: Vec<bool> = own
        .iter()
        .rev()
        .map(|is_own| {
            let place = places.iter_mut().find(|(of_own, _)| of_own == is_own);
            place.is_some_and(|(_, left)| {
                let is_free = *left > 0;
                *left = left.saturating_sub(1);
                is_free
            })
        })
        .collect();
    stay.reverse();
    stay
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

#[cfg(test)]
mod tests {
    use super::*;

    fn count(own: &[bool], of: bool) -> usize {
        let stay = staying(own).into_iter().zip(own);
        stay.filter(|(stays, is_own)| *stays && **is_own == of)
            .count()
    }

    #[test]
    fn other_users_take_no_place_of_ones_own() {
        let mut flooded = vec![true; 3];
        flooded.extend([false; 500]);
        assert_eq!(
            (count(&flooded, true), count(&flooded, false)),
            (3, OTHERS_MAX)
        );
        assert!(staying(&[true; WAITING_MAX]).iter().all(|stays| *stays));
        let crowded = staying(&[true; WAITING_MAX + 2]);
        assert!(!crowded[0] && !crowded[1] && crowded[2], "the oldest go");
    }
}
