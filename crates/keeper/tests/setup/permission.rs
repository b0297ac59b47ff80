//! Permission for a setup ends with it, and what was there before stays whatever the record says.

use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::requester::Requester;
use rolecall_core::setup::{Replace, SetupAct, SetupView};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::{Fault, process};
use rolecall_keeper::ports::{Files, Journal};

use super::{ADMIN_KEY, Desk, all, begin, begin_with, finish, kits, last_run, undo};

fn shell() -> Requester {
    Requester::new(&[process(9, "rolecall"), process(1, "bash")], &[])
}

/// Allows an act from a shell, as its user does once.
fn allow(keeper: &Keeper, run: &SetupView, act: SetupAct) {
    let signers = ["admin", "bob"].map(|it| Subject::Key(Name::parse(it).expect("a name")));
    keeper.allow_change(&run.digest, act, &shell(), &signers);
    assert!(is_allowed(keeper, run, act));
}

fn is_allowed(keeper: &Keeper, run: &SetupView, act: SetupAct) -> bool {
    keeper.is_change_allowed(&run.digest, act, &shell())
}

fn record(desk: &Desk) -> String {
    let files = &desk.fakes.files;
    files.read_journal(Journal::Setups).expect("a record")
}

fn write_record(desk: &Desk, text: &str) {
    let written = |_: &str| Ok(text.to_owned());
    let files = &desk.fakes.files;
    files
        .edit_journal(Journal::Setups, &written)
        .expect("written");
}

#[test]
fn t03_a_setup_that_was_taken_back_is_not_made_again_without_a_question() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin(&keeper, &kits()[0]);
    let old = record(&desk);
    allow(&keeper, &run, SetupAct::Resume);
    finish(&keeper, &run);
    desk.settle();
    undo(&keeper, &run);
    write_record(&desk, &old);
    let replayed = last_run(&keeper).expect("the old run");
    assert_eq!(replayed.digest, run.digest);
    assert!(!is_allowed(&keeper, &replayed, SetupAct::Resume));
}

#[test]
fn t03_a_setup_is_taken_back_only_after_a_question_of_its_own() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin(&keeper, &kits()[0]);
    allow(&keeper, &run, SetupAct::Resume);
    assert!(!is_allowed(&keeper, &run, SetupAct::Undo));
    finish(&keeper, &run);
    assert!(
        !is_allowed(&keeper, &run, SetupAct::Resume),
        "it is finished"
    );
    desk.settle();
    allow(&keeper, &run, SetupAct::Undo);
    undo(&keeper, &run);
    assert!(!is_allowed(&keeper, &run, SetupAct::Undo), "it is finished");
}

#[test]
fn t03_a_setup_that_was_stopped_and_taken_back_elsewhere_does_not_go_on_without_a_question() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin(&keeper, &kits()[0]);
    allow(&keeper, &run, SetupAct::Resume);
    keeper
        .continue_setup(run.number, &run.digest, 0)
        .expect("a step");
    desk.settle();
    undo(&keeper, &run);
    assert!(!is_allowed(&keeper, &run, SetupAct::Resume));
}

#[test]
fn t03_a_setup_that_gave_way_to_another_does_not_go_on_without_a_question() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin(&keeper, &kits()[0]);
    allow(&keeper, &run, SetupAct::Resume);
    begin(&keeper, &kits()[0]);
    assert!(!is_allowed(&keeper, &run, SetupAct::Resume));
}

#[test]
fn t03_what_was_there_before_stays_though_the_record_says_that_it_was_made() {
    for request in kits() {
        let desk = Desk::new();
        let keeper = desk.keeper();
        let first = begin(&keeper, &request);
        finish(&keeper, &first);
        write_record(&desk, "");
        let there = desk.world();
        let run = begin(&keeper, &request);
        finish(&keeper, &run);
        desk.settle();
        write_record(&desk, &record(&desk).replace("\"stays\"", "\"done\""));
        undo(&keeper, &run);
        assert_eq!(desk.world(), there);
    }
}

#[test]
fn t03_a_record_that_hides_what_was_there_before_is_another_setup() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let first = begin(&keeper, &kits()[0]);
    finish(&keeper, &first);
    write_record(&desk, "");
    let run = begin(&keeper, &kits()[0]);
    let forged = record(&desk).replace("\"stays\"", "\"done\"");
    let forged = forged.replace("\"was_there\": true", "\"was_there\": false");
    write_record(&desk, &forged);
    let problem = keeper.undo_setup(run.number, &run.digest, 0);
    assert_eq!(problem.expect_err("forged").code, ProblemCode::Cancelled);
}

