//! The programs that run, which a reset stops first.

use std::thread;
use std::time::Duration;

use rolecall_core::api::host::{HostKind, HostView};
use rolecall_core::api::protocol::Call;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::Mode;

use crate::client::Client;
use crate::environment::Environment;
use crate::passphrase;

/// How often to look whether a program has ended, and at what interval.
const TRIES: u32 = 100;
const POLL: Duration = Duration::from_millis(100);
/// How many programs may come one after the other: the agent starts again when the application ends.
const PROGRAMS: u32 = 3;

/// Returns what runs, for display.
pub(super) fn running(environment: &Environment) -> Vec<String> {
    let modes = [Mode::Own, Mode::Practice].into_iter();
    let hosts = modes.filter_map(|mode| host(environment, mode).ok().flatten());
    hosts.map(|host| described(&host)).collect()
}

/// Stops everything that runs, and returns what was stopped.
///
/// # Errors
/// If a program does not end, or starts again and again.
pub(super) fn stop_all(environment: &Environment) -> Result<Vec<String>, Problem> {
    let mut stopped = Vec::new();
    for mode in [Mode::Own, Mode::Practice] {
        for _ in 0..PROGRAMS {
            let Some(host) = host(environment, mode)? else {
                break;
            };
            stop(environment, mode, &host)?;
            stopped.push(format!("Stopped: {}.", described(&host)));
        }
    }
    Ok(stopped)
}

/// Returns the program that serves a set; `None` if none runs.
fn host(environment: &Environment, mode: Mode) -> Result<Option<HostView>, Problem> {
    match passphrase::host(Client::new(environment, mode).socket()) {
        Ok(host) => Ok(Some(host)),
        Err(problem) if problem.code == ProblemCode::NotRunning => Ok(None),
        Err(problem) => {
            let what = format!("Nothing was removed: {}", problem.what);
            Err(Problem { what, ..problem })
        }
    }
}

fn described(host: &HostView) -> String {
    let name = match host.kind {
        HostKind::Desktop => "the tray application",
        HostKind::Agent => "the agent",
    };
    format!("{name} (process {})", host.pid)
}

fn stop(environment: &Environment, mode: Mode, running: &HostView) -> Result<(), Problem> {
    match running.kind {
        HostKind::Agent => Client::new(environment, mode).perform(Call::Stop)?,
        HostKind::Desktop => quit(running.pid)?,
    }
    for _ in 0..TRIES {
        let now = host(environment, mode).ok().flatten();
        if now.is_none_or(|now| now.pid != running.pid) {
            return Ok(());
        }
        pause();
    }
    Err(does_not_end(running))
}

/// Quits the application, as a logout does.
#[cfg(unix)]
fn quit(pid: u32) -> Result<(), Problem> {
    use rustix::process::{Pid, Signal, kill_process};
    let process = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let process = process.ok_or_else(Problem::internal)?;
    // If it has ended by itself, that is seen next.
    let _ = kill_process(process, Signal::TERM);
    Ok(())
}

#[cfg(not(unix))]
fn quit(_: u32) -> Result<(), Problem> {
    let what = "Nothing was removed: the tray application is running.";
    let remedy = "Quit it from its tray menu, then try again.";
    Err(Problem::new(ProblemCode::Cancelled, what, remedy))
}

fn does_not_end(host: &HostView) -> Problem {
    let what = format!("Nothing was removed: {} does not end.", described(host));
    let remedy = "End it, then try again.";
    Problem::new(ProblemCode::TimedOut, what, remedy)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program does not say when it has ended"
)]
fn pause() {
    thread::sleep(POLL);
}
