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

/// Runs a program on the page; `None` if it is not installed, which is an error in CI.
fn read(program: &str, arguments: &[&str]) -> Option<(String, String)> {
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
    let writer = std::thread::spawn(move || stdin.write_all(page::page().as_bytes()));
    let output = child.wait_with_output().expect("its end");
    writer.join().expect("a writer").expect("written");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Some((text(output.stdout), text(output.stderr)))
}

#[test]
fn groff_and_mandoc_find_no_fault_in_the_page() {
    if let Some((_, warnings)) = read("groff", &["-man", "-Tutf8", "-ww", "-z"]) {
        assert_eq!(warnings, "");
    }
    if let Some((warnings, _)) = read("mandoc", &["-Tlint", "-Wwarning"]) {
        let warnings: Vec<&str> = warnings
            .lines()
            .filter(|line| !line.contains("missing date"))
            .collect();
        assert_eq!(warnings, [""; 0]);
    }
}

#[test]
fn the_page_shows_the_text_of_the_help() {
    let Some((shown, _)) = read("mandoc", &["-Tutf8", "-Owidth=200"]) else {
        return;
    };
    // Bold and underlined characters are overstruck.
    let plain = shown.replace('\u{8}', "");
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let plain = words(&plain);
    for (names, explanation) in help::TOPICS {
        for line in help::topic_text(names, explanation).lines() {
            assert!(plain.contains(&words(line)), "{names:?}: {line}");
        }
    }
}
