//! The tray's menu as text.

use jiff::Timestamp;
use rolecall_core::catalogue::marks::Colour;
use rolecall_core::role::limits::LimitsView;
use rolecall_core::session::Phase;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::menu::{Life, MenuItem, TrayIcon, tray};
use rolecall_core::view::question::{CodeView, ProductionView, QuestionView};
use rolecall_core::view::snapshot::{Mode, RoleView, SessionView, Snapshot};

const NOW: &str = "2026-11-21T12:00:00Z";

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn session(role: &str, phase: Phase, expires_at: Option<&str>) -> SessionView {
    SessionView {
        role: role.into(),
        phase,
        waiting_for: None,
        account_id: "808768216571".into(),
        role_arn: format!("arn:aws:iam::808768216571:role/{role}"),
        limited_of: None,
        limits: LimitsView::default(),
        identity: None,
        packed_policy_percent: None,
        reason: None,
        source: "user".into(),
        group: None,
        region: None,
        issued_at: None,
        expires_at: expires_at.map(instant),
        access_key_id: None,
        problem: None,
        renews_at: None,
        used_by: Vec::new(),
        production: false,
        colour: None,
        account_alias: None,
    }
}

fn role(name: &str, group: Option<&str>) -> RoleView {
    RoleView {
        name: name.into(),
        arn: format!("arn:aws:iam::808768216571:role/{name}"),
        account_id: "808768216571".into(),
        source: "user".into(),
        chain: vec!["user".into(), name.into()],
        group: group.map(str::to_owned),
        planned_s: 3600,
        ..RoleView::default()
    }
}

/// Writes a menu as text: `▸` is a submenu, `(…)` cannot be clicked.
fn drawn(items: &[MenuItem], depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    for item in items {
        match item {
            MenuItem::Separator => lines.push(format!("{indent}---")),
            MenuItem::Text(label) => lines.push(format!("{indent}({label})")),
            MenuItem::Action { label, .. } => lines.push(format!("{indent}{label}")),
            MenuItem::Submenu { label, items, .. } => {
                lines.push(format!("{indent}{label} ▸"));
                drawn(items, depth + 1, lines);
            }
        }
    }
}

fn menu_of(snapshot: &Snapshot) -> Vec<String> {
    let mut lines = Vec::new();
    drawn(&tray(snapshot, instant(NOW)).items, 0, &mut lines);
    lines
}

#[test]
fn sessions_come_first_then_roles_in_groups_then_the_end() {
    let snapshot = Snapshot {
        mode: Mode::Practice,
        sessions: vec![session(
            "guest",
            Phase::Active,
            Some("2026-11-21T12:59:30Z"),
        )],
        roles: vec![
            role("guest", None),
            role("R&D_x", None),
            RoleView {
                region: Some("eu-west-1".into()),
                ..role("a", Some("Clients"))
            },
            role("b", Some("Clients")),
        ]
        .into(),
        ..Snapshot::default()
    };
    assert_eq!(
        menu_of(&snapshot),
        [
            "(Practice account)",
            "---",
            "guest · 1h ▸",
            "  Copy for bash / zsh",
            "  Copy for ▸",
            "    fish",
            "    PowerShell",
            "    cmd",
            "  Open console",
            "  Renew",
            "  End",
            "---",
            "R&&D_x",
            "Clients ▸",
            "  a",
            "  b",
            "---",
            "Assume with limits ▸",
            "  guest ▸",
            "    Read-only",
            "  R&&D_x ▸",
            "    Read-only",
            "  a ▸",
            "    Read-only",
            "    Only eu-west-1",
            "  b ▸",
            "    Read-only",
            "---",
            "Open Rolecall",
            "Quit",
        ]
    );
}

#[test]
fn what_needs_attention_comes_first() {
    let prompt = CodeView {
        id: 1,
        mfa_serial: "arn:aws:iam::177634097045:mfa/user".into(),
        roles: vec!["careful".into()],
        plan: String::new(),
        alternative: None,
        at_terminal: false,
        next_code_at: None,
        problem: None,
        deadline: instant(NOW),
    };
    let snapshot = Snapshot {
        endpoint: Some("http://127.0.0.1:4566".into()),
        sessions: vec![
            session("careful", Phase::Assuming, None),
            session("late", Phase::Expired, None),
        ],
        open_questions: vec![QuestionView::Code(prompt)],
        problems: vec![Problem::new(
            ProblemCode::KeychainLocked,
            "The keychain is locked.",
            "Unlock it.",
        )],
        ..Snapshot::default()
    };
    assert_eq!(
        menu_of(&snapshot),
        [
            "(Endpoint http://127.0.0.1:4566)",
            "Enter code for careful…",
            "Problem: The keychain is locked.",
            "---",
            "(careful · assuming…)",
            "late · expired, assume again",
            "Dismiss expired",
            "---",
            "Open Rolecall",
            "Quit",
        ]
    );
}

