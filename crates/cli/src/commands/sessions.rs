//! `list` and `status`: roles and sessions with the time they have left.

use jiff::{SignedDuration, Timestamp};
use rolecall_core::duration::span;
use rolecall_core::problem::Problem;
use rolecall_core::sanitise::{echo, visible};
use rolecall_core::session::Phase;
use rolecall_core::snapshot::{KeySessionView, Mode, RoleView, SessionView, Snapshot, WaitingFor};
use serde_json::json;

use crate::arguments::Format;
use crate::paint::Paint;
use crate::table::aligned;

/// The most characters of a name in a line of text.
const NAME_SHOWN: usize = 64;

/// Returns the roles.
///
/// # Errors
/// If they cannot be written as JSON.
pub(super) fn list(snapshot: &Snapshot, format: Format, paint: Paint) -> Result<String, Problem> {
    match format {
        Format::Json => super::json(&snapshot.roles),
        Format::Text if snapshot.roles.is_empty() => Ok(with_setting(
            snapshot,
            "There are no roles yet. Add one in Rolecall's window or in roles.toml.".to_owned(),
        )),
        Format::Text => Ok(with_setting(
            snapshot,
            roles(snapshot, now_of(snapshot), paint),
        )),
    }
}

/// Returns the roles that a search found.
///
/// # Errors
/// If they cannot be written as JSON.
pub(super) fn found(
    snapshot: &Snapshot,
    text: &str,
    format: Format,
    paint: Paint,
) -> Result<String, Problem> {
    if format == Format::Text && snapshot.roles.is_empty() {
        let told = format!("No role matches \"{}\".", echo(text));
        return Ok(with_setting(snapshot, told));
    }
    list(snapshot, format, paint)
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
            "key_sessions": snapshot.key_sessions,
            "questions": snapshot.questions,
            "problems": snapshot.problems,
        }));
    }
    let mut parts = Vec::new();
    if snapshot.sessions.is_empty() && snapshot.key_sessions.is_empty() {
        parts.push("No session is active.".to_owned());
    } else {
        parts.push(sessions(snapshot, now_of(snapshot)));
    }
    let questions = snapshot.questions.iter();
    parts.extend(questions.map(|it| {
        let (asker, wanted) = (visible(&it.asker()), visible(&it.wanted(NAME_SHOWN)));
        format!("? {asker} asks for {wanted}. To answer: rolecall answer, or Rolecall's window")
    }));
    let problems = snapshot.problems.iter();
    parts.extend(problems.map(|problem| format!("! {}", visible(&problem.to_string()))));
    Ok(with_setting(snapshot, parts.join("\n")))
}

fn roles(snapshot: &Snapshot, now: Timestamp, paint: Paint) -> String {
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
    with_marks(&aligned(&rows), &snapshot.roles, paint)
}

/// Adds what the user noted on roles as the last column, if anything is.
fn with_marks(table: &str, roles: &[RoleView], paint: Paint) -> String {
    let all: Vec<String> = roles.iter().map(|role| marks(role, paint)).collect();
    if all.iter().all(String::is_empty) {
        return table.to_owned();
    }
    let width = table.lines().map(|line| line.chars().count()).max();
    let width = width.unwrap_or_default();
    let column = std::iter::once("MARKS").chain(all.iter().map(String::as_str));
    let lines = table.lines().zip(column);
    let lines = lines.map(|(line, marks)| format!("{line:width$}  {marks}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

fn marks(role: &RoleView, paint: Paint) -> String {
    let production = role.production.then(|| paint.warning("production"));
    let favourite = role.favourite.then(|| "favourite".to_owned());
    let colour = role.colour;
    let colour = colour.map(|colour| paint.tinted(&format!("● {}", colour.name()), colour));
    let marks: Vec<String> = [production, favourite, colour]
        .into_iter()
        .flatten()
        .collect();
    marks.join(", ")
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
    let keys = snapshot.key_sessions.iter();
    let keys = keys.map(|it| [it.key.clone(), key_state(it, now), it.user_arn.clone()]);
    aligned(&rows.into_iter().chain(keys).collect::<Vec<_>>())
}

fn key_state(session: &KeySessionView, now: Timestamp) -> String {
    format!("access key, {}", time_left(session.expires_at, now))
}

fn time_left(expires_at: Timestamp, now: Timestamp) -> String {
    let left = span(expires_at.duration_since(now).as_secs());
    format!("{left} left, until {}", clock_text(expires_at))
}

/// Returns what a session is, in words: how long it lasts, or what it waits for.
pub(super) fn state(session: &SessionView, now: Timestamp) -> String {
    match session.phase {
        Phase::Active | Phase::Expiring => time_left(session.expires_at.unwrap_or(now), now),
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
