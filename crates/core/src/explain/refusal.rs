//! Explains errors of STS to the user: why AWS denied a call, and what to do.

use crate::calls::sts::{Refusal, StsError};
use crate::explain::diagnosis::{self, SentRequest};
use crate::role::Role;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

/// What is known about a failed call, for its explanation.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The requested role; `None` for the check of an access key.
    pub role: Option<&'a Role>,
    /// The name of the access key or role that signed.
    pub source: &'a str,
    /// The request, if one was sent.
    pub sent: Option<&'a SentRequest>,
}

/// Explains a failed call.
pub fn explain(error: &StsError, attempt: Attempt<'_>) -> Problem {
    match error {
        StsError::Refused(refusal) => explain_refusal(refusal, attempt),
        StsError::Unreachable { host, reason } => Problem::new(
            ProblemCode::Offline,
            format!("AWS cannot be reached at {}.", sanitise::echo(host)),
            "Check the network, VPN or proxy, then try again. Active sessions keep working until they expire.",
        )
        .with_detail(sanitise::visible(reason)),
        StsError::TooManyFiles => Problem::too_many_files("AWS cannot be asked"),
        StsError::Insecure { host, reason } => Problem::new(
            ProblemCode::NotAws,
            format!("The secure connection to {} failed.", sanitise::echo(host)),
            "If your network inspects traffic, set its certificate file as [aws] ca_bundle in settings.toml.",
        )
        .with_detail(sanitise::visible(reason)),
        StsError::NoEndpoint {
            region,
            kind,
            instead,
        } => Problem::new(
            ProblemCode::InvalidRequest,
            format!("STS has no {kind} endpoint in {}.", sanitise::echo(region)),
            match instead {
                [] => "Turn off fips or dual_stack under [aws] in settings.toml.".to_owned(),
                regions => format!(
                    "Set one of these regions for the role: {}; or turn off fips under [aws] in settings.toml.",
                    regions.join(", ")
                ),
            },
        ),
        StsError::TimedOut { host } => Problem::new(
            ProblemCode::TimedOut,
            format!("AWS did not answer in time at {}.", sanitise::echo(host)),
            "Try again. If this continues, check the network or proxy.",
        ),
        StsError::NotSts(reason) => Problem::new(
            ProblemCode::NotAws,
            "The network answered instead of AWS, perhaps with a sign-in page.",
            "Open a web page to sign in to this network, then try again.",
        )
        .with_detail(sanitise::visible(reason)),
        StsError::Incomplete(reason) => Problem::new(
            ProblemCode::AwsFailed,
            "The answer from AWS was incomplete.",
            "Try again. Nothing changed.",
        )
        .with_detail(sanitise::visible(reason)),
    }
}

fn detail(refusal: &Refusal) -> String {
    let id = refusal
        .request_id
        .as_deref()
        .map(|id| format!(" (request {})", sanitise::echo(id)))
        .unwrap_or_default();
    format!(
        "{}: {}{id}",
        sanitise::echo(&refusal.code),
        sanitise::cut(&sanitise::visible(&refusal.message), 1024)
    )
}

/// Explains an error response of AWS, with its causes.
fn explain_refusal(refusal: &Refusal, attempt: Attempt<'_>) -> Problem {
    let known = match (attempt.sent, attempt.role) {
        (Some(sent), _) => sent.clone(),
        (None, Some(role)) => SentRequest {
            role: Some(role.arn.clone()),
            ..SentRequest::by(attempt.source)
        },
        (None, None) => SentRequest::by(attempt.source),
    };
    let explanation = diagnosis::explain(refusal, &known);
    Problem::new(explanation.code, explanation.what, explanation.remedy)
        .with_detail(detail(refusal))
        .with_diagnosis(explanation.diagnosis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::RoleDraft;

    fn role() -> Role {
        let draft = RoleDraft {
            name: "guest".into(),
            arn: "arn:aws:iam::808768216571:role/guest".into(),
            source: "user".into(),
            ..RoleDraft::default()
        };
        draft.check().expect("valid")
    }

    fn explained(status: u16, code: &str, message: &str) -> Problem {
        let refusal = Refusal {
            status,
            code: code.into(),
            message: message.into(),
            ..Refusal::default()
        };
        let role = role();
        explain(
            &StsError::Refused(refusal),
            Attempt {
                role: Some(&role),
                source: "user",
                sent: None,
            },
        )
    }

    #[test]
    fn b55_untrusted_text_is_escaped_and_shortened() {
        let problem = explained(400, "X\u{1b}[2J", &"<script>\u{202e}".repeat(1000));
        let detail = problem.detail.expect("AWS's own words");
        assert!(!detail.chars().any(sanitise::is_hidden) && detail.chars().count() < 1200);
    }
}
