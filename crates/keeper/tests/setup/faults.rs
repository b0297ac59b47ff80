//! Calls that fail in the middle of a step, and answers that are lost.

use jiff::SignedDuration;
use rolecall_core::calls::sts::Refusal;
use rolecall_core::setup::{EntryState, Replace, SetupProgress, SetupView};
use rolecall_core::value::problem::ProblemCode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fault;

use super::{ADMIN_KEY, Desk, World, all, begin_with, finish, kits, undo};

fn refused(status: u16, code: &str) -> Fault {
    Fault::Refused(Refusal {
        status,
        code: code.to_owned(),
        ..Refusal::default()
    })
}

fn all_faults() -> [Fault; 4] {
    [
        refused(403, "AccessDenied"),
        refused(500, "ServiceFailure"),
        Fault::AnswerLost,
        Fault::CallLost,
    ]
}

/// Replaces a role until a change meets a fault. Its trust policy and its longest session take a call each.
fn replaced_until(desk: &Desk, changes: usize, fault: Fault) -> (Keeper, SetupView) {
    let keeper = desk.keeper();
    let run = begin_with(&keeper, &kits()[0], Replace::Yes).expect("begun");
    desk.fakes.iam.fail_after(changes, fault);
    let failed = all(|tries| keeper.continue_setup(run.number, &run.digest, tries));
    failed.expect_err("the fault");
    (keeper, run)
}

/// Returns a desk with an old role, and what it has.
fn with_old_role() -> (Desk, World) {
    let desk = Desk::new();
    desk.add_old_role();
    let start = desk.world();
    (desk, start)
}

#[test]
fn a_replacing_step_that_fails_at_any_call_can_be_taken_back() {
    for changes in [0, 1, 2] {
        for fault in all_faults() {
            let (desk, start) = with_old_role();
            let (keeper, run) = replaced_until(&desk, changes, fault.clone());
            desk.settle();
            undo(&keeper, &run);
            assert_eq!(desk.world(), start, "{changes} calls, then {fault:?}");
        }
    }
}

#[test]
fn a_replacing_step_that_fails_at_any_call_goes_on() {
    let (desk, _) = with_old_role();
    let keeper = desk.keeper();
    let run = begin_with(&keeper, &kits()[0], Replace::Yes).expect("begun");
    finish(&keeper, &run);
    let end = desk.world();
    for changes in [0, 1, 2] {
        for fault in all_faults() {
            let (desk, start) = with_old_role();
            let (keeper, run) = replaced_until(&desk, changes, fault.clone());
            desk.settle();
            finish(&keeper, &run);
            assert_eq!(desk.world(), end, "{changes} calls, then {fault:?}");
            desk.settle();
            undo(&keeper, &run);
            assert_eq!(desk.world(), start, "{changes} calls, then {fault:?}");
        }
    }
}

#[test]
fn taking_back_a_replaced_role_that_fails_at_any_call_goes_on() {
    for fault in all_faults() {
        for changes in 0.. {
            let (desk, start) = with_old_role();
            let keeper = desk.keeper();
            let run = begin_with(&keeper, &kits()[0], Replace::Yes).expect("begun");
            finish(&keeper, &run);
            desk.settle();
            desk.fakes.iam.fail_after(changes, fault.clone());
            let undone = all(|tries| keeper.undo_setup(run.number, &run.digest, tries));
            if desk.fakes.iam.has_fault() {
                undone.expect("there were fewer calls");
                break;
            }
            undone.expect_err("the fault");
            desk.settle();
            undo(&keeper, &run);
            assert_eq!(desk.world(), start, "{changes} calls, then {fault:?}");
        }
    }
}

#[test]
fn a_step_whose_answer_was_lost_is_not_forgotten_before_iam_has_settled() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin_with(&keeper, &kits()[0], Replace::No).expect("begun");
    desk.fakes.iam.fail_after(0, Fault::CallLost);
    keeper
        .continue_setup(run.number, &run.digest, 0)
        .expect_err("the answer is lost");
    desk.fakes.clock.advance(SignedDuration::from_secs(19));
    for tries in [0, 99] {
        let waits = keeper.undo_setup(run.number, &run.digest, tries);
        assert!(
            matches!(waits, Ok(SetupProgress::Wait { .. })),
            "however often it was tried: {waits:?}"
        );
        assert_eq!(keeper.setups().expect("runs").len(), 1);
    }
    // The call arrives late.
    desk.change_roles(|account| {
        let iam = rolecall_core::calls::iam_call::IamCall::CreateRole {
            role: "guest".to_owned(),
            path: "/".to_owned(),
            trust: run.steps[0].policy.clone().expect("a policy"),
            longest_s: 3_600,
        };
        account.answer(&iam).expect("made");
    });
    desk.settle();
    undo(&keeper, &run);
    let roles = desk.fakes.iam.account(ADMIN_KEY).expect("an account").roles;
    assert!(roles.is_empty(), "it is found and taken back");
}

