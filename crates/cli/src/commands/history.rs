//! `history`: which programs asked for roles and access keys, and the answers.

use jiff::{SignedDuration, Timestamp};
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::asker::history::{Line, Query, RequestKind, Verdict};
use rolecall_core::value::problem::Problem;

use super::output::json;
use crate::arguments::{Format, HistoryOptions};
use crate::client::{Client, unexpected};
use crate::table::aligned;

/// How many lines are shown by default.
const LIMIT: u32 = 50;
/// How many parents of a program are named.
const PARENTS_SHOWN: usize = 3;

/// Returns the history of requests, newest first.
///
/// # Errors
/// If the application does not answer.
pub(super) fn run(client: &Client, options: &HistoryOptions) -> Result<String, Problem> {
    let role = options.role.as_deref();
    let query = Query {
        role: role.map(|role| role.trim().to_owned()),
        since: options.since.map(before_now),
        limit: options.limit.unwrap_or(LIMIT),
    };
    let Answer::History(lines) = client.ask(Call::History(query))? else {
        return Err(unexpected());
    };
    match options.format {
        Format::Json => json(&lines),
        Format::Text if lines.is_empty() => Ok("There are no requests.".to_owned()),
        Format::Text => Ok(table(&lines)),
    }
}

fn table(lines: &[Line]) -> String {
    let mut rows = vec![["TIME", "ROLE", "REQUEST", "TIMES", "ANSWER", "BY"].map(str::to_owned)];
    rows.extend(lines.iter().map(|line| {
        [
            line.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            line.role.clone(),
            request(line.request).to_owned(),
            line.count.to_string(),
            answer(line),
            by(line),
        ]
    }));
    aligned(&rows)
}

fn by(line: &Line) -> String {
    if line.process.is_empty() {
        return "you".to_owned();
    }
    let process = match line.pid {
        0 => line.process.clone(),
        pid => format!("{} ({pid})", line.process),
    };
    let parents = line.parents.iter().take(PARENTS_SHOWN);
    let names: Vec<&str> = [process.as_str()]
        .into_iter()
        .chain(parents.map(String::as_str))
        .collect();
    let place = match line.sandboxed {
        true => ", in a container",
        false => "",
    };
    format!("{}{place}", names.join(" < "))
}

fn request(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Credentials => "credentials",
        RequestKind::Env => "env",
        RequestKind::Exec => "exec",
        RequestKind::Console => "console",
        RequestKind::Endpoint => "endpoint",
        RequestKind::Assume => "assume",
        RequestKind::Copy => "copy",
        RequestKind::Profile => "profile",
        RequestKind::Key => "key",
        RequestKind::PutBack => "put back",
        RequestKind::Preview => "preview",
        RequestKind::PreviewWithKey => "preview with key",
        RequestKind::Setup => "setup",
        RequestKind::SetupWithKey => "setup with key",
        RequestKind::Revoke => "revoke",
        RequestKind::RevokeWithKey => "revoke with key",
        RequestKind::Rotate => "rotate",
    }
}

fn answer(line: &Line) -> String {
    let verdict = match line.verdict {
        Verdict::Allowed if line.request == RequestKind::Profile => "written",
        Verdict::Allowed | Verdict::Clicked => "allowed",
        Verdict::Accepted => "allowed once",
        Verdict::Granted => "allowed (process tree)",
        Verdict::Denied => "denied",
        Verdict::Unanswered => "denied: no answer",
        Verdict::NobodyToAsk => "denied: nobody to ask",
        Verdict::Limited => "denied without asking",
        Verdict::Never => "blocked",
        Verdict::Sandboxed => "denied: in a container",
        Verdict::Unknown => "denied: unknown name",
    };
    let is_denied = verdict == "blocked" || verdict.starts_with("denied");
    match (line.failure, line.aws_call) {
        (Some(code), _) if !is_denied => format!("failed: {}", words(code)),
        (None, true) => format!("{verdict}, new session"),
        _ => verdict.to_owned(),
    }
}

/// Returns a code as words.
fn words(code: rolecall_core::value::problem::ProblemCode) -> String {
    let code = serde_json::to_value(code).ok();
    let code = code.as_ref().and_then(serde_json::Value::as_str);
    code.unwrap_or_default().replace('_', " ")
}

#[expect(clippy::disallowed_methods, reason = "the span ends now")]
fn before_now(span: SignedDuration) -> Timestamp {
    Timestamp::now()
        .saturating_sub(span)
        .unwrap_or(Timestamp::MIN)
}
