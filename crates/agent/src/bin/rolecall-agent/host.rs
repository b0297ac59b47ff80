//! The agent as the socket sees it.

use std::sync::Arc;

use rolecall_agent::engine::Engine;
use rolecall_agent::host::Host;
use rolecall_core::host::HostKind;
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::secret::Secret;

use crate::ending::{Ending, EndingSender};

/// The agent's own answers.
pub(crate) struct AgentHost {
    engine: Arc<Engine>,
    ending: EndingSender,
}

impl AgentHost {
    /// Returns the answers of an agent that ends through `ending`.
    pub(crate) fn new(engine: Arc<Engine>, ending: EndingSender) -> Self {
        Self { engine, ending }
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
}
