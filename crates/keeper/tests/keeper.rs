//! The keeper's use cases through its public interface, with the shared fakes.

use std::sync::Arc;
use std::thread;

use jiff::SignedDuration;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::session::Phase;
use rolecall_core::session::shell::Shell;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::{Mode, Snapshot, WaitingFor};
use rolecall_keeper::fakes::{Fakes, until};
use rolecall_keeper::{Given, Keeper};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str = r#"
[roles.guest]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"

[roles.far]
arn = "arn:aws:iam::808768216571:role/far"
source = "guest"
duration = "4h"

[roles.careful]
arn = "arn:aws:iam::808768216571:role/careful"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
mfa_code = "own"

[roles.quick]
arn = "arn:aws:iam::808768216571:role/quick"
source = "user"
duration = "15m"
"#;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn keeper_over(fakes: &Fakes) -> Arc<Keeper> {
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    Arc::new(keeper)
}

fn ready() -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    let keeper = keeper_over(&fakes);
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, keeper)
}

fn wait_until(keeper: &Keeper, condition: impl Fn(&Snapshot) -> bool) -> Snapshot {
    until(|| Some(keeper.snapshot()).filter(&condition))
}

fn denied() -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: "AccessDenied".into(),
        message: "no".into(),
        ..Refusal::default()
    })
}

#[test]
fn one_click_assumes_a_role_and_shows_a_notification() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    let view = keeper.snapshot().sessions.remove(0);
    assert_eq!((view.role.as_str(), view.phase), ("guest", Phase::Active));
    assert_eq!(
        view.identity.as_deref(),
        Some("arn:aws:sts::808768216571:assumed-role/guest/user")
    );
    assert_eq!(fakes.notifier.take_titles(), ["guest is ready for 1h"]);
}

#[test]
fn the_audience_sees_assuming_then_active() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    let phases: Vec<Phase> = fakes
        .audience
        .seen()
        .iter()
        .flat_map(|s| s.sessions.iter().map(|v| v.phase))
        .collect();
    assert_eq!(
        phases.first().zip(phases.last()),
        Some((&Phase::Assuming, &Phase::Active))
    );
}

#[test]
fn t09_no_snapshot_carries_a_secret() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    let shown = serde_json::to_string(&fakes.audience.seen()).expect("JSON");
    assert!(!shown.contains(SECRET) && !shown.contains("c2VjcmV0") && !shown.contains("dG9rZW4"));
}

#[test]
fn r11_two_hundred_callers_share_one_call() {
    let (fakes, keeper) = ready();
    fakes.sts.close();
    let callers: Vec<_> = (0..200)
        .map(|_| {
            let keeper = keeper.clone();
            thread::spawn(move || {
                keeper
                    .credentials(&name("guest"))
                    .expect("credentials")
                    .expose()
                    .to_owned()
            })
        })
        .collect();
    wait_until(&keeper, |snapshot| !snapshot.sessions.is_empty());
    fakes.sts.open();
    let mut lines: Vec<String> = callers
        .into_iter()
        .map(|caller| caller.join().expect("no panic"))
        .collect();
    lines.dedup();
    assert_eq!((lines.len(), fakes.sts.calls().len()), (1, 1));
}

#[test]
fn a_chain_assumes_its_source_first_and_requests_one_hour_at_most() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("far"), None).expect("assumed");
    let calls = fakes.sts.calls();
    let asked: Vec<_> = calls
        .iter()
        .map(|call| (call.role_arn.role_name(), call.duration.seconds()))
        .collect();
    assert_eq!(asked, [("guest", 3600), ("far", 3600)]);
    assert_eq!(
        fakes.sts.callers(),
        ["AKIAIOSFODNN7EXAMPLE", "ASIAFAKE000000000001"]
    );
}

#[test]
fn a_live_source_is_used_again() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    keeper.assume(&name("far"), None).expect("assumed");
    assert_eq!(fakes.sts.calls().len(), 2);
}

