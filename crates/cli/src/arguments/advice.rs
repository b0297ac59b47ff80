//! Every command that a text tells people to run is understood.

use std::fs;
use std::path::{Path, PathBuf};

/// What comes before a command in a text.
const LEADS: [&str; 4] = [
    ": rolecall ",
    "`rolecall ",
    "run rolecall ",
    "with rolecall unlock",
];

/// The folders with texts, from the root of the repository.
const SOURCES: [&str; 3] = ["crates", "src-tauri/src", "ui/src"];

#[test]
fn every_command_in_a_text_is_understood() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for dir in SOURCES {
        texts(&root.join(dir), &mut files);
    }
    let mut count = 0;
    let mut faults = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a text");
        for command in commands(&text) {
            count += 1;
            let words = words(&command);
            if let Err(error) = super::parse(words.into_iter().map(Into::into)) {
                faults.push(format!("{}: rolecall {command}: {error}", file.display()));
            }
        }
    }
    assert!(count > 50, "only {count} commands were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_command_that_lacks_a_value_would_be_noticed() {
    let text = "let a = \"Add it with: rolecall keys add.\";";
    assert_eq!(commands(text), ["keys add"]);
    assert!(super::parse(["keys", "add"].map(Into::into)).is_err());
}

fn texts(dir: &Path, files: &mut Vec<PathBuf>) {
    let own = ["tests", "target", "node_modules", "fixture"];
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_text = ["rs", "svelte", "ts"]
            .iter()
            .any(|it| name.ends_with(&format!(".{it}")));
        if path.is_dir() && !own.contains(&name.as_str()) {
            texts(&path, files);
        } else if is_text && name != "tests.rs" && name != "advice.rs" {
            files.push(path);
        }
    }
}

/// Returns the commands that a source file shows, without what follows them.
fn commands(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let lines: Vec<&str> = text.lines().filter(|line| !is_comment(line)).collect();
    let text = joined(&lines.join("\n"));
    let mut found = Vec::new();
    for lead in LEADS {
        let kept = lead.rfind("unlock").unwrap_or(lead.len());
        for (at, _) in text.match_indices(lead) {
            let rest = &text[at + kept..];
            let end = rest.find(['"', '`', ';', '\n', '\\', '|', '#', '…', '(']);
            let command = rest[..end.unwrap_or(rest.len())].trim();
            let command = [". ", ", ", " and ", " 3<"]
                .iter()
                .fold(command, |text, end| {
                    text.split_once(end).map_or(text, |(before, _)| before)
                });
            found.push(command.trim_end_matches(['.', ',']).to_owned());
        }
    }
    found.retain(|command| !command.is_empty());
    found
}

/// Joins the lines of a string that continues after a backslash.
fn joined(text: &str) -> String {
    let mut parts = text.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.trim_start())
}

/// Returns the words, with a name for each placeholder.
fn words(command: &str) -> Vec<String> {
    // Only a command's own name is a topic of the help.
    let command = match command.starts_with("help {") {
        true => "help list".to_owned(),
        false => command.replace("{practice}", ""),
    };
    let words = command.split_whitespace();
    let word = |word: &str| match word.starts_with('{') {
        true => "name".to_owned(),
        false => word.to_owned(),
    };
    words.map(word).collect()
}
