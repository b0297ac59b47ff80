//! The tray's menu and icon as plain values: a function of the snapshot and the time.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::asker::consent::Reply;
use crate::catalogue::marks::Colour;
use crate::role::limits::{AccessLimit, LimitsView};
use crate::session::Phase;
use crate::session::shell::Shell;
use crate::value::duration::time_left;
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise::{cut, menu_label};
use crate::view::question::{ConsentView, QuestionView};
use crate::view::snapshot::{KeySessionView, Mode, RoleView, SessionView, Snapshot};

/// The maximum number of favourites, and of roles without a group, in the menu. The window lists all.
const TOP_MAX: usize = 15;
/// The maximum number of roles of a group in the menu.
const GROUP_MAX: usize = 30;
/// The maximum number of recently used roles in the menu.
const RECENT_MAX: usize = 5;
/// With up to this many roles, recently used roles are not listed separately.
const GLANCE_MAX: usize = 12;
/// The suffix of a role that acts on production.
const PRODUCTION: &str = " · production";
/// The maximum number of roles that the menu offers with limits.
const LIMITED_MAX: usize = 20;
/// The maximum number of groups in the menu: recently used ones, then in the catalogue's order.
const GROUPS_MAX: usize = 12;

/// The maximum length of what needs the user, in the tooltip, in characters.
const TOOLTIP_MAX: usize = 120;
/// The maximum length of the cause of a failure, in the menu, in characters.
const WHY_MAX: usize = 90;

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
    Active,
    /// A session expires soon or could not be renewed, a code is needed, or a program waits for permission.
    Expiring,
    /// The user has to do something before Rolecall works: there is a problem, or a role failed and no session is
    /// active.
    Problem,
}

/// One entry of the menu. Labels are ready for display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MenuItem {
    /// A line between entries.
    Separator,
    /// Text that cannot be clicked.
    Text(String),
    /// An entry with an action.
    Action {
        /// The label.
        label: String,
        /// The colour of its role.
        colour: Option<Colour>,
        /// The action.
        action: MenuAction,
    },
    /// A submenu.
    Submenu {
        /// The label.
        label: String,
        /// The colour of its role.
        colour: Option<Colour>,
        /// Its entries.
        items: Vec<MenuItem>,
    },
}

/// The action of a click.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MenuAction {
    /// Assumes a role.
    Assume(Name),
    /// Assumes a role with limits.
    AssumeLimited(Name, LimitsView),
    /// Copies the export block of a session.
    Copy(Name, Shell),
    /// Assumes the role of a session again.
    Renew(Name),
    /// Ends the session of a role.
    End(Name),
    /// Ends the session of an access key.
    EndKey(Name),
    /// Answers the question with this ID.
    Reply(u64, Reply),
    /// Opens the page of a role in the window.
    Show(Name),
    /// Removes the failed or expired sessions of these roles from the menu.
    Dismiss(Vec<Name>),
    /// Opens the window.
    Open,
    /// Quits, and starts the installed program.
    Restart,
    /// Quits.
    Quit,
}

/// Returns the content of the tray for `snapshot` at `now`.
pub fn tray(snapshot: &Snapshot, now: Timestamp) -> Tray {
    Tray {
        icon: icon(snapshot),
        tooltip: tooltip(snapshot, now),
        items: menu(snapshot, now),
    }
}

fn icon(snapshot: &Snapshot) -> TrayIcon {
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
        TrayIcon::Expiring
    } else if has_live {
        TrayIcon::Active
    } else {
        TrayIcon::Idle
    }
}

fn is_live(session: &SessionView) -> bool {
    matches!(session.phase, Phase::Active | Phase::Expiring)
}

