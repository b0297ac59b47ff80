//! Requesters of tests.

use rolecall_core::asker::requester::{Ancestor, Isolation, ProcessId, Requester};

/// Returns the same requester, in a container or sandbox.
pub fn in_sandbox(mut requester: Requester) -> Requester {
    requester.isolation = Isolation::Sandboxed;
    requester
}

/// Returns a program at a terminal, as a requester's lineage has it.
pub fn process(pid: u32, name: &str) -> Ancestor {
    Ancestor {
        id: ProcessId { pid, started: 1 },
        name: name.into(),
        program: format!("/usr/bin/{name}"),
        session: 1,
        has_terminal: true,
        in_foreground: false,
    }
}
