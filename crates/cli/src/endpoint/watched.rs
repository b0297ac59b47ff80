//! The process that an endpoint serves. The endpoint ends with it.

use std::io::{self, ErrorKind};
use std::time::Duration;

use rustix::process::Pid;

fn parse(process: &str) -> io::Result<Pid> {
    let number = process.parse().ok().and_then(Pid::from_raw);
    number.ok_or_else(|| ErrorKind::InvalidInput.into())
}

#[cfg(target_os = "linux")]
pub(super) use by_descriptor::WatchedProcess;
#[cfg(not(target_os = "linux"))]
pub(super) use by_polling::WatchedProcess;

#[cfg(target_os = "linux")]
mod by_descriptor {
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{PidfdFlags, pidfd_open};

    use super::{Duration, io, parse};

    /// A process, held by a descriptor, since its number may be used again.
    pub(in crate::endpoint) struct WatchedProcess(OwnedFd);

    impl WatchedProcess {
        pub(in crate::endpoint) fn open(process: &str) -> io::Result<Self> {
            let watched = Self(pidfd_open(parse(process)?, PidfdFlags::empty())?);
            match watched.has_ended() {
                true => Err(io::ErrorKind::NotFound.into()),
                false => Ok(watched),
            }
        }

        /// Returns a descriptor that is readable once the process has ended.
        pub(in crate::endpoint) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
            Some(self.0.as_fd())
        }

        pub(in crate::endpoint) fn has_ended(&self) -> bool {
            let mut end = [PollFd::new(&self.0, PollFlags::IN)];
            let ended = poll(&mut end, Some(&Timespec::default()));
            ended.is_ok_and(|ready| ready > 0)
        }

        /// Returns how often to check whether the process has ended; `None` if the descriptor says so.
        pub(in crate::endpoint) fn polling_interval(&self) -> Option<Duration> {
            None
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod by_polling {
    use std::os::fd::BorrowedFd;

    use rustix::process::{Pid, test_kill_process};

    use super::{Duration, io, parse};

    /// A process, by its number.
    pub(in crate::endpoint) struct WatchedProcess(Pid);

    impl WatchedProcess {
        pub(in crate::endpoint) fn open(process: &str) -> io::Result<Self> {
            let process = parse(process)?;
            test_kill_process(process)?;
            Ok(Self(process))
        }

        pub(in crate::endpoint) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
            None
        }

        pub(in crate::endpoint) fn has_ended(&self) -> bool {
            test_kill_process(self.0).is_err_and(|error| error == rustix::io::Errno::SRCH)
        }

        pub(in crate::endpoint) fn polling_interval(&self) -> Option<Duration> {
            Some(Duration::from_secs(1))
        }
    }
}
