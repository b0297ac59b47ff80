//! `list` and `status`: roles and sessions with the time they have left.

use jiff::{SignedDuration, Timestamp};
use rolecall_core::duration::span;
use rolecall_core::problem::Problem;
use rolecall_core::sanitise::{echo, visible};
use rolecall_core::session::Phase;
use rolecall_core::snapshot::{Mode, SessionView, Snapshot, WaitingFor};
use serde_json::json;

use crate::arguments::Format;
use crate::table::aligned;

/// Returns the roles.
///
/// # Errors
/// If they cannot be written as JSON.
pub(super) fn list(snapshot: &Snapshot, format: Format) -> Result<String, Problem> {
    match format {
        Format::Json => super::json(&snapshot.roles),
        Format::Text if snapshot.roles.is_empty() => Ok(with_setting(
            snapshot,
            "There are no roles yet. Add one in Rolecall's window or in roles.toml.".to_owned(),
        )),
        Format::Text => Ok(with_setting(snapshot, roles(snapshot, now_of(snapshot)))),
    }
}

/// Returns the roles that a search found.
///
/// # Errors
/// If they cannot be written as JSON.
pub(super) fn found(snapshot: &Snapshot, text: &str, format: Format) -> Result<String, Problem> {
    if format == Format::Text && snapshot.roles.is_empty() {
        let told = format!("No role matches \"{}\".", echo(text));
        return Ok(with_setting(snapshot, told));
    }
    list(snapshot, format)
}

/// Returns the roles' names, one a line, for completions.
pub(super) fn names(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().map(|name| visible(name)).collect();
    shown.join("\n")
}

/// Returns the sessions, and what is wrong at present.
///
/// # Errors
/// If they cannot be written as JSON.
pub(super) fn status(snapshot: &Snapshot, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return super::json(&json!({
            "mode": snapshot.mode,
            "endpoint": snapshot.endpoint,
            "sessions": snapshot.sessions,
            "questions": snapshot.questions,
            "problems": snapshot.problems,
        }));
    }
    let mut parts = Vec::new();
    if snapshot.sessions.is_empty() {
        parts.push("No session is active.".to_owned());
    } else {
        parts.push(sessions(snapshot, now_of(snapshot)));
    }
    let questions = snapshot.questions.iter();
    parts.extend(questions.map(|it| {
        let (asker, role) = (visible(&it.asker()), visible(&it.role));
        format!("? {asker} asks for {role}. To answer: rolecall answer, or Rolecall's window")
    }));
    let problems = snapshot.problems.iter();
    parts.extend(problems.map(|problem| format!("! {}", visible(&problem.to_string()))));
    Ok(with_setting(snapshot, parts.join("\n")))
}

fn roles(snapshot: &Snapshot, now: Timestamp) -> String {
    let mut rows = vec![["ROLE", "ACCOUNT", "SOURCE", "SESSION", "GROUP"].map(str::to_owned)];
    rows.extend(snapshot.roles.iter().map(|role| {
        let session = snapshot.sessions.iter().find(|it| it.role == role.name);
        let state = match (session, &role.problem) {
            (Some(session), _) => state(session, now),
            (None, Some(_)) => "cannot be assumed".to_owned(),
            (None, None) => "-".to_owned(),
        };
        [
            role.name.clone(),
            role.account_id.clone(),
            role.source.clone(),
            state,
            role.group.clone().unwrap_or_default(),
        ]
    }));
    aligned(&rows)
}

fn sessions(snapshot: &Snapshot, now: Timestamp) -> String {
    let rows: Vec<[String; 3]> = snapshot
        .sessions
        .iter()
        .map(|session| {
            let told = match (&session.identity, &session.problem) {
                (_, Some(problem)) => problem.to_string(),
                (Some(identity), None) => identity.clone(),
                (None, None) => session.role_arn.clone(),
            };
            [session.role.clone(), state(session, now), told]
        })
        .collect();
    aligned(&rows)
}

/// Returns what a session is, in words: how long it lasts, or what it waits for.
pub(super) fn state(session: &SessionView, now: Timestamp) -> String {
    match session.phase {
        Phase::Active | Phase::Expiring => {
            let expires_at = session.expires_at.unwrap_or(now);
            let left = span(expires_at.duration_since(now).as_secs());
            format!("{left} left, until {}", clock_text(expires_at))
        }
        Phase::Assuming => match session.waiting_for {
            Some(WaitingFor::Code | WaitingFor::NextCode) => "waits for a code".to_owned(),
            Some(WaitingFor::Reason) => "waits for a reason".to_owned(),
            Some(WaitingFor::Answer) | None => "is being assumed".to_owned(),
        },
        Phase::Failed => "failed".to_owned(),
        Phase::Expired => "expired".to_owned(),
    }
}

/// Returns an instant as the time of day, in UTC: which zone the reader is in is not known here.
fn clock_text(instant: Timestamp) -> String {
    instant.strftime("%H:%M UTC").to_string()
}

/// Puts what is unusual about the set before everything else: that it is practice, or has its own endpoint.
fn with_setting(snapshot: &Snapshot, text: String) -> String {
    let endpoint = snapshot.endpoint.as_deref().map(visible);
    match (snapshot.mode, endpoint) {
        (Mode::Own, None) => text,
        (Mode::Own, Some(endpoint)) => format!("Custom endpoint: {endpoint}\n{text}"),
        (Mode::Practice, None) => format!("Practice account\n{text}"),
        (Mode::Practice, Some(endpoint)) => format!("Practice account at {endpoint}\n{text}"),
    }
}

/// Returns the present as AWS has it, by the difference that the application knows.
#[expect(clippy::disallowed_methods, reason = "time left is shown as of now")]
pub(super) fn now_of(snapshot: &Snapshot) -> Timestamp {
    let now = Timestamp::now();
    now.saturating_add(SignedDuration::from_millis(snapshot.clock_offset_ms))
        .unwrap_or(now)
}
