//! The search for roles, tested with the same cases as the window's.

use rolecall_core::view::search::search;
use rolecall_core::view::snapshot::{RoleView, Snapshot};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    roles: Vec<Made>,
    recent: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Made {
    name: String,
    account_id: String,
    account_alias: Option<String>,
    group: Option<String>,
    arn: Option<String>,
    #[serde(default)]
    favourite: bool,
}

#[derive(Deserialize)]
struct Case {
    search: String,
    found: Vec<String>,
}

fn view(made: Made) -> RoleView {
    let arn = format!("arn:aws:iam::{}:role/{}", made.account_id, made.name);
    RoleView {
        arn: made.arn.unwrap_or(arn),
        name: made.name,
        account_id: made.account_id,
        account_alias: made.account_alias,
        group: made.group,
        favourite: made.favourite,
        ..RoleView::default()
    }
}

fn names<'a>(snapshot: &'a Snapshot, text: &str) -> Vec<&'a str> {
    let found = search(snapshot, text).into_iter();
    found.map(|role| role.name.as_str()).collect()
}

#[test]
fn finds_what_the_window_finds_in_its_order() {
    let text = include_str!("../../../ui/src/model/search-cases.json");
    let Cases {
        roles,
        recent,
        cases,
    } = serde_json::from_str(text).expect("JSON");
    let snapshot = Snapshot {
        roles: roles.into_iter().map(view).collect(),
        recent,
        ..Snapshot::default()
    };
    for Case { search, found } in cases {
        assert_eq!(names(&snapshot, &search), found, "{search}");
    }
}

#[test]
fn without_a_text_favourites_come_first_then_recently_used_roles() {
    let role = |name: &str, favourite| RoleView {
        name: name.into(),
        favourite,
        ..RoleView::default()
    };
    let roles = [
        role("a", false),
        role("b", true),
        role("c", false),
        role("d", true),
    ];
    let snapshot = Snapshot {
        roles: roles.into_iter().collect(),
        recent: vec!["c".into(), "d".into()],
        ..Snapshot::default()
    };
    assert_eq!(names(&snapshot, " "), ["b", "d", "c", "a"]);
}

#[test]
fn r30_a_long_name_and_a_long_search_end_soon() {
    let roles = (0..200).map(|at| RoleView {
        name: format!("{}{at}", "a-".repeat(2_000)),
        ..RoleView::default()
    });
    let snapshot = Snapshot {
        roles: roles.collect(),
        ..Snapshot::default()
    };
    assert_eq!(names(&snapshot, &"a".repeat(60_000)), [] as [&str; 0]);
}
