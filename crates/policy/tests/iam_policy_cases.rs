//! The policy evaluator against cases that follow the IAM user guide.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rolecall_policy::{CaseError, answer_cases};

#[test]
fn agrees_with_the_given_cases() {
    run(include_str!("data/iam-cases.json"), 70);
}

#[test]
fn agrees_with_the_cases_of_grammar_and_whole_requests() {
    run(include_str!("data/iam-cases-2.json"), 123);
}

#[test]
fn agrees_with_the_cases_of_the_reference_pages() {
    run(include_str!("data/iam-reference-cases.json"), 300);
}

fn run(text: &str, at_least: usize) {
    let answers = answer_cases(text).unwrap();
    assert!(answers.len() >= at_least);
    let expects = answers.iter().filter(|answer| answer.expected.is_some());
    assert_eq!(expects.count(), answers.len());
    let wrong: Vec<String> = answers
        .iter()
        .filter(|answer| !answer.is_expected())
        .map(|answer| format!("{answer:?}"))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_file_that_is_no_list_of_cases_says_where() {
    for (text, problem) in [
        ("{", "line 1, column 1: not valid JSON"),
        ("{}", "there is no list of cases"),
        ("[{}]", "case 1: kind must be a string"),
        (
            r#"[{"name":"x","kind":"y"}]"#,
            "case 1: kind must be identity, trust, resource or request",
        ),
        (
            r#"[{"name":"x","kind":"identity","policies":[],"principal":"alice"}]"#,
            "case 1: principal must be the ARN of a user, role, session or account",
        ),
        (
            r#"[{"name":"x","kind":"identity","policies":[],"principal":"anonymous","ctx":{"k":null}}]"#,
            "case 1: ctx.k must be a string, number, boolean, date, ip, or a list of them",
        ),
        (
            r#"[{"name":"x","kind":"identity","policies":{},"principal":"anonymous"}]"#,
            "case 1: policies must be a list",
        ),
    ] {
        let error: CaseError = answer_cases(text).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&problem[..problem.len().min(30)]),
            "{error}"
        );
        assert_eq!(error.to_string(), problem);
    }
}
