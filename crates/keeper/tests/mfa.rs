//! Codes and MFA sessions in the keeper, with the shared fakes.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use jiff::SignedDuration;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::question::CodeView;
use rolecall_core::view::snapshot::{Mode, RoleView, Snapshot, WaitingFor};
use rolecall_keeper::fakes::{Fakes, until};
use rolecall_keeper::{Given, Keeper};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str = r#"
[roles.a]
arn = "arn:aws:iam::808768216571:role/a"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"

[roles.b]
arn = "arn:aws:iam::808768216571:role/b"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"

[roles.c]
arn = "arn:aws:iam::808768216571:role/c"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"

[roles.behind]
arn = "arn:aws:iam::808768216571:role/behind"
source = "a"

[roles.long]
arn = "arn:aws:iam::808768216571:role/long"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
duration = "12h"

[roles.own]
arn = "arn:aws:iam::808768216571:role/own"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
mfa_code = "own"
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
    let fakes = Fakes::at("2026-11-21T12:00:05Z".parse().expect("an instant"));
    let keeper = keeper_over(&fakes);
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, keeper)
}

type Click = JoinHandle<Result<(), Problem>>;

fn click(keeper: &Arc<Keeper>, role: &str) -> Click {
    let (keeper, role) = (keeper.clone(), name(role));
    thread::spawn(move || keeper.assume(&role, None).map(drop))
}

fn landed(click: Click) -> Result<(), Problem> {
    click.join().expect("no panic")
}

fn wait_until(keeper: &Keeper, condition: impl Fn(&Snapshot) -> bool) -> Snapshot {
    until(|| Some(keeper.snapshot()).filter(&condition))
}

fn prompt_for(keeper: &Keeper, roles: &[&str]) -> CodeView {
    let is_it = |snapshot: &Snapshot| snapshot.codes().next().is_some_and(|it| it.roles == roles);
    wait_until(keeper, is_it)
        .codes()
        .next()
        .cloned()
        .expect("a question")
}

fn role_view(keeper: &Keeper, role: &str) -> RoleView {
    let roles = keeper.snapshot().roles;
    let found = roles.iter().find(|it| it.name == role);
    found.expect("listed").clone()
}

/// Assumes `a` with a code, which creates an MFA session.
fn give_code(keeper: &Arc<Keeper>, code: &str) {
    let clicked = click(keeper, "a");
    let prompt = prompt_for(keeper, &["a"]);
    keeper.answer(prompt.id, Given::Code(code)).expect("taken");
    landed(clicked).expect("assumed");
}

fn refused(code: &str, message: &str) -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: code.into(),
        message: message.into(),
        ..Refusal::default()
    })
}

#[test]
fn one_prompt_serves_three_roles_with_one_code() {
    let (fakes, keeper) = ready();
    let clicks = ["a", "b", "c"].map(|role| click(&keeper, role));
    let prompt = prompt_for(&keeper, &["a", "b", "c"]);
    assert_eq!(
        prompt.plan,
        "One code covers 3 roles for 12h, 1h per session."
    );
    assert_eq!(
        (keeper.snapshot().codes().count(), prompt.alternative),
        (1, None)
    );
    let waiting = keeper.snapshot().sessions;
    assert!(
        waiting
            .iter()
            .all(|it| it.waiting_for == Some(WaitingFor::Code))
    );
    keeper
        .answer(prompt.id, Given::Code("123456"))
        .expect("taken");
    clicks
        .into_iter()
        .for_each(|it| landed(it).expect("assumed"));
    assert_eq!(fakes.sts.token_calls().len(), 1);
    assert_eq!(fakes.sts.calls().len(), 3);
    assert!(fakes.sts.calls().iter().all(|call| call.mfa.is_none()));
    assert_eq!(fakes.sts.callers(), ["ASIATOKEN00000000001"; 3]);
}

