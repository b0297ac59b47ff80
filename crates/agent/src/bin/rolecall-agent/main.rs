//! `rolecall-agent`: Rolecall without a display, for servers and machines without a desktop session.

mod arguments;
mod exit;
mod headless;
mod host;
mod idle;
mod reset;
mod sealed_file;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use rolecall_agent::caller::Caller;
use rolecall_agent::engine::Engine;
use rolecall_agent::host::receive;
use rolecall_agent::output::{self, print_line};
use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::{hardening, instance, log, socket};
use rolecall_core::value::problem::Problem;

use arguments::{HELP, Options, Request};
use exit::ExitReason;
use host::AgentHost;
use idle::Idle;

/// How long pending answers may take when the agent exits.
const PENDING_ANSWERS_TIMEOUT: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    hardening::harden();
    rolecall_allocator::limit();
    match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Request::Run(options)) => run(&options),
        Ok(Request::Reset(step, keep)) => match reset::run(step, keep) {
            Ok(json) => print_line(&json),
            Err(problem) => print_error(&problem.to_string(), ExitCode::FAILURE),
        },
        Ok(Request::Help) => print_line(HELP.trim_end()),
        Ok(Request::Version) => print_line(concat!("rolecall-agent ", env!("CARGO_PKG_VERSION"))),
        Err(error) => print_error(&error, ExitCode::from(2)),
    }
}

fn run(options: &Options) -> ExitCode {
    if options.background {
        hardening::close_inherited();
        detach_from_terminal();
    }
    log::write_events();
    match serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => print_error(&problem.to_string(), ExitCode::FAILURE),
    }
}

/// Serves until there is a reason to exit, unless Rolecall is already running.
fn serve(options: &Options) -> Result<(), Problem> {
    let paths = Paths::new(&Environment::read())?;
    let Some(_instance) = instance::claim_quietly(&paths.socket_dir)? else {
        tracing::info!("Rolecall is already running");
        return Ok(());
    };
    let (exit, ended) = exit::channel();
    let place = sealed_file::place(&paths, options);
    let engine = Arc::new(Engine::own(&paths, headless::ui(), place));
    sealed_file::open(&engine, options)?;
    let host = Arc::new(AgentHost::new(
        engine.clone(),
        exit.clone(),
        options.idle_limit,
    ));
    let idle = Idle::start(engine.clone(), options.idle_limit, exit)?;
    let handler = Arc::new(move |call, peer: &socket::Peer<'_>| {
        let _busy = idle.busy();
        receive(&*host, call, &Caller::Program(peer))
    });
    let mut server = socket::serve(&paths.socket_dir, handler)?;
    let _watch = engine.follow_files();
    engine.start()?;
    tracing::info!("ready at {}", paths.shown(&paths.socket_dir));
    let exit = ended.wait()?;
    tracing::info!("ending: {exit}");
    server.close();
    let asking = usize::from(matches!(exit, ExitReason::HandedOver(_)));
    server.await_answers(asking, PENDING_ANSWERS_TIMEOUT);
    engine.keeper.flush();
    engine.keeper.remove_temporary_profiles();
    if let ExitReason::HandedOver(saved) = exit {
        // The tray application may have stopped waiting.
        let _ = saved.send(());
        server.await_answers(0, PENDING_ANSWERS_TIMEOUT);
    }
    Ok(())
}

/// Starts a new process session, so that the terminal can be closed.
#[cfg(unix)]
fn detach_from_terminal() {
    if let Err(error) = rustix::process::setsid() {
        tracing::warn!(%error, "the agent could not detach from its terminal");
    }
}

#[cfg(not(unix))]
fn detach_from_terminal() {}

fn print_error(text: &str, code: ExitCode) -> ExitCode {
    output::print_error("rolecall-agent", text, code)
}
