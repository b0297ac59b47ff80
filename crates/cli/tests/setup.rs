//! The questions of `setup` at a terminal.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "runs the program under test")]

mod terminal;

use std::process::Command;

use terminal::Terminal;

/// Starts `setup` on a terminal of its own, with nothing else running.
fn start(home: &tempfile::TempDir, arguments: &[&str]) -> Terminal {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command.arg("setup").args(arguments).env_clear();
    command
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path());
    command.env("DISPLAY", ":0").current_dir(home.path());
    Terminal::run(command)
}

/// Answers questions in their order.
fn answer(terminal: &mut Terminal, answers: &[(&str, &str)]) {
    for (question, text) in answers {
        terminal.wait_for(question);
        terminal.type_in(&format!("{text}\n"));
    }
}

#[test]
fn asks_for_everything_and_again_for_what_is_not_valid() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = start(&home, &["--out", "kit"]);
    answer(
        &mut terminal,
        &[
            ("Who: ", "arn:aws:iam:177634097045:user/bob"),
            ("too few parts", "arn:aws:iam::177634097045:user/bob"),
            ("The role's account [177634097045]: ", "8087"),
            ("has 4 digits", "8087-6821-6571"),
            ("The role's name [guest]: ", ""),
            ("It may [s3-read]: ", "bucket:Guest"),
            ("\"G\" at position 1", "bucket:guest-bucket"),
            ("Require an external ID?", "maybe"),
            ("Answer y or n.", ""),
            ("Require MFA? [y/N]", "y"),
            ("MFA at most this long ago", "1h"),
            ("The longest session, 1h to 12h [1h]: ", "30m"),
            ("cannot be 30m", "2h"),
            ("Further conditions", "n"),
            ("The caller gets its policy", ""),
            ("Print policies, or cli", "shell"),
            ("Known: policies, cli", "cli"),
        ],
    );
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Wrote kit/setup.sh"), "{text}");
    let script = std::fs::read_to_string(home.path().join("kit/setup.sh")).expect("a script");
    for part in [
        "\"sts:ExternalId\": \"",
        "\"aws:MultiFactorAuthAge\": \"3600\"",
        "--max-session-duration 7200",
        "arn:aws:s3:::guest-bucket/*",
        "iam put-user-policy",
    ] {
        assert!(script.contains(part), "{part} in {script}");
    }
}

#[test]
fn asks_only_for_what_the_flags_leave_out() {
    let home = tempfile::tempdir().expect("a folder");
    let given = [
        "--who",
        "177634097045",
        "--account",
        "808768216571",
        "--allow",
        "s3-read",
        "--external-id",
        "tutorial-42",
        "--mfa",
        "--longest-session",
        "4h",
        "--organization",
        "o-a1b2c3d4e5",
        "--grant",
        "managed",
        "--format",
        "json",
    ];
    let mut terminal = start(&home, &given);
    answer(&mut terminal, &[("The role's name [guest]: ", "visitor")]);
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains('?'), "{text}");
    assert!(text.contains("role/visitor"), "{text}");
}

#[test]
fn a_flag_that_is_not_valid_ends_the_questions() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = start(&home, &["--account", "808768216571", "--tags", "Team"]);
    answer(&mut terminal, &[("Who: ", "177634097045")]);
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("\"Team\" is not a tag."), "{text}");
}

#[test]
fn the_end_of_input_cancels() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = start(&home, &[]);
    answer(&mut terminal, &[("Who: ", "177634097045")]);
    terminal.wait_for("The role's account");
    terminal.type_in("\u{4}");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("Cancelled."), "{text}");
}
