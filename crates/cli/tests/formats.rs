//! Export blocks that are files, read by the programs that they are for. Blocks for shells that do not run here are read
//! with a grammar of the shell.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs the readers, and says which are not installed"
)]

mod block;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use block::{PROFILE, found, rendered, set};
use rolecall_core::session::shell::Shell;
use rolecall_core::session::variable::{conflicting, conflicting_with_endpoint};

type Values = BTreeMap<String, String>;

const PYTHON: &str = ".venv/clients/bin/python";

/// Runs a program in a folder with the file `block`, and returns the JSON that it prints.
fn read<T: serde::de::DeserializeOwned>(program: &Path, shell: Shell, arguments: &[&str]) -> T {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("block"), rendered(shell)).expect("a block");
    let mut command = Command::new(program);
    command.env_clear().current_dir(&home).args(arguments);
    command.env("HOME", home.path());
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.env("NODE_PATH", block::tests().join("clients/node_modules"));
    command.env("AWS_SHARED_CREDENTIALS_FILE", "block");
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.output().expect("the program");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", program.display());
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Returns the Python of the clients, which `scripts/setup python` installs.
fn python() -> Option<std::path::PathBuf> {
    found(block::tests().join(PYTHON).to_str()?, true)
}

fn keys_of_a_profile() -> Values {
    let keys = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    let mut values = set(Shell::Ini);
    values.retain(|name, _| keys.contains(&name.as_str()));
    values
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect()
}

#[test]
fn two_readers_of_env_files_read_the_block() {
    if let Some(node) = found("node", true) {
        let script = "const {parse} = require('dotenv'); \
                      console.log(JSON.stringify(parse(require('fs').readFileSync('block'))))";
        let got: Values = read(&node, Shell::Dotenv, &["-e", script]);
        assert_eq!(got, set(Shell::Dotenv), "node");
    }
    if let Some(python) = python() {
        let script = "import dotenv, json; print(json.dumps(dotenv.dotenv_values('block')))";
        let got: Values = read(&python, Shell::Dotenv, &["-c", script]);
        assert_eq!(got, set(Shell::Dotenv), "python-dotenv");
    }
}

#[test]
fn a_shell_sources_the_block_of_an_env_file() {
    let (Some(sh), Some(_)) = (found("sh", true), found("jq", true)) else {
        return;
    };
    let script = "set -a; . ./block; jq -n '$ENV | with_entries(select(.key | test(\"^AWS_\")))'";
    let mut got: Values = read(&sh, Shell::Dotenv, &["-c", script]);
    got.retain(|name, _| set(Shell::Dotenv).contains_key(name));
    assert_eq!(got, set(Shell::Dotenv));
}

#[test]
fn containers_get_the_variables_of_the_block() {
    let (Some(sh), Some(_), Some(_)) =
        (found("sh", true), found("podman", true), found("jq", true))
    else {
        return;
    };
    let script =
        "podman=\"podman --root $PWD/store --runroot $PWD/run --storage-driver vfs\"; mkdir root
        $podman create --network none --env-file block --rootfs root /none >id && \
        $podman inspect --latest | jq '[.[0].Config.Env[] | select(test(\"^AWS_\")) \
            | capture(\"^(?<key>[^=]*)=(?<value>.*)$\")] | from_entries'";
    let got: Values = read(&sh, Shell::Docker, &["-c", script]);
    assert_eq!(got, set(Shell::Docker));
}

#[test]
fn json_holds_the_variables() {
    if let Some(jq) = found("jq", true) {
        let got: Values = read(&jq, Shell::Json, &[".", "block"]);
        assert_eq!(got, set(Shell::Json), "jq");
    }
    if let Some(node) = found("node", true) {
        let script = "console.log(JSON.stringify(JSON.parse(require('fs').readFileSync('block'))))";
        let got: Values = read(&node, Shell::Json, &["-e", script]);
        assert_eq!(got, set(Shell::Json), "node");
    }
}

#[test]
fn the_section_of_a_credentials_file_is_read_by_python_and_aws_clients() {
    let Some(python) = python() else {
        return;
    };
    let script = "import configparser, json; it = configparser.RawConfigParser(); it.read('block'); \
                  print(json.dumps({s: dict(it[s]) for s in it.sections()}))";
    let got: BTreeMap<String, Values> = read(&python, Shell::Ini, &["-c", script]);
    let expected = BTreeMap::from([(PROFILE.to_owned(), keys_of_a_profile())]);
    assert_eq!(got, expected, "configparser");
    let script = format!(
        "import boto3, json; it = boto3.Session(profile_name='{PROFILE}').get_credentials(); \
         print(json.dumps(dict(aws_access_key_id=it.access_key, aws_secret_access_key=it.secret_key, \
         aws_session_token=it.token)))"
    );
    let got: Values = read(&python, Shell::Ini, &["-c", &script]);
    assert_eq!(got, keys_of_a_profile(), "boto3");
    // Debian packages version 2, but not in every release.
    if let Some(aws) = found("/usr/bin/aws", false) {
        let arguments = ["configure", "export-credentials", "--profile", PROFILE];
        let got: BTreeMap<String, serde_json::Value> = read(&aws, Shell::Ini, &arguments);
        let expected = keys_of_a_profile();
        assert_eq!(
            got["SessionToken"],
            expected["aws_session_token"].as_str(),
            "aws"
        );
        assert_eq!(
            got["SecretAccessKey"],
            expected["aws_secret_access_key"].as_str(),
            "aws"
        );
    }
}

