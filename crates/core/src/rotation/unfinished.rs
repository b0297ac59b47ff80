//! What a person reads of a rotation that is not over.

use super::view::RotationView;
use crate::value::access_key::masked;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise::echo;
use crate::value::shell_word::shell_word;

/// Returns the command that goes on with the rotation of a key.
pub fn command(key: &str, flag: &str) -> String {
    let key = shell_word(&echo(key));
    format!("rolecall keys rotate {key} {flag}")
        .trim_end()
        .to_owned()
}

/// Returns the problem of a new rotation of a key while another is not over.
pub fn unfinished(key: &str, rotation: &RotationView) -> Problem {
    let shown = echo(key);
    let (what, remedy) = match (rotation.awaits_deletion(), rotation.is_back) {
        (true, _) => (
            format!(
                "The last rotation of \"{shown}\" is not over: its old key {} is inactive, but not deleted.",
                masked(&rotation.old_id)
            ),
            format!(
                "Delete it with: {}; or go back to it with: {}",
                command(key, "--delete-old"),
                command(key, "--undo")
            ),
        ),
        (false, true) => (
            format!("The undo of a rotation of \"{shown}\" stopped before its end."),
            format!("Continue with: {}", command(key, "--undo")),
        ),
        (false, false) => (
            format!("A rotation of \"{shown}\" stopped before its end."),
            format!(
                "Continue with: {}; or go back with: {}",
                command(key, "--resume"),
                command(key, "--undo")
            ),
        ),
    };
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn t22_a_shell_reads_the_name_of_a_key_as_one_word() {
        assert_eq!(command("work", ""), "rolecall keys rotate work");
        let quoted = "rolecall keys rotate 'work; touch /tmp/x' --undo";
        assert_eq!(command("work; touch /tmp/x", "--undo"), quoted);
    }
}