#[test]
fn r29_ten_thousand_roles_make_a_short_menu() {
    let roles = (0..10_000)
        .map(|n| role(&format!("r{n}"), (n % 2 == 0).then_some("Even")))
        .collect();
    let lines = menu_of(&Snapshot {
        roles,
        ..Snapshot::default()
    });
    assert_eq!(lines.len(), 2 * (1 + 30 + 1) + (1 + 1 + 20 * 2 + 1) + 4);
    assert!(lines.contains(&"  4970 more…".to_owned()));
}

#[test]
fn the_icon_shows_the_worst_state() {
    let icon = |sessions: Vec<SessionView>| {
        tray(
            &Snapshot {
                sessions,
                ..Snapshot::default()
            },
            instant(NOW),
        )
        .icon
    };
    let active = || session("a", Phase::Active, Some("2026-11-21T13:00:00Z"));
    let whole = Life {
        eighths: 8,
        production: false,
    };
    assert_eq!(icon(vec![]), TrayIcon::Idle);
    assert_eq!(icon(vec![active()]), TrayIcon::Active(whole));
    assert_eq!(
        icon(vec![
            active(),
            session("b", Phase::Expiring, Some("2026-11-21T12:05:00Z"))
        ]),
        TrayIcon::Expiring(whole)
    );
    assert_eq!(
        icon(vec![active(), session("c", Phase::Expired, None)]),
        TrayIcon::Active(whole),
        "what ended hides nothing that is live"
    );
    assert_eq!(
        icon(vec![session("c", Phase::Expired, None)]),
        TrayIcon::Idle
    );
    assert_eq!(icon(vec![active(), refused()]), TrayIcon::Active(whole));
    assert_eq!(icon(vec![refused()]), TrayIcon::Problem);
    let failed_renewal = SessionView {
        problem: refused().problem,
        ..active()
    };
    assert_eq!(icon(vec![failed_renewal]), TrayIcon::Expiring(whole));
}

#[test]
fn the_ring_of_the_icon_shows_what_is_left_of_the_session_that_ends_first_and_production() {
    let at = |begin: &str, end: &str, production| SessionView {
        issued_at: Some(instant(begin)),
        production,
        ..session("a", Phase::Active, Some(end))
    };
    let life = |sessions: Vec<SessionView>, now: &str| {
        let snapshot = Snapshot {
            sessions,
            ..Snapshot::default()
        };
        match tray(&snapshot, instant(now)).icon {
            TrayIcon::Active(life) => (life.eighths, life.production),
            other => unreachable!("{other:?}"),
        }
    };
    let hour = |production| at("2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z", production);
    for (now, eighths) in [
        ("2026-11-21T11:59:00Z", 8),
        ("2026-11-21T12:00:00Z", 8),
        ("2026-11-21T12:07:29Z", 8),
        ("2026-11-21T12:07:30Z", 7),
        ("2026-11-21T12:30:00Z", 4),
        ("2026-11-21T12:59:59Z", 1),
        ("2026-11-21T13:00:00Z", 0),
    ] {
        assert_eq!(life(vec![hour(false)], now), (eighths, false), "{now}");
    }
    let day = at("2026-11-21T10:00:00Z", "2026-11-21T22:00:00Z", true);
    assert_eq!(
        life(vec![day, hour(false)], "2026-11-21T12:30:00Z"),
        (4, true)
    );
}

/// A role that AWS refused.
fn refused() -> SessionView {
    SessionView {
        problem: Some(Problem::new(
            ProblemCode::AccessDenied,
            "\"user\" may not assume Tom & Jerry.",
            "Ask for it.",
        )),
        ..session("Tom & Jerry", Phase::Failed, None)
    }
}

#[test]
fn live_sessions_come_first_and_a_refused_role_says_why() {
    let live = session("guest", Phase::Active, Some("2026-11-21T13:00:00Z"));
    let snapshot = Snapshot {
        sessions: vec![refused(), session("late", Phase::Expired, None), live],
        ..Snapshot::default()
    };
    let lines = menu_of(&snapshot);
    let top: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| !line.starts_with("  "))
        .collect();
    assert_eq!(
        top[..4],
        [
            "guest · 1h ▸",
            "Tom && Jerry · failed ▸",
            "late · expired, assume again",
            "Dismiss expired"
        ]
    );
    let place = lines
        .iter()
        .position(|line| line.starts_with("Tom"))
        .expect("an entry");
    assert_eq!(
        lines[place + 1..place + 5],
        [
            "  (\"user\" may not assume Tom && Jerry.)",
            "  Try again",
            "  Why…",
            "  Dismiss"
        ]
    );
    let shown = tray(&snapshot, instant(NOW));
    assert_eq!(
        shown.tooltip,
        "Rolecall: Tom & Jerry: \"user\" may not assume Tom & Jerry.\nguest · 1h"
    );
}

