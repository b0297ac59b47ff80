//! `list` and `status`: roles and sessions with their time left.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use rolecall_core::api::protocol::Call;
use rolecall_core::session::Phase;
use rolecall_core::value::duration::time_left;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::{echo, visible};
use rolecall_core::view::role_list::{RoleList, RoleRow};
use rolecall_core::view::snapshot::{KeySessionView, Mode, SessionView, Snapshot, WaitingFor};

use super::catalogue;
use super::other_files::OtherFiles;
use super::output::json;
use crate::arguments::{Format, Truth};
use crate::client::Client;
use crate::environment::Environment;
use crate::paint::Paint;
use crate::table::aligned;
use crate::terminal;

/// The most characters of a name in a line of text.
const NAME_MAX: usize = 64;

/// Returns the roles, or those that a search finds.
///
/// # Errors
/// If the application does not answer.
pub(super) fn list(
    client: &Client,
    environment: &Environment,
    search: Option<&str>,
    format: Format,
) -> Result<String, Problem> {
    if format == Format::Json {
        return list_json(client, environment, search);
    }
    let list = client.list(search.map(str::to_owned))?;
    let names = list.rows.iter().map(|role| role.name.as_str());
    tell_unlisted(client, environment, search, names);
    let text = match (list.rows.is_empty(), search) {
        (false, _) => roles(&list, environment.paint),
        (true, Some(text)) => format!("No role matches \"{}\".", echo(text)),
        (true, None) => {
            "There are no roles yet. Add one in Rolecall's window or in roles.toml.".to_owned()
        }
    };
    Ok(with_instance(&list.snapshot, text))
}

fn list_json(
    client: &Client,
    environment: &Environment,
    search: Option<&str>,
) -> Result<String, Problem> {
    let snapshot = match search {
        Some(text) => client.search(text.to_owned())?,
        None => client.snapshot()?,
    };
    let names = snapshot.roles.iter().map(|role| role.name.as_str());
    tell_unlisted(client, environment, search, names);
    json(&snapshot.roles)
}

/// Tells which roles of this terminal's own files are not listed, because the application reads others.
fn tell_unlisted<'a>(
    client: &Client,
    environment: &Environment,
    search: Option<&str>,
    listed: impl Iterator<Item = &'a str>,
) {
    if let Some(other) = OtherFiles::find(client, environment)
        && let Some(note) = unlisted(&other, environment, search, &listed.collect())
    {
        terminal::tell(&note);
    }
}

fn unlisted(
    other: &OtherFiles,
    environment: &Environment,
    search: Option<&str>,
    listed: &HashSet<&str>,
) -> Option<String> {
    let search = search.unwrap_or_default().to_lowercase();
    let is_listed = |name: &str| listed.contains(name);
    let roles = catalogue::roles_here(environment).into_iter();
    let names: Vec<String> = roles
        .map(|role| role.name)
        .filter(|name| name.to_lowercase().contains(&search) && !is_listed(name))
        .map(|name| visible(&name))
        .collect();
    let first = names.first()?;
    let more = match names.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    Some(format!("Not listed: {first}{more}. {}", other.note()))
}

/// Returns the names of the roles that a search finds, one a line.
///
/// # Errors
/// If the application does not answer.
pub(super) fn names(client: &Client, search: &str) -> Result<String, Problem> {
    let names = client.names(search.to_owned())?;
    let shown: Vec<String> = names.iter().map(|name| visible(name)).collect();
    Ok(shown.join("\n"))
}

/// Returns the sessions, open questions and problems.
///
/// # Errors
/// If the application does not answer.
pub(super) fn status(client: &Client, truth: Truth, format: Format) -> Result<String, Problem> {
    if truth == Truth::Checked {
        client.perform(Call::CheckSessions)?;
    }
    let snapshot = client.sessions()?;
    if format == Format::Json {
        return json(&serde_json::json!({
            "mode": snapshot.mode,
            "endpoint": snapshot.endpoint,
            "sessions": snapshot.sessions,
            "key_sessions": snapshot.key_sessions,
            "questions": snapshot.consents().collect::<Vec<_>>(),
            "problems": snapshot.problems,
        }));
    }
    let mut parts = Vec::new();
    if snapshot.sessions.is_empty() && snapshot.key_sessions.is_empty() {
        parts.push("No session is active.".to_owned());
    } else {
        parts.push(sessions(&snapshot, now_of(&snapshot)));
    }
    let questions = snapshot.consents();
    parts.extend(questions.map(|it| {
        let (asker, wanted) = (visible(&it.asker()), visible(&it.target(NAME_MAX)));
        format!(
            "? {asker} wants access to {wanted}. Answer in Rolecall's window, or with: rolecall answer"
        )
    }));
    let problems = snapshot.problems.iter();
    parts.extend(problems.map(|problem| format!("! {}", visible(&problem.to_string()))));
    Ok(with_instance(&snapshot, parts.join("\n")))
}

