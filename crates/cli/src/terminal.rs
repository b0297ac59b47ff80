//! The terminal: questions to the user, and messages.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;

use own::OwnTerminal;

/// Whether the terminal shows typed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// It does.
    On,
    /// It does not.
    Off,
}

/// Returns whether standard input and error are terminals, for a question and its answer.
pub(crate) fn is_present() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Returns whether a person reads standard error.
pub(crate) fn is_read() -> bool {
    io::stderr().is_terminal()
}

/// The keyboard of a terminal, even if input or output of this process is redirected.
pub(crate) struct Keyboard(Box<dyn BufRead + Send>);

impl Keyboard {
    /// Opens the keyboard, if standard input or standard error is a terminal.
    pub(crate) fn open() -> Option<Self> {
        if io::stdin().is_terminal() {
            return Some(Self(Box::new(BufReader::new(io::stdin()))));
        }
        if !io::stderr().is_terminal() {
            return None;
        }
        let terminal = File::open("/dev/tty").ok()?;
        Some(Self(Box::new(BufReader::new(terminal))))
    }

    /// Asks a question and returns the typed line; `None` if the terminal is gone or its input ends.
    pub(crate) fn ask(&mut self, question: &str) -> Option<Secret> {
        let _ = write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush());
        let mut line = String::with_capacity(256);
        let length = self.0.read_line(&mut line).ok()?;
        (length > 0).then(|| Secret::new(line))
    }
}

/// Returns whether the user can be asked, even if input and output are redirected.
pub(crate) fn is_reachable() -> bool {
    is_present() || OwnTerminal::open().is_ok()
}

/// Discards text that was typed before a question, so that it is not the answer.
pub(crate) fn discard_typed_input() {
    if is_present() {
        return hidden::discard_input(&io::stdin());
    }
    if let Ok(terminal) = OwnTerminal::open() {
        hidden::discard_input(&terminal);
    }
}

/// Writes a message to the terminal only, not to a redirected error output.
pub(crate) fn tell_person(text: &str) {
    if is_present() {
        return tell(text);
    }
    if let Ok(terminal) = OwnTerminal::open() {
        // The terminal may be gone.
        let _ = writeln!(terminal.output(), "{text}");
    }
}

/// Writes a message to standard error.
pub(crate) fn tell(text: &str) {
    // The terminal may be gone.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Asks a question and returns the typed line. Uses standard input and error if they are terminals, or the terminal of
/// this process.
///
/// # Errors
/// If there is no terminal, it disappears, or the user cancels with Ctrl-C or Ctrl-D.
pub(crate) fn ask(question: &str, echo: Echo) -> Result<Secret, Problem> {
    if is_present() {
        return ask_on(
            question,
            echo,
            &io::stdin(),
            &mut io::stderr(),
            &mut io::stdin().lock(),
        );
    }
    let terminal = OwnTerminal::open().map_err(|_| no_terminal())?;
    let mut bytes = BufReader::new(terminal.input());
    ask_on(
        question,
        echo,
        &terminal,
        &mut terminal.output(),
        &mut bytes,
    )
}

/// Asks a question that can be answered with yes. Any other answer is no.
///
/// # Errors
/// The errors of [`ask`].
pub(crate) fn is_agreed(question: &str) -> Result<bool, Problem> {
    let answer = ask(&format!("{question} [y/N] "), Echo::On)?;
    let answer = answer.expose().to_ascii_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}

fn ask_on(
    question: &str,
    echo: Echo,
    terminal: &impl hidden::Terminal,
    out: &mut impl Write,
    bytes: &mut impl BufRead,
) -> Result<Secret, Problem> {
    let mut line = String::with_capacity(256);
    let read = {
        let _hidden = match echo {
            Echo::On => None,
            Echo::Off => Some(hidden::Hidden::start(terminal)?),
        };
        // Hiding discards what was typed before, so the question comes after it.
        let _ = write!(out, "{question}").and_then(|()| out.flush());
        read_line(bytes, &mut line)
    };
    let answer = Secret::new(line);
    if echo == Echo::Off {
        let _ = writeln!(out);
    }
    match read {
        Ok(length) if length > 0 && !answer.expose().ends_with(hidden::CANCEL) => {
            Ok(Secret::new(answer.expose().trim().to_owned()))
        }
        Ok(_) => Err(cancelled()),
        Err(_) => Err(no_terminal()),
    }
}

/// Reads a line. Ctrl-C ends it while the text is hidden.
fn read_line(bytes: &mut impl BufRead, line: &mut String) -> io::Result<usize> {
    loop {
        let part = bytes.fill_buf()?;
        let end = part
            .iter()
            .position(|byte| *byte == b'\n' || char::from(*byte) == hidden::CANCEL);
        let length = end.map_or(part.len(), |end| end + 1);
        line.push_str(&String::from_utf8_lossy(&part[..length]));
        bytes.consume(length);
        if end.is_some() || length == 0 {
            return Ok(line.len());
        }
    }
}

fn cancelled() -> Problem {
    Problem::new(ProblemCode::Cancelled, "Cancelled.", "Nothing changed.")
}

fn no_terminal() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "There is no terminal to ask on.",
        "Nothing changed.",
    )
}

