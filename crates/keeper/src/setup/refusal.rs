//! Why a kit is not applied, in sentences.

use rolecall_core::calls::iam_call::{IamCall, PolicyHolder};
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::setup::{Run, RunEntry, Signer, Step};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::{cut, echo, visible};

/// How long a message of AWS may be in a sentence.
const MESSAGE_MAX: usize = 300;
const OF_THE_ACCOUNT: &str = "Name an access key or role of that account: --with NAME.";

/// Returns the problem of a call that failed.
pub(super) fn of_call(call: &IamCall, run: &Run, step: &Step, error: &StsError) -> Problem {
    let signer = run.signer(&step.account);
    let signer = signer.map_or("", |it| it.by.name());
    let StsError::Refused(refusal) = error else {
        return explain(
            error,
            Attempt {
                role: None,
                source: signer,
                sent: None,
            },
        );
    };
    refused(call, signer, step, refusal)
}

fn refused(call: &IamCall, signer: &str, step: &Step, refusal: &Refusal) -> Problem {
    match refusal.code.as_str() {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
            denied(call, signer, step, refusal)
        }
        "ExpiredToken" | "ExpiredTokenException" => {
            let what = format!("The session of \"{}\" has expired.", echo(signer));
            let remedy = format!(
                "Assume it again, then go on: rolecall setup --resume. ({})",
                echo(&refusal.code)
            );
            Problem::new(ProblemCode::ExpiredCredentials, what, remedy)
        }
        "InvalidClientTokenId" | "SignatureDoesNotMatch" => {
            let what = format!("IAM does not accept \"{}\".", echo(signer));
            let remedy = "Use an access key that AWS knows, or a session of a role. IAM accepts sessions of a key only \
                          if they were made with MFA.";
            Problem::new(ProblemCode::InvalidKey, what, remedy).with_detail(said(refusal))
        }
        "LimitExceeded" | "LimitExceededException" => {
            let what = format!(
                "Account {} has reached a limit of IAM: {}",
                echo(&step.account),
                said(refusal)
            );
            let remedy = "Remove what is no longer needed there, or use --grant inline; then go on: rolecall setup \
                          --resume.";
            Problem::new(ProblemCode::InvalidRequest, what, remedy)
        }
        "MalformedPolicyDocument" | "MalformedPolicyDocumentException" => {
            let what = format!("IAM does not accept the policy: {}", said(refusal));
            let remedy = "Check that the caller exists and the policy is right, then try again.";
            Problem::new(ProblemCode::InvalidRequest, what, remedy)
        }
        "Throttling" | "ThrottlingException" => {
            let what = "IAM gets too many calls from this account now.";
            let remedy = "Wait a minute, then go on: rolecall setup --resume.";
            Problem::new(ProblemCode::Throttled, what, remedy)
        }
        _ => other(call, refusal),
    }
}

fn other(call: &IamCall, refusal: &Refusal) -> Problem {
    let what = format!(
        "IAM refused {}: {} ({})",
        call.action(),
        said(refusal),
        echo(&refusal.code)
    );
    let remedy = "Go on with rolecall setup --resume, or take back what was made with rolecall setup --undo.";
    let kind = match refusal.status {
        500.. => ProblemCode::AwsFailed,
        _ => ProblemCode::InvalidRequest,
    };
    Problem::new(kind, what, remedy)
}

fn denied(call: &IamCall, signer: &str, step: &Step, refusal: &Refusal) -> Problem {
    let what = format!(
        "\"{}\" may not call iam:{} in account {}.",
        echo(signer),
        call.action(),
        echo(&step.account)
    );
    let remedy = "Allow it, or use an access key or role that may: --with NAME.";
    Problem::new(ProblemCode::AccessDenied, what, remedy).with_detail(said(refusal))
}

fn said(refusal: &Refusal) -> String {
    cut(&visible(&refusal.message), MESSAGE_MAX)
}

