//! The maximum duration of a role from IAM: with which credentials and how often it is read, and its effect.

use std::sync::Arc;

use jiff::SignedDuration;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::explain::diagnosis::Answer;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::{DurationLimitView, Mode};
use rolecall_keeper::fakes::{Fakes, until};
use rolecall_keeper::{Given, Keeper};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const ROLES: &str = r#"
[roles.away]
arn = "arn:aws:iam::808768216571:role/away"
source = "user"

[roles.own]
arn = "arn:aws:iam::177634097045:role/own"
source = "user"

[roles.coded]
arn = "arn:aws:iam::177634097045:role/coded"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"

[roles.shared]
arn = "arn:aws:iam::177634097045:role/shared"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/phone"
mfa_code = "shared"

[roles.far]
arn = "arn:aws:iam::808768216571:role/far"
source = "away"
"#;

struct Desk {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl Desk {
    fn with(roles: &str) -> Self {
        let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
        *fakes.files.roles.lock().expect("not poisoned") = roles.to_owned();
        let desk = Self {
            keeper: started(&fakes),
            fakes,
        };
        let pair = KeyPair::parse(KEY, &Secret::new(SECRET.into())).expect("a key");
        desk.keeper.add_key(&name("user"), &pair).expect("kept");
        desk
    }

    fn new() -> Self {
        Self::with(ROLES)
    }

    /// Makes IAM describe the next role with this maximum duration.
    fn describe(&self, maximum: &str) {
        let iam = &self.fakes.iam;
        iam.describe_maximum(Some(life(maximum)));
        iam.answer_next(Ok(Answer::Trust("{}".into())));
    }

    fn assume(&self, role: &str) {
        self.keeper.assume(&name(role), None).expect("assumed");
        self.keeper.read_maximums();
    }

    fn assume_with(&self, role: &str, code: &str) {
        let code = MfaCode::parse(code).expect("a code");
        let assumed = self.keeper.assume(&name(role), Some(code));
        assumed.expect("assumed");
        self.keeper.read_maximums();
    }

    fn limit(&self, role: &str) -> Option<DurationLimitView> {
        let roles = self.keeper.snapshot().roles;
        let role = roles.into_iter().find(|it| it.name == role);
        role.expect("a role").duration_limit.as_deref().copied()
    }

