//! The descriptions of plans.

use rolecall_core::plan::{Plan, PlanPreference, Situation};

use crate::world::{add, catalogue, keys, name, now};

fn described(text: &str, preference: PlanPreference, role: &str) -> (String, Option<String>) {
    let (roles, rest) = catalogue(text);
    let keys = keys();
    let mut situation = Situation::new(&roles, &keys, now());
    add(&mut situation, rest);
    let role = roles.role(&name(role)).expect("a role");
    let plan = Plan::of(role, &situation, preference).expect("a plan");
    let alternative = plan.alternative(role, &situation).map(|(_, text)| text);
    (plan.sentence(), alternative)
}

const SIX: &str = "a<user!m, b<user!m, c<user!m, d<user!m, e<user!m, f<user!m";
/// Roles, preference and role, and the plan's description and alternative.
const OF_CODES: [(&str, PlanPreference, &str, &str, Option<&str>); 22] = [
    (
        SIX,
        PlanPreference::Default,
        "a",
        "One code covers 6 roles for 12h, 1h per session.",
        Some("Use the code for a only (up to 12h)"),
    ),
    (
        SIX,
        PlanPreference::OwnCode,
        "a",
        "One code for a, valid for 1h.",
        Some("Use the code for 6 roles (1h each)"),
    ),
    (
        SIX,
        PlanPreference::LongestSession,
        "a",
        "One code for a, valid for 12h. If a allows less than 12h, the code is used up and the next one gives 1h.",
        Some("Use the code for 6 roles (1h each)"),
    ),
    (
        "a<user!m; max a 12h",
        PlanPreference::LongestSession,
        "a",
        "One code for a, valid for 12h, the role's maximum.",
        Some("Use the code for a only (1h)"),
    ),
    (
        "a<user!m",
        PlanPreference::OwnCode,
        "a",
        "One code for a, valid for 1h.",
        Some("Use the code for 12h (1h per session)"),
    ),
    (
        "a<user!m 15m =own",
        PlanPreference::Default,
        "a",
        "One code for a, valid for 15m.",
        Some("Use the code for 12h (15m per session)"),
    ),
    (
        "a<user!m; for 1h",
        PlanPreference::Default,
        "a",
        "One code for a, valid for 1h.",
        Some("Use the code for a only (up to 12h)"),
    ),
    (
        "a<user!m; no tokens",
        PlanPreference::Default,
        "a",
        "One code for a, valid for 1h.",
        Some("Use the code for a only (up to 12h)"),
    ),
    (
        "a<user!m; max a 8h",
        PlanPreference::Default,
        "a",
        "One code covers 12h, 1h per session.",
        Some("Use the code for a only (8h)"),
    ),
    (
        "a<user!m 4h; max a 8h",
        PlanPreference::Default,
        "a",
        "One code for a, valid for 4h.",
        Some("Use the code for 12h (1h per session)"),
    ),
    (
        "a<user!m 12h; not a 12h 8h",
        PlanPreference::Default,
        "a",
        "One code for a, valid for 8h, because AWS refused 12h.",
        Some("Use the code for 12h (1h per session)"),
    ),
    (
        "a<user!m; not a 12h 1h",
        PlanPreference::Default,
        "a",
        "One code covers 12h, 1h per session.",
        None,
    ),
    (
        "a<user!m =own; not a 12h 1h",
        PlanPreference::Default,
        "a",
        "One code for a, valid for 1h, because AWS refused 12h.",
        Some("Use the code for 12h (1h per session)"),
    ),
    (
        "a<user!m, b<user!m; no tokens",
        PlanPreference::OwnCode,
        "a",
        "One code for a, valid for 1h.",
        Some("Use the code for a only (up to 12h)"),
    ),
    (
        "a<user!m 12h",
        PlanPreference::Default,
        "a",
        "One code for a, valid for 12h. If a allows less than 12h, the code is used up and the next one gives 1h.",
        None,
    ),
    (
        "a<user!m =shared",
        PlanPreference::Default,
        "a",
        "One code covers 12h, 1h per session.",
        Some("Use the code for a only (up to 12h)"),
    ),
    (
        "a<user!m =shared; max a 4h",
        PlanPreference::Default,
        "a",
        "One code covers 12h, 1h per session.",
        Some("Use the code for a only (4h)"),
    ),
    (
        "a<user!m =shared; max a 1h",
        PlanPreference::Default,
        "a",
        "One code covers 12h, 1h per session.",
        None,
    ),
    (
        "a<user!m 12h, b<user!m; max a 12h",
        PlanPreference::Default,
        "a",
        "One code for a, valid for 12h, the role's maximum.",
        Some("Use the code for 2 roles (1h each)"),
    ),
    (
        "a<user!m, b<a",
        PlanPreference::Default,
        "b",
        "One code covers 12h, 1h per session.",
        None,
    ),
    (
        "a<user!m =own, b<a",
        PlanPreference::Default,
        "b",
        "One code for a, then b for 1h: AWS limits chained sessions to 1h.",
        Some("Use the code for 12h (1h per session)"),
    ),
    (
        "a<user!m 2h, b<a",
        PlanPreference::Default,
        "b",
        "One code for a, then b for 1h: AWS limits chained sessions to 1h. If a allows less than 2h, the code is used up and the next one gives 1h.",
        Some("Use the code for 12h (1h per session)"),
    ),
];

#[test]
fn a_plan_says_what_one_code_gives_and_what_it_could_give() {
    for (text, preference, role, sentence, alternative) in OF_CODES {
        assert_eq!(
            described(text, preference, role),
            (sentence.to_owned(), alternative.map(str::to_owned))
        );
    }
}

#[test]
fn a_plan_says_why_no_code_is_needed() {
    for (text, role, sentence) in [
        ("a<user", "a", "No code needed: 1h, from the key user."),
        (
            "a<user 12h; max a 8h",
            "a",
            "No code needed: 8h, the role's maximum, from the key user.",
        ),
        (
            "a<user!m; m@1m:11h",
            "a",
            "No code needed, MFA is still verified: 1h, the maximum.",
        ),
        (
            "a<user, b<a",
            "b",
            "No code needed: 1h from the session of a, the maximum for role chaining.",
        ),
        (
            "a<user, b<a 15m",
            "b",
            "No code needed: 15m from the session of a.",
        ),
        (
            "a<user, b<a!m 15m",
            "b",
            "No code needed: 15m from the session of a. The MFA device of b is not used: AWS accepts no code in role chaining.",
        ),
    ] {
        assert_eq!(described(text, PlanPreference::Default, role).0, sentence);
    }
}