/// Returns the problem of a step that would change something although that was not allowed.
pub(super) fn would_change(entry: &RunEntry) -> Problem {
    let what = format!(
        "In account {}, {} exists already. {} Nothing was changed.",
        echo(&entry.step.account),
        visible(&entry.step.makes.title()),
        entry.note.clone().unwrap_or_default()
    );
    let remedy = "To replace it: --replace. rolecall setup --undo puts the old one back. Or choose another name: --role.";
    Problem::new(ProblemCode::NameTaken, what, remedy)
}

/// Returns the problem of something that cannot be changed.
pub(super) fn in_the_way(what: &str, account: &str) -> Problem {
    let what = format!("In account {}, {}.", echo(account), visible(what));
    let remedy = "Choose another name with --role, or delete what is there. Nothing was changed.";
    Problem::new(ProblemCode::NameTaken, what, remedy)
}

/// Returns the problem of a step whose place was taken or changed since the plan.
pub(super) fn changed_since(entry: &RunEntry) -> Problem {
    let what = format!(
        "In account {}, somebody changed {} since the plan.",
        echo(&entry.step.account),
        visible(&entry.step.makes.title())
    );
    let remedy = "It was left as it is. Take back what was made with rolecall setup --undo, then look at it and start again.";
    Problem::new(ProblemCode::NameTaken, what, remedy)
}

/// Returns the problem of a plan or run that is not the one that was shown.
pub(super) fn another_plan() -> Problem {
    let what =
        "This is no longer what was shown: something changed meanwhile. Nothing was changed now.";
    let remedy = "Run the command again, and look at what it shows.";
    Problem::new(ProblemCode::Cancelled, what, remedy)
}

/// Returns the problem of a setup without anything that signs, whose use somebody could allow.
pub(super) fn nobody_signs() -> Problem {
    let what = "No access key or role signs this setup.";
    let remedy = "Name one for each account: --with NAME.";
    Problem::new(ProblemCode::UnknownKey, what, remedy)
}

/// Returns the problem of an account in which nothing signs.
pub(super) fn no_signer(account: &str) -> Problem {
    let what = format!("Nothing is named that signs in account {}.", echo(account));
    Problem::new(ProblemCode::UnknownKey, what, OF_THE_ACCOUNT)
}

/// Returns the problem of a signer that belongs to another account.
pub(super) fn other_account(signer: &Signer, account: &str) -> Problem {
    let what = format!(
        "\"{}\" belongs to account {}, not to {}.",
        echo(signer.by.name()),
        echo(account),
        echo(&signer.account)
    );
    Problem::new(ProblemCode::UnusableSource, what, OF_THE_ACCOUNT)
}

/// Returns the problem of a signer whose name belongs to another access key or role since the run began.
pub(super) fn other_identity(signer: &Signer) -> Problem {
    let what = format!(
        "\"{}\" is no longer {} of account {}, with which this setup began.",
        echo(signer.by.name()),
        echo(&signer.id),
        echo(&signer.account)
    );
    let remedy = "Add that access key or role under this name again. Or take everything back in the IAM console.";
    Problem::new(ProblemCode::UnusableSource, what, remedy)
}

/// Returns the problem of a user or role that does not exist.
pub(super) fn no_holder(holder: &PolicyHolder, account: &str) -> Problem {
    let what = format!(
        "There is no {} {} in account {}.",
        holder.kind(),
        echo(holder.name()),
        echo(account)
    );
    let remedy = "Make it first, or name another. Nothing was changed.";
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}

/// Returns the problem of a step that IAM still does not know after all tries.
pub(super) fn still_unknown(entry: &RunEntry) -> Problem {
    let what = format!(
        "IAM does not show {} in account {} yet.",
        visible(&entry.step.makes.title()),
        echo(&entry.step.account)
    );
    let remedy = "Wait a minute, then go on: rolecall setup --resume.";
    Problem::new(ProblemCode::TimedOut, what, remedy)
}
