//! Real shells that stay open and read one script after the other.
//!
//! They start with no configuration and no `PATH`, in the folder for files, so that a script that gets out of its quotes
//! finds nothing to run.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rolecall_core::session::shell::Shell;

/// Where Debian and others have shells.
const FOLDERS: [&str; 3] = ["/usr/bin", "/bin", "/usr/local/bin"];
/// Runs one script after the other, each up to a NUL.
const LOOP: &str = "while IFS= read -r -d '' script; do eval \"$script\"; done";
const LOOP_OF_FISH: &str = "while read --null --local script; eval $script; end";

/// A kind of shell, and how to start it.
struct Kind {
    program: &'static str,
    syntax: Shell,
    arguments: &'static [&'static str],
}

const KINDS: [Kind; 5] = [
    kind("bash", Shell::Bash, &["--norc", "--noprofile", "-c", LOOP]),
    kind("zsh", Shell::Bash, &["-f", "-c", LOOP]),
    // It prints at the end of a line of its input only.
    kind("ksh", Shell::Bash, &[]),
    kind("dash", Shell::Bash, &[]),
    kind(
        "fish",
        Shell::Fish,
        &["--no-config", "--private", "-c", LOOP_OF_FISH],
    ),
];

const fn kind(program: &'static str, syntax: Shell, arguments: &'static [&'static str]) -> Kind {
    Kind {
        program,
        syntax,
        arguments,
    }
}

/// A shell that is running.
pub struct RunningShell {
    /// Its name.
    pub name: &'static str,
    /// The syntax of its export blocks.
    pub syntax: Shell,
    /// What ends a script.
    end: &'static [u8],
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Child,
}

/// Starts each known shell that this machine has.
pub fn start_all(folder: &Path) -> Vec<RunningShell> {
    let started: Vec<_> = KINDS
        .iter()
        .filter_map(|kind| start(kind, folder))
        .collect();
    assert!(started.len() >= 2, "bash and another shell are needed");
    started
}

fn start(kind: &Kind, folder: &Path) -> Option<RunningShell> {
    let mut paths = FOLDERS.iter().map(|it| Path::new(it).join(kind.program));
    let path = paths.find(|path| path.exists())?;
    let mut process = Command::new(path)
        .args(kind.arguments)
        .env_clear()
        .env("HOME", folder)
        .env("PATH", "")
        .env("LC_ALL", "C.UTF-8")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    Some(RunningShell {
        name: kind.program,
        syntax: kind.syntax,
        end: if kind.arguments.is_empty() {
            b"\n"
        } else {
            b"\0"
        },
        input: process.stdin.take().expect("piped"),
        output: BufReader::new(process.stdout.take().expect("piped")),
        _process: process,
    })
}

impl RunningShell {
    /// Runs a script, and returns the `count` texts that it prints, each up to a NUL.
    pub fn run(&mut self, script: &str, count: usize) -> Vec<String> {
        let text = [script.as_bytes(), self.end].concat();
        let sent = self
            .input
            .write_all(&text)
            .and_then(|()| self.input.flush());
        sent.unwrap_or_else(|error| panic!("{} ended: {error}", self.name));
        let texts = (0..count).map(|_| self.printed());
        texts.collect()
    }

    fn printed(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = self.output.read_until(0, &mut bytes);
        read.unwrap_or_else(|error| panic!("{} ended: {error}", self.name));
        assert_eq!(bytes.pop(), Some(0), "{} ended", self.name);
        String::from_utf8(bytes).expect("text as it was sent")
    }
}
