//! The reasons for which the agent exits, and the channel for them.

use std::fmt;
use std::sync::mpsc::Sender;

use rolecall_core::value::problem::{Problem, ProblemCode};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Why the agent exits.
#[derive(Debug)]
pub(crate) enum ExitReason {
    /// A signal from the system or a terminal.
    Signal,
    /// `rolecall agent --stop`.
    StopCommand,
    /// It was idle for the set time.
    Idle,
    /// The tray application takes over. The channel signals that everything is saved.
    HandedOver(Sender<()>),
}

impl fmt::Display for ExitReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Signal => "received a signal",
            Self::StopCommand => "rolecall agent --stop",
            Self::Idle => "idle",
            Self::HandedOver(_) => "the tray application takes over",
        })
    }
}

/// The sender of the exit reason.
#[derive(Debug, Clone)]
pub(crate) struct ExitSender(UnboundedSender<ExitReason>);

/// The receiver of the exit reason.
#[derive(Debug)]
pub(crate) struct ExitReceiver(UnboundedReceiver<ExitReason>);

/// Returns both ends of the channel.
pub(crate) fn channel() -> (ExitSender, ExitReceiver) {
    let (sender, receiver) = unbounded_channel();
    (ExitSender(sender), ExitReceiver(receiver))
}

impl ExitSender {
    /// Makes the agent exit.
    pub(crate) fn send(&self, exit: ExitReason) {
        // Without a receiver, the agent is already exiting.
        let _ = self.0.send(exit);
    }
}

impl ExitReceiver {
    /// Waits for a reason to exit, without waking up before.
    ///
    /// # Errors
    /// If it cannot wait for signals, and so could not exit cleanly.
    pub(crate) fn wait(mut self) -> Result<ExitReason, Problem> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .map_err(|error| cannot_wait_for_signals(&error))?;
        runtime.block_on(async {
            let signal = signals().map_err(|error| cannot_wait_for_signals(&error))?;
            tokio::select! {
                () = signal => Ok(ExitReason::Signal),
                exit = self.0.recv() => Ok(exit.unwrap_or(ExitReason::Signal)),
            }
        })
    }
}

#[cfg(unix)]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler the signal never arrives here.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn cannot_wait_for_signals(error: &std::io::Error) -> Problem {
    let what = "The agent cannot wait for signals.";
    Problem::new(
        ProblemCode::Internal,
        what,
        "End some programs, then start it again.",
    )
    .with_detail(error.to_string())
}
