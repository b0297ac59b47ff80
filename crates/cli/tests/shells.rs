//! Export blocks in the shells that they are for. Each real shell runs its block, with values of every character that a
//! block allows, and its environment is compared with what the block sets and unsets.
//!
//! A shell that is not installed is not tested, and the output says so. With `CI` set, the shells in
//! `scripts/packages/tests.txt` must be installed.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs the shells, and says which are not installed"
)]

mod block;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use block::{PROFILE, credentials, rendered, set};
use rolecall_core::session::export_block::ExportBlock;
use rolecall_core::session::shell::Shell;
use rolecall_core::session::variable::{conflicting, conflicting_with_endpoint};
use rolecall_core::value::name::Name;

/// A shell, and how it reads a block.
struct Program {
    name: &'static str,
    shell: Shell,
    /// Flags that ignore the user's settings.
    plain: &'static [&'static str],
    /// Commands that read the block in the file `block`.
    reads: &'static [&'static str],
}

const fn program(
    name: &'static str,
    shell: Shell,
    plain: &'static [&'static str],
    reads: &'static [&'static str],
) -> Program {
    Program {
        name,
        shell,
        plain,
        reads,
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
        // Not `$(cat block)`: under load, xonsh 0.13 loses captured output.
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
/// The shells that `scripts/packages/tests.txt` installs.
const INSTALLED: [&str; 9] = [
    "bash", "dash", "zsh", "ksh", "mksh", "fish", "tcsh", "elvish", "nu",
];

fn found(name: &str) -> Option<std::path::PathBuf> {
    block::found(name, INSTALLED.contains(&name))
}

/// Returns a block without region and endpoint.
fn rendered_without_region(shell: Shell) -> String {
    let profile = Name::parse(PROFILE).expect("a name");
    let block = ExportBlock {
        credentials: &credentials(shell),
        account_id: "808768216571",
        region: None,
        endpoint_url: None,
    };
    let text = block.render(shell, &profile).expect("safe");
    text.expose().to_owned()
}

/// Returns the `AWS_` variables after the shell has read the block in an environment with conflicting variables.
fn after(shell: &Path, plain: &[&str], home: &Path, reads: &str) -> BTreeMap<String, String> {
    let old = conflicting().chain(conflicting_with_endpoint());
    let old: Vec<_> = old.map(|name| (name, "old")).collect();
    after_in(&old, shell, plain, home, reads)
}

/// Returns the variables of AWS and Rolecall after the shell has read the block in an environment.
fn after_in(
    environment: &[(&str, &str)],
    shell: &Path,
    plain: &[&str],
    home: &Path,
    reads: &str,
) -> BTreeMap<String, String> {
    let env = match shell.file_name().and_then(|name| name.to_str()) {
        Some("elvish") => "e:env -0",
        Some("nu") => "^env -0",
        _ => "env -0",
    };
    let mut command = Command::new(shell);
    command.env_clear().current_dir(home).env("HOME", home);
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.envs(environment.iter().copied());
    let script = format!("{reads}\n{env}\n");
    fs::write(home.join("script"), script).expect("a script");
    let output = command
        .args(plain)
        .arg("script")
        .stdin(Stdio::null())
        .output();
    let output = output.expect("the shell");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "{}: {errors}",
        shell.display()
    );
    let text = String::from_utf8(output.stdout).expect("text");
    let pairs = text.split('\0').filter_map(|line| line.split_once('='));
    pairs
        .filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("ROLECALL_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn t22_a_block_sets_its_variables_and_unsets_conflicting_ones_in_every_shell() {
    for program in PROGRAMS {
        let Some(shell) = found(program.name) else {
            continue;
        };
        for reads in program.reads {
            let home = tempfile::tempdir().expect("a folder");
            fs::write(home.path().join("block"), rendered(program.shell)).expect("a block");
            let mut got = after(&shell, program.plain, home.path(), reads);
            if program.shell == Shell::Json {
                // JSON cannot unset variables.
                got.retain(|_, value| value != "old");
            }
            assert_eq!(got, set(program.shell), "{}: {reads}", program.name);
        }
    }
}

#[test]
fn the_unset_block_removes_what_a_block_set_in_every_shell() {
    for program in PROGRAMS.iter().filter(|it| it.shell != Shell::Json) {
        let Some(shell) = found(program.name) else {
            continue;
        };
        let home = tempfile::tempdir().expect("a folder");
        let unset = ExportBlock::unset(program.shell).expect("a shell");
        // Twice: an absent variable can be unset as well.
        let both = format!("{}\n{unset}\n{unset}\n", rendered(program.shell));
        fs::write(home.path().join("block"), both).expect("a block");
        let reads = program.reads.last().expect("a command");
        let got = after(&shell, program.plain, home.path(), reads);
        assert_eq!(got, BTreeMap::new(), "{}", program.name);
    }
}

#[test]
fn a_block_without_a_region_removes_only_the_region_of_the_session_before() {
    let own = ("AWS_DEFAULT_REGION", "us-east-1");
    let before = [
        ("AWS_REGION", "eu-west-1"),
        ("ROLECALL_REGION", "eu-west-1"),
    ];
    for program in PROGRAMS.iter().filter(|it| it.shell != Shell::Json) {
        let Some(shell) = found(program.name) else {
            continue;
        };
        for reads in program.reads {
            let home = tempfile::tempdir().expect("a folder");
            let region = |environment: &[(&str, &str)], block: &str| {
                fs::write(home.path().join("block"), block).expect("a block");
                let mut got = after_in(environment, &shell, program.plain, home.path(), reads);
                got.retain(|name, _| name.contains("REGION"));
                got.into_iter().collect::<Vec<_>>()
            };
            let kept = [(own.0.to_owned(), own.1.to_owned())];
            let block = rendered_without_region(program.shell);
            let unset = ExportBlock::unset(program.shell).expect("a shell");
            for text in [block, format!("{unset}\n")] {
                let got = region(&[own, before[0], before[1]], &text);
                assert_eq!(got, kept, "{}: {reads}", program.name);
                assert_eq!(region(&[own], &text), kept, "{}: {reads}", program.name);
                assert_eq!(region(&[], &text), [], "{}: {reads}", program.name);
            }
        }
    }
}

#[test]
fn in_fish_a_block_erases_conflicting_variables_in_every_scope() {
    let Some(fish) = found("fish") else {
        return;
    };
    let home = tempfile::tempdir().expect("a folder");
    let run = |script: &str| {
        let mut command = Command::new(&fish);
        command.env_clear().current_dir(&home).args(["-c", script]);
        command.env("HOME", home.path()).env("AWS_PROFILE", "old");
        let output = command.output().expect("fish");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8(output.stdout).expect("text")
    };
    let unset = ExportBlock::unset(Shell::Fish).expect("a shell");
    fs::write(home.path().join("block"), rendered(Shell::Fish)).expect("a block");
    fs::write(home.path().join("unset"), unset).expect("a block");
    let printed = run("set -Ux AWS_PROFILE mine; set -Ux AWS_REGION mine-1
        begin; set -lx AWS_PROFILE local; source block; /usr/bin/env | string match 'AWS_PROFILE=*'; end
        echo \"[$AWS_PROFILE] $AWS_REGION\"; source unset; echo $AWS_REGION");
    assert_eq!(printed, "[] us-gov-east-1\nmine-1\n");
}
