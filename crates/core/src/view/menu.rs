//! The tray's menu and icon as plain values: a function of the snapshot and the time.

mod entry;
mod roles;
mod sessions;

use jiff::Timestamp;

pub use self::entry::{About, MenuAction, MenuItem};
use self::entry::{GLANCE_MAX, action, submenu};
use self::roles::{limited, roles};
use self::sessions::{key_session_text, session_text, sessions};
use crate::asker::consent::Reply;
use crate::session::{Phase, left_of};
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise::{cut, menu_label};
use crate::view::question::{ConsentView, QuestionView};
use crate::view::snapshot::{Mode, SessionView, Snapshot};

/// The maximum length of what needs the user, in the tooltip, in characters.
const TOOLTIP_MAX: usize = 120;

/// The content of the tray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tray {
    /// The icon.
    pub icon: TrayIcon,
    /// The tooltip.
    pub tooltip: String,
    /// The menu, from top to bottom.
    pub items: Vec<MenuItem>,
}

/// The four states of the icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrayIcon {
    /// No session.
    Idle,
    /// At least one session, and none expires soon.
    Active(Life),
    /// A session expires soon or could not be renewed, a code is needed, or a program waits for permission.
    Expiring(Life),
    /// The user has to do something before Rolecall works: there is a problem, or a role failed and no session is
    /// active.
    Problem,
}

/// What the ring of the icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Life {
    /// What is left of the session that ends first, in eighths of its duration, rounded up; 0 if there is none.
    pub eighths: u8,
    /// Whether a session acts on production.
    pub production: bool,
}

/// The most eighths.
pub const EIGHTHS: u8 = 8;

/// Returns the content of the tray for `snapshot` at `now`.
pub fn tray(snapshot: &Snapshot, now: Timestamp) -> Tray {
    Tray {
        icon: icon(snapshot, now),
        tooltip: tooltip(snapshot, now),
        items: menu(snapshot, now),
    }
}

/// Updates the times in a `tray` that was made from this same snapshot. Returns whether any changed.
pub(super) fn update_times(tray: &mut Tray, snapshot: &Snapshot, now: Timestamp) -> bool {
    let (icon, tooltip) = (icon(snapshot, now), tooltip(snapshot, now));
    let timed = sessions(snapshot, now);
    let begin = match notes(snapshot).len() {
        0 => 0,
        notes => notes + 1,
    };
    let place = begin..begin + timed.len();
    let is_changed = tray.icon != icon
        || tray.tooltip != tooltip
        || tray.items.get(place.clone()) != Some(&timed);
    if is_changed {
        tray.icon = icon;
        tray.tooltip = tooltip;
        tray.items.splice(place, timed);
    }
    is_changed
}

fn icon(snapshot: &Snapshot, now: Timestamp) -> TrayIcon {
    let has = |phase| {
        snapshot
            .sessions
            .iter()
            .any(|session| session.phase == phase)
    };
    let has_live = snapshot.sessions.iter().any(is_live) || !snapshot.key_sessions.is_empty();
    let failed_renewal = |session: &SessionView| is_live(session) && session.problem.is_some();
    if problems(snapshot).next().is_some() || (!has_live && has(Phase::Failed)) {
        TrayIcon::Problem
    } else if has(Phase::Expiring)
        || snapshot.sessions.iter().any(failed_renewal)
        || !snapshot.open_questions.is_empty()
    {
        TrayIcon::Expiring(life(snapshot, now))
    } else if has_live {
        TrayIcon::Active(life(snapshot, now))
    } else {
        TrayIcon::Idle
    }
}

/// Returns what the ring shows at `now`.
fn life(snapshot: &Snapshot, now: Timestamp) -> Life {
    let mut live = snapshot.sessions.iter().filter(|it| is_live(it));
    let of_roles = live.clone().filter_map(|it| {
        let expires_at = it.expires_at?;
        Some((expires_at, it.issued_at.unwrap_or(now)))
    });
    let of_keys = snapshot.key_sessions.iter();
    let of_keys = of_keys.map(|it| (it.expires_at, it.issued_at));
    let first = of_roles.chain(of_keys).min();
    Life {
        eighths: first.map_or(0, |(end, begin)| eighths(begin, end, now)),
        production: live.any(|it| it.production),
    }
}

/// Returns how many eighths of a life from `begin` to `end` are left at `now`, rounded up.
fn eighths(begin: Timestamp, end: Timestamp, now: Timestamp) -> u8 {
    let whole = end.duration_since(begin).as_millis().max(1);
    let left = left_of(begin, end, now).as_millis().max(0);
    let eighths = (left * i128::from(EIGHTHS) + whole - 1) / whole;
    u8::try_from(eighths).unwrap_or(EIGHTHS)
}

fn is_live(session: &SessionView) -> bool {
    matches!(session.phase, Phase::Active | Phase::Expiring)
}

/// Returns the problems that the user has to solve. What happened to the program's file waits for a good moment.
fn problems(snapshot: &Snapshot) -> impl Iterator<Item = &Problem> {
    let problems = snapshot.problems.iter();
    problems.filter(|problem| !is_of_program(problem))
}