#[test]
fn a_role_with_mfa_opens_its_own_prompt() {
    let (fakes, keeper) = ready();
    let asking = keeper.clone();
    let clicked = thread::spawn(move || asking.assume(&name("careful"), None).map(drop));
    let snapshot = wait_until(&keeper, |snapshot| snapshot.codes().next().is_some());
    assert_eq!(
        snapshot.codes().next().expect("a question").plan,
        "One code for careful, valid for 1h."
    );
    assert_eq!(snapshot.sessions[0].waiting_for, Some(WaitingFor::Code));
    keeper
        .answer(
            snapshot.codes().next().expect("a question").id,
            Given::Code("123 456"),
        )
        .expect("taken");
    clicked.join().expect("no panic").expect("assumed");
    assert_eq!(
        fakes.sts.calls()[0]
            .mfa
            .as_ref()
            .map(|(_, code)| code.as_str().to_owned()),
        Some("123456".into())
    );
    assert!(keeper.snapshot().codes().next().is_none());
}

#[test]
fn b21_a_rejected_code_prompts_again_and_r12_is_never_sent_twice() {
    let (fakes, keeper) = ready();
    let message = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    let rejection = Refusal {
        status: 403,
        code: "AccessDenied".into(),
        message: message.into(),
        ..Refusal::default()
    };
    fakes.sts.refuse_next(StsError::Refused(rejection));
    let asking = keeper.clone();
    let clicked = thread::spawn(move || asking.assume(&name("careful"), None).map(drop));
    let first = wait_until(&keeper, |snapshot| snapshot.codes().next().is_some())
        .codes()
        .next()
        .cloned()
        .expect("a question");
    keeper
        .answer(first.id, Given::Code("123456"))
        .expect("taken");
    let again = wait_until(&keeper, |s| {
        s.codes().next().is_some_and(|p| p.problem.is_some())
    })
    .codes()
    .next()
    .cloned()
    .expect("a question");
    assert_eq!(
        again.problem.as_ref().map(|p| p.code),
        Some(ProblemCode::CodeRejected)
    );
    let used = keeper
        .answer(again.id, Given::Code("123456"))
        .expect_err("the same code");
    assert_eq!(used.what, "This code was used already.");
    keeper
        .answer(again.id, Given::Code("654321"))
        .expect("taken");
    clicked.join().expect("no panic").expect("assumed");
    assert_eq!(fakes.sts.calls().len(), 2);
}

#[test]
fn b23_a_cancelled_prompt_changes_nothing() {
    let (_, keeper) = ready();
    let asking = keeper.clone();
    let clicked = thread::spawn(move || asking.assume(&name("careful"), None).map(drop));
    let prompt = wait_until(&keeper, |snapshot| snapshot.codes().next().is_some())
        .codes()
        .next()
        .cloned()
        .expect("a question");
    keeper.answer(prompt.id, Given::NoCode).expect("open");
    assert_eq!(
        clicked.join().expect("no panic").map_err(|p| p.code),
        Err(ProblemCode::Cancelled)
    );
    assert!(keeper.snapshot().sessions.is_empty());
}

#[test]
fn a_code_from_the_terminal_needs_no_prompt() {
    let (_, keeper) = ready();
    let code = MfaCode::parse("123456").expect("a code");
    keeper
        .assume(&name("careful"), Some(code.clone()))
        .expect("assumed");
    let again = keeper
        .assume(&name("careful"), Some(code))
        .expect_err("the same code");
    assert_eq!(again.code, ProblemCode::CodeRejected);
}

#[test]
fn b53_another_role_in_the_answer_is_dropped() {
    let (fakes, keeper) = ready();
    fakes
        .sts
        .answer_as("arn:aws:sts::999999999999:assumed-role/guest/user");
    let problem = keeper
        .assume(&name("guest"), None)
        .expect_err("another role");
    assert_eq!(problem.code, ProblemCode::WrongIdentity);
    assert_eq!(keeper.snapshot().sessions[0].phase, Phase::Failed);
}

#[test]
fn a_failed_renewal_keeps_the_live_session() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    fakes.sts.refuse_next(denied());
    keeper.assume(&name("guest"), None).expect_err("denied");
    let view = keeper.snapshot().sessions.remove(0);
    assert_eq!(
        (view.phase, view.problem.map(|p| p.code)),
        (Phase::Active, Some(ProblemCode::AccessDenied))
    );
}

#[test]
fn warns_once_ten_and_two_minutes_before_expiry_and_at_expiry() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    fakes.notifier.take_titles();
    let mut titles = Vec::new();
    for _ in 0..(61 * 4) {
        fakes.clock.advance(SignedDuration::from_secs(15));
        keeper.tick();
        titles.extend(fakes.notifier.take_titles());
    }
    assert_eq!(
        titles,
        [
            "guest expires in 10m",
            "guest expires in 2m",
            "guest has expired"
        ]
    );
    assert_eq!(keeper.snapshot().sessions[0].phase, Phase::Expired);
}

