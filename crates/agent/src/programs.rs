//! Runs programs from the user's own settings. No other file can start a program.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::Programs;
use wait_timeout::ChildExt;

/// The limit of the output, in bytes: a code is six digits.
const OUTPUT_MAX: usize = 4096;

/// Programs of this machine, started without a shell.
#[derive(Debug, Default)]
pub struct OwnPrograms;

impl Programs for OwnPrograms {
    fn run(&self, words: &[String], limit: SignedDuration) -> Result<Secret, String> {
        let (program, arguments) = words.split_first().ok_or("no program is named")?;
        let mut child = start(program, arguments)?;
        let output = read(&mut child)?;
        let status = match child.wait_timeout(limit.unsigned_abs()) {
            Ok(Some(status)) => status,
            Ok(None) | Err(_) => {
                // It is abandoned either way.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it took longer than {}s", limit.as_secs()));
            }
        };
        let text = output
            .recv_timeout(Duration::from_secs(1))
            .map_err(|_| "its output does not end".to_owned())?;
        // A program that prints too much may fail because its output is cut off, so the output is checked first.
        let text = text.ok_or_else(|| "it printed something that is not a code".to_owned())?;
        match status.success() {
            true => Ok(text),
            false => Err(format!("it failed ({status})")),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts what the user named in settings.toml"
)]
fn start(program: &str, arguments: &[String]) -> Result<Child, String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
        .spawn()
        .map_err(|error| format!("it cannot be started: {error}"))
}

/// Reads the output while the program runs, since a full pipe would block it.
fn read(child: &mut Child) -> Result<mpsc::Receiver<Option<Secret>>, String> {
    let stdout = child.stdout.take().ok_or("it has no output")?;
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(OUTPUT_MAX + 1));
        let limit = u64::try_from(OUTPUT_MAX).unwrap_or(u64::MAX) + 1;
        let read = stdout.take(limit).read_to_end(&mut bytes);
        let text = match read {
            Ok(length) if length <= OUTPUT_MAX => std::str::from_utf8(&bytes).ok(),
            Ok(_) | Err(_) => None,
        };
        // The receiver may have timed out.
        let _ = sender.send(text.map(|text| Secret::new(text.to_owned())));
    });
    Ok(receiver)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(words: &[&str], limit_s: i64) -> Result<String, String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let output = OwnPrograms.run(&words, SignedDuration::from_secs(limit_s));
        output.map(|text| text.expose().to_owned())
    }

    #[test]
    fn returns_the_output_and_passes_arguments_unchanged() {
        assert_eq!(
            run(&["printf", "%s", "$HOME; 123456"], 5),
            Ok("$HOME; 123456".into())
        );
    }

    #[test]
    fn says_why_there_is_nothing() {
        let reason = |words: &[&str], limit_s| run(words, limit_s).expect_err("nothing");
        assert!(reason(&["/nowhere/at-all"], 5).starts_with("it cannot be started"));
        assert!(reason(&["false"], 5).starts_with("it failed"));
        assert_eq!(reason(&["sleep", "60"], 0), "it took longer than 0s");
        let flood = ["head", "-c", "100000", "/dev/zero"];
        assert_eq!(reason(&flood, 5), "it printed something that is not a code");
        assert_eq!(reason(&[], 5), "no program is named");
    }
}