/// Prints the assignments that a grammar finds in the block, with their values.
const BY_GRAMMAR: &str = r#"
import json, sys
from importlib import import_module
from tree_sitter import Language, Parser

name, node, variable, value = sys.argv[1:]
text = open("block", "rb").read() + b"\n"
tree = Parser(Language(import_module("tree_sitter_" + name).language())).parse(text).root_node
assert not tree.has_error, str(tree)
statements = tree.children
while len(statements) == 1:
    statements = statements[0].children

def texts(below, kind):
    found = [below.text.decode()] if below.type == kind else []
    return found + [text for child in below.children for text in texts(child, kind)]

got, rest = {}, []
for statement in [child for child in statements if child.is_named]:
    if not texts(statement, node):
        rest.append(statement.text.decode().strip())
        continue
    (key,), values = texts(statement, variable), texts(statement, value)
    got[key] = values[0] if values else None
print(json.dumps({"set": got, "rest": rest}))
"#;

#[derive(serde::Deserialize)]
struct Found {
    set: BTreeMap<String, Option<String>>,
    rest: Vec<String>,
}

#[test]
fn by_its_grammar_powershell_sets_each_value_verbatim() {
    let Some(python) = python() else {
        return;
    };
    let words = [
        "powershell",
        "assignment_expression",
        "variable",
        "verbatim_string_characters",
    ];
    let got: Found = read(
        &python,
        Shell::Powershell,
        &[&["-c", BY_GRAMMAR], &words[..]].concat(),
    );
    let values = got.set.into_iter().map(|(name, value)| {
        let name = name.strip_prefix("$Env:").expect("of the environment");
        let value = value.expect("a value");
        (name.to_owned(), value.trim_matches('\'').to_owned())
    });
    assert_eq!(values.collect::<Values>(), set(Shell::Powershell));
    let unset_names = conflicting().chain(conflicting_with_endpoint()).count();
    let unset = |line: &String| line.starts_with("Remove-Item Env:AWS_");
    assert!(
        got.rest.len() == unset_names && got.rest.iter().all(unset),
        "{:?}",
        got.rest
    );
}

#[test]
fn by_its_grammar_cmd_sets_each_value_verbatim() {
    let Some(python) = python() else {
        return;
    };
    let words = [
        "batch",
        "variable_assignment",
        "variable_name",
        "quoted_assignment_value",
    ];
    let got: Found = read(
        &python,
        Shell::Cmd,
        &[&["-c", BY_GRAMMAR], &words[..]].concat(),
    );
    assert_eq!(got.rest, [""; 0]);
    // An empty value unsets.
    let set_ones = got
        .set
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let values: Values = set_ones.collect();
    // Inside quotes cmd still expands %variables%, and !variables! if that is enabled.
    assert!(
        values
            .values()
            .all(|value| !value.contains(['%', '!', '^', '"']))
    );
    assert_eq!(values, set(Shell::Cmd));
}

/// Returns whether a grammar finds an error in what a command prints.
fn is_broken(python: &Path, grammar: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(arguments)
        .output();
    let text = String::from_utf8(output.expect("the program").stdout).expect("text");
    let script = "import json, sys; from importlib import import_module; from tree_sitter import Language, Parser; \
                  grammar = Language(import_module('tree_sitter_' + sys.argv[1]).language()); \
                  tree = Parser(grammar).parse((sys.argv[2] + '\\n').encode()).root_node; \
                  print(json.dumps(tree.has_error))";
    let broken = read(python, Shell::Powershell, &["-c", script, grammar, &text]);
    (broken, text)
}

#[test]
fn by_its_grammar_the_start_script_of_powershell_is_valid() {
    let Some(python) = python() else {
        return;
    };
    let (broken, text) = is_broken(&python, "powershell", &["shell-init", "pwsh"]);
    assert!(!broken && text.contains("function assume"), "{text}");
}

#[test]
fn by_their_grammars_powershell_and_cmd_remove_a_session() {
    let Some(python) = python() else {
        return;
    };
    for (grammar, shell, own_region) in [
        (
            "powershell",
            "pwsh",
            "\n if ($Env:AWS_REGION -eq $Env:ROLECALL_REGION) { Remove-Item Env:AWS_REGION -ErrorAction SilentlyContinue }\n",
        ),
        (
            "batch",
            "cmd",
            "\n if \"%AWS_REGION%\"==\"%ROLECALL_REGION%\" set \"AWS_REGION=\"\n",
        ),
    ] {
        let (broken, text) = is_broken(&python, grammar, &["env", "--unset", "--shell", shell]);
        assert!(!broken && text.contains(own_region), "{text}");
        assert!(
            is_broken(&python, grammar, &["env", "--unset", "--shell", "fish"]).0,
            "{grammar}"
        );
    }
}
