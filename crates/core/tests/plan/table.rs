//! The table of cases.

use rolecall_core::plan::{Plan, Situation};

use crate::world::{add, asks, calls, catalogue, keys, name, now, preference};

const CASES: &str = include_str!("../data/plan-cases.txt");

#[test]
fn plans_every_case_of_the_table() {
    let cases: Vec<&str> = CASES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert!(cases.len() >= 60, "{}", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| mistake(case)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Returns the plan if it differs from the case.
fn mistake(case: &str) -> Option<String> {
    let columns: Vec<&str> = case.split(" | ").collect();
    let [text, asked, _, _] = columns.as_slice() else {
        return Some(format!("not a case: {case}"));
    };
    let (preferred, role) = asked.split_once(' ').expect("a preference and a role");
    let (roles, rest) = catalogue(text);
    let keys = keys();
    let mut situation = Situation::new(&roles, &keys, now());
    add(&mut situation, rest);
    let role = roles.role(&name(role)).expect("a role of the case");
    let (calls, asks) = match Plan::of(role, &situation, preference(preferred)) {
        Ok(plan) => (calls(&plan), asks(&plan)),
        Err(problem) => (problem.what, "-".to_owned()),
    };
    let planned = format!("{text} | {asked} | {calls} | {asks}");
    (planned != *case).then(|| format!("case    {case}\nplanned {planned}"))
}