#[test]
fn r01_after_a_long_sleep_only_the_tightest_warning_comes() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    fakes.notifier.take_titles();
    fakes.clock.advance(SignedDuration::from_mins(59));
    keeper.tick();
    keeper.tick();
    assert_eq!(fakes.notifier.take_titles(), ["guest expires in 1m"]);
}

#[test]
fn r36_a_warning_is_shown_once_across_a_restart() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    fakes.clock.advance(SignedDuration::from_mins(51));
    keeper.tick();
    fakes.notifier.take_titles();
    keeper_over(&fakes).tick();
    assert!(fakes.notifier.take_titles().is_empty());
}

#[test]
fn r10_many_expiries_make_one_digest() {
    let (fakes, keeper) = ready();
    for role in ["guest", "far", "quick"] {
        keeper.assume(&name(role), None).expect("assumed");
    }
    fakes.notifier.take_titles();
    fakes.clock.advance(SignedDuration::from_hours(8));
    keeper.tick();
    assert_eq!(
        fakes.notifier.take_titles(),
        ["3 sessions expire or have expired"]
    );
}

#[test]
fn with_nothing_live_there_is_nothing_to_wake_for() {
    let (fakes, keeper) = ready();
    assert_eq!(keeper.tick().sleep, None);
    keeper.assume(&name("guest"), None).expect("assumed");
    let shown = keeper.tick().sleep.expect("until it shows 59 minutes");
    assert_eq!(shown.as_secs(), 30);
    fakes.clock.advance(SignedDuration::from_hours(2));
    let listed = keeper.tick().sleep.expect("until it leaves the list");
    assert_eq!(listed, SignedDuration::from_hours(11));
    fakes.clock.advance(listed);
    assert_eq!(keeper.tick().sleep, None);
    assert!(keeper.snapshot().sessions.is_empty());
}

#[test]
fn r25_a_session_that_is_ended_while_it_is_restored_stays_ended() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    keeper.flush();
    drop(keeper);
    let again = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
    let ending = again.clone();
    let end = thread::spawn(move || ending.end(&name("guest")));
    again.restore_sessions();
    end.join().expect("no panic").expect("there was one to end");
    assert!(again.snapshot().sessions.is_empty());
    assert!(keeper_over(&fakes).snapshot().sessions.is_empty());
}

#[test]
fn sessions_survive_a_restart_and_ended_ones_do_not() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    keeper.assume(&name("quick"), None).expect("assumed");
    keeper.end(&name("quick")).expect("ended");
    keeper.flush();
    let roles: Vec<String> = keeper_over(&fakes)
        .snapshot()
        .sessions
        .into_iter()
        .map(|view| view.role)
        .collect();
    assert_eq!(roles, ["guest"]);
}

#[test]
fn a_tool_that_asks_at_the_start_gets_the_session_of_the_last_run() {
    let (fakes, first) = ready();
    let before = first
        .credentials(&name("guest"))
        .expect("credentials")
        .expose()
        .to_owned();
    let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
    let asking = keeper.clone();
    let asked = thread::spawn(move || {
        asking
            .credentials(&name("guest"))
            .map(|line| line.expose().to_owned())
    });
    keeper.restore_sessions();
    assert_eq!(asked.join().expect("no panic"), Ok(before));
}

#[test]
fn c14_a_tool_gets_a_session_with_twenty_minutes_left() {
    let (fakes, keeper) = ready();
    keeper.credentials(&name("guest")).expect("credentials");
    fakes.clock.advance(SignedDuration::from_mins(39));
    keeper.credentials(&name("guest")).expect("credentials");
    assert_eq!(fakes.sts.calls().len(), 1);
    fakes.clock.advance(SignedDuration::from_mins(1));
    keeper.credentials(&name("guest")).expect("credentials");
    assert_eq!(fakes.sts.calls().len(), 2);
}

#[test]
fn c14_a_session_of_15_minutes_is_served_from_memory() {
    let (fakes, keeper) = ready();
    for _ in 0..50 {
        keeper.credentials(&name("quick")).expect("credentials");
    }
    assert_eq!(fakes.sts.calls().len(), 1);
}

