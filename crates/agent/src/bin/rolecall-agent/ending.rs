//! Why and when the agent ends.

use std::fmt;
use std::sync::mpsc::Sender;

use rolecall_core::value::problem::{Problem, ProblemCode};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Why the agent ends.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The system or a terminal asked for it.
    Signal,
    /// `rolecall agent --stop`.
    Asked,
    /// Nobody needed it any more.
    Idle,
    /// The tray application takes over, and is told once everything is saved.
    HandedOver(Sender<()>),
}

impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Signal => "a signal asked for it",
            Self::Asked => "rolecall agent --stop asked for it",
            Self::Idle => "there was no session and no question for a while",
            Self::HandedOver(_) => "the tray application takes over",
        })
    }
}

/// Where to say that the agent shall end.
#[derive(Debug, Clone)]
pub(crate) struct EndingSender(UnboundedSender<Ending>);

/// Where the agent waits for its end.
#[derive(Debug)]
pub(crate) struct EndingReceiver(UnboundedReceiver<Ending>);

/// Returns both ends.
pub(crate) fn channel() -> (EndingSender, EndingReceiver) {
    let (sender, receiver) = unbounded_channel();
    (EndingSender(sender), EndingReceiver(receiver))
}

impl EndingSender {
    /// Says that the agent shall end.
    pub(crate) fn send(&self, ending: Ending) {
        // Once the receiver is gone, the agent is ending already.
        let _ = self.0.send(ending);
    }
}

impl EndingReceiver {
    /// Waits for the end, without waking until then.
    ///
    /// # Errors
    /// If signals cannot be waited for: then it could not end cleanly.
    pub(crate) fn wait(mut self) -> Result<Ending, Problem> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .map_err(|error| deaf(&error))?;
        runtime.block_on(async {
            let signal = signals().map_err(|error| deaf(&error))?;
            tokio::select! {
                () = signal => Ok(Ending::Signal),
                ending = self.0.recv() => Ok(ending.unwrap_or(Ending::Signal)),
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
        // What cannot be waited for never comes.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn deaf(error: &std::io::Error) -> Problem {
    let what = "The agent cannot wait for signals.";
    Problem::new(
        ProblemCode::Internal,
        what,
        "End some programs, then start it again.",
    )
    .with_detail(error.to_string())
}
