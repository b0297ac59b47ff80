//! The manual page, as readers show it and checkers see it.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs the readers, and says which are not installed"
)]

#[expect(dead_code, reason = "the program uses the rest of it")]
#[path = "../src/grammar.rs"]
mod grammar;
#[expect(dead_code, reason = "the program uses the rest of it")]
#[path = "../src/help.rs"]
mod help;
#[path = "../examples/manual/page.rs"]
mod page;

use std::io::Write;
use std::process::{Command, Stdio};

/// The help of a program that is not this one.
const HELP: &str = "\
Rolecall without a display: AWS role sessions on a server

Usage: rolecall-agent [OPTIONS]

It's like a service.

Options:
      --idle DURATION    Exit after this time, such as 30m
  -h, --help             Show this help
";

/// Runs a program on a page; `None` if it is not installed, which is an error in CI.
fn read(program: &str, arguments: &[&str], page: String) -> Option<(String, String)> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("MANWIDTH", "300")
        .env("LC_ALL", "C.UTF-8");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Err(_) if std::env::var_os("CI").is_none() => {
            println!("{program} is not installed; not tested");
            return None;
        }
        child => child.expect("the program"),
    };
    let mut stdin = child.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || stdin.write_all(page.as_bytes()));
    let output = child.wait_with_output().expect("its end");
    writer.join().expect("a writer").expect("written");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Some((text(output.stdout), text(output.stderr)))
}

#[test]
fn groff_and_mandoc_find_no_fault_in_the_pages() {
    for page in [page::page(), page::page_of("rolecall-agent", HELP)] {
        assert_faultless(page);
    }
}

fn assert_faultless(page: String) {
    if let Some((_, warnings)) = read("groff", &["-man", "-Tutf8", "-ww", "-z"], page.clone()) {
        assert_eq!(warnings, "");
    }
    if let Some((warnings, _)) = read("mandoc", &["-Tlint", "-Wwarning"], page) {
        let warnings: Vec<&str> = warnings
            .lines()
            .filter(|line| !line.contains("missing date"))
            .collect();
        assert_eq!(warnings, [""; 0]);
    }
}

#[test]
fn the_page_shows_the_text_of_the_help() {
    let Some(plain) = words_of(page::page()) else {
        return;
    };
    for (names, explanation) in help::TOPICS {
        for line in help::topic_text(names, explanation).lines() {
            assert!(plain.contains(&words(line)), "{names:?}: {line}");
        }
    }
}

#[test]
fn the_page_of_another_program_shows_its_help() {
    let Some(plain) = words_of(page::page_of("rolecall-agent", HELP)) else {
        return;
    };
    for line in HELP.lines() {
        let line = line.trim_start_matches("Usage: ");
        assert!(plain.contains(&words(line)), "{line}: {plain}");
    }
}

/// Returns the words of a page as readers show them.
fn words_of(page: String) -> Option<String> {
    let (shown, _) = read("mandoc", &["-Tutf8", "-Owidth=200"], page)?;
    let mut plain = String::new();
    for character in shown.chars() {
        // Bold and underlined characters are overstruck.
        if character == '\u{8}' {
            plain.pop();
        } else {
            plain.push(character);
        }
    }
    Some(words(&plain))
}

fn words(text: &str) -> String {
    text.split_whitespace()
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .join(" ")
}
