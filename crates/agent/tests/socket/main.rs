//! The local socket: who can connect, limits, and occupied paths.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests measure, and start programs as another user"
)]

mod frames;
mod place;
mod storm;

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rolecall_agent::socket::{self, Handler, Peer, Server};
use rolecall_core::api::protocol::{Answer, Call, Request, VERSION};
use rolecall_core::value::problem::Problem;

const SOON: Duration = Duration::from_secs(30);

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("rolecall")
    }

    fn socket(&self) -> PathBuf {
        self.dir().join("agent.sock")
    }

    fn serve(
        &self,
        handler: impl Fn(Call) -> Result<Answer, Problem> + Send + Sync + 'static,
    ) -> Server {
        self.serve_peers(move |call, _| handler(call))
    }

    fn serve_peers(
        &self,
        handler: impl Fn(Call, &Peer<'_>) -> Result<Answer, Problem> + Send + Sync + 'static,
    ) -> Server {
        let handler: Handler = Arc::new(handler);
        socket::serve(&self.dir(), handler).expect("a server")
    }

    fn connect(&self) -> UnixStream {
        let stream = UnixStream::connect(self.socket()).expect("a connection");
        stream.set_read_timeout(Some(2 * SOON)).expect("a limit");
        stream
    }

    fn ask(&self, call: Call) -> Result<Answer, Problem> {
        socket::ask(&self.dir(), call, SOON)
    }
}

fn done(_: Call) -> Result<Answer, Problem> {
    Ok(Answer::Done)
}

fn request(call: Call) -> Request {
    Request {
        v: VERSION,
        client: "test".into(),
        call,
    }
}