    fn asked_of_iam(&self) -> Vec<String> {
        self.fakes.iam.calls()
    }
}

fn started(fakes: &Fakes) -> Arc<Keeper> {
    let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
    keeper.restore_sessions();
    keeper
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn life(text: &str) -> SessionDuration {
    SessionDuration::parse(text).expect("a duration")
}

fn shown(allowed_s: u32) -> Option<DurationLimitView> {
    Some(DurationLimitView {
        refused_s: None,
        allowed_s,
    })
}

fn refused(code: &str, message: &str) -> StsError {
    StsError::Refused(Refusal {
        status: 400,
        code: code.into(),
        message: message.into(),
        ..Refusal::default()
    })
}

#[test]
fn the_caller_reads_it_within_its_account_and_the_session_itself_elsewhere() {
    let desk = Desk::new();
    desk.describe("8h");
    desk.assume("own");
    assert_eq!(desk.asked_of_iam(), [format!("iam:GetRole {KEY}")]);
    assert_eq!(desk.limit("own"), shown(28_800));

    desk.describe("4h");
    desk.assume("away");
    assert_eq!(desk.asked_of_iam()[1], "iam:GetRole ASIAFAKE000000000002");
    assert_eq!(desk.limit("away"), shown(14_400));
}

#[test]
fn credentials_with_mfa_are_used_before_the_key_itself() {
    let desk = Desk::new();
    desk.describe("8h");
    desk.assume_with("shared", "123456");
    let [call] = desk.asked_of_iam().try_into().expect("one call");
    assert!(call.starts_with("iam:GetRole ASIA"), "{call}");
    assert_eq!(desk.limit("shared"), shown(28_800));
}

#[test]
fn a_session_is_ready_before_iam_is_called() {
    let desk = Desk::new();
    desk.keeper.assume(&name("own"), None).expect("assumed");
    assert!(desk.asked_of_iam().is_empty());
    desk.keeper.await_unread_maximum();
}

#[test]
fn a_denied_or_slow_call_is_silent_and_made_once_a_day() {
    let desk = Desk::new();
    let denial = refused("AccessDenied", "no");
    desk.fakes.iam.answer_next(Err(denial));
    desk.assume("own");
    desk.assume("own");
    assert_eq!(desk.asked_of_iam().len(), 1);
    let snapshot = desk.keeper.snapshot();
    assert_eq!((desk.limit("own"), snapshot.problems.len()), (None, 0));

    let again = started(&desk.fakes);
    desk.fakes.clock.advance(SignedDuration::from_hours(23));
    again.assume(&name("own"), None).expect("assumed");
    again.read_maximums();
    assert_eq!(desk.asked_of_iam().len(), 1, "a restart is no reason");

    desk.fakes.clock.advance(SignedDuration::from_hours(1));
    again.assume(&name("own"), None).expect("assumed");
    again.read_maximums();
    assert_eq!(desk.asked_of_iam().len(), 2);
}

#[test]
fn the_result_is_remembered_and_not_read_again() {
    let desk = Desk::new();
    desk.describe("8h");
    desk.assume("own");
    desk.fakes
        .clock
        .advance(SignedDuration::from_hours(29 * 24));
    desk.keeper.flush();
    let keeper = started(&desk.fakes);
    let roles = keeper.snapshot().roles;
    let own = roles.iter().find(|role| role.name == "own");
    assert_eq!(
        own.expect("a role").duration_limit.as_deref().copied(),
        shown(28_800)
    );
    keeper.assume(&name("own"), None).expect("assumed");
    keeper.read_maximums();
    assert_eq!(desk.asked_of_iam().len(), 1);

    desk.fakes.clock.advance(SignedDuration::from_hours(24));
    desk.describe("12h");
    keeper.assume(&name("own"), None).expect("assumed");
    keeper.read_maximums();
    let roles = keeper.snapshot().roles;
    let own = roles.iter().find(|role| role.name == "own");
    let after_a_month = own.expect("a role").duration_limit.as_deref().copied();
    assert_eq!(
        after_a_month,
        shown(43_200),
        "its owner may have changed it"
    );
}

#[test]
fn a_follow_up_call_that_reads_the_role_provides_it_as_well() {
    let desk = Desk::new();
    let denial = "User: arn:aws:iam::177634097045:user/user is not authorized to perform: sts:AssumeRole on resource: x";
    desk.fakes.sts.refuse_next(refused("AccessDenied", denial));
    desk.keeper.assume(&name("own"), None).expect_err("refused");
    desk.describe("2h");
    desk.keeper
        .explain_further(&name("own"), None)
        .expect("looked");
    assert_eq!(desk.limit("own"), shown(7_200));
}

#[test]
fn role_chaining_lasts_an_hour_so_it_is_not_read() {
    let desk = Desk::new();
    desk.describe("8h");
    desk.assume("far");
    let calls = desk.asked_of_iam();
    assert_eq!(calls.len(), 1, "its source alone: {calls:?}");
    assert_eq!(desk.limit("far"), None);
}

#[test]
fn b19_a_code_is_offered_what_the_role_is_known_to_allow() {
    let desk = Desk::new();
    desk.describe("8h");
    desk.assume_with("coded", "123456");
    desk.keeper.end_mfa(&name("user")).expect("ended");
    let keeper = desk.keeper.clone();
    let click = std::thread::spawn(move || keeper.assume(&name("coded"), None));
    let prompt = until(|| desk.keeper.snapshot().codes().last().cloned());
    assert_eq!(
        prompt.alternative.as_deref(),
        Some("Use the code for coded only (8h)")
    );
    desk.keeper
        .answer(prompt.id, Given::OtherPlan)
        .expect("switched");
    let prompt = until(|| {
        let last = desk.keeper.snapshot().codes().last().cloned();
        last.filter(|next| next.id != prompt.id)
    });
    assert_eq!(
        prompt.plan,
        "One code for coded, valid for 8h, the role's maximum."
    );
    let answered = desk.keeper.answer(prompt.id, Given::Code("654321"));
    answered.expect("taken");
    click.join().expect("no panic").expect("assumed");
    let lives: Vec<String> = desk
        .fakes
        .sts
        .calls()
        .iter()
        .map(|call| call.duration.to_string())
        .collect();
    assert_eq!(lives, ["1h", "8h"]);
}

#[test]
fn b19_r39_between_a_rejected_and_an_accepted_duration_iam_has_the_exact_maximum() {
    let desk = Desk::with(&ROLES.replacen("role/own\"\n", "role/own\"\nduration = \"12h\"\n", 1));
    let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    for _ in 0..2 {
        desk.fakes
            .sts
            .refuse_next(refused("ValidationError", message));
    }
    desk.describe("6h");
    desk.assume("own");
    assert_eq!(desk.limit("own"), shown(21_600), "4h was given");
    desk.assume("own");
    let calls = desk.fakes.sts.calls();
    assert_eq!(calls.last().map(|call| call.duration), Some(life("6h")));
}
