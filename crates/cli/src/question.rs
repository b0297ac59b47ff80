//! The question whether a program may use a role, asked at this terminal.
//!
//! It goes only to the terminal: SDKs log the error output of a `credential_process`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::asker::consent::Reply;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::question::ConsentView;

use crate::socket::{Socket, unexpected};
use crate::terminal::{self, Echo};

/// The most characters of a name in the question.
const NAME_MAX: usize = 64;

/// A question that is asked while its call waits for the answer.
#[derive(Clone, Default)]
pub(crate) struct BackgroundQuestion {
    open: Arc<AtomicUsize>,
}

impl BackgroundQuestion {
    /// Asks a question in a thread, which ends with this process.
    pub(crate) fn ask(&self, socket: &Socket, question: Box<ConsentView>) {
        let (socket, open) = (socket.clone(), self.open.clone());
        open.fetch_add(1, Ordering::AcqRel);
        thread::spawn(move || {
            let reply = read_reply(&question);
            // Before the reply is sent, since the answer to the call may come first.
            open.fetch_sub(1, Ordering::AcqRel);
            if let Err(problem) = reply.and_then(|reply| send(&socket, &question, reply)) {
                terminal::tell_person(&visible(&problem.to_string()));
            }
        });
    }

    /// Ends the line of a question that is still open, because its call has an answer.
    pub(crate) fn close(&self) {
        if self.open.load(Ordering::Acquire) > 0 {
            terminal::tell_person("\nThe question was answered elsewhere, or its time ran out.");
        }
    }
}

/// Asks until the question is answered.
///
/// # Errors
/// If there is no terminal, or the question is no longer open.
pub(crate) fn ask(socket: &Socket, question: &ConsentView) -> Result<(), Problem> {
    send(socket, question, read_reply(question)?)
}

/// Asks until what is typed is an answer.
fn read_reply(question: &ConsentView) -> Result<Reply, Problem> {
    let text = text(question);
    loop {
        terminal::discard_typed_input();
        match terminal::ask(&text, Echo::On) {
            Err(problem) if problem.code == ProblemCode::Cancelled => return Ok(Reply::Deny),
            Err(problem) => return Err(problem),
            Ok(line) => {
                if let Some(reply) = reply(line.expose(), question) {
                    return Ok(reply);
                }
            }
        }
    }
}

fn send(socket: &Socket, question: &ConsentView, reply: Reply) -> Result<(), Problem> {
    let id = question.id;
    match socket.send(&Call::Reply { id, reply }, &|_| ())? {
        Answer::Done => Ok(()),
        _ => Err(unexpected()),
    }
}

/// Returns the question as text, with a note on what Rolecall cannot verify.
fn text(question: &ConsentView) -> String {
    let wanted = visible(&question.target(NAME_MAX));
    let reach = question.reach();
    let reach = reach.map_or(String::new(), |reach| format!("  {reach}.\n"));
    let setup = question.setup_text();
    let setup = setup.map_or(String::new(), |it| format!("  {}.\n", visible(&it)));
    let account = visible(&question.account_id);
    let tree = question.tree.as_ref().map_or(String::new(), |root| {
        let name = visible(&root.name);
        format!("[t] allow all programs below {name} ({})   ", root.pid)
    });
    format!(
        "Rolecall: {} wants access to {wanted} (account {account}).\n{setup}{reach}  {}.\n  Allow only if you started this. Rolecall cannot \
         verify the program, or who answers here.\n  [o] allow once   {tree}[d] deny: ",
        visible(&question.asker()),
        visible(&question.origin()),
    )
}

/// Returns the reply that a line means; `None` if it is unclear. An empty line denies.
fn reply(line: &str, question: &ConsentView) -> Option<Reply> {
    match line.trim().to_ascii_lowercase().as_str() {
        "o" | "once" | "allow once" => Some(Reply::AllowOnce),
        "t" | "tree" if question.tree.is_some() => Some(Reply::AllowTree),
        "" | "d" | "deny" | "n" | "no" => Some(Reply::Deny),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> ConsentView {
        let view = serde_json::json!({
            "id": 1, "role": "prod\u{202e}", "account_id": "111122223333", "request": "credentials",
            "process": {"pid": 7, "name": "no\u{1b}[2Jde", "program": ""},
            "parents": [{"pid": 5, "name": "bash", "program": ""}],
            "tree": {"pid": 5, "name": "bash", "program": ""}, "sandboxed": false,
            "deadline": "2026-11-22T12:00:00Z",
        });
        serde_json::from_value(view).expect("a question")
    }

    #[test]
    fn t18_the_question_escapes_hostile_names_and_says_what_rolecall_cannot_verify() {
        let text = text(&question());
        let hidden = |c: char| c != '\n' && rolecall_core::value::sanitise::is_hidden(c);
        assert!(!text.contains(hidden), "{text:?}");
        assert!(
            text.contains("cannot verify the program, or who answers"),
            "{text}"
        );
        assert!(text.contains("below bash (5)"), "{text}");
    }

    #[test]
    fn the_question_says_that_a_program_asks_for_an_access_key() {
        let key = ConsentView {
            request: rolecall_core::asker::history::RequestKind::Key,
            role: "user".to_owned(),
            ..question()
        };
        let text = text(&key);
        let wanted = "wants access to the access key user (account 111122223333)";
        assert!(text.contains(wanted), "{text}");
        assert!(text.contains("everything the key's user may do"), "{text}");
    }

    #[test]
    fn the_question_says_which_setup_it_is_for() {
        use rolecall_core::setup::{SetupAct, SetupQuestion};
        for (act, steps, line) in [
            (
                SetupAct::Apply,
                7,
                "Apply the setup of arn:\\u{202e}: 7 steps.",
            ),
            (
                SetupAct::Resume,
                2,
                "Go on with the setup of arn:\\u{202e}: 2 steps.",
            ),
            (
                SetupAct::Undo,
                1,
                "Take back the setup of arn:\\u{202e}: 1 step.",
            ),
        ] {
            let setup = SetupQuestion {
                act,
                role_arn: "arn:\u{202e}".to_owned(),
                steps,
            };
            let asked = ConsentView {
                request: rolecall_core::asker::history::RequestKind::SetupWithKey,
                setup: Some(setup),
                ..question()
            };
            let text = text(&asked);
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn only_clear_words_allow_and_an_empty_line_denies() {
        let asked = question();
        assert_eq!(reply("o", &asked), Some(Reply::AllowOnce));
        assert_eq!(reply(" Tree\n", &asked), Some(Reply::AllowTree));
        assert_eq!(reply("\n", &asked), Some(Reply::Deny));
        assert_eq!(reply("yes", &asked), None);
        let single = ConsentView {
            tree: None,
            ..asked
        };
        assert_eq!(reply("t", &single), None);
    }
}
