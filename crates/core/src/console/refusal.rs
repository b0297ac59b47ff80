//! Explains why AWS gave no sign-in token.

use crate::calls::sts::{Refusal, StsError};
use crate::explain::refusal::{Attempt, explain};
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;
use crate::value::shell_word::shell_word;

/// Returns whether AWS may accept the same request without a duration.
pub fn may_be_about_duration(error: &StsError) -> bool {
    matches!(error, StsError::Refused(refusal) if refusal.status == 400)
}

/// Explains a failed request for a sign-in token of a role.
pub fn explain_sign_in(error: &StsError, role: &Name) -> Problem {
    let StsError::Refused(refusal) = error else {
        let attempt = Attempt {
            role: None,
            source: role.as_str(),
            sent: None,
        };
        return explain(error, attempt);
    };
    let shown = sanitise::echo(role.as_str());
    let (code, remedy) = advice(refusal, &shown);
    let what = format!("AWS did not sign in \"{shown}\" to the console.");
    let problem = Problem::new(code, what, remedy);
    match refusal.message.trim() {
        "" => problem.with_detail(format!("HTTP {}", refusal.status)),
        text => {
            let text = sanitise::cut(&sanitise::visible(text), 300);
            problem.with_detail(format!("HTTP {}: {text}", refusal.status))
        }
    }
}

fn advice(refusal: &Refusal, role: &str) -> (ProblemCode, String) {
    let message = refusal.message.to_ascii_lowercase();
    let renew = format!(
        "Renew the session, then try again: rolecall assume {}",
        shell_word(role)
    );
    match refusal.status {
        429 => (
            ProblemCode::Throttled,
            "AWS is limiting requests. Try again in a minute.".to_owned(),
        ),
        400 if message.contains("only federation tokens") => (
            ProblemCode::InvalidRequest,
            "The console accepts sessions of roles only.".to_owned(),
        ),
        400 if message.contains("expired") => (ProblemCode::ExpiredCredentials, renew),
        400..=499 => (ProblemCode::InvalidRequest, renew),
        _ => (
            ProblemCode::AwsFailed,
            "Try again in a moment. The session keeps working elsewhere.".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(status: u16, message: &str) -> Problem {
        let refusal = Refusal {
            status,
            message: message.into(),
            ..Refusal::default()
        };
        let role = Name::parse("guest").expect("a name");
        explain_sign_in(&StsError::Refused(refusal), &role)
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        for (status, message, code) in [
            (429, "", ProblemCode::Throttled),
            (
                400,
                "Only federation tokens or assume role tokens may be used",
                ProblemCode::InvalidRequest,
            ),
            (
                400,
                "The session token has expired.",
                ProblemCode::ExpiredCredentials,
            ),
            (
                400,
                "Invalid Credentials Parameter.",
                ProblemCode::InvalidRequest,
            ),
            (500, "", ProblemCode::AwsFailed),
        ] {
            let problem = explained(status, message);
            assert_eq!(problem.code, code, "{message}");
            assert_eq!(
                problem.what,
                "AWS did not sign in \"guest\" to the console."
            );
        }
    }

    #[test]
    fn b55_words_of_the_page_are_escaped_and_shortened() {
        let problem = explained(400, &"<b>\u{1b}[2J".repeat(1000));
        let detail = problem.detail.expect("its words");
        assert!(!detail.chars().any(sanitise::is_hidden) && detail.chars().count() < 400);
    }
}
