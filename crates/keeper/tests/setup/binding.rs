//! A setup does what was shown, with the access keys and roles that were shown.

use rolecall_core::asker::by::By;
use rolecall_core::setup::{Replace, SetupProgress};
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_keeper::ports::{Files, Journal};

use super::{ADMIN_KEY, Desk, USERS, all, begin, begin_with, finish, kits, last_run};

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

#[test]
fn a_plan_that_is_no_longer_what_was_shown_is_not_begun() {
    let request = &kits()[0];
    let desk = Desk::new();
    let keeper = desk.keeper();
    let plan = keeper.plan_setup(request).expect("a plan");
    desk.add_old_role();
    let start = desk.world();
    let problem = keeper
        .begin_setup(request, Replace::Yes, &plan.digest)
        .expect_err("the role was not there");
    assert_eq!(problem.code, ProblemCode::Cancelled);
    let mut other = request.clone();
    other.draft.allow = "s3-read,AdministratorAccess".to_owned();
    let plan = keeper.plan_setup(request).expect("a plan");
    for (other, digest) in [(&other, plan.digest.as_str()), (request, "")] {
        keeper
            .begin_setup(other, Replace::Yes, digest)
            .expect_err("not what was shown");
    }
    assert_eq!(desk.world(), start);
    assert_eq!(last_run(&keeper), None);
    assert!(begin_with(&keeper, request, Replace::Yes).is_ok());
}

#[test]
fn a_plan_names_the_other_policies_of_a_role_and_is_another_if_they_change() {
    let request = &kits()[0];
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let desk = Desk::new();
    desk.add_old_role();
    desk.change_roles(|account| {
        let key = ("role", "guest".to_owned(), admin.to_owned());
        account.attached.insert(key);
    });
    let keeper = desk.keeper();
    let plan = keeper.plan_setup(request).expect("a plan");
    let note = plan.steps[0].note.clone().expect("a note");
    assert!(note.contains("another trust policy"), "{note}");
    assert!(
        note.contains(&format!("other policies, which stay: {admin}.")),
        "{note}"
    );
    assert!(plan.steps[0].policy.is_some() && plan.steps[0].policy_before.is_some());
    desk.change_roles(|account| {
        let key = ("role", "guest".to_owned(), "Theirs".to_owned());
        account.inline.insert(key, "{}".to_owned());
    });
    let problem = keeper
        .begin_setup(request, Replace::Yes, &plan.digest)
        .expect_err("it was shown without a policy");
    assert_eq!(problem.code, ProblemCode::Cancelled);
    let run = begin_with(&keeper, request, Replace::Yes).expect("begun");
    finish(&keeper, &run);
    let again = keeper.plan_setup(request).expect("a plan");
    let note = again.steps[0].note.clone().expect("a note");
    assert_eq!(
        note,
        format!("It has other policies, which stay: Theirs, {admin}.")
    );
}

#[test]
fn what_a_run_shows_has_all_that_its_calls_send() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    for request in kits() {
        let plan = keeper.plan_setup(&request).expect("a plan");
        for step in plan.steps {
            let details = step.details.unwrap_or_default();
            let is_whole = match step.title.split(' ').nth(1).expect("a word") {
                "role" if step.account.is_empty() => details.contains("assumed from bob"),
                "role" => details.contains("role/guest, path /, longest session: 3600 s"),
                "policy" | "managed" => details.starts_with("arn:aws:iam::"),
                _ => true,
            };
            assert!(is_whole, "{}: {details}", step.title);
        }
    }
}

#[test]
fn a_run_goes_on_only_as_it_was_shown() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin(&keeper, &kits()[0]);
    let start = desk.world();
    for problem in [
        keeper.continue_setup(run.number, "", 0),
        keeper.undo_setup(run.number, "", 0),
    ] {
        assert_eq!(problem.expect_err("not shown").code, ProblemCode::Cancelled);
    }
    let forged = |text: &str| Ok(text.replace("user/bob", "user/eve"));
    desk.fakes
        .files
        .edit_journal(Journal::Setups, &forged)
        .expect("edited");
    keeper
        .continue_setup(run.number, &run.digest, 0)
        .expect_err("it was shown with another user");
    assert_eq!(desk.world(), start);
}

#[test]
fn another_key_of_the_same_name_does_not_go_on() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin(&keeper, &kits()[0]);
    keeper
        .rename_key(&name("admin"), &name("old"))
        .expect("renamed");
    let problem = all(|tries| keeper.continue_setup(run.number, &run.digest, tries));
    problem.expect_err("there is no such key");
    keeper
        .rename_key(&name("bob"), &name("admin"))
        .expect("renamed");
    let calls = desk.fakes.iam.calls().len();
    let problem = all(|tries| keeper.continue_setup(run.number, &run.digest, tries));
    let problem = problem.expect_err("it is another key");
    assert!(
        problem.what.contains(&format!("no longer {ADMIN_KEY}")),
        "{problem}"
    );
    assert_eq!(desk.fakes.iam.calls().len(), calls, "nothing was sent");
    keeper
        .rename_key(&name("admin"), &name("bob"))
        .expect("renamed");
    keeper
        .rename_key(&name("old"), &name("admin"))
        .expect("renamed");
    finish(&keeper, &run);
}

#[test]
fn a_key_whose_account_is_another_now_does_not_go_on() {
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin(&keeper, &kits()[0]);
    let moved = |keys: &mut Vec<AccessKey>| {
        for key in keys.iter_mut().filter(|key| key.name.as_str() == "admin") {
            USERS.clone_into(&mut key.account_id);
        }
        Ok(())
    };
    desk.fakes.files.edit_keys(&moved).expect("edited");
    keeper.reload_keys();
    let calls = desk.fakes.iam.calls().len();
    let problem = all(|tries| keeper.continue_setup(run.number, &run.digest, tries));
    let problem = problem.expect_err("its account is another");
    assert_eq!(problem.code, ProblemCode::UnusableSource);
    assert_eq!(desk.fakes.iam.calls().len(), calls, "nothing was sent");
}

#[test]
fn a_role_signs_only_with_its_session_and_never_with_a_key_of_its_name() {
    let mut request = kits()[0].clone();
    let desk = Desk::new();
    let keeper = desk.keeper();
    request.signers[0].by = By::Role("admin".to_owned());
    let problem = keeper
        .plan_setup(&request)
        .expect_err("there is no session");
    assert_eq!(problem.code, ProblemCode::NoSession);
    let calls = desk.fakes.iam.calls();
    assert!(
        calls.iter().all(|call| !call.contains(ADMIN_KEY)),
        "{calls:?}"
    );
}

#[test]
fn two_programs_never_do_the_same_step() {
    let desk = Desk::new();
    let (one, other) = (desk.keeper(), desk.keeper());
    let run = begin(&one, &kits()[0]);
    let states = finish(&other, &run);
    assert!(!states.is_empty());
    let again = one.continue_setup(run.number, &run.digest, 0);
    assert_eq!(again, Ok(SetupProgress::Finished));
}
