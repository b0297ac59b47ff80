//! Starts an endpoint's process so that it has no parent here.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{ChildStdout, Command, Stdio};

use crate::endpoint::container_request::{PATH, Token};
use rolecall_core::api::protocol::Call;
use rolecall_core::value::problem::Problem;
use rolecall_core::view::snapshot::Mode;

use super::server::Server;
use super::token_file::TokenFile;
use super::watched::WatchedProcess;
use super::{Ready, TokenDelivery, failed};
use crate::client::{Client, unexpected};
use crate::grammar::ENDPOINT_SERVER;

/// The last arguments of the two processes that a start needs.
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
        // The endpoint writes nothing more, so reading ends when it does.
        let _ = self.alive.read_to_end(&mut Vec::new());
    }
}

/// Starts an endpoint for a role, which serves until the process with this ID ends.
///
/// # Errors
/// If it cannot start or listen, or the process does not exist.
pub(crate) fn launch(
    client: &Client,
    role: &str,
    process: u32,
    token_delivery: TokenDelivery,
) -> Result<Launched, Problem> {
    let not_started = |error| failed("The endpoint could not be started.", &error);
    let words = words(client, role, &process.to_string(), token_delivery);
    let mut child = this_program(&words, FIRST)
        .and_then(|mut command| command.stdout(Stdio::piped()).spawn())
        .map_err(not_started)?;
    let stdout = child.stdout.take().ok_or_else(unexpected)?;
    let mut alive = BufReader::new(stdout);
    let mut line = String::with_capacity(512);
    alive.read_line(&mut line).map_err(not_started)?;
    child.wait().map_err(not_started)?;
    let started: Result<Ready, Problem> = serde_json::from_str(&line).map_err(|_| unexpected())?;
    let ready = started?;
    let (role, process) = (role.to_owned(), ready.process);
    // Without this, the user is asked about the endpoint as about any other program.
    let _ = client.ask(Call::Serve { role, process });
    Ok(Launched { ready, alive })
}

/// Runs as an endpoint's process. `words` are the role, the process to outlive, the token delivery, and the stage.
///
/// # Errors
/// If a word is not valid. Other errors go to the process that launched this one.
pub(crate) fn run(client: &Client, words: &[String]) -> Result<(), Problem> {
    let [role, process, token_delivery, stage] = words else {
        return Err(unexpected());
    };
    let token_delivery = match token_delivery.as_str() {
        "environment" => TokenDelivery::Environment,
        _ => TokenDelivery::File,
    };
    if stage == FIRST {
        // When this process ends, the next one has no parent here.
        let spawned = this_program(
            &self::words(client, role, process, token_delivery),
            DETACHED,
        )
        .and_then(|mut command| command.spawn());
        return spawned
            .map(drop)
            .map_err(|error| failed("The endpoint could not be started.", &error));
    }
    leave_terminal();
    match prepare(client, role, process, token_delivery) {
        Ok((server, ready, _file)) => {
            report(&Ok(ready))?;
            server.serve();
            Ok(())
        }
        Err(problem) => report(&Err(problem)),
    }
}

fn words(client: &Client, role: &str, process: &str, token_delivery: TokenDelivery) -> Vec<String> {
    let mode = match client.mode() {
        Mode::Practice => Some("--practice".to_owned()),
        Mode::Own => None,
    };
    let token_delivery = match token_delivery {
        TokenDelivery::Environment => "environment",
        TokenDelivery::File => "file",
    };
    let rest = [ENDPOINT_SERVER, "--", role, process, token_delivery].map(str::to_owned);
    mode.into_iter().chain(rest).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts this program again, in a folder that stays"
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
    token_delivery: TokenDelivery,
) -> Result<(Server, Ready, Option<TokenFile>), Problem> {
    let no_process = |error| failed("The process to serve does not exist.", &error);
    let watched = WatchedProcess::open(process).map_err(no_process)?;
    let no_port = |error| failed("No port on 127.0.0.1 is free.", &error);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(no_port)?;
    let port = listener.local_addr().map_err(no_port)?.port();
    let token = Token::new(
        &random().map_err(|error| failed("The system provides no random numbers.", &error))?,
    );
    let file = match token_delivery {
        TokenDelivery::Environment => None,
        TokenDelivery::File => Some(TokenFile::write(client.dir()?, &token)?),
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
    let server = Server::new(
        client.clone(),
        role,
        listener,
        token,
        watched,
        token_delivery,
    )
    .map_err(no_port)?;
    Ok((server, ready, file))
}

/// Reports the start to the process that launched this one. The output stays open until this process ends.
fn report(result: &Result<Ready, Problem>) -> Result<(), Problem> {
    let line = serde_json::to_string(result).map_err(|_| unexpected())?;
    let written = writeln!(std::io::stdout(), "{line}");
    written.map_err(|error| failed("The program that started the endpoint is gone.", &error))
}

/// Leaves the terminal's session, so that its signals do not end this.
fn leave_terminal() {
    // This fails if the process leads a session already.
    let _ = rustix::process::setsid();
}

fn random() -> std::io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}