fn is_of_program(problem: &Problem) -> bool {
    matches!(problem.code, ProblemCode::Updated | ProblemCode::Removed)
}

fn tooltip(snapshot: &Snapshot, now: Timestamp) -> String {
    let title = match snapshot.mode {
        Mode::Own => "Rolecall",
        Mode::Practice => "Rolecall practice",
    };
    let of_keys = snapshot.key_sessions.iter();
    let of_keys = of_keys.map(|session| key_session_text(session, now));
    let live = snapshot.sessions.iter().filter(|it| is_live(it));
    let of_roles = live.map(|session| session_text(session, now));
    let lines: Vec<String> = of_roles.chain(of_keys).collect();
    let sessions = match lines.as_slice() {
        [] => "no active session".to_owned(),
        [one] => one.clone(),
        [first, ..] => format!("{} sessions, next to end {first}", lines.len()),
    };
    match attention(snapshot) {
        Some(why) => format!("{title}: {}\n{sessions}", cut(&why, TOOLTIP_MAX)),
        None => format!("{title}: {sessions}"),
    }
}

/// Returns what needs the user most; `None` if nothing does.
fn attention(snapshot: &Snapshot) -> Option<String> {
    let question = snapshot.open_questions.first().map(|it| match it {
        QuestionView::Code(code) => format!("enter the code for {}", code.roles.join(", ")),
        QuestionView::Reason(reason) => format!("enter the reason for {}", reason.role),
        QuestionView::Production(it) => format!("confirm production for {}", it.role),
        QuestionView::Consent(consent) => {
            format!("{} wants access to {}", consent.asker(), consent.target(24))
        }
    });
    let problem = problems(snapshot).next().map(|it| it.what.clone());
    let failed = snapshot.sessions.iter().find_map(|session| {
        let problem = session.problem.as_ref()?;
        Some(format!("{}: {}", session.role, problem.what))
    });
    question.or(problem).or(failed)
}

fn menu(snapshot: &Snapshot, now: Timestamp) -> Vec<MenuItem> {
    let mut sections = vec![
        notes(snapshot),
        sessions(snapshot, now),
        roles(snapshot),
        limited(snapshot),
        ending(snapshot),
    ];
    sections.retain(|section| !section.is_empty());
    sections.join(&MenuItem::Separator)
}

/// Returns what the user must know before clicking: the mode, open questions and problems.
fn notes(snapshot: &Snapshot) -> Vec<MenuItem> {
    let mut items = Vec::new();
    match (snapshot.mode, &snapshot.endpoint) {
        (Mode::Practice, _) => items.push(MenuItem::Text("Practice account".into())),
        (Mode::Own, Some(endpoint)) => {
            items.push(MenuItem::Text(menu_label(&format!("Endpoint {endpoint}"))));
        }
        (Mode::Own, None) => {}
    }
    items.extend(snapshot.consents().map(question));
    for prompt in snapshot.codes() {
        let label = format!("Enter code for {}…", cut(&prompt.roles.join(", "), 40));
        items.push(action(&label, MenuAction::Open));
    }
    for prompt in snapshot.reasons() {
        let label = format!("Enter reason for {}…", cut(&prompt.role, 40));
        items.push(action(&label, MenuAction::Open));
    }
    for question in snapshot.productions() {
        let label = format!("Confirm production for {}…", cut(&question.role, 40));
        items.push(action(&label, MenuAction::Open));
    }
    items.extend(snapshot.problems.iter().map(|problem| match problem.code {
        ProblemCode::Updated | ProblemCode::Removed => action(&problem.what, MenuAction::Open),
        _ => action(&format!("Problem: {}", problem.what), MenuAction::Open),
    }));
    items
}

fn question(question: &ConsentView) -> MenuItem {
    let reply = |reply: Reply| action(reply.label(), MenuAction::Reply(question.id, reply));
    let tree = question.tree.as_ref().map(|_| reply(Reply::AllowTree));
    let mut items = vec![
        MenuItem::Text(menu_label(&question.origin())),
        reply(Reply::AllowOnce),
    ];
    items.extend(tree);
    items.extend([reply(Reply::Deny), action("More…", MenuAction::Open)]);
    let label = format!(
        "{} wants access to {}",
        question.asker(),
        question.target(24)
    );
    submenu(About::Question(question.id), &label, None, items)
}

fn ending(snapshot: &Snapshot) -> Vec<MenuItem> {
    let roles = snapshot.roles.len();
    let search = format!("Search {roles} roles…");
    let search = (roles > GLANCE_MAX).then(|| action(&search, MenuAction::Open));
    let open = action("Open Rolecall", MenuAction::Open);
    let is_outdated = |it: &Problem| it.code == ProblemCode::Updated;
    let restart = snapshot.problems.iter().any(is_outdated);
    let restart = restart.then(|| action("Restart Rolecall", MenuAction::Restart));
    let quit = action("Quit", MenuAction::Quit);
    let items = [search, Some(open), restart, Some(quit)];
    items.into_iter().flatten().collect()
}