#[test]
fn an_mfa_session_that_is_still_valid_needs_no_prompt() {
    let (fakes, keeper) = ready();
    assert!(role_view(&keeper, "b").needs_code);
    give_code(&keeper, "123456");
    assert!(!role_view(&keeper, "b").needs_code);
    let key = keeper.snapshot().keys.remove(0);
    assert_eq!(key.mfa.len(), 1);
    keeper.assume(&name("b"), None).expect("without a question");
    fakes.clock.advance(SignedDuration::from_hours(11));
    keeper
        .credentials(&name("b"))
        .expect("renewed without a question");
    fakes.clock.advance(SignedDuration::from_hours(2));
    keeper.tick();
    assert!(role_view(&keeper, "b").needs_code);
    assert!(keeper.snapshot().keys[0].mfa.is_empty());
    assert_eq!(fakes.sts.token_calls().len(), 1);
}

#[test]
fn a_tool_renews_a_long_role_with_a_valid_mfa_session() {
    let (fakes, keeper) = ready();
    give_code(&keeper, "123456");
    keeper
        .credentials(&name("long"))
        .expect("an hour is enough for a tool");
    let durations: Vec<u32> = fakes
        .sts
        .calls()
        .iter()
        .map(|it| it.duration.seconds())
        .collect();
    assert_eq!(durations, [3600, 3600]);
}

#[test]
fn a_prompt_for_a_source_names_the_requested_role() {
    let (fakes, keeper) = ready();
    let clicked = click(&keeper, "behind");
    let prompt = prompt_for(&keeper, &["behind"]);
    keeper
        .answer(prompt.id, Given::Code("123456"))
        .expect("taken");
    landed(clicked).expect("assumed");
    assert_eq!(
        (fakes.sts.token_calls().len(), fakes.sts.calls().len()),
        (1, 2)
    );
}

#[test]
fn b23_a_cancelled_prompt_cancels_all_that_wait_for_it() {
    let (fakes, keeper) = ready();
    let clicks = ["a", "b"].map(|role| click(&keeper, role));
    let prompt = prompt_for(&keeper, &["a", "b"]);
    keeper.answer(prompt.id, Given::NoCode).expect("open");
    for clicked in clicks {
        let problem = landed(clicked).expect_err("cancelled");
        assert_eq!(problem.code, ProblemCode::Cancelled);
    }
    assert!(fakes.sts.token_calls().is_empty());
}

#[test]
fn the_prompt_can_be_switched_to_one_long_session_and_back() {
    let (fakes, keeper) = ready();
    let clicked = click(&keeper, "a");
    let prompt = prompt_for(&keeper, &["a"]);
    assert_eq!(
        prompt.alternative.as_deref(),
        Some("Use the code for a only (up to 12h)")
    );
    keeper.answer(prompt.id, Given::OtherPlan).expect("offered");
    let is_own = |it: &Snapshot| {
        it.codes()
            .next()
            .is_some_and(|it| it.plan.contains("valid for 12h. If a allows less"))
    };
    let own = wait_until(&keeper, is_own)
        .codes()
        .next()
        .cloned()
        .expect("a question");
    assert_eq!(
        own.alternative.as_deref(),
        Some("Use the code for 3 roles (1h each)")
    );
    keeper.answer(own.id, Given::Code("123456")).expect("taken");
    landed(clicked).expect("assumed");
    assert!(fakes.sts.token_calls().is_empty());
    assert_eq!(fakes.sts.calls()[0].duration.seconds(), 43_200);
}

