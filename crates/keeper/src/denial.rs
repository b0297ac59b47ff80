//! The problems with which requests of programs are denied.

use super::Owner;
use super::keys::unknown_key;
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::history::{Request, Verdict};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;

impl Owner {
    /// Returns the problem of a request with this verdict.
    pub(super) fn refusal_of(&self, verdict: Verdict, request: &Request) -> Problem {
        let subject = request.subject();
        let wanted = wanted(&subject);
        let (what, remedy) = match verdict {
            Verdict::Sandboxed => return self.sandbox_refused(),
            Verdict::Unknown => return self.unknown(&subject),
            Verdict::NobodyToAsk => return nobody_to_ask(&subject),
            Verdict::Never => return self.for_no_program(&subject),
            Verdict::Denied => (
                format!("The request for {wanted} was denied in Rolecall."),
                "If you want it, ask again in half a minute and allow it.",
            ),
            Verdict::Unanswered => (
                format!("Nobody allowed the request for {wanted} in time."),
                "Ask again in half a minute, and answer the notification or Rolecall's window.",
            ),
            Verdict::Limited => (
                format!("The request for {wanted} was denied without asking again."),
                "One was just denied, or too many wait. Try again in a minute.",
            ),
            // If a verdict is unclear, the request is denied.
            Verdict::Allowed | Verdict::Clicked | Verdict::Accepted | Verdict::Granted => (
                format!("The request for {wanted} was not allowed."),
                "Try again. If it happens again, report it.",
            ),
        };
        Problem::new(ProblemCode::NotAllowed, what, remedy)
    }

    /// Returns the problem of a program in a container or sandbox.
    pub(super) fn sandbox_refused(&self) -> Problem {
        let what = "This program runs in a container or sandbox, to which Rolecall gives nothing.";
        let remedy = "Run it outside, or set containers = \"ask\" below [ask] in settings.toml.";
        let refused = Problem::new(ProblemCode::OtherNamespace, what, remedy);
        match &self.lock().settings.current.ask.unread.containers {
            Some(fault) => because_of(fault, refused),
            None => refused,
        }
    }

    fn for_no_program(&self, subject: &Subject) -> Problem {
        let refused = for_no_program(subject);
        let state = self.lock();
        let governing = state.governing(subject);
        match governing.and_then(|it| state.settings.current.ask.fault(&it).cloned()) {
            Some(fault) => Problem {
                code: ProblemCode::InvalidSettings,
                ..because_of(&fault, refused)
            },
            None => refused,
        }
    }

    fn unknown(&self, subject: &Subject) -> Problem {
        match subject {
            Subject::Role(name) => self.lock().roles.catalogue.refusal(name),
            Subject::Key(name) => unknown_key(name),
        }
    }
}

/// Returns what is requested, for a sentence.
fn wanted(subject: &Subject) -> String {
    let name = sanitise::echo(subject.name().as_str());
    match subject {
        Subject::Role(_) => format!("\"{name}\""),
        Subject::Key(_) => format!("the access key \"{name}\""),
    }
}

/// Returns the table of `settings.toml` that contains its policy.
fn table(subject: &Subject) -> &'static str {
    match subject {
        Subject::Role(_) => "[ask.roles]",
        Subject::Key(_) => "[ask.keys]",
    }
}

fn for_no_program(subject: &Subject) -> Problem {
    let name = sanitise::echo(subject.name().as_str());
    let (what, remedy) = match subject {
        Subject::Role(_) => (
            format!("No program may use the role \"{name}\"."),
            "Allow it on the role's page in Rolecall, or copy its export block there.",
        ),
        Subject::Key(_) => (
            format!("No program may use the access key \"{name}\"."),
            "Allow it on the page of access keys in Rolecall, or below [ask.keys] in settings.toml.",
        ),
    };
    Problem::new(ProblemCode::NotAllowed, what, remedy)
}

/// Returns the problem of a request that needs a question while nobody can be asked.
fn nobody_to_ask(subject: &Subject) -> Problem {
    let what = format!(
        "The request for {} needs an answer, and nobody can answer: there is no terminal and no \
         desktop.",
        wanted(subject)
    );
    let remedy = format!(
        "Run `rolecall answer` in another terminal, then try again; or set its policy below {} in settings.toml.",
        table(subject)
    );
    Problem::new(ProblemCode::NobodyToAsk, what, remedy)
}

/// Returns the problem with the reason why the policy cannot be read, instead of how to change it.
fn because_of(fault: &Problem, refused: Problem) -> Problem {
    let what = format!("{} Its policy cannot be read: {}", refused.what, fault.what);
    Problem {
        what,
        remedy: fault.remedy.clone(),
        ..refused
    }
}
