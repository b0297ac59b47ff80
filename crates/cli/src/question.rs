//! The question whether a program may have a role, put to whoever sits at this terminal.
//!
//! It goes to the terminal alone: SDKs log what a `credential_process` says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rolecall_core::consent::Reply;
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;
use rolecall_core::snapshot::QuestionView;

use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

/// The most characters of a name that are shown.
const NAME_SHOWN: usize = 64;

/// A question that is put while its asker waits for the answer.
#[derive(Clone, Default)]
pub(crate) struct Putting(Arc<AtomicBool>);

impl Putting {
    /// Puts a question from a thread of its own, which ends with this process.
    pub(crate) fn start(&self, client: &Client, question: Box<QuestionView>) {
        let (client, is_open) = (client.clone(), self.0.clone());
        is_open.store(true, Ordering::Release);
        thread::spawn(move || {
            let put = put(&client, &question);
            is_open.store(false, Ordering::Release);
            if let Err(problem) = put {
                terminal::tell_person(&visible(&problem.to_string()));
            }
        });
    }

    /// Ends the line of a question that is still open, since its answer came from elsewhere.
    pub(crate) fn end(&self) {
        if self.0.load(Ordering::Acquire) {
            terminal::tell_person("\nThis was answered elsewhere, or not in time.");
        }
    }
}

/// Asks until the question is answered.
///
/// # Errors
/// If nobody can be asked, or the question is no longer open.
pub(crate) fn put(client: &Client, question: &QuestionView) -> Result<(), Problem> {
    let text = text(question);
    loop {
        terminal::forget_what_was_typed();
        let answer = match terminal::ask(&text, Echo::On) {
            Err(problem) if problem.code == ProblemCode::Cancelled => Reply::Deny,
            Err(problem) => return Err(problem),
            Ok(line) => match reply(line.expose(), question) {
                Some(reply) => reply,
                None => continue,
            },
        };
        let call = Call::Reply {
            id: question.id,
            reply: answer,
        };
        let Answer::Done = client.ask(call)? else {
            return Err(unexpected());
        };
        return Ok(());
    }
}

/// Returns the question in words, and what it cannot promise.
fn text(question: &QuestionView) -> String {
    let wanted = visible(&question.wanted(NAME_SHOWN));
    let reach = question.reach();
    let reach = reach.map_or(String::new(), |reach| format!("  {reach}.\n"));
    let account = visible(&question.account_id);
    let tree = question.tree.as_ref().map_or(String::new(), |root| {
        format!(
            "[t] allow everything below {} ({})   ",
            visible(&root.name),
            root.pid
        )
    });
    format!(
        "Rolecall: {} asks for {wanted} ({account}).\n{reach}  {}.\n  Rolecall cannot prove who asks or who answers: a program \
         of yours can pose as another, and type here as you do.\n  [o] allow once   {tree}[d] deny: ",
        visible(&question.asker()),
        visible(&question.origin()),
    )
}

/// Returns what an answer means; `None` if it has to be asked again. An empty line denies.
fn reply(answer: &str, question: &QuestionView) -> Option<Reply> {
    match answer.trim().to_ascii_lowercase().as_str() {
        "o" | "once" | "allow once" => Some(Reply::AllowOnce),
        "t" | "tree" if question.tree.is_some() => Some(Reply::AllowTree),
        "" | "d" | "deny" | "n" | "no" => Some(Reply::Deny),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> QuestionView {
        let view = serde_json::json!({
            "id": 1, "role": "prod\u{202e}", "account_id": "111122223333", "request": "credentials",
            "process": {"pid": 7, "name": "no\u{1b}[2Jde", "program": ""},
            "parents": [{"pid": 5, "name": "bash", "program": ""}],
            "tree": {"pid": 5, "name": "bash", "program": ""}, "apart": false,
            "deadline": "2026-11-22T12:00:00Z",
        });
        serde_json::from_value(view).expect("a question")
    }

    #[test]
    fn t18_it_shows_no_escape_of_a_hostile_name_and_says_what_it_cannot_promise() {
        let text = text(&question());
        let hidden = |c: char| c != '\n' && rolecall_core::sanitise::is_hidden(c);
        assert!(!text.contains(hidden), "{text:?}");
        assert!(text.contains("cannot prove who asks"), "{text}");
        assert!(text.contains("below bash (5)"), "{text}");
    }

    #[test]
    fn it_says_when_an_access_key_is_asked_for_and_not_a_role() {
        let key = QuestionView {
            request: rolecall_core::history::RequestKind::Key,
            role: "user".to_owned(),
            ..question()
        };
        let text = text(&key);
        let wanted = "asks for a session of the access key user (111122223333)";
        assert!(text.contains(wanted), "{text}");
        assert!(text.contains("what the key's user may"), "{text}");
    }

    #[test]
    fn only_clear_words_allow_and_an_empty_line_denies() {
        let asked = question();
        assert_eq!(reply("o", &asked), Some(Reply::AllowOnce));
        assert_eq!(reply(" Tree\n", &asked), Some(Reply::AllowTree));
        assert_eq!(reply("\n", &asked), Some(Reply::Deny));
        assert_eq!(reply("yes", &asked), None);
        let single = QuestionView {
            tree: None,
            ..asked
        };
        assert_eq!(reply("t", &single), None);
    }
}