#[test]
fn b21_a_wrong_code_is_explained_and_all_keep_waiting() {
    let (fakes, keeper) = ready();
    let message = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    fakes.sts.refuse_next(refused("AccessDenied", message));
    let clicks = ["a", "b"].map(|role| click(&keeper, role));
    let prompt = prompt_for(&keeper, &["a", "b"]);
    keeper
        .answer(prompt.id, Given::Code("111111"))
        .expect("taken");
    let again = wait_until(&keeper, |it| {
        it.codes().next().is_some_and(|it| it.problem.is_some())
    });
    let again = &again.codes().next().expect("a question");
    assert_eq!(again.roles, ["a", "b"]);
    assert_eq!(
        again.next_code_at,
        Some("2026-11-21T12:00:30Z".parse().expect("an instant"))
    );
    keeper
        .answer(again.id, Given::Code("111111"))
        .expect_err("the same code");
    keeper
        .answer(again.id, Given::Code("222222"))
        .expect("taken");
    clicks
        .into_iter()
        .for_each(|it| landed(it).expect("assumed"));
    assert_eq!(fakes.sts.token_calls().len(), 2);
}

#[test]
fn r12_the_prompt_after_a_code_was_used_shows_the_wait_for_the_next() {
    let (_, keeper) = ready();
    give_code(&keeper, "123456");
    let clicked = click(&keeper, "long");
    let prompt = prompt_for(&keeper, &["long"]);
    assert_eq!(
        prompt.next_code_at,
        Some("2026-11-21T12:00:30Z".parse().expect("an instant"))
    );
    let problem = keeper
        .answer(prompt.id, Given::Code("123456"))
        .expect_err("used");
    assert_eq!(problem.what, "This code was used already.");
    keeper
        .answer(prompt.id, Given::Code("654321"))
        .expect("taken");
    landed(clicked).expect("assumed");
}

#[test]
fn a_role_that_requires_recent_codes_gets_its_own_and_that_is_remembered() {
    let (fakes, keeper) = ready();
    give_code(&keeper, "123456");
    fakes.clock.advance(SignedDuration::from_hours(2));
    fakes.sts.refuse_next(refused(
        "AccessDenied",
        "not authorized to perform: sts:AssumeRole",
    ));
    let clicked = click(&keeper, "b");
    let prompt = prompt_for(&keeper, &["b"]);
    keeper
        .answer(prompt.id, Given::Code("222222"))
        .expect("taken");
    landed(clicked).expect("assumed with a fresh code");
    assert!(
        role_view(&keeper, "b").needs_code,
        "the shared code is too old for it"
    );
    assert!(!role_view(&keeper, "c").needs_code);
}

#[test]
fn a_role_that_denies_a_recent_code_too_is_not_prompted_for_again() {
    let (fakes, keeper) = ready();
    give_code(&keeper, "123456");
    fakes.clock.advance(SignedDuration::from_hours(2));
    let denied = || refused("AccessDenied", "not authorized to perform: sts:AssumeRole");
    fakes.sts.refuse_next(denied());
    fakes.sts.refuse_next(denied());
    let clicked = click(&keeper, "b");
    let prompt = prompt_for(&keeper, &["b"]);
    keeper
        .answer(prompt.id, Given::Code("222222"))
        .expect("taken");
    assert_eq!(
        landed(clicked).map_err(|it| it.code),
        Err(ProblemCode::AccessDenied)
    );
    fakes.sts.refuse_next(denied());
    let problem = keeper
        .assume(&name("b"), None)
        .expect_err("denied without a question");
    assert_eq!(problem.code, ProblemCode::AccessDenied);
}

#[test]
fn an_error_right_after_the_code_is_not_attributed_to_its_age() {
    let (fakes, keeper) = ready();
    give_code(&keeper, "123456");
    fakes.sts.refuse_next(refused(
        "AccessDenied",
        "not authorized to perform: sts:AssumeRole",
    ));
    let problem = keeper.assume(&name("b"), None).expect_err("denied");
    assert_eq!(problem.code, ProblemCode::AccessDenied);
}

#[test]
fn r38_a_session_token_that_aws_no_longer_accepts_is_replaced() {
    let (fakes, keeper) = ready();
    give_code(&keeper, "123456");
    fakes.clock.advance(SignedDuration::from_hours(2));
    fakes.sts.refuse_next(refused(
        "InvalidClientTokenId",
        "The security token is invalid.",
    ));
    let clicked = click(&keeper, "b");
    let prompt = prompt_for(&keeper, &["b"]);
    keeper
        .answer(prompt.id, Given::Code("222222"))
        .expect("taken");
    landed(clicked).expect("assumed");
    assert_eq!(fakes.sts.token_calls().len(), 2);
}

