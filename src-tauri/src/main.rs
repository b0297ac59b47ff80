//! `rolecall-desktop`: AWS role sessions in the desktop tray.

#![cfg_attr(windows, windows_subsystem = "windows")]

mod about;
#[cfg(target_os = "linux")]
mod app_id;
mod arguments;
mod clipboard;
mod commands;
mod desktop;
mod desktop_host;
mod launcher;
mod notifier;
#[cfg(target_os = "linux")]
mod opengl;
mod practice_set;
#[cfg(target_os = "linux")]
mod session_bus;
mod shortcut;
mod start;
mod tray;
mod tray_host;
mod ui_publisher;
#[cfg(target_os = "linux")]
mod wayland;
#[cfg(target_os = "linux")]
mod web_process;
mod window;
mod window_calls;
mod window_end;
mod window_host;
mod window_link;
mod window_place;
mod window_process;
mod window_wire;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rolecall_agent::caller::Caller;
use rolecall_agent::hand_over::{self, Claimed, HandOverLock};
use rolecall_agent::host::receive;
use rolecall_agent::output::{self, print_line};
use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::{hardening, log, socket};
use rolecall_core::api::host::HostView;
use rolecall_core::api::protocol::Call;
use rolecall_core::value::origin::OriginKind;
use rolecall_core::value::sanitise;
use rolecall_core::view::snapshot::RoleView;
use rolecall_keeper::Concern;
use tauri::{AppHandle, RunEvent};

use arguments::{AtStart, HELP, Options, Request};
use desktop::Desktop;
use tray::TrayPainter;

/// How long a running program may take to open its window or close it.
const TOGGLE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long pending answers may take before the agent starts again.
const PENDING_ANSWERS_TIMEOUT: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    hardening::harden();
    rolecall_allocator::limit();
    match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Request::Run(options)) => {
            #[cfg(target_os = "linux")]
            opengl::leave_out();
            run(|| start(options))
        }
        Ok(Request::Window) => run(|| window_process::run().map(|()| ExitCode::SUCCESS)),
        #[cfg(target_os = "linux")]
        Ok(Request::Shortcut(keys)) => {
            hardening::open_to_portals();
            run(|| shortcut::portal::binding::run(&keys).map(|()| ExitCode::SUCCESS))
        }
        #[cfg(not(target_os = "linux"))]
        Ok(Request::Shortcut(_)) => print_error("only for Wayland", ExitCode::from(2)),
        Ok(Request::Help) => print_line(HELP.trim_end()),
        Ok(Request::Version) => print_line(concat!("rolecall-desktop ", env!("CARGO_PKG_VERSION"))),
        Err(error) => print_error(&error, ExitCode::from(2)),
    }
}

fn run(start: impl FnOnce() -> anyhow::Result<ExitCode>) -> ExitCode {
    log::write_warnings();
    match start() {
        Ok(code) => code,
        Err(error) => print_error(&format!("{error:#}"), ExitCode::FAILURE),
    }
}

/// Starts, unless another instance is running, which then shows its window.
fn start(options: Options) -> anyhow::Result<ExitCode> {
    let own = Paths::new(&Environment::read())?;
    let paths = if options.practice {
        own.practice(&own.socket_dir)
    } else {
        own
    };
    if options.window == AtStart::Toggles
        && socket::ask(&paths.socket_dir, Call::ToggleWindow, TOGGLE_TIMEOUT).is_ok()
    {
        return Ok(ExitCode::SUCCESS);
    }
    let display = check_display();
    let claimed = match display {
        Ok(()) => hand_over::claim(&paths.socket_dir),
        // Without a display, a running agent is not replaced.
        Err(_) => hand_over::claim_without_display(&paths.socket_dir),
    };
    let claim = match claimed? {
        Claimed::New(claim) => claim,
        Claimed::Running(version) => return Ok(print_line(&already_running(&version))),
    };
    display?;
    let mut lock = claim.lock;
    let ended = serve_until_quit(&paths, options, &mut lock, claim.agent.as_ref());
    // The next program needs the instance lock.
    drop(claim.instance);
    if let Some(agent) = &claim.agent
        && let Err(error) = hand_over::start_again(&paths, agent)
    {
        tracing::warn!(%error, "the previous agent could not be restarted");
    }
    let ended = ended?;
    if ended == Ended::Restarting {
        launcher::start_installed(options.practice)?;
    }
    Ok(ended.code())
}

/// Returns what a second start prints. `version` is the one that is running.
fn already_running(version: &str) -> String {
    let own = env!("CARGO_PKG_VERSION");
    match version == own {
        true => "Rolecall is already running. Its window was brought to the front.".to_owned(),
        false => format!(
            "Rolecall {} is already running, and this is {own}. Its window was brought to the front. To use {own}, \
             choose Restart Rolecall there or in its menu.",
            sanitise::echo(version)
        ),
    }
}

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    Failed,
    Restarting,
}

impl Ended {
    fn code(self) -> ExitCode {
        match self {
            Self::Done | Self::Restarting => ExitCode::SUCCESS,
            Self::Failed => ExitCode::FAILURE,
        }
    }
}