/// Returns the problems that the user has to solve. An update waits for a good moment.
fn problems(snapshot: &Snapshot) -> impl Iterator<Item = &Problem> {
    let problems = snapshot.problems.iter();
    problems.filter(|problem| problem.code != ProblemCode::Updated)
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
    items.extend(snapshot.problems.iter().map(|problem| match problem.code {
        ProblemCode::Updated => action(&problem.what, MenuAction::Open),
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
    submenu(&label, None, items)
}

/// Returns the sessions: live ones first, then those of keys, then those that failed or expired.
fn sessions(snapshot: &Snapshot, now: Timestamp) -> Vec<MenuItem> {
    let item = |session| session_item(session, now);
    let (ended, current): (Vec<_>, Vec<_>) = snapshot
        .sessions
        .iter()
        .partition(|session| matches!(session.phase, Phase::Failed | Phase::Expired));
    let of_keys = snapshot.key_sessions.iter();
    let of_keys = of_keys.filter_map(|session| key_session_item(session, now));
    let mut items: Vec<MenuItem> = current
        .into_iter()
        .filter_map(item)
        .chain(of_keys)
        .collect();
    let expired = ended.iter().filter(|it| it.phase == Phase::Expired);
    let expired: Vec<Name> = expired
        .filter_map(|it| Name::parse(&it.role).ok())
        .collect();
    items.extend(ended.into_iter().filter_map(item));
    if !expired.is_empty() {
        items.push(action("Dismiss expired", MenuAction::Dismiss(expired)));
    }
    items
}

fn key_session_item(session: &KeySessionView, now: Timestamp) -> Option<MenuItem> {
    let name = Name::parse(&session.key).ok()?;
    let items = vec![action("End", MenuAction::EndKey(name))];
    Some(submenu(&key_session_text(session, now), None, items))
}

fn key_session_text(session: &KeySessionView, now: Timestamp) -> String {
    let left = time_left(session.left_at(now));
    format!("{} · access key · {left}", cut(&session.key, 44))
}

fn session_item(session: &SessionView, now: Timestamp) -> Option<MenuItem> {
    let name = Name::parse(&session.role).ok()?;
    let label = session_text(session, now);
    Some(match session.phase {
        Phase::Assuming => MenuItem::Text(menu_label(&label)),
        Phase::Failed => submenu(&label, session.colour, failed_items(session, name)),
        Phase::Expired => coloured(&label, session.colour, MenuAction::Assume(name)),
        Phase::Active | Phase::Expiring => {
            let copies = Shell::IN_MENUS
                .map(|shell| action(shell.label(), MenuAction::Copy(name.clone(), shell)));
            let items = vec![
                submenu("Copy for", None, copies.into()),
                action("Renew", MenuAction::Renew(name.clone())),
                action("End", MenuAction::End(name)),
            ];
            submenu(&label, session.colour, items)
        }
    })
}

fn failed_items(session: &SessionView, name: Name) -> Vec<MenuItem> {
    let what = session
        .problem
        .as_ref()
        .map(|problem| cut(&problem.what, WHY_MAX));
    let mut items: Vec<MenuItem> = what
        .iter()
        .map(|it| MenuItem::Text(menu_label(it)))
        .collect();
    items.extend([
        action("Try again", MenuAction::Assume(name.clone())),
        action("Why…", MenuAction::Show(name.clone())),
        action("Dismiss", MenuAction::Dismiss(vec![name])),
    ]);
    items
}

fn session_text(session: &SessionView, now: Timestamp) -> String {
    let state = match (session.phase, session.left_at(now)) {
        (Phase::Active | Phase::Expiring, Some(left)) => time_left(left),
        (Phase::Active | Phase::Expiring, None) => "active".into(),
        (Phase::Assuming, _) => "assuming…".into(),
        (Phase::Failed, _) => "failed".into(),
        (Phase::Expired, _) => "expired, assume again".into(),
    };
    let production = if session.production { PRODUCTION } else { "" };
    format!("{}{production} · {state}", cut(&session.role, 44))
}

fn roles(snapshot: &Snapshot) -> Vec<MenuItem> {
    let confirm = Confirm::of(snapshot);
    let taken: HashSet<&str> = snapshot.sessions.iter().map(|s| s.role.as_str()).collect();
    let roles = snapshot.roles.iter();
    let free: Vec<&RoleView> = roles
        .filter(|role| !taken.contains(role.name.as_str()))
        .collect();
    let favourites: Vec<&RoleView> = free.iter().copied().filter(|it| it.favourite).collect();
    let recent = recent(snapshot, &free);
    let first: HashSet<&str> = favourites
        .iter()
        .chain(&recent)
        .map(|it| &*it.name)
        .collect();
    let is_first = |role: &&RoleView| first.contains(role.name.as_str());
    let mut sections = vec![
        role_items(&favourites, TOP_MAX, confirm),
        role_items(&recent, RECENT_MAX, confirm),
        others(&free, is_first, &snapshot.recent, confirm),
    ];
    sections.retain(|section| !section.is_empty());
    sections.join(&MenuItem::Separator)
}

/// Returns the most recently used roles except favourites, or none if there are few roles.
fn recent<'a>(snapshot: &Snapshot, free: &[&'a RoleView]) -> Vec<&'a RoleView> {
    if free.len() <= GLANCE_MAX {
        return Vec::new();
    }
    let usable = free
        .iter()
        .filter(|role| role.problem.is_none() && !role.favourite);
    let by_name: HashMap<&str, &RoleView> =
        usable.map(|role| (role.name.as_str(), *role)).collect();
    let named = snapshot.recent.iter();
    let found = named.filter_map(|name| by_name.get(name.as_str()).copied());
    found.take(RECENT_MAX).collect()
}

/// Returns the roles without a group that are not listed above, in a submenu if there are many, and then the complete
/// groups.
fn others(
    free: &[&RoleView],
    is_first: impl Fn(&&RoleView) -> bool,
    used: &[String],
    confirm: Confirm,
) -> Vec<MenuItem> {
    let ungrouped = free.iter().copied().filter(|role| role.group.is_none());
    let ungrouped: Vec<&RoleView> = ungrouped.filter(|role| !is_first(role)).collect();
    let groups = groups(free, used);
    let mut items = if ungrouped.len() > TOP_MAX && !groups.is_empty() {
        let members = role_items(&ungrouped, GROUP_MAX, confirm);
        vec![submenu("Ungrouped roles", None, members)]
    } else {
        role_items(&ungrouped, TOP_MAX, confirm)
    };
    let shown = groups.iter().take(GROUPS_MAX);
    items.extend(
        shown.map(|(name, members)| submenu(name, None, role_items(members, GROUP_MAX, confirm))),
    );
    if groups.len() > GROUPS_MAX {
        let more = format!("{} more groups…", groups.len() - GROUPS_MAX);
        items.push(action(&more, MenuAction::Open));
    }
    items
}

