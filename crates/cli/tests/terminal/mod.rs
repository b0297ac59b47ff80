//! A terminal that tests type into.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A program on its own terminal.
pub(crate) struct Terminal {
    typed: File,
    seen: File,
    child: std::process::Child,
    text: String,
}

impl Terminal {
    pub(crate) fn run(command: Command) -> Self {
        Self::with_input(command, None)
    }

    /// Runs the program on its terminal, with another standard input if one is given.
    pub(crate) fn with_input(mut command: Command, stdin: Option<Stdio>) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("a terminal");
        unlockpt(&master).expect("a terminal");
        let name = ptsname(&master, Vec::new()).expect("a name");
        let open = || {
            File::options()
                .read(true)
                .write(true)
                .open(OsStr::from_bytes(name.to_bytes()))
                .expect("a terminal")
        };
        let child = command
            .stdin(stdin.unwrap_or_else(|| open().into()))
            .stdout(open())
            .stderr(open())
            .spawn();
        drop(command);
        let typed = File::from(master);
        Self {
            seen: typed.try_clone().expect("a second handle"),
            typed,
            child: child.expect("the program"),
            text: String::new(),
        }
    }

    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.text.contains(text) {
            let mut bytes = [0; 1024];
            let count = self.seen.read(&mut bytes).unwrap_or(0);
            assert!(count > 0, "no {text:?} in {:?}", self.text);
            self.text
                .push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    }

    pub(crate) fn type_in(&mut self, text: &str) {
        self.typed.write_all(text.as_bytes()).expect("typed");
    }

    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut bytes = Vec::new();
        // When the program ends, reading fails.
        let _ = self.seen.read_to_end(&mut bytes);
        self.text.push_str(&String::from_utf8_lossy(&bytes));
        let status = self.child.wait().expect("its end");
        (status.code(), self.text)
    }
}