#[test]
fn iam_gets_its_time_to_settle_after_a_call_that_took_longer_than_that() {
    let minute = SignedDuration::from_mins(1);
    for fault in [None, Some(Fault::CallLost)] {
        let desk = Desk::new();
        let keeper = desk.slow(minute);
        let start = desk.world();
        let run = begin_with(&keeper, &kits()[0], Replace::No).expect("begun");
        let is_lost = fault.is_some();
        if let Some(fault) = fault {
            desk.fakes.iam.fail_after(0, fault);
        }
        let done = keeper.continue_setup(run.number, &run.digest, 0);
        assert_eq!(done.is_err(), is_lost);
        let made = desk.world();
        desk.change_roles(|account| *account = start.1.clone());
        let waits = keeper.undo_setup(run.number, &run.digest, 0);
        assert!(matches!(waits, Ok(SetupProgress::Wait { .. })), "{waits:?}");
        desk.change_roles(|account| *account = made.1.clone());
        desk.settle();
        undo(&keeper, &run);
        assert_eq!(desk.world(), start);
    }
}

#[test]
fn a_managed_policy_with_another_document_is_refused_before_anything_is_made() {
    let request = &kits()[1];
    let desk = Desk::new();
    let keeper = desk.keeper();
    let plan = keeper.plan_setup(request).expect("a plan");
    let managed = plan
        .steps
        .iter()
        .find(|step| step.title.starts_with("the managed policy"));
    let title = managed.expect("a managed policy").title.clone();
    let name = title.rsplit(' ').next().expect("a name");
    let arn = format!("arn:aws:iam::{}:policy/{name}", super::USERS);
    let mut account = desk.fakes.iam.account(super::USER_KEY).expect("an account");
    let other = r#"{"Version":"2012-10-17","Statement":[]}"#;
    account.policies.insert(arn, other.to_owned());
    desk.fakes.iam.set_account(super::USER_KEY, account);
    let start = desk.world();
    for replace in [Replace::No, Replace::Yes] {
        let problem = begin_with(&keeper, request, replace).expect_err("it is in the way");
        assert_eq!(problem.code, ProblemCode::NameTaken);
        assert!(
            problem
                .what
                .contains(&format!("{title} has another document")),
            "{problem}"
        );
    }
    assert_eq!(desk.world(), start);
}

#[test]
fn a_managed_policy_that_somebody_made_since_the_plan_stays() {
    let request = &kits()[1];
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin_with(&keeper, request, Replace::No).expect("begun");
    let place = run
        .steps
        .iter()
        .position(|step| step.title.starts_with("the managed policy"));
    let place = place.expect("a managed policy");
    for _ in 0..place {
        let done = keeper.continue_setup(run.number, &run.digest, 0);
        assert!(
            matches!(done, Ok(SetupProgress::Step(ref step)) if step.state == EntryState::Done),
            "{done:?}"
        );
    }
    let name = run.steps[place].title.rsplit(' ').next().expect("a name");
    let mut account = desk.fakes.iam.account(super::USER_KEY).expect("an account");
    let arn = format!("arn:aws:iam::{}:policy/{name}", super::USERS);
    account.policies.insert(arn.clone(), "{}".to_owned());
    desk.fakes.iam.set_account(super::USER_KEY, account);
    let problem = keeper
        .continue_setup(run.number, &run.digest, 0)
        .expect_err("somebody made it");
    assert!(problem.what.contains("somebody changed"), "{problem}");
    desk.settle();
    undo(&keeper, &run);
    let account = desk.fakes.iam.account(super::USER_KEY).expect("an account");
    assert!(account.policies.contains_key(&arn), "it is not ours");
    assert!(desk.world().1.roles.is_empty());
}