/// Returns the groups in the catalogue's order. If there are too many, recently used ones come first.
fn groups<'a>(free: &[&'a RoleView], used: &[String]) -> Vec<(&'a str, Vec<&'a RoleView>)> {
    let mut groups: Vec<(&str, Vec<&RoleView>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for role in free {
        let Some(group) = role.group.as_deref() else {
            continue;
        };
        let place = *places.entry(group).or_insert_with(|| {
            groups.push((group, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(role);
    }
    if groups.len() > GROUPS_MAX {
        let ranks: HashMap<&str, usize> = used.iter().map(String::as_str).zip(0..).collect();
        let rank = |role: &&RoleView| ranks.get(role.name.as_str()).copied();
        groups.sort_by_cached_key(|(_, members)| {
            members.iter().filter_map(rank).min().unwrap_or(usize::MAX)
        });
    }
    groups
}

fn role_items(roles: &[&RoleView], most: usize, confirm: Confirm) -> Vec<MenuItem> {
    let shown = roles.iter().take(most);
    let mut items: Vec<MenuItem> = shown.filter_map(|role| role_item(role, confirm)).collect();
    if roles.len() > most {
        let more = format!("{} more…", roles.len() - most);
        items.push(action(&more, MenuAction::Open));
    }
    items
}

fn role_item(role: &RoleView, confirm: Confirm) -> Option<MenuItem> {
    let star = if role.favourite { "★ " } else { "" };
    let name = cut(&role.name, 44);
    if role.problem.is_some() {
        let label = format!("{star}{name} (needs setup)");
        return Some(coloured(&label, role.colour, MenuAction::Open));
    }
    let assume = MenuAction::Assume(Name::parse(&role.name).ok()?);
    Some(match (role.production, confirm) {
        (true, Confirm::Production) => submenu(
            &format!("{star}{name}{PRODUCTION}"),
            role.colour,
            vec![action("Confirm: this is production", assume)],
        ),
        (true, Confirm::Nothing) => {
            coloured(&format!("{star}{name}{PRODUCTION}"), role.colour, assume)
        }
        (false, _) => coloured(&format!("{star}{name}"), role.colour, assume),
    })
}

/// What needs a second click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Confirm {
    Nothing,
    Production,
}

impl Confirm {
    fn of(snapshot: &Snapshot) -> Self {
        match snapshot.settings.confirm_production {
            true => Self::Production,
            false => Self::Nothing,
        }
    }
}

/// Returns entries to assume each role with limited permissions.
fn limited(snapshot: &Snapshot) -> Vec<MenuItem> {
    let usable = snapshot.roles.iter().filter(|role| role.problem.is_none());
    let mut items: Vec<MenuItem> = usable
        .clone()
        .take(LIMITED_MAX)
        .filter_map(|role| limited_item(role, snapshot.settings.region.as_deref()))
        .collect();
    if usable.count() > LIMITED_MAX {
        items.push(action("More roles…", MenuAction::Open));
    }
    if items.is_empty() {
        return items;
    }
    vec![submenu("Assume with limits", None, items)]
}

fn limited_item(role: &RoleView, default_region: Option<&str>) -> Option<MenuItem> {
    let name = Name::parse(&role.name).ok()?;
    let read_only = LimitsView {
        access: Some(AccessLimit::ReadOnly),
        region: None,
    };
    let mut items = Vec::new();
    // Session policies add up, so another policy cannot limit a role that has its own.
    if role.policy.is_none() && role.policy_arns.is_empty() {
        let action_of = MenuAction::AssumeLimited(name.clone(), read_only);
        items.push(action("Read-only", action_of));
    }
    if let Some(region) = role.region.as_deref().or(default_region) {
        let lock = LimitsView {
            access: None,
            region: Some(region.to_owned()),
        };
        let label = format!("Only {region}");
        items.push(action(&label, MenuAction::AssumeLimited(name, lock)));
    }
    (!items.is_empty()).then(|| submenu(&cut(&role.name, 44), role.colour, items))
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

fn action(label: &str, action: MenuAction) -> MenuItem {
    coloured(label, None, action)
}

fn coloured(label: &str, colour: Option<Colour>, action: MenuAction) -> MenuItem {
    MenuItem::Action {
        label: menu_label(label),
        colour,
        action,
    }
}

fn submenu(label: &str, colour: Option<Colour>, items: Vec<MenuItem>) -> MenuItem {
    MenuItem::Submenu {
        label: menu_label(label),
        colour,
        items,
    }
}
