//! The agent as a host of the socket.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use rolecall_agent::engine::Engine;
use rolecall_agent::host::Host;
use rolecall_core::api::host::HostKind;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;

use crate::exit::{ExitReason, ExitSender};

/// How long the hand-over waits until everything is answered and saved.
const SAVE_TIMEOUT: Duration = Duration::from_secs(6);

/// The agent's answers to calls that are not for the keeper.
pub(crate) struct AgentHost {
    engine: Arc<Engine>,
    exit: ExitSender,
    idle_limit: Option<Duration>,
}

impl AgentHost {
    /// Returns the host of an agent that exits through `exit`, or after `idle_limit`.
    pub(crate) fn new(engine: Arc<Engine>, exit: ExitSender, idle_limit: Option<Duration>) -> Self {
        Self {
            engine,
            exit,
            idle_limit,
        }
    }
}

impl Host for AgentHost {
    fn kind(&self) -> HostKind {
        HostKind::Agent
    }

    fn show_window(&self) -> Result<(), Problem> {
        Err(Problem::new(
            ProblemCode::NotRunning,
            "Rolecall is running without a window.",
            "Use the command line: rolecall status",
        ))
    }

    fn engine(&self) -> &Engine {
        &self.engine
    }

    fn create_sealed_file(&self, passphrase: &Secret) -> Result<(), Problem> {
        self.engine.create_sealed_file(passphrase)
    }

    fn stop(&self) -> Result<(), Problem> {
        self.exit.send(ExitReason::StopCommand);
        Ok(())
    }

    fn hand_over(&self) -> Result<(), Problem> {
        let (saved, is_saved) = mpsc::channel();
        self.exit.send(ExitReason::HandedOver(saved));
        // An agent that is already exiting closes the channel once everything is saved.
        let _ = is_saved.recv_timeout(SAVE_TIMEOUT);
        Ok(())
    }

    fn idle_limit(&self) -> Option<Duration> {
        self.idle_limit
    }
}
