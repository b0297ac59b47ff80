//! The command line, driven as a program against a server that answers as each case in `cases/` says.
//!
//! A case is a command, what the server answers and is asked, and what the program prints. To write the expected
//! output of new or changed cases, run the tests with `--features update-cases` and read the difference.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "runs the program it tests, and compares with the present"
)]

mod case;
mod server;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use case::Case;
use server::Server;

/// A home with a runtime directory, and nothing else in the environment.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn rolecall(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
        command
            .env_clear()
            .env("HOME", self.path())
            .env("XDG_RUNTIME_DIR", self.path())
            .env("DISPLAY", ":0")
            .current_dir(self.path());
        command
    }
}

fn run(mut command: Command, stdin: &str) -> Output {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    let mut input = child.stdin.take().expect("piped");
    // A program that needs no input may be gone already.
    let _ = input.write_all(stdin.as_bytes());
    drop(input);
    child.wait_with_output().expect("its end")
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let entries = std::fs::read_dir(folder).expect("the cases").flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "case"))
        .collect();
    paths.sort();
    paths
}

#[test]
fn every_case_prints_what_it_should() {
    let mut wrong = Vec::new();
    for path in cases() {
        let case = Case::read(&path);
        let home = Home::new();
        for (name, text) in &case.files {
            let file = home.path().join(name);
            std::fs::create_dir_all(file.parent().expect("in a folder")).expect("a folder");
            std::fs::write(file, text).expect("a file");
        }
        let set = if case.arguments.iter().any(|word| word == "--practice") {
            "rolecall-practice"
        } else {
            "rolecall"
        };
        let server = (!case.answers.is_empty())
            .then(|| Server::start(&home.path().join(set), case.answers.clone()));
        let mut command = home.rolecall();
        command.args(&case.arguments).envs(case.environment.clone());
        let output = run(command, &case.stdin);
        let asked = server.map(Server::asked).unwrap_or_default();
        if let Err(difference) = case.check(&path, &output, &asked) {
            wrong.push(difference);
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