#[test]
fn a_role_that_somebody_deleted_since_the_plan_is_not_made_again_to_replace_it() {
    let desk = Desk::new();
    desk.add_old_role();
    let keeper = desk.keeper();
    let run = begin_with(&keeper, &kits()[0], Replace::Yes).expect("begun");
    desk.change_roles(|account| drop(account.roles.remove("guest")));
    let gone = desk.world();
    let problem = all(|tries| keeper.continue_setup(run.number, &run.digest, tries));
    let problem = problem.expect_err("somebody deleted it");
    assert!(problem.what.contains("somebody changed the role guest"));
    assert_eq!(desk.world(), gone);
    undo(&keeper, &run);
    assert_eq!(
        desk.world(),
        gone,
        "its old trust policy does not come back"
    );
    let again = begin(&keeper, &kits()[0]);
    finish(&keeper, &again);
}

#[test]
fn a_step_whose_answer_was_lost_belongs_to_the_next_setup_of_the_role() {
    let desk = Desk::new();
    let start = desk.world();
    let keeper = desk.keeper();
    let first = begin(&keeper, &kits()[0]);
    desk.fakes.iam.fail_after(0, Fault::CallLost);
    keeper
        .continue_setup(first.number, &first.digest, 0)
        .expect_err("the answer is lost");
    let run = begin(&keeper, &kits()[0]);
    assert_eq!(keeper.setups().expect("runs").len(), 1);
    desk.change_roles(|account| {
        let late = rolecall_core::calls::iam_call::IamCall::CreateRole {
            role: "guest".to_owned(),
            path: "/".to_owned(),
            trust: run.steps[0].policy.clone().expect("a policy"),
            longest_s: 3_600,
        };
        account.answer(&late).expect("made");
    });
    desk.settle();
    finish(&keeper, &run);
    desk.settle();
    undo(&keeper, &run);
    let roles = desk.fakes.iam.account(ADMIN_KEY).expect("an account").roles;
    assert!(roles.is_empty(), "the role is taken back too");
    assert_eq!(desk.world(), start);
    assert_eq!(last_run(&keeper), None);
}

#[test]
fn a_question_is_about_the_setup_and_the_steps_that_are_left() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let request = &kits()[0];
    let run = begin(&keeper, request);
    let all = run.steps.len();
    let left = |act: SetupAct| {
        let scope = keeper.setup_scope(run.number, &run.digest, act);
        let (signers, question) = scope.expect("the run");
        assert_eq!((signers.len(), question.act), (2, act));
        assert_eq!(question.role_arn, run.role_arn);
        question.steps
    };
    let asked = request.question().expect("a kit");
    assert_eq!(
        (asked.role_arn.as_str(), asked.steps),
        (run.role_arn.as_str(), all)
    );
    for _ in 0..2 {
        (keeper.continue_setup(run.number, &run.digest, 0)).expect("a step");
    }
    assert_eq!((left(SetupAct::Resume), left(SetupAct::Undo)), (all - 2, 2));
}

#[test]
fn a_setup_that_nobody_signs_is_neither_planned_nor_done() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let mut request = kits()[0].clone();
    let run = begin(&keeper, &request);
    request.signers.clear();
    let problem = keeper.plan_setup(&request).expect_err("nobody signs");
    assert_eq!(problem.code, ProblemCode::UnknownKey);
    assert!(problem.what.contains("No access key or role signs"));
    let mut value: serde_json::Value = serde_json::from_str(&record(&desk)).expect("JSON");
    value["entries"][0]["signers"] = serde_json::json!([]);
    let entries = value["entries"][0]["entries"]
        .as_array_mut()
        .expect("steps");
    entries.retain(|entry| entry["step"]["makes"]["entry"].is_object());
    write_record(&desk, &value.to_string());
    let forged = last_run(&keeper).expect("the forged run");
    assert_eq!((forged.number, forged.steps.len()), (run.number, 1));
    for problem in [
        (keeper.setup_scope(forged.number, &forged.digest, SetupAct::Undo)).map(drop),
        (keeper.continue_setup(forged.number, &forged.digest, 0)).map(drop),
        (keeper.undo_setup(forged.number, &forged.digest, 0)).map(drop),
    ] {
        let problem = problem.expect_err("nobody signs");
        assert_eq!(problem.code, ProblemCode::UnknownKey);
    }
}
