//! HTTP/1.1 on loopback.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::account::{Account, Outcome};
use crate::call::Call;
use crate::console;
use crate::control;
use crate::practice::Control;
use crate::reply::{Reply, WireBody};

const BODY_MAX: usize = 256 * 1024;
const HEADERS_MAX: usize = 32 * 1024;
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
const BODY_DEADLINE: Duration = Duration::from_secs(10);
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const CONNECTIONS_MAX: usize = 64;

/// The state that all connections share.
pub(crate) struct Server {
    pub(crate) account: Arc<Mutex<Account>>,
    pub(crate) port: u16,
    pub(crate) control: Control,
}

type Answered = Result<Response<WireBody>, ConnectionReset>;

/// Asks for a reset of the connection. hyper then drops it without a response.
#[derive(Debug, thiserror::Error)]
#[error("reset on request")]
struct ConnectionReset;

/// Serves until `stop` fires or its sender is dropped.
pub(crate) async fn serve(
    listener: TcpListener,
    server: Server,
    mut stop: oneshot::Receiver<Infallible>,
) {
    let server = Arc::new(server);
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot,
            _ = &mut stop => return,
        };
        let Ok(slot) = slot else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => return,
        };
        let Ok((stream, _)) = accepted else {
            // The peer is gone, or a resource is temporarily exhausted. The pause avoids a busy loop.
            delay(ACCEPT_PAUSE).await;
            continue;
        };
        let server = Arc::clone(&server);
        tokio::task::spawn_local(async move {
            let _slot = slot;
            // An error here is caused by the peer, and there is nobody to report it to.
            let _ = connection(stream, server).await;
        });
    }
}

async fn connection(stream: TcpStream, server: Arc<Server>) -> io::Result<()> {
    let is_reset = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_reset);
    let service = service_fn(move |request: Request<Incoming>| {
        let (server, flag) = (Arc::clone(&server), Arc::clone(&flag));
        let answer: Pin<Box<dyn Future<Output = Answered>>> = Box::pin(async move {
            match server.answer(request).await {
                Some(reply) => Ok(reply.into_response()),
                None => {
                    flag.store(true, Ordering::Relaxed);
                    Err(ConnectionReset)
                }
            }
        });
        answer
    });
    let mut connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_buf_size(HEADERS_MAX)
        .half_close(true)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    // An error here is caused by the peer, or is the requested reset.
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner();
    if is_reset.load(Ordering::Relaxed) {
        return stream.set_zero_linger();
    }
    stream.shutdown().await
}

impl Server {
    /// Answers a request. Returns `None` to reset the connection.
    async fn answer(&self, request: Request<Incoming>) -> Option<Reply> {
        if !self.is_ours(&request) {
            return Some(Reply::empty(403));
        }
        let call = match read(request).await {
            Ok(call) => call,
            Err(reply) => return Some(reply),
        };
        let (outcome, wait) = match self.decide(&call) {
            Outcome::Answer(reply, wait) => (Some(reply), wait),
            Outcome::Reset => (None, Duration::ZERO),
        };
        if !wait.is_zero() {
            delay(wait).await;
        }
        outcome
    }

    fn decide(&self, call: &Call) -> Outcome {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock();
        if self.control == Control::On && call.path.starts_with(control::PREFIX) {
            return Outcome::Answer(control::answer(&mut account, call, now), Duration::ZERO);
        }
        account.answer(call, now)
    }

    /// Returns whether the request names this server and does not come from a web page, unless it is for browsers.
    fn is_ours(&self, request: &Request<Incoming>) -> bool {
        let mut hosts = request.headers().get_all("host").iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        let own = [
            format!("127.0.0.1:{}", self.port),
            format!("localhost:{}", self.port),
        ];
        let is_own = own
            .iter()
            .any(|own| host.as_bytes().eq_ignore_ascii_case(own.as_bytes()));
        let is_page = !console::is_path(request.uri().path())
            && ["origin", "sec-fetch-site"]
                .iter()
                .any(|name| request.headers().contains_key(*name));
        is_own && !is_page && request.uri().authority().is_none()
    }
}

async fn read(request: Request<Incoming>) -> Result<Call, Reply> {
    let (head, body) = request.into_parts();
    let body = match timeout(BODY_DEADLINE, Limited::new(body, BODY_MAX).collect()).await {
        Err(_) => return Err(Reply::empty(408)),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(Reply::empty(413));
        }
        Ok(Err(_)) => return Err(Reply::empty(400)),
        Ok(Ok(body)) => body.to_bytes().to_vec(),
    };
    let headers = (head.headers.iter())
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    Ok(Call {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server is where the practice account's time comes from"
)]
fn clock() -> Timestamp {
    Timestamp::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a server may have to wait: for the latency fault, or for free file descriptors"
)]
async fn delay(wait: Duration) {
    tokio::time::sleep(wait).await;
}
