//! `rolecall-agent`: Rolecall without a display, for servers and for desktops that have none at the moment.

mod arguments;
mod ending;
mod face;
mod host;
mod idle;
mod sealed_file;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use rolecall_agent::engine::Engine;
use rolecall_agent::host::receive;
use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::{hardening, instance, log, socket};
use rolecall_core::value::problem::Problem;

use arguments::{HELP, Options, Request};
use ending::Ending;
use host::AgentHost;
use idle::Idle;

/// How long the answers in the making may take once the agent is to end.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    hardening::harden();
    match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Request::Run(options)) => run(&options),
        Ok(Request::Help) => say(HELP.trim_end()),
        Ok(Request::Version) => say(concat!("rolecall-agent ", env!("CARGO_PKG_VERSION"))),
        Err(error) => complain(&error, ExitCode::from(2)),
    }
}

fn run(options: &Options) -> ExitCode {
    if options.background {
        leave_terminal();
    }
    log::write_events();
    match serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => complain(&problem.to_string(), ExitCode::FAILURE),
    }
}

/// Serves until it is asked to end, unless Rolecall runs already.
fn serve(options: &Options) -> Result<(), Problem> {
    let paths = Paths::new(&Environment::read())?;
    let Some(_instance) = instance::claim_quietly(&paths.socket_dir)? else {
        tracing::info!("Rolecall is running already");
        return Ok(());
    };
    let (ending, ended) = ending::channel();
    let place = sealed_file::place(&paths, options);
    let engine = Arc::new(Engine::own(&paths, face::none(), place));
    sealed_file::open(&engine, options)?;
    let host = Arc::new(AgentHost::new(
        engine.clone(),
        ending.clone(),
        options.idle_limit,
    ));
    let idle = Idle::start(engine.clone(), options.idle_limit, ending)?;
    let handler = Arc::new(move |call, peer: &socket::Peer<'_>| {
        let _busy = idle.busy();
        receive(&*host, call, peer)
    });
    let mut server = socket::serve(&paths.socket_dir, handler)?;
    let _watch = engine.follow_files();
    engine.start()?;
    tracing::info!("ready at {}", paths.shown(&paths.socket_dir));
    let ending = ended.wait()?;
    tracing::info!("ending: {ending}");
    server.close();
    let asking = usize::from(matches!(ending, Ending::HandedOver(_)));
    server.await_answers(asking, LAST_ANSWERS);
    engine.keeper.flush();
    engine.keeper.remove_temporary_profiles();
    if let Ending::HandedOver(tell) = ending {
        // Whoever takes over may have given up waiting.
        let _ = tell.send(());
        server.await_answers(0, LAST_ANSWERS);
    }
    Ok(())
}

/// Becomes a session of its own, so that the terminal it was started from can close.
#[cfg(unix)]
fn leave_terminal() {
    if let Err(error) = rustix::process::setsid() {
        tracing::warn!(%error, "the agent stays with its terminal");
    }
}

#[cfg(not(unix))]
fn leave_terminal() {}

#[expect(
    clippy::print_stdout,
    reason = "the answer to what was asked on the command line"
)]
fn say(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

#[expect(
    clippy::print_stderr,
    reason = "the one line that says why it did not start"
)]
fn complain(text: &str, code: ExitCode) -> ExitCode {
    eprintln!("rolecall-agent: {text}");
    code
}
