//! The roles in the tray's menu that have no session, and the menu of limits.

use std::collections::{HashMap, HashSet};

use super::entry::{
    About, GLANCE_MAX, MenuAction, MenuItem, PRODUCTION, action, coloured, submenu,
};
use crate::role::limits::{AccessLimit, LimitsView};
use crate::value::name::Name;
use crate::value::sanitise::cut;
use crate::view::snapshot::{RoleView, Snapshot};

/// The maximum number of favourites, and of roles without a group, in the menu. The window lists all.
const TOP_MAX: usize = 15;
/// The maximum number of roles of a group in the menu.
const GROUP_MAX: usize = 30;
/// The maximum number of recently used roles in the menu.
const RECENT_MAX: usize = 5;
/// The maximum number of roles that the menu offers with limits.
const LIMITED_MAX: usize = 20;
/// The maximum number of groups in the menu: recently used ones, then in the catalogue's order.
const GROUPS_MAX: usize = 12;

pub(super) fn roles(snapshot: &Snapshot) -> Vec<MenuItem> {
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
        role_items(&favourites, TOP_MAX),
        role_items(&recent, RECENT_MAX),
        others(&free, is_first, &snapshot.recent),
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
) -> Vec<MenuItem> {
    let ungrouped = free.iter().copied().filter(|role| role.group.is_none());
    let ungrouped: Vec<&RoleView> = ungrouped.filter(|role| !is_first(role)).collect();
    let groups = groups(free, used);
    let mut items = if ungrouped.len() > TOP_MAX && !groups.is_empty() {
        let members = role_items(&ungrouped, GROUP_MAX);
        vec![submenu(About::Ungrouped, "Ungrouped roles", None, members)]
    } else {
        role_items(&ungrouped, TOP_MAX)
    };
    let shown = groups.iter().take(GROUPS_MAX);
    items.extend(shown.map(|(name, members)| {
        let about = About::Group((*name).to_owned());
        submenu(about, name, None, role_items(members, GROUP_MAX))
    }));
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

fn role_items(roles: &[&RoleView], most: usize) -> Vec<MenuItem> {
    let shown = roles.iter().take(most);
    let mut items: Vec<MenuItem> = shown.filter_map(|role| role_item(role)).collect();
    if roles.len() > most {
        let more = format!("{} more…", roles.len() - most);
        items.push(action(&more, MenuAction::Open));
    }
    items
}

fn role_item(role: &RoleView) -> Option<MenuItem> {
    let star = if role.favourite { "★ " } else { "" };
    let name = cut(&role.name, 44);
    if role.problem.is_some() {
        let label = format!("{star}{name}{} (needs setup)", production_of(role));
        return Some(coloured(&label, role.colour, MenuAction::Open));
    }
    let parsed = Name::parse(&role.name).ok()?;
    let assume = MenuAction::Assume(parsed);
    let production = production_of(role);
    Some(coloured(
        &format!("{star}{name}{production}"),
        role.colour,
        assume,
    ))
}

/// Returns the suffix of a role that acts on production, or nothing.
fn production_of(role: &RoleView) -> &'static str {
    if role.production { PRODUCTION } else { "" }
}

/// Returns entries to assume each role with limited permissions.
pub(super) fn limited(snapshot: &Snapshot) -> Vec<MenuItem> {
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
    vec![submenu(About::Limits, "Assume with limits", None, items)]
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
        items.push(action(
            &label,
            MenuAction::AssumeLimited(name.clone(), lock),
        ));
    }
    let label = format!("{}{}", cut(&role.name, 44), production_of(role));
    (!items.is_empty()).then(|| submenu(About::Limited(name), &label, role.colour, items))
}
