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

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rolecall_core::credentials::Credentials;
use rolecall_core::export_block::{CONFLICTING, ExportBlock};
use rolecall_core::name::Name;
use rolecall_core::region::Region;
use rolecall_core::secret::Secret;
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
/// Those that Debian has, and the tests install.
const INSTALLED: [&str; 8] = [
    "bash", "dash", "zsh", "ksh", "mksh", "fish", "tcsh", "elvish",
];

fn credentials() -> Credentials {
    let every: String = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    Credentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
        secret_access_key: Secret::new(format!("/+=//==++{every}=")),
        session_token: Secret::new(format!("{}//+=", every.repeat(200))),
        expires_at: "2026-11-21T12:34:56Z".parse().expect("an instant"),
    }
}

fn with_block<T>(read: impl FnOnce(ExportBlock<'_>) -> T) -> T {
    let (credentials, region) = (
        credentials(),
        Region::parse("us-gov-east-1").expect("a region"),
    );
    read(ExportBlock {
        credentials: &credentials,
        region: Some(&region),
        endpoint_url: Some("http://[::1]:4566"),
    })
}

fn rendered(shell: Shell) -> String {
    let profile = Name::parse("team / guest-1").expect("a name");
    with_block(|block| {
        block
            .render(shell, &profile)
            .expect("safe")
            .expose()
            .to_owned()
    })
}

fn set() -> BTreeMap<String, String> {
    let variables = with_block(|block| block.variables().expect("safe"));
    let pairs = variables.into_iter();
    pairs
        .map(|(name, value)| (name.to_owned(), value.expose().to_owned()))
        .collect()
}

fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|path| path.is_file());
    let required = std::env::var_os("CI").is_some() && INSTALLED.contains(&name);
    assert!(found.is_some() || !required, "{name} is not installed");
    if found.is_none() {
        println!("{name} is not installed; passed over");
    }
    found
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
            assert_eq!(got, set(), "{}: {taken}", program.name);
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
fn docker_takes_each_line_as_it_is() {
    let text = rendered(Shell::Docker);
    let pairs = text
        .lines()
        .map(|line| line.split_once('=').expect("a pair"));
    let got: BTreeMap<String, String> = pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(got, set());
}

#[test]
fn json_holds_the_variables() {
    let got: BTreeMap<String, String> =
        serde_json::from_str(&rendered(Shell::Json)).expect("an object of texts");
    assert_eq!(got, set());
}

#[test]
fn each_value_is_one_verbatim_literal_for_powershell_and_cmd() {
    let verbatim = |value: &str| !value.contains(['\'', '"', '%', '!', '^', '&', '|', '<', '>']);
    for (shell, before, between, after) in [
        (Shell::Powershell, " $Env:", " = '", "'"),
        (Shell::Cmd, " set \"", "=", "\""),
    ] {
        let text = rendered(shell);
        let lines = text
            .lines()
            .filter(|line| !line.starts_with(" Remove-Item Env:AWS_"));
        let assigned = lines.map(|line| {
            let inside = line
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after));
            let (name, value) = inside
                .and_then(|it| it.split_once(between))
                .expect("an assignment");
            assert!(verbatim(value), "{line}");
            (name.to_owned(), value.to_owned())
        });
        // Of cmd, an empty value unsets.
        let got: BTreeMap<String, String> =
            assigned.filter(|(_, value)| !value.is_empty()).collect();
        assert_eq!(got, set(), "{shell:?}");
    }
}

#[test]
fn python_reads_the_section_of_a_credentials_file() {
    let Some(python) = found("python3") else {
        return;
    };
    let read = "import configparser, json, sys; it = configparser.RawConfigParser(); \
                it.read_string(sys.argv[1]); print(json.dumps({s: dict(it[s]) for s in it.sections()}))";
    let output = Command::new(python)
        .args(["-c", read, &rendered(Shell::Ini)])
        .output();
    let text = output.expect("Python").stdout;
    let got: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_slice(&text).expect("sections");
    let values = set();
    let keys = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    let expected = keys.map(|name| (name.to_ascii_lowercase(), values[name].clone()));
    assert_eq!(
        got,
        BTreeMap::from([("team / guest-1".to_owned(), BTreeMap::from(expected))])
    );
}