#[test]
fn a_tool_gets_the_live_session_when_the_renewal_fails() {
    let (fakes, keeper) = ready();
    let first = keeper.credentials(&name("guest")).expect("credentials");
    fakes.clock.advance(SignedDuration::from_mins(45));
    fakes.sts.refuse_next(denied());
    assert_eq!(
        keeper
            .credentials(&name("guest"))
            .expect("the live one")
            .expose(),
        first.expose()
    );
}

#[test]
fn r14_a_locked_keychain_is_reported_and_sessions_stay_usable() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    fakes.keychain.fail_with(Some(KeychainError::Locked));
    let problem = keeper.assume(&name("quick"), None).expect_err("locked");
    assert_eq!(problem.code, ProblemCode::KeychainLocked);
    assert_eq!(
        keeper.snapshot().problems.first().map(|p| p.code),
        Some(ProblemCode::KeychainLocked)
    );
    keeper.credentials(&name("guest")).expect("from memory");
    fakes.keychain.fail_with(None);
    keeper.assume(&name("quick"), None).expect("assumed");
    assert!(keeper.snapshot().problems.is_empty());
}

#[test]
fn copying_uses_the_requested_shell() {
    let (fakes, keeper) = ready();
    assert_eq!(
        keeper.copy_export(&name("guest"), None).map_err(|p| p.code),
        Err(ProblemCode::NoSession)
    );
    keeper.assume(&name("guest"), None).expect("assumed");
    keeper
        .copy_export(&name("guest"), Some(Shell::Fish))
        .expect("copied");
    assert!(
        fakes
            .clipboard
            .text()
            .is_some_and(|text| text.contains("set -gx AWS_SESSION_TOKEN 'dG9rZW4'"))
    );
}

#[test]
fn a_program_gets_the_variables_of_the_export_block() {
    let (_fakes, keeper) = ready();
    let (variables, _) = keeper.variables(&name("guest"), &[]).expect("a session");
    let block = keeper.export_block(&name("guest"), Shell::Bash, &[]);
    let exports = variables
        .iter()
        .map(|(name, value)| format!(" export {name}='{}'", value.expose()));
    let lines: Vec<String> = exports.collect();
    assert!(
        block
            .expect("a block")
            .expose()
            .ends_with(&lines.join("\n"))
    );
}

#[test]
fn an_invalid_file_keeps_the_last_valid_catalogue_and_is_reported() {
    let (fakes, keeper) = ready();
    *fakes.files.roles.lock().expect("not poisoned") = "[roles.guest\n".into();
    keeper.reload_roles();
    let snapshot = keeper.snapshot();
    assert_eq!(snapshot.roles.len(), 4);
    assert!(
        snapshot.problems[0]
            .what
            .starts_with("roles.toml, line 1, column "),
        "{:?}",
        snapshot.problems
    );
    *fakes.files.roles.lock().expect("not poisoned") =
        ROLES.replace("808768216571:role/guest", "80876821657:role/guest");
    keeper.reload_roles();
    let snapshot = keeper.snapshot();
    assert_eq!((snapshot.roles.len(), snapshot.problems.len()), (4, 1));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.into();
    keeper.reload_roles();
    assert!(keeper.snapshot().problems.is_empty());
}

#[test]
fn renaming_a_key_changes_the_source_of_its_roles() {
    let (fakes, keeper) = ready();
    keeper
        .rename_key(&name("user"), &name("work"))
        .expect("renamed");
    assert!(
        fakes
            .files
            .roles
            .lock()
            .expect("not poisoned")
            .contains("source = \"work\"")
    );
    keeper.assume(&name("guest"), None).expect("assumed");
}

#[test]
fn a_removed_key_leaves_its_roles_with_a_reason() {
    let (_, keeper) = ready();
    keeper.remove_key(&name("user")).expect("removed");
    let problem = keeper.assume(&name("guest"), None).expect_err("no key");
    assert_eq!(problem.code, ProblemCode::UnusableSource);
    assert!(
        keeper
            .snapshot()
            .roles
            .iter()
            .all(|role| role.problem.is_some())
    );
}

#[test]
fn a_key_is_stored_once_and_with_an_unused_name() {
    let (_, keeper) = ready();
    let pair =
        || KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    assert_eq!(
        keeper.add_key(&name("guest"), &pair()).map_err(|p| p.code),
        Err(ProblemCode::NameTaken)
    );
    assert_eq!(
        keeper.add_key(&name("other"), &pair()).map_err(|p| p.code),
        Err(ProblemCode::NameTaken)
    );
}
