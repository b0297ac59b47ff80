//! Codes from a stored seed, with the shared fakes.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use jiff::SignedDuration;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::session::totp::TotpSeed;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::{Mode, Snapshot, WaitingFor};
use rolecall_keeper::fakes::{Fakes, until};
use rolecall_keeper::ports::{Clock, Keychain};
use rolecall_keeper::{Given, Keeper};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const SERIAL: &str = "arn:aws:iam::177634097045:mfa/user";
const ROLES: &str = r#"
[roles.a]
arn = "arn:aws:iam::808768216571:role/a"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
mfa_code = "own"

[roles.b]
arn = "arn:aws:iam::808768216571:role/b"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"

[roles.c]
arn = "arn:aws:iam::808768216571:role/c"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
"#;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn serial(text: &str) -> MfaSerial {
    MfaSerial::parse(text).expect("a serial")
}

fn seed() -> TotpSeed {
    TotpSeed::parse(&Secret::new(SEED.into())).expect("a seed")
}

fn ready() -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:05Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, Arc::new(keeper))
}

fn with_seed() -> (Fakes, Arc<Keeper>) {
    let (fakes, keeper) = ready();
    let added = keeper.add_totp(&name("user"), &serial(SERIAL), &seed());
    added.expect("kept");
    (fakes, keeper)
}

fn click(keeper: &Arc<Keeper>, role: &str) -> JoinHandle<Result<(), Problem>> {
    let (keeper, role) = (keeper.clone(), name(role));
    thread::spawn(move || keeper.assume(&role, None).map(drop))
}

fn wait_until(keeper: &Keeper, condition: impl Fn(&Snapshot) -> bool) -> Snapshot {
    until(|| Some(keeper.snapshot()).filter(&condition))
}

fn waits_for(keeper: &Keeper, role: &str, what: WaitingFor) -> bool {
    let sessions = keeper.snapshot().sessions;
    let found = sessions.iter().find(|it| it.role == role);
    found.is_some_and(|it| it.waiting_for == Some(what))
}

fn rejected() -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: "AccessDenied".into(),
        message: "MultiFactorAuthentication failed with invalid MFA one time pass code.".into(),
        ..Refusal::default()
    })
}

#[test]
fn a_seed_is_verified_kept_listed_and_removed() {
    let (fakes, keeper) = with_seed();
    let call = fakes.sts.token_calls().remove(0);
    let expected = (serial(SERIAL), seed().code_at(fakes.clock.now()));
    assert_eq!(call.mfa, Some(expected));
    let key = keeper.snapshot().keys.remove(0);
    assert_eq!(key.totp.as_deref(), Some(SERIAL));
    assert_eq!(key.mfa.len(), 1, "the code counts");
    let again = keeper.add_totp(&name("user"), &serial(SERIAL), &seed());
    assert_eq!(again.expect_err("one each").code, ProblemCode::NameTaken);
    keeper.remove_totp(&name("user")).expect("removed");
    assert_eq!(keeper.snapshot().keys.remove(0).totp, None);
    keeper.remove_totp(&name("user")).expect_err("gone");
}

#[test]
fn what_is_rejected_stores_nothing() {
    let (fakes, keeper) = ready();
    let add = |serial_text| keeper.add_totp(&name("user"), &serial(serial_text), &seed());
    fakes.sts.refuse_next(rejected());
    assert_eq!(
        add(SERIAL).expect_err("refused").code,
        ProblemCode::CodeRejected
    );
    let foreign = add("arn:aws:iam::808768216571:mfa/user").expect_err("of another account");
    assert_eq!(foreign.code, ProblemCode::InvalidInput);
    assert_eq!(keeper.snapshot().keys.remove(0).totp, None);
    let id = "AKIAIOSFODNN7EXAMPLE".to_owned().try_into().expect("an id");
    let kept = fakes.keychain.fetch_seed(&id);
    assert_eq!(kept.err(), Some(KeychainError::Empty));
}

#[test]
fn a_removed_key_removes_its_seed() {
    let (fakes, keeper) = with_seed();
    keeper.remove_key(&name("user")).expect("removed");
    let id = "AKIAIOSFODNN7EXAMPLE".to_owned().try_into().expect("an id");
    let kept = fakes.keychain.fetch_seed(&id);
    assert_eq!(kept.err(), Some(KeychainError::Empty));
}

#[test]
fn codes_come_from_the_seed_and_nobody_is_asked() {
    let (fakes, keeper) = with_seed();
    fakes.clock.advance(SignedDuration::from_secs(30));
    keeper.assume(&name("a"), None).expect("without a prompt");
    let call = fakes.sts.calls().remove(0);
    let expected = (serial(SERIAL), seed().code_at(fakes.clock.now()));
    assert_eq!(call.mfa, Some(expected));
    fakes.clock.advance(SignedDuration::from_hours(13));
    keeper.assume(&name("b"), None).expect("without a prompt");
    assert_eq!(fakes.sts.token_calls().len(), 2);
}

#[test]
fn r12_a_used_code_waits_for_the_next_window() {
    let (fakes, keeper) = with_seed();
    let clicked = click(&keeper, "a");
    wait_until(&keeper, |_| waits_for(&keeper, "a", WaitingFor::NextCode));
    assert!(keeper.snapshot().codes().next().is_none());
    fakes.clock.advance(SignedDuration::from_secs(25));
    clicked.join().expect("no panic").expect("assumed");
    let call = fakes.sts.calls().remove(0);
    let expected = (serial(SERIAL), seed().code_at(fakes.clock.now()));
    assert_eq!(call.mfa, Some(expected));
}

#[test]
fn a_code_of_the_seed_that_aws_rejects_falls_back_to_a_prompt() {
    let (fakes, keeper) = with_seed();
    fakes.clock.advance(SignedDuration::from_secs(30));
    fakes.sts.refuse_next(rejected());
    let clicked = click(&keeper, "a");
    let prompt = wait_until(&keeper, |it| it.codes().next().is_some())
        .codes()
        .next()
        .cloned()
        .expect("a question");
    let problem = prompt.problem.expect("why");
    assert_eq!(problem.code, ProblemCode::CodeRejected);
    keeper
        .answer(prompt.id, Given::Code("123456"))
        .expect("taken");
    clicked.join().expect("no panic").expect("assumed");
}

#[test]
fn a_seed_that_the_keychain_lost_falls_back_to_a_prompt() {
    let (fakes, keeper) = with_seed();
    let id = "AKIAIOSFODNN7EXAMPLE".to_owned().try_into().expect("an id");
    fakes.keychain.remove_seed(&id).expect("removed");
    let clicked = click(&keeper, "a");
    let prompt = wait_until(&keeper, |it| it.codes().next().is_some())
        .codes()
        .next()
        .cloned()
        .expect("a question");
    assert_eq!(prompt.problem.expect("why").code, ProblemCode::CodeNeeded);
    keeper
        .answer(prompt.id, Given::Code("123456"))
        .expect("taken");
    clicked.join().expect("no panic").expect("assumed");
}
