//! Export blocks in the shells they are written for: each is really run, with values of every character that a block
//! lets through, and its environment compared with what the block should set and unset.
//!
//! A shell that is not installed is passed over, and said so; with `CI` set, those that `scripts/packages/tests.txt`
//! lists must be there.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs the shells, and says which are passed over"
)]

mod block;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use block::{rendered, set};
use rolecall_core::export_block::{CONFLICTING, ExportBlock};
use rolecall_core::shell::Shell;

/// A shell, and how it takes a block.
struct Program {
    name: &'static str,
    shell: Shell,
    /// Flags that keep the user's own settings out.
    plain: &'static [&'static str],
    /// Commands that take the block in the file `block`.
    taken: &'static [&'static str],
}

const fn program(
    name: &'static str,
    shell: Shell,
    plain: &'static [&'static str],
    taken: &'static [&'static str],
) -> Program {
    Program {
        name,
        shell,
        plain,
        taken,
    }
}

const POSIX: [&str; 2] = ["eval \"$(cat block)\"", ". ./block"];
const PROGRAMS: [Program; 12] = [
    program("bash", Shell::Bash, &["--norc"], &POSIX),
    program("dash", Shell::Bash, &[], &POSIX),
    program("zsh", Shell::Bash, &["-f"], &POSIX),
    program("ksh", Shell::Bash, &[], &POSIX),
    program("mksh", Shell::Bash, &[], &POSIX),
    program(
        "fish",
        Shell::Fish,
        &["-N"],
        &["cat block | source", "source block"],
    ),
    program(
        "tcsh",
        Shell::Csh,
        &["-f"],
        &["eval `cat block`", "source block"],
    ),
    program(
        "csh",
        Shell::Csh,
        &["-f"],
        &["eval `cat block`", "source block"],
    ),
    program(
        "elvish",
        Shell::Elvish,
        &["-norc"],
        &["eval (cat block | slurp)"],
    ),
    program(
        "xonsh",
        Shell::Xonsh,
        &["--no-rc"],
        // Not `$(cat block)`: under load, xonsh 0.13 loses some or all of what it captures.
        &[
            "import subprocess\nexecx(subprocess.check_output(['cat', 'block'], text=True))",
            "source block",
        ],
    ),
    program("nu", Shell::Nushell, &["-n"], &["source block"]),
    program(
        "nu",
        Shell::Json,
        &["-n"],
        &["open --raw block | from json | load-env"],
    ),
];
/// Those that the tests install everywhere.
const INSTALLED: [&str; 9] = [
    "bash", "dash", "zsh", "ksh", "mksh", "fish", "tcsh", "elvish", "nu",
];

fn found(name: &str) -> Option<std::path::PathBuf> {
    block::found(name, INSTALLED.contains(&name))
}

/// Returns the `AWS_` variables after the shell has taken the block in an environment full of what conflicts.
fn after(shell: &Path, plain: &[&str], home: &Path, taken: &str) -> BTreeMap<String, String> {
    let env = match shell.file_name().and_then(|name| name.to_str()) {
        Some("elvish") => "e:env -0",
        Some("nu") => "^env -0",
        _ => "env -0",
    };
    let mut command = Command::new(shell);
    command.env_clear().current_dir(home).env("HOME", home);
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    for name in CONFLICTING {
        command.env(name, "of before");
    }
    let script = format!("{taken}\n{env}\n");
    fs::write(home.join("script"), script).expect("a script");
    let output = command
        .args(plain)
        .arg("script")
        .stdin(Stdio::null())
        .output();
    let output = output.expect("the shell");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && told.is_empty(),
        "{}: {told}",
        shell.display()
    );
    let text = String::from_utf8(output.stdout).expect("text");
    let pairs = text.split('\0').filter_map(|line| line.split_once('='));
    pairs
        .filter(|(name, _)| name.starts_with("AWS_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn t22_a_block_sets_what_it_should_and_unsets_what_conflicts_in_every_shell() {
    for program in PROGRAMS {
        let Some(shell) = found(program.name) else {
            continue;
        };
        for taken in program.taken {
            let home = tempfile::tempdir().expect("a folder");
            fs::write(home.path().join("block"), rendered(program.shell)).expect("a block");
            let mut got = after(&shell, program.plain, home.path(), taken);
            if program.shell == Shell::Json {
                // Data alone unsets nothing.
                got.retain(|name, _| !CONFLICTING.contains(&name.as_str()));
            }
            assert_eq!(got, set(program.shell), "{}: {taken}", program.name);
        }
    }
}

#[test]
fn what_a_block_set_is_gone_after_its_counterpart_in_every_shell() {
    for program in PROGRAMS.iter().filter(|it| it.shell != Shell::Json) {
        let Some(shell) = found(program.name) else {
            continue;
        };
        let home = tempfile::tempdir().expect("a folder");
        let unset = ExportBlock::unset(program.shell).expect("a shell");
        // Twice: what is not set can be unset too.
        let both = format!("{}\n{unset}\n{unset}\n", rendered(program.shell));
        fs::write(home.path().join("block"), both).expect("a block");
        let taken = program.taken.last().expect("a way");
        let got = after(&shell, program.plain, home.path(), taken);
        assert_eq!(got, BTreeMap::new(), "{}", program.name);
    }
}

#[test]
fn in_fish_what_conflicts_goes_from_every_scope_and_the_users_own_shows_again() {
    let Some(fish) = found("fish") else {
        return;
    };
    let home = tempfile::tempdir().expect("a folder");
    let run = |script: &str| {
        let mut command = Command::new(&fish);
        command.env_clear().current_dir(&home).args(["-c", script]);
        command
            .env("HOME", home.path())
            .env("AWS_PROFILE", "of before");
        let output = command.output().expect("fish");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8(output.stdout).expect("text")
    };
    let unset = ExportBlock::unset(Shell::Fish).expect("a shell");
    fs::write(home.path().join("block"), rendered(Shell::Fish)).expect("a block");
    fs::write(home.path().join("unset"), unset).expect("a block");
    let said = run("set -Ux AWS_PROFILE mine; set -Ux AWS_REGION mine-1
        begin; set -lx AWS_PROFILE local; source block; /usr/bin/env | string match 'AWS_PROFILE=*'; end
        echo \"[$AWS_PROFILE] $AWS_REGION\"; source unset; echo $AWS_REGION");
    assert_eq!(said, "[] us-gov-east-1\nmine-1\n");
}
