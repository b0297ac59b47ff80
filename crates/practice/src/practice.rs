//! A running practice account.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use jiff::Timestamp;
use rolecall_core::value::secret::Secret;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::account::Account;
use crate::fault::Fault;
use crate::key_record::UserKey;
use crate::server::{Server, serve};
use crate::world::{PracticeRole, World};

/// The configuration of a practice account.
#[derive(Debug)]
pub struct PracticeConfig {
    /// The port on 127.0.0.1, or 0 for any free port.
    pub port: u16,
    /// The users, roles and buckets.
    pub world: World,
    /// The faults to inject from the start.
    pub faults: Vec<Fault>,
    /// Whether other programs may set faults.
    pub control: Control,
}

impl Default for PracticeConfig {
    fn default() -> Self {
        Self {
            port: 0,
            world: World::story(),
            faults: Vec::new(),
            control: Control::Off,
        }
    }
}

/// Whether there is a control endpoint, `/_practice/…`. It has no authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// There is none.
    Off,
    /// There is one, for tests.
    On,
}

/// Why a practice account did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The port could not be opened.
    #[error("port {port} on 127.0.0.1 cannot be opened: {source}")]
    Port {
        /// The requested port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The operating system provided no thread or no reactor.
    #[error("the practice account's thread did not start: {0}")]
    Thread(io::Error),
}

/// A user's long-term access key, for the keychain in memory.
#[derive(Debug)]
pub struct PracticeKey {
    /// The user's name, which roles use as their source.
    pub name: String,
    /// The user's ARN.
    pub user_arn: String,
    /// `AKIA…`
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Secret,
    /// The user's MFA device.
    pub mfa_serial: Option<String>,
}

/// A practice account on a thread of its own. Dropping it closes the port and discards all state.
pub struct Practice {
    account: Arc<Mutex<Account>>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Practice {
    /// Starts the practice account on 127.0.0.1. When this returns, it accepts calls.
    ///
    /// # Errors
    /// [`StartError::Port`] if the port is in use, [`StartError::Thread`] if the operating system provides no thread.
    pub fn start(config: PracticeConfig) -> Result<Self, StartError> {
        let port = config.port;
        let (listener, address) = bind(port).map_err(|source| StartError::Port { port, source })?;
        let account = Arc::new(Mutex::new(Account::new(config.world, config.faults)));
        let server = Server {
            account: Arc::clone(&account),
            port: address.port(),
            control: config.control,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(StartError::Thread)?;
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, async move {
                // Registering a bound socket fails only without a reactor, and there is one.
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    serve(listener, server, stopped).await;
                }
            });
        };
        let thread = std::thread::Builder::new()
            .name("practice".to_owned())
            .spawn(run)
            .map_err(StartError::Thread)?;
        Ok(Self {
            account,
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the endpoint, e.g. `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the access key of each user, which is created at start.
    pub fn keys(&self) -> Vec<PracticeKey> {
        let users = |account: &Account| {
            let key = |user: &crate::world::User, key: &UserKey| PracticeKey {
                name: user.name.clone(),
                user_arn: user.arn.clone(),
                access_key_id: key.id.clone(),
                secret_access_key: key.secret.duplicate(),
                mfa_serial: user.mfa_serial.clone(),
            };
            let users = account.world.users.iter();
            let first = users.filter_map(|user| Some(key(user, user.keys.first()?)));
            first.collect()
        };
        users(&self.lock())
    }

    /// Returns the roles to put into the practice catalogue, in the order to show them.
    pub fn roles(&self) -> Vec<PracticeRole> {
        self.lock()
            .world
            .roles
            .iter()
            .filter_map(|role| role.entry.clone())
            .collect()
    }

    /// Returns the code that an MFA device shows at `now` on this machine's clock. A skew simulates a wrong clock of
    /// the client, so it applies to the device too.
    pub fn code(&self, mfa_serial: &str, now: Timestamp) -> Option<String> {
        let account = self.lock();
        let at = account.server_time(now);
        account
            .authenticators
            .get(mfa_serial)
            .map(|device| device.code(at))
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in that thread has already been printed.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Practice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Practice")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

fn bind(port: u16) -> io::Result<(std::net::TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
