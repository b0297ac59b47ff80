//! The terminal: questions to the person who sits there.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::secret::Secret;

use own::OwnTerminal;

/// Whether what is typed is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// Returns whether somebody can be asked: both the question and the answer go through a terminal.
pub(crate) fn is_present() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Where answers are typed while the input or the output of this process may be something else.
pub(crate) struct Keyboard(Box<dyn BufRead + Send>);

impl Keyboard {
    /// Opens the terminal's keyboard, if somebody sits there: standard input or standard error must be one.
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

    /// Asks one question and returns the line that is typed; `None` if the terminal is gone or its input ends.
    pub(crate) fn ask(&mut self, question: &str) -> Option<Secret> {
        let _ = write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush());
        let mut line = String::with_capacity(256);
        let length = self.0.read_line(&mut line).ok()?;
        (length > 0).then(|| Secret::new(line))
    }
}

/// Returns whether somebody can be asked even while input and output are something else.
pub(crate) fn is_reachable() -> bool {
    is_present() || OwnTerminal::open().is_ok()
}

/// Throws away what was typed before a question, so that it does not count as the answer.
pub(crate) fn forget_what_was_typed() {
    if is_present() {
        return hidden::forget_input(&io::stdin());
    }
    if let Ok(terminal) = OwnTerminal::open() {
        hidden::forget_input(&terminal);
    }
}

/// Says something to the person at the terminal, and to nobody who reads the error output in their place.
pub(crate) fn tell_person(text: &str) {
    if is_present() {
        return tell(text);
    }
    if let Ok(terminal) = OwnTerminal::open() {
        // A terminal that went away cannot be told so.
        let _ = writeln!(terminal.output(), "{text}");
    }
}

/// Says something beside the output.
pub(crate) fn tell(text: &str) {
    // A terminal that went away cannot be told so.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Asks one question and returns the line that is typed: on standard input and error if these are a terminal, else on
/// the terminal that this process belongs to.
///
/// # Errors
/// If there is no terminal, it goes away, or the answer is cancelled with Ctrl-C or Ctrl-D.
pub(crate) fn ask(question: &str, echo: Echo) -> Result<Secret, Problem> {
    if is_present() {
        return put(
            question,
            echo,
            &io::stdin(),
            &mut io::stderr(),
            &mut io::stdin().lock(),
        );
    }
    let terminal = OwnTerminal::open().map_err(|_| gone())?;
    let mut bytes = BufReader::new(terminal.input());
    put(
        question,
        echo,
        &terminal,
        &mut terminal.output(),
        &mut bytes,
    )
}

fn put(
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
            Echo::Off => Some(hidden::Hidden::start(terminal).map_err(|_| gone())?),
        };
        // What is typed before the terminal hides it is thrown away, so the question comes after.
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
        Err(_) => Err(gone()),
    }
}

/// Reads to the end of the line, or to the Ctrl-C that ends it while it is hidden.
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

fn gone() -> Problem {
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

    /// The terminal that this process belongs to, whatever its input and output are.
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

    /// The terminal that this process belongs to, which is not looked for here.
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
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd};

    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr,
        tcsetattr,
    };

    /// What Ctrl-C types while it raises no signal.
    pub(super) const CANCEL: char = '\u{3}';

    /// What can be told not to show what is typed.
    pub(super) trait Terminal: AsFd {}
    impl<T: AsFd> Terminal for T {}

    /// Throws away what was typed and not read.
    pub(super) fn forget_input(terminal: &impl Terminal) {
        // A terminal that went away holds nothing.
        let _ = tcflush(terminal, QueueSelector::IFlush);
    }

    /// A terminal that shows nothing of what is typed, until this is dropped. Ctrl-C ends the line in place of the
    /// process, which could not switch the terminal back.
    pub(super) struct Hidden<'a> {
        terminal: BorrowedFd<'a>,
        before: Termios,
    }

    impl<'a> Hidden<'a> {
        pub(super) fn start(terminal: &'a impl Terminal) -> io::Result<Self> {
            let terminal = terminal.as_fd();
            let before = tcgetattr(terminal)?;
            let mut modes = before.clone();
            modes.local_modes -= LocalModes::ECHO | LocalModes::ISIG;
            modes.special_codes[SpecialCodeIndex::VEOL] = 3;
            tcsetattr(terminal, OptionalActions::Flush, &modes)?;
            Ok(Self { terminal, before })
        }
    }

    impl Drop for Hidden<'_> {
        fn drop(&mut self) {
            // A terminal that went away needs no switching back.
            let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
        }
    }
}

#[cfg(not(unix))]
mod hidden {
    use std::io;

    /// What Ctrl-C types: nothing, it ends the process.
    pub(super) const CANCEL: char = '\u{3}';

    /// What can be told not to show what is typed: nothing here.
    pub(super) trait Terminal {}
    impl<T> Terminal for T {}

    /// Keeps what was typed: it cannot be thrown away here.
    pub(super) fn forget_input(_: &impl Terminal) {}

    pub(super) struct Hidden;

    impl Hidden {
        /// Refuses: what is typed cannot be hidden here, so a secret is not asked for.
        pub(super) fn start(_: &impl Terminal) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}
