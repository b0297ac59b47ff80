//! `history`: who asked for which role or access key, and what became of it.

use jiff::{SignedDuration, Timestamp};
use rolecall_core::history::{Line, Query, RequestKind, Verdict};
use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call};

use crate::arguments::Format;
use crate::client::{Client, unexpected};
use crate::table::aligned;

/// How many lines are shown if nothing else is asked for.
const USUAL: u32 = 50;
/// How many of those that started a program are named.
const PARENTS_SHOWN: usize = 3;

/// Returns the history of requests, newest first.
///
/// # Errors
/// If it cannot be had.
pub(super) fn run(
    client: &Client,
    role: Option<&str>,
    since: Option<SignedDuration>,
    limit: Option<u32>,
    format: Format,
) -> Result<String, Problem> {
    let query = Query {
        role: role.map(|role| role.trim().to_owned()),
        since: since.map(before_now),
        limit: limit.unwrap_or(USUAL),
    };
    let Answer::History(lines) = client.ask(Call::History(query))? else {
        return Err(unexpected());
    };
    match format {
        Format::Json => super::json(&lines),
        Format::Text if lines.is_empty() => Ok("Nothing was asked for.".to_owned()),
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
    let from = if line.sandboxed {
        ", in a container"
    } else {
        ""
    };
    format!("{}{from}", names.join(" < "))
}

fn request(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Credentials => "credentials",
        RequestKind::Env => "env",
        RequestKind::Exec => "exec",
        RequestKind::Endpoint => "endpoint",
        RequestKind::Assume => "assume",
        RequestKind::Copy => "copy",
        RequestKind::Console => "console",
        RequestKind::Profile => "profile",
        RequestKind::Key => "key",
        RequestKind::PutBack => "put back",
    }
}

fn answer(line: &Line) -> String {
    let verdict = match line.verdict {
        Verdict::Allowed if line.request == RequestKind::Profile => "written",
        Verdict::Allowed | Verdict::Clicked => "given",
        Verdict::Accepted => "allowed once",
        Verdict::Granted => "allowed for its tree",
        Verdict::Denied => "denied",
        Verdict::Unanswered => "denied: nobody answered",
        Verdict::Unasked => "denied: nobody could be asked",
        Verdict::Limited => "denied without asking",
        Verdict::Never => "denied: for no program",
        Verdict::Apart => "denied: in a container",
        Verdict::Unknown => "denied: unknown name",
    };
    let is_denied = verdict.starts_with("denied");
    match (line.failure, line.aws_call) {
        (Some(code), _) if !is_denied => format!("failed: {}", words(code)),
        (None, true) => format!("{verdict}, new session"),
        _ => verdict.to_owned(),
    }
}

/// Returns a code as words.
fn words(code: rolecall_core::problem::ProblemCode) -> String {
    let code = serde_json::to_value(code).ok();
    let code = code.as_ref().and_then(serde_json::Value::as_str);
    code.unwrap_or_default().replace('_', " ")
}

#[expect(clippy::disallowed_methods, reason = "a span is counted back from now")]
fn before_now(span: SignedDuration) -> Timestamp {
    Timestamp::now()
        .saturating_sub(span)
        .unwrap_or(Timestamp::MIN)
}
