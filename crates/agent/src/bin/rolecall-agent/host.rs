//! The agent as the socket sees it.

use rolecall_agent::host::Host;
use rolecall_core::host::HostKind;
use rolecall_core::problem::{Problem, ProblemCode};

use crate::ending::{Ending, EndingSender};

/// The agent's own answers.
pub(crate) struct AgentHost {
    ending: EndingSender,
}

impl AgentHost {
    /// Returns the answers of an agent that ends through `ending`.
    pub(crate) fn new(ending: EndingSender) -> Self {
        Self { ending }
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

    fn stop(&self) -> Result<(), Problem> {
        self.ending.send(Ending::Asked);
        Ok(())
    }
}
