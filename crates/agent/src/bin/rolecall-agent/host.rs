//! The agent as the socket sees it.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use rolecall_agent::engine::Engine;
use rolecall_agent::host::Host;
use rolecall_core::api::host::HostKind;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;

use crate::ending::{Ending, EndingSender};

/// How long a program that takes over waits until everything is answered and saved.
const SAVING: Duration = Duration::from_secs(6);

/// The agent's own answers.
pub(crate) struct AgentHost {
    engine: Arc<Engine>,
    ending: EndingSender,
    idle_limit: Option<Duration>,
}

impl AgentHost {
    /// Returns the answers of an agent that ends through `ending`, and by itself after `idle_limit`.
    pub(crate) fn new(
        engine: Arc<Engine>,
        ending: EndingSender,
        idle_limit: Option<Duration>,
    ) -> Self {
        Self {
            engine,
            ending,
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
            "Rolecall runs without a window here.",
            "Use the command line: rolecall status.",
        ))
    }

    fn engine(&self) -> &Engine {
        &self.engine
    }

    fn create_sealed_file(&self, passphrase: &Secret) -> Result<(), Problem> {
        self.engine.create_sealed_file(passphrase)
    }

    fn stop(&self) -> Result<(), Problem> {
        self.ending.send(Ending::Asked);
        Ok(())
    }

    fn hand_over(&self) -> Result<(), Problem> {
        let (tell, told) = mpsc::channel();
        self.ending.send(Ending::HandedOver(tell));
        // An agent that ends already closes the channel: everything is saved then, too.
        let _ = told.recv_timeout(SAVING);
        Ok(())
    }

    fn idle_limit(&self) -> Option<Duration> {
        self.idle_limit
    }
}