#[cfg(unix)]
mod own {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd};

    /// The terminal of this process, even if its input and output are redirected.
    pub(super) struct OwnTerminal(File);

    impl OwnTerminal {
        pub(super) fn open() -> io::Result<Self> {
            let opened = OpenOptions::new().read(true).write(true).open("/dev/tty");
            opened.map(Self)
        }

        pub(super) fn input(&self) -> &File {
            &self.0
        }

        pub(super) fn output(&self) -> &File {
            &self.0
        }
    }

    impl AsFd for OwnTerminal {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }
    }
}

#[cfg(not(unix))]
mod own {
    use std::io;

    /// The terminal of this process, which is not available here.
    pub(super) struct OwnTerminal;

    impl OwnTerminal {
        pub(super) fn open() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(super) fn input(&self) -> io::Empty {
            io::empty()
        }

        pub(super) fn output(&self) -> io::Empty {
            io::empty()
        }
    }
}

#[cfg(unix)]
mod hidden {
    use std::os::fd::{AsFd, BorrowedFd};

    use rolecall_core::value::problem::Problem;
    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr,
        tcsetattr,
    };

    use super::no_terminal;

    /// The character of Ctrl-C, which raises no signal while text is hidden.
    pub(super) const CANCEL: char = '\u{3}';

    /// A terminal that can hide typed text.
    pub(super) trait Terminal: AsFd {}
    impl<T: AsFd> Terminal for T {}

    /// Discards text that was typed and not read.
    pub(super) fn discard_input(terminal: &impl Terminal) {
        // The terminal may be gone.
        let _ = tcflush(terminal, QueueSelector::IFlush);
    }

    /// A terminal that hides typed text until this is dropped. Ctrl-C ends the line and not the process, which could
    /// not restore the terminal.
    pub(super) struct Hidden<'a> {
        terminal: BorrowedFd<'a>,
        before: Termios,
    }

    impl<'a> Hidden<'a> {
        pub(super) fn start(terminal: &'a impl Terminal) -> Result<Self, Problem> {
            let terminal = terminal.as_fd();
            let before = tcgetattr(terminal).map_err(|_| no_terminal())?;
            let mut modes = before.clone();
            modes.local_modes -= LocalModes::ECHO | LocalModes::ISIG;
            modes.special_codes[SpecialCodeIndex::VEOL] = 3;
            tcsetattr(terminal, OptionalActions::Flush, &modes).map_err(|_| no_terminal())?;
            Ok(Self { terminal, before })
        }
    }

    impl Drop for Hidden<'_> {
        fn drop(&mut self) {
            // A terminal that is gone needs no restoring.
            let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
        }
    }
}

#[cfg(not(unix))]
mod hidden {
    use rolecall_core::value::problem::{Problem, ProblemCode};

    /// The character of Ctrl-C, which never arrives: Ctrl-C ends the process.
    pub(super) const CANCEL: char = '\u{3}';

    /// A terminal that could hide typed text: none can here.
    pub(super) trait Terminal {}
    impl<T> Terminal for T {}

    /// Does nothing: typed text cannot be discarded here.
    pub(super) fn discard_input(_: &impl Terminal) {}

    pub(super) struct Hidden;

    impl Hidden {
        /// Fails: text cannot be hidden here, so Rolecall asks for no secret.
        pub(super) fn start(_: &impl Terminal) -> Result<Self, Problem> {
            let what = "Rolecall cannot hide what you type on this system yet.";
            let remedy = "Add secrets in the window.";
            Err(Problem::new(ProblemCode::InvalidInput, what, remedy))
        }
    }
}