#[test]
fn an_mfa_session_survives_a_restart_until_it_is_ended() {
    let (fakes, keeper) = ready();
    give_code(&keeper, "123456");
    keeper.flush();
    let restarted = keeper_over(&fakes);
    assert!(!role_view(&restarted, "b").needs_code);
    restarted.end_mfa(&name("user")).expect("ended");
    assert!(role_view(&restarted, "b").needs_code);
    restarted.flush();
    assert!(role_view(&keeper_over(&fakes), "b").needs_code);
    let problem = restarted.end_mfa(&name("user")).expect_err("nothing left");
    assert_eq!(problem.code, ProblemCode::NoSession);
}

#[test]
fn a_removed_key_removes_its_mfa_sessions() {
    let (fakes, keeper) = ready();
    give_code(&keeper, "123456");
    keeper.remove_key(&name("user")).expect("removed");
    keeper.flush();
    let restarted = keeper_over(&fakes);
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    restarted.add_key(&name("user"), &pair).expect("kept");
    assert!(role_view(&restarted, "b").needs_code);
}

#[test]
fn a_prompt_that_a_terminal_shows_is_marked() {
    let (_, keeper) = ready();
    assert_eq!(keeper.attend(&name("a")), None);
    let clicks = ["a", "long"].map(|role| click(&keeper, role));
    let both = wait_until(&keeper, |it| it.codes().count() == 2)
        .codes()
        .cloned()
        .collect::<Vec<_>>();
    let at_terminal = |role: &str| {
        let prompt = both.iter().find(|it| it.roles == [role]);
        prompt.expect("its prompt").at_terminal
    };
    assert!(at_terminal("a") && !at_terminal("long"));
    let attended = keeper.attend(&name("a")).expect("its prompt");
    assert_eq!(attended.roles, ["a"]);
    for prompt in both {
        keeper.answer(prompt.id, Given::NoCode).expect("open");
    }
    for clicked in clicks {
        landed(clicked).expect_err("cancelled");
    }
}

fn with_program(fakes: &Fakes, keeper: &Keeper) {
    let settings = "[mfa]\nprocess = [\"ykman\", \"--device\", \"{serial}\"]\n";
    *fakes.files.settings.lock().expect("not poisoned") = settings.to_owned();
    keeper.reload_settings();
}

#[test]
fn a_program_in_our_own_settings_provides_the_code() {
    let (fakes, keeper) = ready();
    with_program(&fakes, &keeper);
    fakes.programs.print_next(Ok("123456\n"));
    keeper.assume(&name("a"), None).expect("without a question");
    let words = ["ykman", "--device", "arn:aws:iam::177634097045:mfa/user"];
    assert_eq!(fakes.programs.runs(), [words]);
    assert_eq!(fakes.sts.token_calls().len(), 1);
}

#[test]
fn a_person_is_asked_when_the_program_returns_no_code() {
    let (fakes, keeper) = ready();
    with_program(&fakes, &keeper);
    for output in [Err("it took longer than 20s"), Ok("touch your key")] {
        fakes.programs.print_next(output);
        let clicked = click(&keeper, "long");
        let prompt = prompt_for(&keeper, &["long"]);
        assert!(prompt.problem.is_some(), "{output:?}");
        keeper.answer(prompt.id, Given::NoCode).expect("open");
        landed(clicked).expect_err("cancelled");
    }
}

fn waits_for_next_code(shown: &Snapshot, role: &str) -> bool {
    let mut sessions = shown.sessions.iter();
    sessions.any(|it| it.role == role && it.waiting_for == Some(WaitingFor::NextCode))
}

