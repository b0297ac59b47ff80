//! The limit of open files, of which each connection needs one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::slots::Limits;

/// How many open files all connections together and the rest of the program need at most.
const WANTED: u64 = 4096;

/// The limits of connections.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConnectionLimits {
    /// Of connections whose request has not arrived.
    pub(super) incoming: usize,
    /// Of these, how many may be of one process.
    pub(super) incoming_of_one: usize,
    /// Of requests.
    pub(super) requests: Limits,
}

impl ConnectionLimits {
    /// Returns the limits for a process that may open this many files.
    fn for_files(files: u64) -> Self {
        let files = usize::try_from(files.min(WANTED))
            .unwrap_or_default()
            .max(64);
        let (incoming, requests) = (files / 4, files / 8);
        Self {
            incoming,
            incoming_of_one: incoming / 2,
            requests: Limits {
                queued: requests,
                waiting: requests,
                waiting_programs: requests - requests / 8,
                waiting_of_one: requests / 2,
            },
        }
    }
}

/// Raises the soft limit of open files as far as it is needed and allowed, and returns the limits that follow from it.
pub(super) fn prepare() -> ConnectionLimits {
    let limit = getrlimit(Resource::Nofile);
    let (soft, hard) = (
        limit.current.unwrap_or(WANTED),
        limit.maximum.unwrap_or(WANTED),
    );
    let wanted = WANTED.min(hard);
    if soft >= wanted {
        return ConnectionLimits::for_files(soft);
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => ConnectionLimits::for_files(wanted),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files could not be raised");
            ConnectionLimits::for_files(soft)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_connections_together_leave_files_for_the_rest() {
        for files in [256, 1024, WANTED, 1 << 20] {
            let limits = ConnectionLimits::for_files(files);
            let all = limits.incoming + limits.requests.queued + limits.requests.waiting;
            assert!(u64::try_from(all).expect("small") <= files.min(WANTED) / 2);
        }
        assert_eq!(ConnectionLimits::for_files(WANTED).incoming, 1024);
        assert_eq!(ConnectionLimits::for_files(WANTED).requests.waiting, 512);
    }
}
