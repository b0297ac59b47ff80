//! What a program writes to its terminal.

use std::io::{self, Write};
use std::process::ExitCode;

/// Prints the output of `--help` and `--version`. A closed pipe is no error to report.
pub fn print_line(text: &str) -> ExitCode {
    match writeln!(io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Prints the error when `program` does not start. If it cannot be written, the exit code remains.
pub fn print_error(program: &str, text: &str, code: ExitCode) -> ExitCode {
    let _ = writeln!(io::stderr(), "{program}: {text}");
    code
}