#[test]
fn an_update_offers_a_restart_and_is_no_reason_for_a_red_icon() {
    let updated = Problem::new(ProblemCode::Updated, "Rolecall was updated.", "Restart it.");
    let snapshot = Snapshot {
        problems: vec![updated],
        ..Snapshot::default()
    };
    let lines = menu_of(&snapshot);
    assert_eq!(
        lines,
        [
            "Rolecall was updated.",
            "---",
            "Open Rolecall",
            "Restart Rolecall",
            "Quit"
        ]
    );
    assert_eq!(tray(&snapshot, instant(NOW)).icon, TrayIcon::Idle);
}

#[test]
fn a_removed_program_offers_no_restart_and_is_no_reason_for_a_red_icon() {
    let removed = Problem::new(ProblemCode::Removed, "Rolecall was removed.", "Quit it.");
    let snapshot = Snapshot {
        problems: vec![removed],
        ..Snapshot::default()
    };
    let lines = menu_of(&snapshot);
    assert_eq!(
        lines,
        ["Rolecall was removed.", "---", "Open Rolecall", "Quit"]
    );
    assert_eq!(tray(&snapshot, instant(NOW)).icon, TrayIcon::Idle);
}

#[test]
fn the_tooltip_says_what_ends_next() {
    let sessions = vec![
        session("soon", Phase::Expiring, Some("2026-11-21T12:05:00Z")),
        session("later", Phase::Active, Some("2026-11-21T13:00:00Z")),
    ];
    let tooltip = tray(
        &Snapshot {
            sessions,
            ..Snapshot::default()
        },
        instant(NOW),
    )
    .tooltip;
    assert_eq!(tooltip, "Rolecall: 2 sessions, next to end soon · 5m");
}

#[test]
fn favourites_then_recently_used_roles_then_all_others() {
    let mut roles: Vec<RoleView> = (0..13).map(|n| role(&format!("r{n}"), None)).collect();
    roles[7].favourite = true;
    roles[7].production = true;
    roles[9].group = Some("Group".into());
    let recent = ["r9", "r7", "gone", "r3"].map(str::to_owned).into();
    let snapshot = Snapshot {
        roles: roles.into(),
        recent,
        ..Snapshot::default()
    };
    let lines = menu_of(&snapshot);
    assert_eq!(lines[..5], ["★ r7 · production", "---", "r9", "r3", "---"]);
    assert_eq!(lines[5], "r0");
    assert_eq!(lines.iter().filter(|line| *line == "r3").count(), 1);
    assert!(
        lines.contains(&"  r9".to_owned()),
        "its group is whole: {lines:?}"
    );
}

#[test]
fn production_is_named_and_its_question_opens_the_window() {
    let mut prod = role("prod", None);
    prod.production = true;
    let mut snapshot = Snapshot {
        roles: [prod, role("test", None)].into_iter().collect(),
        ..Snapshot::default()
    };
    let lines = menu_of(&snapshot);
    assert_eq!(lines[..2], ["prod · production", "test"]);
    assert!(
        lines.contains(&"  prod · production ▸".to_owned()),
        "{lines:?}"
    );
    snapshot.open_questions = vec![QuestionView::Production(ProductionView {
        id: 7,
        role: "prod".into(),
        account_id: "808768216571".into(),
        account_name: None,
        process: None,
        at_terminal: false,
        deadline: instant("2026-11-21T12:02:00Z"),
    })];
    assert_eq!(menu_of(&snapshot)[0], "Confirm production for prod…");
}

#[test]
fn r29_of_many_groups_recently_used_ones_come_first() {
    let roles = (0..40).map(|n| role(&format!("r{n}"), Some(&format!("Group {n}"))));
    let lines = menu_of(&Snapshot {
        roles: roles.collect(),
        recent: vec!["r30".into(), "r20".into()],
        ..Snapshot::default()
    });
    let groups: Vec<&String> = lines
        .iter()
        .filter(|it| it.starts_with("Group") || it.contains("more groups"))
        .collect();
    assert_eq!(groups[..3], ["Group 30 ▸", "Group 20 ▸", "Group 0 ▸"]);
    assert_eq!(groups[12], "28 more groups…");
    assert!(lines.contains(&"Search 40 roles…".to_owned()));
}

#[test]
fn the_colour_of_a_role_is_shown_everywhere() {
    let blue = |name| RoleView {
        colour: Some(Colour::Blue),
        ..role(name, None)
    };
    let production = RoleView {
        production: true,
        ..blue("b")
    };
    let active = SessionView {
        colour: Some(Colour::Red),
        ..session("c", Phase::Active, Some("2026-11-21T12:59:30Z"))
    };
    let snapshot = Snapshot {
        roles: vec![blue("a"), production].into(),
        sessions: vec![active],
        ..Snapshot::default()
    };
    let items = tray(&snapshot, instant(NOW)).items;
    let colours: Vec<Option<Colour>> = items
        .iter()
        .filter_map(|item| match item {
            MenuItem::Action { colour, .. } | MenuItem::Submenu { colour, .. } => Some(*colour),
            MenuItem::Separator | MenuItem::Text(_) => None,
        })
        .collect();
    let (red, blue) = (Some(Colour::Red), Some(Colour::Blue));
    assert_eq!(colours, [red, blue, blue, None, None, None]);
}
