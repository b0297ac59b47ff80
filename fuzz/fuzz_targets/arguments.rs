//! The arguments of `rolecall`.
//!
//! Input: the arguments, one a line.
#![no_main]

#[path = "../../crates/cli/src"]
#[expect(dead_code, unused_imports, reason = "the program uses the rest of it")]
mod program {
    pub(crate) mod arguments;
    pub(crate) mod grammar;
}

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use libfuzzer_sys::fuzz_target;
use rolecall_core::value::sanitise::is_hidden;
use rolecall_core::view::snapshot::Mode;
use rolecall_fuzz::bounds;

// The modules name each other from the root of their crate.
use program::arguments::{Command, parse};
use program::grammar;

/// The longest error, in characters.
const ERROR_MAX: usize = 2_000;

fuzz_target!(|input: &[u8]| {
    let lines = input.split(|byte| *byte == b'\n');
    let arguments: Vec<OsString> = lines.map(|it| OsString::from_vec(it.to_vec())).collect();
    bounds::within(input.len(), || check(&arguments));
});

fn check(arguments: &[OsString]) {
    let invocation = match parse(arguments.to_vec()) {
        Ok(invocation) => invocation,
        Err(error) => {
            let text = error.to_string();
            assert!(
                !text.chars().any(|it| it != '\n' && is_hidden(it)),
                "{text:?}"
            );
            assert!(text.chars().count() <= ERROR_MAX, "{text}");
            return;
        }
    };
    if let Command::Exec { program, .. } = &invocation.command {
        assert!(
            arguments.ends_with(program),
            "a program gets its arguments as they are"
        );
    }
    if invocation.mode == Mode::Own {
        let practice = [&["--practice".into()], arguments].concat();
        let practice = parse(practice).expect("a flag of every command");
        assert_eq!(practice.mode, Mode::Practice);
        assert_eq!(practice.command, invocation.command);
    }
}
