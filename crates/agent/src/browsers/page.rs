//! One page on loopback: a listener, and a thread for each connection of this user.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use data_encoding::HEXLOWER;
use rolecall_core::api::console::PageState;
use rolecall_core::console::page;
use rolecall_core::console::sign_in::{SignIn, SignInMethod};
use rolecall_core::value::secret::Secret;

use super::peer::{Owner, owner_of};
use super::request::{Wanted, wanted};

/// The maximum length of a request's head. Browsers send about 1 KiB.
const HEAD_MAX: usize = 16 << 10;
/// How long a connection may take for its request. Browsers open some before they need them.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The most connections of this user at the same time.
const CONNECTIONS_MAX: usize = 16;
/// How many other users are reported.
const USERS_MAX: usize = 8;
const USED: &str = "This link was already used. If the console did not open, another program of yours used it: run rolecall console again.";

/// A page that is served, or was.
pub(super) struct Page {
    /// What the browser gets, until it got it.
    answer: Mutex<Option<Secret>>,
    state: Mutex<PageState>,
    changed: Condvar,
    host: String,
    path: Secret,
    nonce: String,
    connections: AtomicUsize,
}

impl Page {
    /// Starts to serve a page for some time, and returns it and its URL.
    ///
    /// # Errors
    /// If there is no free port, no thread or no random number.
    pub(super) fn serve(
        sign_in: &SignIn,
        method: SignInMethod,
        life: Duration,
    ) -> io::Result<(Arc<Self>, String)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let nonce = random::<16>()?;
        let page = Arc::new(Self {
            answer: Mutex::new(Some(page::hand_over(sign_in, method, &nonce))),
            state: Mutex::default(),
            changed: Condvar::new(),
            host: address.to_string(),
            path: Secret::new(format!("/{}", random::<32>()?)),
            nonce,
            connections: AtomicUsize::new(0),
        });
        let url = format!("http://{address}{}", page.path.expose());
        let (serving, ending) = (page.clone(), page.clone());
        thread::Builder::new()
            .name("console page".into())
            .spawn(move || serving.accept(&listener, address))?;
        thread::Builder::new()
            .name("console page end".into())
            .spawn(move || ending.end_after(life, address))?;
        Ok((page, url))
    }

    /// Waits until the page is over, or for `limit`, and returns what became of it.
    pub(super) fn wait(&self, limit: Duration) -> PageState {
        let is_open = |state: &mut PageState| !state.is_used && !state.is_over;
        let state = self.state();
        let waited = self.changed.wait_timeout_while(state, limit, is_open);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    /// Ends the page after some time, even if it was used: until then, who opens it again learns so.
    fn end_after(&self, life: Duration, address: SocketAddr) {
        let state = self.state();
        let is_open = |state: &mut PageState| !state.is_over;
        let waited = self.changed.wait_timeout_while(state, life, is_open);
        drop(waited);
        self.answer().take();
        self.change(|state| state.is_over = true);
        // Wakes the listener.
        let _ = TcpStream::connect(address);
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener, address: SocketAddr) {
        for stream in listener.incoming() {
            if self.state().is_over {
                return;
            }
            let Ok(stream) = stream else { continue };
            let Ok(peer) = stream.peer_addr() else {
                continue;
            };
            match owner_of(peer, address) {
                Owner::Own => self.start_answering(stream),
                Owner::Other(user) => self.refuse(user),
            }
        }
    }

    /// Notes that a program of another user tried to get the page. Its connection is closed unread.
    fn refuse(&self, user: Option<u32>) {
        tracing::warn!(?user, "another user requested the console sign-in page");
        self.change(|state| {
            let users = &mut state.other_users;
            if let Some(user) = user
                && users.len() < USERS_MAX
                && !users.contains(&user)
            {
                users.push(user);
            }
        });
    }

    fn start_answering(self: &Arc<Self>, stream: TcpStream) {
        if self.connections.fetch_add(1, Ordering::AcqRel) >= CONNECTIONS_MAX {
            self.connections.fetch_sub(1, Ordering::AcqRel);
            return;
        }
        let page = self.clone();
        let answering = move || {
            // A browser that goes away needs no answer.
            let _ = page.answer_to(stream);
            page.connections.fetch_sub(1, Ordering::AcqRel);
        };
        if thread::Builder::new().spawn(answering).is_err() {
            self.connections.fetch_sub(1, Ordering::AcqRel);
        }
    }

    fn answer_to(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(REQUEST_TIMEOUT))?;
        stream.set_write_timeout(Some(REQUEST_TIMEOUT))?;
        let head = head_of(&mut stream)?;
        let answer = match wanted(&head, &self.host, self.path.expose()) {
            Wanted::Page => self.take(),
            Wanted::Later => page::message("503 Service Unavailable", "Not yet.", &self.nonce),
            Wanted::Nothing => {
                page::message("404 Not Found", "There is nothing here.", &self.nonce)
            }
        };
        stream.write_all(answer.expose().as_bytes())?;
        stream.shutdown(Shutdown::Write)?;
        // Waits until the browser has read the answer.
        let _ = stream.read(&mut [0; 64]);
        Ok(())
    }

    /// Returns the sign-in once, and later why there is none.
    fn take(&self) -> Secret {
        match self.answer().take() {
            Some(answer) => {
                self.change(|state| state.is_used = true);
                answer
            }
            None => page::message("410 Gone", USED, &self.nonce),
        }
    }

    fn change(&self, change: impl FnOnce(&mut PageState)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, PageState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self) -> MutexGuard<'_, Option<Secret>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the head of a request.
fn head_of(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::with_capacity(2 << 10);
    let mut part = [0; 2 << 10];
    loop {
        if let Some(end) = head.windows(4).position(|it| it == b"\r\n\r\n") {
            head.truncate(end);
            let text = String::from_utf8(head);
            return text.map_err(|_| io::ErrorKind::InvalidData.into());
        }
        let count = stream.read(&mut part)?;
        if count == 0 || head.len() + count > HEAD_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.extend_from_slice(&part[..count]);
    }
}

fn random<const N: usize>() -> io::Result<String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(HEXLOWER.encode(&bytes))
}
