//! An MFA code on standard input, as in `oathtool … | rolecall assume ROLE`. Only what is certainly a code is taken, since
//! standard input may belong to the script around this program.

use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::secret::Secret;

/// To whom standard input belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandardInput {
    /// To this command: a code can come from it.
    Own,
    /// To the program that the command starts.
    OfProgram,
}

impl StandardInput {
    /// Returns a code that was piped to this command.
    pub(crate) fn code(self) -> Option<Secret> {
        match self {
            Self::Own => take(),
            Self::OfProgram => None,
        }
    }
}

/// Returns the code, if standard input is not a terminal and holds a code and nothing else.
fn take() -> Option<Secret> {
    let text = platform::short_text()?;
    let is_code = MfaCode::parse(text.expose()).is_ok();
    is_code.then_some(text)
}

#[cfg(unix)]
mod platform {
    use std::io::{self, IsTerminal};

    use rolecall_core::value::secret::Secret;
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::{ioctl_fionread, read};

    use super::MfaCode;

    /// The lengths of a code with and without a blank in its middle and the end of its line.
    const LENGTHS: std::ops::RangeInclusive<u64> = 6..=9;

    /// Reads standard input if as much is ready there as a code has.
    pub(super) fn short_text() -> Option<Secret> {
        let stdin = io::stdin();
        let ready = match stdin.is_terminal() {
            true => return None,
            false => ioctl_fionread(&stdin).ok()?,
        };
        if !LENGTHS.contains(&ready) {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(ready).ok()?];
        let length = read(&stdin, &mut bytes).ok()?;
        bytes.truncate(length);
        let text = String::from_utf8(bytes).ok()?;
        if MfaCode::parse(&text).is_err() {
            // In a file, it is still there for what reads next; elsewhere this fails.
            let _ = seek(&stdin, SeekFrom::Current(-i64::try_from(length).ok()?));
        }
        Some(Secret::new(text))
    }
}

#[cfg(not(unix))]
mod platform {
    use rolecall_core::value::secret::Secret;

    /// Returns nothing: what is ready on standard input cannot be looked at here.
    pub(super) fn short_text() -> Option<Secret> {
        None
    }
}
