//! Starting an endpoint's process so that it belongs to nobody.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{ChildStdout, Command, Stdio};

use rolecall_core::container_request::{PATH, Token};
use rolecall_core::problem::Problem;
use rolecall_core::protocol::Call;
use rolecall_core::snapshot::Mode;

use super::server::Server;
use super::token_file::TokenFile;
use super::watched::Watched;
use super::{HandOver, Ready, failed};
use crate::arguments::ENDPOINT_SERVER;
use crate::client::{Client, unexpected};

/// The last word of the command lines of the two processes that a start takes.
const FIRST: &str = "first";
const DETACHED: &str = "detached";

/// An endpoint that listens.
pub(crate) struct Launched {
    pub(crate) ready: Ready,
    alive: BufReader<ChildStdout>,
}

impl Launched {
    /// Blocks until the endpoint has ended.
    pub(crate) fn wait(mut self) {
        // It writes nothing more, so this ends with it.
        let _ = self.alive.read_to_end(&mut Vec::new());
    }
}

/// Starts an endpoint for a role, which serves until the process with this id ends.
///
/// # Errors
/// If it cannot be started, cannot listen, or there is no such process.
pub(crate) fn launch(
    client: &Client,
    role: &str,
    process: u32,
    hand_over: HandOver,
) -> Result<Launched, Problem> {
    let not_started = |error| failed("The endpoint could not be started.", &error);
    let words = words(client, role, &process.to_string(), hand_over);
    let mut child = this_program(&words, FIRST)
        .and_then(|mut command| command.stdout(Stdio::piped()).spawn())
        .map_err(not_started)?;
    let stdout = child.stdout.take().ok_or_else(unexpected)?;
    let mut alive = BufReader::new(stdout);
    let mut line = String::with_capacity(512);
    alive.read_line(&mut line).map_err(not_started)?;
    child.wait().map_err(not_started)?;
    let said: Result<Ready, Problem> = serde_json::from_str(&line).map_err(|_| unexpected())?;
    let ready = said?;
    let (role, process) = (role.to_owned(), ready.process);
    // Where that cannot be named, the endpoint is asked about as any other program.
    let _ = client.ask(Call::Serve { role, process });
    Ok(Launched { ready, alive })
}

/// Is an endpoint's process: `words` are the role, the process to outlive, the hand-over, and which of the two this is.
///
/// # Errors
/// If a word is not understood. Everything else is said to who launched it.
pub(crate) fn run(client: &Client, words: &[String]) -> Result<(), Problem> {
    let [role, process, hand_over, stage] = words else {
        return Err(unexpected());
    };
    let hand_over = match hand_over.as_str() {
        "environment" => HandOver::Environment,
        _ => HandOver::File,
    };
    if stage == FIRST {
        // Nobody's child any more once this one has ended.
        let spawned = this_program(&self::words(client, role, process, hand_over), DETACHED)
            .and_then(|mut command| command.spawn());
        return spawned
            .map(drop)
            .map_err(|error| failed("The endpoint could not be started.", &error));
    }
    leave_terminal();
    match prepare(client, role, process, hand_over) {
        Ok((server, ready, _file)) => {
            tell(&Ok(ready))?;
            server.serve();
            Ok(())
        }
        Err(problem) => tell(&Err(problem)),
    }
}

fn words(client: &Client, role: &str, process: &str, hand_over: HandOver) -> Vec<String> {
    let mode = match client.mode() {
        Mode::Practice => Some("--practice".to_owned()),
        Mode::Own => None,
    };
    let hand_over = match hand_over {
        HandOver::Environment => "environment",
        HandOver::File => "file",
    };
    let rest = [ENDPOINT_SERVER, "--", role, process, hand_over].map(str::to_owned);
    mode.into_iter().chain(rest).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts this program once more, in a folder that nobody wants to remove"
)]
fn this_program(words: &[String], stage: &str) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(words).arg(stage).current_dir("/");
    command.stdin(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}

fn prepare(
    client: &Client,
    role: &str,
    process: &str,
    hand_over: HandOver,
) -> Result<(Server, Ready, Option<TokenFile>), Problem> {
    let no_process = |error| failed("The process to serve is not there.", &error);
    let watched = Watched::open(process).map_err(no_process)?;
    let no_port = |error| failed("There is no port on 127.0.0.1 to listen on.", &error);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(no_port)?;
    let port = listener.local_addr().map_err(no_port)?.port();
    let token = Token::new(&random().map_err(|error| failed("There is no randomness.", &error))?);
    let file = match hand_over {
        HandOver::Environment => None,
        HandOver::File => Some(TokenFile::write(client.dir()?, &token)?),
    };
    let authorization = match &file {
        None => token.expose().to_owned(),
        Some(file) => file.shown(),
    };
    let ready = Ready {
        url: format!("http://127.0.0.1:{port}{PATH}"),
        authorization,
        process: std::process::id(),
    };
    let server =
        Server::new(client.clone(), role, listener, token, watched, hand_over).map_err(no_port)?;
    Ok((server, ready, file))
}

/// Says to who launched it how the start went. The output stays open, so that its end tells the end of this process.
fn tell(result: &Result<Ready, Problem>) -> Result<(), Problem> {
    let line = serde_json::to_string(result).map_err(|_| unexpected())?;
    let told = writeln!(std::io::stdout(), "{line}");
    told.map_err(|error| failed("Nobody waits for the endpoint.", &error))
}

/// Leaves the terminal's session, so that its signals do not end this.
fn leave_terminal() {
    // It fails if this leads a session already.
    let _ = rustix::process::setsid();
}

fn random() -> std::io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}
