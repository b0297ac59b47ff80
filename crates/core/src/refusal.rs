//! Why AWS said no, and what to do: errors of STS in the words a person reads.

use crate::duration::span;
use crate::problem::{Problem, ProblemCode};
use crate::role::Role;
use crate::sanitise;
use crate::sts::{Refusal, StsError};

/// What is known of a refused call, for its explanation.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The role that was asked for; `None` for a check of an access key.
    pub role: Option<&'a Role>,
    /// Who asked: the name of the access key or role that signed.
    pub source: &'a str,
    /// Whether a code was sent.
    pub with_code: bool,
}

/// Explains a failed call.
pub fn explain(error: &StsError, attempt: Attempt<'_>) -> Problem {
    match error {
        StsError::Refused(refusal) => explain_refusal(refusal, attempt).with_detail(detail(refusal)),
        StsError::Unreachable { host, reason } => Problem::new(
            ProblemCode::Offline,
            format!("AWS cannot be reached at {}.", sanitise::echo(host)),
            "Check the network, VPN or proxy, then try again. Sessions you have keep working until they expire.",
        )
        .with_detail(sanitise::visible(reason)),
        StsError::Insecure { host, reason } => Problem::new(
            ProblemCode::NotAws,
            format!("The secure connection to {} failed.", sanitise::echo(host)),
            "If your network inspects traffic, set its certificate file as [aws] ca_bundle in settings.toml.",
        )
        .with_detail(sanitise::visible(reason)),
        StsError::TimedOut { host } => Problem::new(
            ProblemCode::TimedOut,
            format!("AWS did not answer in time at {}.", sanitise::echo(host)),
            "Try again; if it goes on, check the network or proxy.",
        ),
        StsError::NotSts(reason) => Problem::new(
            ProblemCode::NotAws,
            "The network answered instead of AWS (a sign-in page?).",
            "Open a web page to sign in to this network, then try again.",
        )
        .with_detail(sanitise::visible(reason)),
        StsError::Incomplete(reason) => Problem::new(
            ProblemCode::AwsFailed,
            "The answer from AWS was incomplete.",
            "Try again; nothing of it was used.",
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

fn explain_refusal(refusal: &Refusal, attempt: Attempt<'_>) -> Problem {
    let source = sanitise::echo(attempt.source);
    match refusal.code.as_str() {
        "AccessDenied" | "AccessDeniedException" => explain_denial(refusal, attempt),
        "InvalidClientTokenId" | "UnrecognizedClientException" => Problem::new(
            ProblemCode::InvalidKey,
            format!("AWS does not know the credentials of \"{source}\"."),
            "The key may be deleted or inactive, belong to another partition, or the region may not be enabled. \
             Check it in IAM under Security credentials.",
        ),
        "ExpiredToken" | "ExpiredTokenException" => Problem::new(
            ProblemCode::ExpiredCredentials,
            format!("The session of \"{source}\" has expired."),
            format!("Assume \"{source}\" again, then this role."),
        ),
        "SignatureDoesNotMatch" | "RequestExpired" => explain_signature(refusal, &source),
        "RegionDisabledException" => Problem::new(
            ProblemCode::RegionDisabled,
            "STS is not activated in this region for the role's account.",
            "Set another region for the role, or have the account's administrator activate it under \
             IAM, Account settings.",
        ),
        "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException" => Problem::new(
            ProblemCode::Throttled,
            "AWS is limiting requests at the moment.",
            "Wait a minute, then try again.",
        ),
        "ValidationError" | "InvalidParameterValue" => explain_validation(refusal),
        "MalformedPolicyDocument" | "PackedPolicyTooLarge" => Problem::new(
            ProblemCode::InvalidRequest,
            "AWS did not accept the session policy or tags.",
            "Make them smaller or mend the policy; session policies may have 2,048 characters.",
        ),
        _ if refusal.status >= 500 => Problem::new(
            ProblemCode::AwsFailed,
            "AWS had an error of its own.",
            "Try again in a minute, or set another region for the role.",
        ),
        code => Problem::new(
            ProblemCode::InvalidRequest,
            format!("AWS refused the request ({}).", sanitise::echo(code)),
            "See AWS's own words below.",
        ),
    }
}

fn explain_denial(refusal: &Refusal, attempt: Attempt<'_>) -> Problem {
    let message = refusal.message.as_str();
    let source = sanitise::echo(attempt.source);
    let denied =
        |what: String, remedy: String| Problem::new(ProblemCode::AccessDenied, what, remedy);
    if message.contains("MultiFactorAuthentication failed") {
        let remedy = if message.contains("must provide both")
            || message.contains("unable to validate")
        {
            "Check mfa_serial: it must be the device of the user whose key signs."
        } else {
            "Wait for the next code: each works once. If it goes on, check the clock of the authenticator."
        };
        return Problem::new(
            ProblemCode::CodeRejected,
            "AWS did not accept the code.",
            remedy,
        );
    }
    let Some(role) = attempt.role else {
        return denied(
            format!("AWS refused the key \"{source}\"."),
            "Ask the account's administrator.".into(),
        );
    };
    if message.contains("sts:TagSession") || message.contains("sts:SetSourceIdentity") {
        let action = if message.contains("sts:TagSession") {
            "sts:TagSession"
        } else {
            "sts:SetSourceIdentity"
        };
        return denied(
            format!(
                "\"{source}\" may not use {action} on {}.",
                role.arn.role_name()
            ),
            format!("Add {action} to the role's trust policy and to the caller's permissions."),
        );
    }
    let what = format!(
        "\"{source}\" may not assume {} in account {}.",
        role.arn.role_name(),
        role.arn.account_id()
    );
    if message.contains("no identity-based policy allows") {
        let remedy = format!(
            "The caller's side is missing: allow sts:AssumeRole on {} for it.",
            role.arn
        );
        return denied(what, remedy);
    }
    if message.contains("explicit deny") {
        return denied(
            what,
            "A policy denies it explicitly; the administrator of that policy has to change it."
                .into(),
        );
    }
    denied(what, checklist(role, attempt))
}

/// Both preconditions and every condition that the role's settings make likely, most likely first.
fn checklist(role: &Role, attempt: Attempt<'_>) -> String {
    let mut causes = Vec::new();
    match &role.external_id {
        Some(_) => {
            causes.push("the external ID is not the one its trust policy asks for".to_owned());
        }
        None => {
            causes.push("its trust policy may ask for an external ID, and none is set".to_owned());
        }
    }
    if !attempt.with_code {
        causes.push(
            "its trust policy may require MFA, and no device serial is set (mfa_serial)".to_owned(),
        );
    }
    let trust = format!(
        "its trust policy does not name \"{}\" or its account",
        sanitise::echo(attempt.source)
    );
    if role.external_id.is_some() {
        causes.push(trust);
    } else {
        causes.insert(0, trust);
    }
    causes.push(format!(
        "the caller has no permission for sts:AssumeRole on {}",
        role.arn
    ));
    causes.push("the role does not exist".to_owned());
    format!(
        "AWS does not say which: {}. Check them in this order with the role's owner.",
        causes.join("; ")
    )
}

fn explain_signature(refusal: &Refusal, source: &str) -> Problem {
    let message = refusal.message.as_str();
    if message.contains("Signature expired")
        || message.contains("Signature not yet current")
        || refusal.code == "RequestExpired"
    {
        let off = refusal
            .skew
            .map(|skew| format!(" by {}", span(skew.as_secs().abs())))
            .unwrap_or_default();
        return Problem::new(
            ProblemCode::ClockSkewed,
            format!("This machine's clock disagrees with AWS's{off}."),
            "Set the clock (turn on network time), then try again.",
        );
    }
    if message.contains("scoped to a valid region") || message.contains("scoped to correct service")
    {
        return Problem::new(
            ProblemCode::InvalidRequest,
            "The request went to the endpoint of another region.",
            "Check the role's region, and [aws] endpoint_url in settings.toml.",
        );
    }
    Problem::new(
        ProblemCode::InvalidKey,
        format!("The secret of \"{source}\" is wrong."),
        "Remove the key and add it again; mind stray characters when copying the secret.",
    )
}

fn explain_validation(refusal: &Refusal) -> Problem {
    let message = refusal.message.as_str();
    if message.contains("role chaining") {
        return Problem::new(
            ProblemCode::DurationTooLong,
            "A role that is assumed from another role lasts at most one hour.",
            "Set the role's duration to 1h or less.",
        );
    }
    if message.contains("MaxSessionDuration") {
        return Problem::new(
            ProblemCode::DurationTooLong,
            "The role does not allow a session this long.",
            "Set a shorter duration, or have the role's maximum session duration raised.",
        );
    }
    Problem::new(
        ProblemCode::InvalidRequest,
        "AWS did not accept a field of the request.",
        "See AWS's own words below.",
    )
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
                with_code: false,
            },
        )
    }

    #[test]
    fn each_refusal_of_sts_gets_its_own_words() {
        let user = "User: arn:aws:iam::177634097045:user/user is not authorized to perform: ";
        for (status, code, message, expected, part) in [
            (403, "AccessDenied", format!("{user}sts:AssumeRole on resource: arn:aws:iam::808768216571:role/guest"), ProblemCode::AccessDenied, "trust policy"),
            (403, "AccessDenied", format!("{user}sts:AssumeRole on resource: x because no identity-based policy allows the sts:AssumeRole action"), ProblemCode::AccessDenied, "caller's side"),
            (403, "AccessDenied", format!("{user}sts:TagSession on resource: x"), ProblemCode::AccessDenied, "sts:TagSession"),
            (403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ".into(), ProblemCode::CodeRejected, "next code"),
            (403, "AccessDenied", "MultiFactorAuthentication failed, unable to validate MFA code. ".into(), ProblemCode::CodeRejected, "mfa_serial"),
            (403, "InvalidClientTokenId", "The security token included in the request is invalid.".into(), ProblemCode::InvalidKey, "inactive"),
            (403, "ExpiredToken", "The security token included in the request is expired".into(), ProblemCode::ExpiredCredentials, "Assume \"user\" again"),
            (403, "SignatureDoesNotMatch", "Signature expired: 20261121T120000Z is now earlier than 20261121T121000Z (20261121T122500Z - 15 min.)".into(), ProblemCode::ClockSkewed, "network time"),
            (403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region.".into(), ProblemCode::InvalidRequest, "region"),
            (403, "SignatureDoesNotMatch", "The request signature we calculated does not match".into(), ProblemCode::InvalidKey, "stray characters"),
            (403, "RegionDisabledException", "STS is not activated in this region".into(), ProblemCode::RegionDisabled, "another region"),
            (400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".into(), ProblemCode::DurationTooLong, "shorter"),
            (400, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.".into(), ProblemCode::DurationTooLong, "1h"),
            (400, "Throttling", "Rate exceeded".into(), ProblemCode::Throttled, "minute"),
            (503, "ServiceUnavailable", String::new(), ProblemCode::AwsFailed, "minute"),
            (400, "SomethingNew", "words".into(), ProblemCode::InvalidRequest, "own words"),
        ] {
            let problem = explained(status, code, &message);
            assert_eq!(problem.code, expected, "{code}: {message}");
            assert!(problem.remedy.contains(part), "{code}: {}", problem.remedy);
        }
    }

    #[test]
    fn b55_foreign_words_are_made_visible_and_cut() {
        let problem = explained(400, "X\u{1b}[2J", &"<script>\u{202e}".repeat(1000));
        let detail = problem.detail.expect("AWS's own words");
        assert!(!detail.chars().any(sanitise::is_hidden) && detail.chars().count() < 1200);
    }
}
