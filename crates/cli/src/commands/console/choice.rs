//! Which role an address of the console is for.

use rolecall_core::console::link::{ConsoleLink, SaidBy};
use rolecall_core::value::arn::Arn;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::{echo, visible};
use rolecall_core::view::snapshot::{RoleView, Snapshot};

use crate::terminal::{self, Echo};

/// How many roles are listed.
const LISTED_MAX: usize = 20;

/// Returns the name of the role for an address. Asks if several fit.
///
/// # Errors
/// If it is not an address of the console, no role fits, or nobody can be asked.
pub(super) fn role_for(url: &str, snapshot: &Snapshot) -> Result<String, Problem> {
    let link = ConsoleLink::parse(url)?;
    let mut fitting = fitting(&link, snapshot);
    fitting.sort_by_key(|role| rank(role, snapshot));
    match fitting.as_slice() {
        [] => Err(none_fits(&link)),
        [one] => {
            let (name, account) = (visible(&one.name), visible(&one.account_id));
            terminal::tell(&format!("Using {name} in account {account}."));
            Ok(one.name.clone())
        }
        several => ask(several, &link),
    }
}

/// Returns the roles that can open the page: those of its account, or all of its partition if it has none.
fn fitting<'a>(link: &ConsoleLink, snapshot: &'a Snapshot) -> Vec<&'a RoleView> {
    let roles = snapshot.roles.iter();
    let roles = roles.filter(|role| role.problem.is_none());
    let roles: Vec<&RoleView> = roles
        .filter(|role| Arn::partition_of(&role.arn) == Some(link.partition.name))
        .collect();
    let narrowed = |roles: &[&'a RoleView], fits: &dyn Fn(&RoleView) -> bool| {
        let found = roles.iter().copied().filter(|role| fits(role));
        found.collect::<Vec<&RoleView>>()
    };
    let of_account = match &link.account {
        Some(account) => narrowed(&roles, &|role| role.account_id == account.id),
        None => roles.clone(),
    };
    let is_shared = link.account.as_ref().map(|it| it.said_by) == Some(SaidBy::Resource);
    let fitting = match of_account.is_empty() && is_shared {
        true => roles,
        false => of_account,
    };
    let Some(name) = &link.role_name else {
        return fitting;
    };
    let end = format!("/{name}");
    match narrowed(&fitting, &|role| role.arn.ends_with(&end)) {
        none if none.is_empty() => fitting,
        named => named,
    }
}

/// Returns the order of a role: those with a session, favourites, recently used ones, then by name.
fn rank<'a>(role: &'a RoleView, snapshot: &Snapshot) -> (bool, bool, usize, &'a str) {
    let has_session = snapshot.sessions.iter().any(|it| it.role == role.name);
    let recent = snapshot.recent.iter().position(|it| *it == role.name);
    let recent = recent.unwrap_or(usize::MAX);
    (!has_session, !role.favourite, recent, &role.name)
}

fn ask(roles: &[&RoleView], link: &ConsoleLink) -> Result<String, Problem> {
    if !terminal::is_reachable() {
        return Err(several_fit(roles));
    }
    let account = link.account.as_ref();
    let whose = account.map_or_else(String::new, |it| format!(" of account {}", it.id));
    let shown = &roles[..roles.len().min(LISTED_MAX)];
    let mut text = format!("Which role opens this page{whose}?\n");
    for (number, role) in (1..).zip(shown) {
        let (name, account) = (visible(&role.name), visible(&role.account_id));
        text.push_str(&format!("  {number}  {name}  ({account})\n"));
    }
    if shown.len() < roles.len() {
        let more = roles.len() - shown.len();
        text.push_str(&format!("  and {more} more: type a name\n"));
    }
    text.push_str("Number or name: ");
    terminal::discard_typed_input();
    let answer = terminal::ask(&text, Echo::On)?;
    let answer = answer.expose().trim();
    let chosen = answer.parse::<usize>().ok();
    let chosen = chosen.and_then(|number| shown.get(number.checked_sub(1)?));
    let named = || roles.iter().find(|role| role.name == answer);
    match chosen.or_else(named) {
        Some(role) => Ok(role.name.clone()),
        None => Err(Problem::new(
            ProblemCode::UnknownRole,
            format!("\"{}\" is none of these roles.", echo(answer)),
            "Run the command again, and type a number of the list.",
        )),
    }
}

fn several_fit(roles: &[&RoleView]) -> Problem {
    let names: Vec<String> = roles.iter().take(8).map(|it| echo(&it.name)).collect();
    let more = match roles.len() {
        count if count > names.len() => ", and others",
        _ => "",
    };
    let what = format!(
        "Several roles can open this page: {}{more}.",
        names.join(", ")
    );
    let remedy = "Name one: rolecall console ROLE --url URL";
    Problem::new(ProblemCode::UnknownRole, what, remedy)
}

fn none_fits(link: &ConsoleLink) -> Problem {
    let partition = link.partition.name;
    let what = match &link.account {
        Some(account) => format!(
            "You have no role in account {} that can be assumed.",
            account.id
        ),
        None => format!("You have no role in the partition \"{partition}\" that can be assumed."),
    };
    let remedy = "Add one in Rolecall's window, or see: rolecall list";
    Problem::new(ProblemCode::UnknownRole, what, remedy)
}