fn roles(list: &RoleList, paint: Paint) -> String {
    let now = now_of(&list.snapshot);
    let sessions = list.snapshot.sessions.iter();
    let states: HashMap<&str, String> = sessions
        .map(|session| (session.role.as_str(), state(session, now)))
        .collect();
    let header = ["ROLE", "ACCOUNT", "SOURCE", "SESSION", "GROUP"];
    let rows = list.rows.iter().map(|role| {
        let state = states.get(role.name.as_str()).map(String::as_str);
        let otherwise = match role.needs_setup {
            true => "needs setup",
            false => "-",
        };
        [
            role.name.as_str(),
            role.account_id.as_str(),
            role.source.as_str(),
            state.unwrap_or(otherwise),
            role.group.as_str(),
        ]
    });
    let rows: Vec<[&str; 5]> = std::iter::once(header).chain(rows).collect();
    with_labels(&aligned(&rows), &list.rows, paint)
}

/// Adds the roles' labels as the last column, if a role has one.
fn with_labels(table: &str, roles: &[RoleRow], paint: Paint) -> String {
    let all: Vec<String> = roles.iter().map(|role| labels(role, paint)).collect();
    if all.iter().all(String::is_empty) {
        return table.to_owned();
    }
    let width = table.lines().map(|line| line.chars().count()).max();
    let width = width.unwrap_or_default();
    let column = std::iter::once("LABELS").chain(all.iter().map(String::as_str));
    let lines = table.lines().zip(column);
    let lines =
        lines.map(|(line, labels)| format!("{line:width$}  {labels}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

fn labels(role: &RoleRow, paint: Paint) -> String {
    let production = role.production.then(|| paint.warning("production"));
    let favourite = role.favourite.then(|| "favourite".to_owned());
    let colour = role.colour;
    let colour = colour.map(|colour| paint.tinted(&format!("● {}", colour.name()), colour));
    let labels: Vec<String> = [production, favourite, colour]
        .into_iter()
        .flatten()
        .collect();
    labels.join(", ")
}

fn sessions(snapshot: &Snapshot, now: Timestamp) -> String {
    let rows: Vec<[String; 3]> = snapshot
        .sessions
        .iter()
        .map(|session| {
            let detail = match (&session.identity, &session.problem) {
                (_, Some(problem)) => problem.to_string(),
                (Some(identity), None) => identity.clone(),
                (None, None) => session.role_arn.clone(),
            };
            let detail = format!("{detail}{}", outlook(session));
            [session.role.clone(), state(session, now), detail]
        })
        .collect();
    let keys = snapshot.key_sessions.iter();
    let keys = keys.map(|it| [it.key.clone(), key_state(it, now), it.user_arn.clone()]);
    aligned(&rows.into_iter().chain(keys).collect::<Vec<_>>())
}

/// Returns which programs use a session, and when it is renewed by itself.
fn outlook(session: &SessionView) -> String {
    let used = match session.used_by.as_slice() {
        [] => String::new(),
        [program] => format!(", used by {program}"),
        [program, more @ ..] => format!(", used by {program} and {} more", more.len()),
    };
    let renews = session.renews_at;
    let renews = renews.map_or(String::new(), |at| {
        let again = session
            .problem
            .as_ref()
            .map_or("renews itself", |_| "tries again");
        format!(", {again} at {}", clock_text(at))
    });
    format!("{used}{renews}")
}

fn key_state(session: &KeySessionView, now: Timestamp) -> String {
    let left = until(session.left_at(now), session.expires_at);
    format!("access key, {left}")
}

fn until(left: SignedDuration, expires_at: Timestamp) -> String {
    let left = time_left(left);
    format!("{left} left, until {}", clock_text(expires_at))
}

/// Returns the state of a session: its time left, or what it waits for.
pub(super) fn state(session: &SessionView, now: Timestamp) -> String {
    match session.phase {
        Phase::Active | Phase::Expiring => until(
            session.left_at(now).unwrap_or_default(),
            session.expires_at.unwrap_or(now),
        ),
        Phase::Assuming => match session.waiting_for {
            Some(WaitingFor::Code | WaitingFor::NextCode) => "waits for a code".to_owned(),
            Some(WaitingFor::Reason) => "waits for a reason".to_owned(),
            Some(WaitingFor::Answer) | None => "is being assumed".to_owned(),
        },
        Phase::Failed => "failed".to_owned(),
        Phase::Expired => "expired".to_owned(),
    }
}

/// Returns an instant as the time of day in UTC. The reader's time zone is not known here.
pub(super) fn clock_text(instant: Timestamp) -> String {
    instant.strftime("%H:%M UTC").to_string()
}

/// Begins the text with a line about the practice account or a custom endpoint, if it is one.
fn with_instance(snapshot: &Snapshot, text: String) -> String {
    let endpoint = snapshot.endpoint.as_deref().map(visible);
    match (snapshot.mode, endpoint) {
        (Mode::Own, None) => text,
        (Mode::Own, Some(endpoint)) => format!("Custom endpoint: {endpoint}\n{text}"),
        (Mode::Practice, None) => format!("Practice account\n{text}"),
        (Mode::Practice, Some(endpoint)) => format!("Practice account at {endpoint}\n{text}"),
    }
}

/// Returns the present by AWS's clock: the application knows the difference.
#[expect(clippy::disallowed_methods, reason = "time left counts from now")]
pub(super) fn now_of(snapshot: &Snapshot) -> Timestamp {
    let now = Timestamp::now();
    now.saturating_add(SignedDuration::from_millis(snapshot.clock_offset_ms))
        .unwrap_or(now)
}