#[test]
fn r12_the_program_is_run_again_for_the_next_code_when_its_code_was_used() {
    let (fakes, keeper) = ready();
    with_program(&fakes, &keeper);
    for code in ["123456", "123456", "654321"] {
        fakes.programs.print_next(Ok(code));
    }
    keeper.assume(&name("long"), None).expect("the first code");
    let clicked = click(&keeper, "own");
    let shown = wait_until(&keeper, |it| waits_for_next_code(it, "own"));
    assert_eq!(shown.codes().next(), None);
    fakes.clock.advance(SignedDuration::from_secs(25));
    landed(clicked).expect("the next code");
    let codes = fakes.sts.calls().into_iter().filter_map(|it| it.mfa);
    let codes: Vec<String> = codes.map(|(_, code)| code.as_str().to_owned()).collect();
    assert_eq!(codes, ["123456", "654321"]);
}

#[test]
fn a_person_is_asked_when_the_program_repeats_a_used_code_in_the_next_window() {
    let (fakes, keeper) = ready();
    with_program(&fakes, &keeper);
    for _ in 0..3 {
        fakes.programs.print_next(Ok("123456"));
    }
    keeper.assume(&name("long"), None).expect("the first time");
    let clicked = click(&keeper, "long");
    wait_until(&keeper, |it| waits_for_next_code(it, "long"));
    fakes.clock.advance(SignedDuration::from_secs(25));
    let prompt = prompt_for(&keeper, &["long"]);
    assert!(prompt.problem.is_some());
    assert_eq!(fakes.programs.runs().len(), 3);
    keeper.answer(prompt.id, Given::NoCode).expect("open");
    landed(clicked).expect_err("cancelled");
}

#[test]
fn a_lone_role_with_mfa_needs_one_code_a_day() {
    let (fakes, keeper) = ready();
    let lone = "[roles.lone]\narn = \"arn:aws:iam::808768216571:role/lone\"\nsource = \"user\"\n\
                mfa_serial = \"arn:aws:iam::177634097045:mfa/user\"\nduration = \"15m\"\n";
    *fakes.files.roles.lock().expect("not poisoned") = lone.to_owned();
    keeper.reload_roles();
    let clicked = click(&keeper, "lone");
    let prompt = prompt_for(&keeper, &["lone"]);
    assert_eq!(prompt.plan, "One code covers 12h, 15m per session.");
    keeper
        .answer(prompt.id, Given::Code("123456"))
        .expect("taken");
    landed(clicked).expect("assumed");
    for _ in 0..47 {
        fakes.clock.advance(SignedDuration::from_secs(14 * 60 + 50));
        keeper
            .assume(&name("lone"), None)
            .expect("without a question");
    }
    assert_eq!(fakes.sts.token_calls().len(), 1);
}

#[test]
fn a_user_who_may_not_call_get_session_token_gives_a_code_for_each_session() {
    let (fakes, keeper) = ready();
    let denied = "User: arn:aws:iam::177634097045:user/user is not authorized to perform: sts:GetSessionToken on resource: arn:aws:iam::177634097045:user/user with an explicit deny in an identity-based policy";
    fakes.sts.refuse_next(refused("AccessDenied", denied));
    let clicks = ["a", "b"].map(|role| click(&keeper, role));
    let shared = prompt_for(&keeper, &["a", "b"]);
    keeper
        .answer(shared.id, Given::Code("111111"))
        .expect("taken");
    let both = wait_until(&keeper, |it| it.codes().count() == 2)
        .codes()
        .cloned()
        .collect::<Vec<_>>();
    for (prompt, code) in both.into_iter().zip(["222222", "333333"]) {
        assert!(prompt.plan.ends_with("valid for 1h."), "{}", prompt.plan);
        keeper.answer(prompt.id, Given::Code(code)).expect("taken");
    }
    clicks
        .into_iter()
        .for_each(|it| landed(it).expect("assumed"));
    assert_eq!(fakes.sts.token_calls().len(), 1);
    assert!(fakes.sts.calls().iter().all(|call| call.mfa.is_some()));
}