/// Runs until the user quits. `lock` is released once the socket is served, and taken again before the socket closes if
/// there is an `agent` to hand back to.
fn serve_until_quit(
    paths: &Paths,
    options: Options,
    lock: &mut Option<HandOverLock>,
    agent: Option<&HostView>,
) -> anyhow::Result<Ended> {
    let desktop = Arc::new(if options.practice {
        Desktop::practice(paths)?
    } else {
        Desktop::own(paths, agent)
    });
    let app = build()?;
    let server = serve(&desktop, paths);
    *lock = None;
    let own = desktop.roles_path.is_some();
    let _watch = own.then(|| desktop.engine.follow_files());
    start_ui(&desktop, app.handle(), options);
    desktop.engine.start()?;
    let leaving = desktop.clone();
    let code = app.run_return(move |_, event| on_event(&leaving, &event));
    if agent.is_some()
        && let Some(mut server) = server
    {
        *lock = hand_over::lock(&paths.socket_dir);
        server.close();
        server.await_answers(0, PENDING_ANSWERS_TIMEOUT);
    }
    desktop.keeper.flush();
    Ok(match code {
        _ if desktop.is_restarting.load(Ordering::Acquire) => Ended::Restarting,
        0 => Ended::Done,
        _ => Ended::Failed,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the framework's context exits if its embedded files are damaged"
)]
fn build() -> anyhow::Result<tauri::App> {
    let app = tauri::Builder::default().build(tauri::generate_context!())?;
    #[cfg(target_os = "linux")]
    session_bus::outlive();
    Ok(app)
}

/// Serves the command line. Without the socket the tray still works, and the window shows the problem.
fn serve(desktop: &Arc<Desktop>, paths: &Paths) -> Option<socket::Server> {
    let host = desktop.clone();
    let handler = Arc::new(move |call, peer: &socket::Peer<'_>| {
        receive(&*host, call, &Caller::Program(peer))
    });
    match socket::serve(&paths.socket_dir, handler) {
        Ok(server) => Some(server),
        Err(problem) => {
            desktop.keeper.set_standing(Concern::Socket, Some(problem));
            None
        }
    }
}

/// Quits cleanly on signals, such as at logout or from a terminal, so that the clipboard is cleared.
#[cfg(unix)]
fn quit_on_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
    ] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            match signal(kind) {
                Ok(mut signals) => {
                    signals.recv().await;
                    app.exit(0);
                }
                Err(error) => tracing::warn!(%error, "cannot wait for a signal"),
            }
        });
    }
}

/// Returns whether the user has no keys and no roles yet; the window then shows the first steps.
fn is_first_start(desktop: &Desktop) -> bool {
    let snapshot = desktop.keeper.snapshot();
    let own = |role: &RoleView| role.origin.kind == OriginKind::Own;
    snapshot.keys.is_empty() && !snapshot.roles.iter().any(own)
}

#[cfg(not(unix))]
fn quit_on_signals(_: &AppHandle) {}

/// Starts the tray, notices and signal handling, and opens the window if requested.
fn start_ui(desktop: &Arc<Desktop>, app: &AppHandle, options: Options) {
    let (clicked, on) = (desktop.clone(), app.clone());
    let on_click = Box::new(move |click| clicked.clicked(&on, click));
    let painter = TrayPainter::start(app, on_click);
    desktop.ui.start(app.clone(), painter);
    desktop.connect_notices();
    desktop.follow_shortcut();
    quit_on_signals(app);
    let leaving = app.clone();
    let answering = Arc::downgrade(desktop);
    let failing = Arc::downgrade(desktop);
    desktop.ui.window.connect(
        move |call| {
            let desktop = answering.upgrade()?;
            Some(receive(&*desktop, call, &Caller::Window))
        },
        move || {
            if is_automated() {
                leaving.exit(0);
            }
        },
        move |problem| {
            if let Some(desktop) = failing.upgrade() {
                desktop.window_failed(problem);
            }
        },
    );
    let watching = desktop.clone();
    tray_host::watch(move |host| watching.tray_changed(host));
    let opens = match options.window {
        AtStart::Opens | AtStart::Toggles => true,
        AtStart::IfNew => options.practice || is_first_start(desktop),
        AtStart::StaysClosed => false,
    };
    if opens {
        desktop.open_window(None);
    }
}

fn on_event(desktop: &Desktop, event: &RunEvent) {
    match event {
        RunEvent::ExitRequested {
            api, code: None, ..
        } => api.prevent_exit(),
        RunEvent::Exit => {
            desktop.clipboard.clear();
            desktop.keeper.remove_temporary_profiles();
        }
        _ => {}
    }
}

/// Returns whether a WebDriver controls the window. It expects the program to end with the window.
#[expect(
    clippy::disallowed_methods,
    reason = "the variable that WebKit's driver sets"
)]
fn is_automated() -> bool {
    std::env::var_os("TAURI_AUTOMATION").is_some()
}

#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "the toolkit aborts without a display, so this is checked first"
)]
fn check_display() -> anyhow::Result<()> {
    let has = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    anyhow::ensure!(
        has("DISPLAY") || has("WAYLAND_DISPLAY"),
        "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Start Rolecall from a desktop session, \
         or with a virtual one: xvfb-run rolecall-desktop."
    );
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn check_display() -> anyhow::Result<()> {
    Ok(())
}

fn print_error(text: &str, code: ExitCode) -> ExitCode {
    output::print_error("rolecall-desktop", text, code)
}
