//! Commands that are shown to be copied, and commands of a `credential_process`: a shell reads each word as it was.
//!
//! Input: the words, one a line.
#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use rolecall_core::aws_files::{own_role, process_line};
use rolecall_core::value::name::Name;
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::shell_word::shell_word;
use rolecall_fuzz::scratch::Scratch;
use rolecall_fuzz::shells::{RunningShell, start_all};

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);
static SHELLS: LazyLock<Mutex<Vec<RunningShell>>> =
    LazyLock::new(|| Mutex::new(start_all(SCRATCH.path())));

fuzz_target!(|text: &str| {
    for word in text.lines().take(4) {
        check_shown(&visible(word));
        check_process(word);
    }
});

fn check_shown(word: &str) {
    let shown = shell_word(word);
    for shell in SHELLS.lock().expect("unpoisoned").iter_mut() {
        let printed = shell.run(&format!("printf '%s\\0' {shown}"), 1);
        assert_eq!(printed, [word], "{}: {shown}", shell.name);
    }
}

fn check_process(word: &str) {
    let program = format!("/opt/{word}/rolecall");
    let Ok(line) = process_line(&program, &["credentials", word]) else {
        return;
    };
    for shell in SHELLS.lock().expect("unpoisoned").iter_mut() {
        // AWS's tools start a POSIX shell.
        if !["fish", "zsh"].contains(&shell.name) {
            let printed = shell.run(&format!("printf '%s\\0' {line}"), 3);
            assert_eq!(
                printed,
                [program.as_str(), "credentials", word],
                "{}: {line}",
                shell.name
            );
        }
    }
    if Name::parse(word).is_ok_and(|name| name.as_str() == word) {
        assert_eq!(own_role(&line).as_deref(), Some(word), "{line}");
    }
}
