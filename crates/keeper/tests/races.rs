//! Ends, changes and failures while something else is running.

use std::sync::Arc;

use jiff::SignedDuration;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::role::RoleDraft;
use rolecall_core::session::{Phase, Session};
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::{Background, Fakes, until_so};
use rolecall_keeper::ports::{Files, Keychain, Store};
use rolecall_keeper::{Given, Keeper};

const SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx";

type Assuming = Background<Result<Session, Problem>>;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn draft(role: &str, duration: &str) -> RoleDraft {
    let with_device = role == "admin";
    RoleDraft {
        name: role.into(),
        arn: format!("arn:aws:iam::808768216571:role/{role}"),
        source: "user".into(),
        duration: Some(duration.into()),
        mfa_serial: with_device.then(|| "arn:aws:iam::177634097045:mfa/user".into()),
        mfa_code: with_device.then(|| "own".into()),
        ..RoleDraft::default()
    }
}

fn ready() -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-22T12:00:00Z".parse().expect("an instant"));
    let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
    keeper.restore_sessions();
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a pair");
    keeper.add_key(&name("user"), &pair).expect("added");
    for role in ["guest", "admin"] {
        keeper.save_role(None, &draft(role, "1h")).expect("saved");
    }
    (fakes, keeper)
}

fn assuming(keeper: &Arc<Keeper>, role: &str, code: Option<&str>) -> Assuming {
    let (keeper, role) = (keeper.clone(), name(role));
    let code = code.map(|code| MfaCode::parse(code).expect("a code"));
    Background::start(move || keeper.assume(&role, code))
}

fn phase(keeper: &Keeper, role: &str) -> Option<Phase> {
    let sessions = keeper.snapshot().sessions;
    let session = sessions.iter().find(|session| session.role == role);
    session.map(|session| session.phase)
}

fn on_disk(fakes: &Fakes) -> Vec<String> {
    let sessions = fakes.store.load().expect("in memory");
    sessions
        .iter()
        .map(|session| session.id().to_owned())
        .collect()
}

fn full() -> Problem {
    Problem::new(
        ProblemCode::StorageFailed,
        "The disk is full.",
        "Make room.",
    )
}

#[test]
fn a_role_that_is_ended_while_it_is_renewed_stays_ended() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    fakes.sts.close();
    let renewing = assuming(&keeper, "guest", None);
    until_so(|| fakes.sts.calls().len() == 2);
    keeper.end(&name("guest")).expect("there was one");
    fakes.sts.open();
    let ended = renewing.join().expect("no panic").expect_err("ended");
    assert_eq!(ended.code, ProblemCode::Cancelled);
    keeper.flush();
    assert_eq!(phase(&keeper, "guest"), None);
    assert!(on_disk(&fakes).is_empty());
}

#[test]
fn the_session_of_an_edited_role_replaces_that_of_the_role_before() {
    let (fakes, keeper) = ready();
    fakes.sts.close();
    let first = assuming(&keeper, "guest", None);
    until_so(|| fakes.sts.calls().len() == 1);
    keeper
        .save_role(Some(&name("guest")), &draft("guest", "15m"))
        .expect("saved");
    let second = assuming(&keeper, "guest", None);
    until_so(|| fakes.sts.calls().len() == 2);
    fakes.sts.open();
    let second = second.join().expect("no panic").expect("assumed");
    let first = first.join().expect("no panic").expect("assumed");
    assert_eq!(first.id(), second.id(), "both have the newer session");
    assert_eq!(second.lifetime(), SignedDuration::from_mins(15));
    assert_eq!(fakes.sts.calls().len(), 2);
}

#[test]
fn a_fault_of_an_adapter_fails_its_attempt_and_no_later_one() {
    let (fakes, keeper) = ready();
    fakes.sts.panic_next();
    let failed = keeper.assume(&name("guest"), None).expect_err("a fault");
    assert_eq!(failed.code, ProblemCode::Internal);
    keeper.assume(&name("guest"), None).expect("assumed");
}

#[test]
fn the_first_answer_to_a_prompt_counts() {
    let (fakes, keeper) = ready();
    let assuming = assuming(&keeper, "admin", None);
    until_so(|| keeper.snapshot().codes().next().is_some());
    fakes.sts.close();
    let id = keeper.snapshot().codes().next().expect("a question").id;
    keeper.answer(id, Given::Code("111111")).expect("open");
    let second = keeper
        .answer(id, Given::Code("222222"))
        .expect_err("answered");
    assert_eq!(second.code, ProblemCode::Cancelled);
    fakes.sts.open();
    assuming.join().expect("no panic").expect("assumed");
    let sent: Vec<String> = fakes.sts.calls().iter().filter_map(code_of).collect();
    assert_eq!(sent, ["111111"]);
}

#[test]
fn a_code_that_a_second_caller_brings_answers_the_prompt() {
    let (fakes, keeper) = ready();
    let first = assuming(&keeper, "admin", None);
    until_so(|| keeper.snapshot().codes().next().is_some());
    let second = assuming(&keeper, "admin", Some("333333"));
    let [first, second] = [first, second].map(|it| it.join().expect("no panic").expect("assumed"));
    assert_eq!(first.id(), second.id());
    let sent: Vec<String> = fakes.sts.calls().iter().filter_map(code_of).collect();
    assert_eq!(sent, ["333333"]);
}

#[test]
fn a_code_that_is_brought_for_a_role_behind_answers_the_prompt_of_its_source() {
    let (fakes, keeper) = ready();
    let behind = RoleDraft {
        source: "admin".into(),
        ..draft("behind", "1h")
    };
    keeper.save_role(None, &behind).expect("saved");
    let first = assuming(&keeper, "behind", None);
    until_so(|| keeper.snapshot().codes().next().is_some());
    let second = assuming(&keeper, "behind", Some("444444"));
    let [first, second] = [first, second].map(|it| it.join().expect("no panic").expect("assumed"));
    assert_eq!(first.id(), second.id());
    let sent: Vec<String> = fakes.sts.calls().iter().filter_map(code_of).collect();
    assert_eq!(sent, ["444444"]);
}

fn code_of(call: &rolecall_core::calls::sts::AssumeRole) -> Option<String> {
    call.mfa.as_ref().map(|(_, code)| code.as_str().to_owned())
}

#[test]
fn what_ended_on_a_full_disk_does_not_come_back_and_is_deleted_later() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    keeper.flush();
    assert_eq!(on_disk(&fakes).len(), 1);
    fakes.store.fail_with(Some(full()));
    keeper.end(&name("guest")).expect("ended here");
    until_so(|| keeper.snapshot().problems.contains(&full()));
    keeper.retry_keychain().expect("it is open");
    assert_eq!(phase(&keeper, "guest"), None, "it does not come back");
    fakes.store.fail_with(None);
    until_so(|| {
        fakes.clock.advance(SignedDuration::from_secs(20));
        on_disk(&fakes).is_empty()
    });
    until_so(|| keeper.snapshot().problems.is_empty());
}

#[test]
fn what_was_not_written_on_a_full_disk_is_written_at_the_end_of_the_program() {
    let (fakes, keeper) = ready();
    fakes.store.fail_with(Some(full()));
    let session = keeper.assume(&name("guest"), None).expect("assumed");
    fakes.store.fail_with(None);
    keeper.flush();
    assert_eq!(on_disk(&fakes), [session.id()]);
}

#[test]
fn a_fault_of_the_store_does_not_end_all_writing() {
    let (fakes, keeper) = ready();
    fakes.store.panic_next();
    keeper.assume(&name("guest"), None).expect("assumed");
    let renewed = keeper.assume(&name("guest"), None).expect("renewed");
    keeper.flush();
    assert_eq!(on_disk(&fakes), [renewed.id()]);
}

#[test]
fn a_store_that_waits_for_a_dialog_does_not_hold_up_the_answer() {
    let (fakes, keeper) = ready();
    fakes.store.hold();
    let assuming = assuming(&keeper, "guest", None);
    until_so(|| {
        fakes.clock.advance(SignedDuration::from_secs(1));
        assuming.is_finished()
    });
    let session = assuming.join().expect("no panic").expect("assumed");
    keeper.credentials(&name("guest")).expect("at hand");
    fakes.store.release();
    keeper.flush();
    assert_eq!(on_disk(&fakes), [session.id()]);
}

#[test]
fn two_keys_that_are_added_at_once_are_both_kept() {
    let (fakes, keeper) = ready();
    let adding = ["one", "two", "three", "four"].map(|key| {
        let keeper = keeper.clone();
        let id = format!("AKIAIOSFODNN7{}", format!("{key:X<7}").to_uppercase());
        Background::start(move || {
            let pair = KeyPair::parse(&id, &Secret::new(SECRET.into())).expect("a pair");
            keeper.add_key(&name(key), &pair)
        })
    });
    for added in adding {
        added.join().expect("no panic").expect("added");
    }
    let again = Keeper::new(fakes.ports(), Mode::Own);
    assert_eq!(again.snapshot().keys.len(), 5);
}

#[test]
fn one_key_that_is_added_twice_at_once_is_kept_once() {
    let (_fakes, keeper) = ready();
    let adding = ["one", "two"].map(|key| {
        let keeper = keeper.clone();
        Background::start(move || {
            let pair = KeyPair::parse("AKIASQ7EXAMPLEKEYID1", &Secret::new(SECRET.into()));
            keeper.add_key(&name(key), &pair.expect("a pair")).is_ok()
        })
    });
    let added = adding.map(|adding| adding.join().expect("no panic"));
    assert_eq!(added.iter().filter(|added| **added).count(), 1);
}

#[test]
fn keys_that_another_instance_lists_are_kept_with_their_secrets() {
    let (fakes, keeper) = ready();
    let pair = |id: &str| KeyPair::parse(id, &Secret::new(SECRET.into())).expect("a pair");
    let theirs = pair("AKIASQ7EXAMPLEKEYID1");
    fakes
        .keychain
        .store(&theirs.id, &theirs.secret)
        .expect("kept");
    let listed = fakes.files.edit_keys(&|keys| {
        let mut key = keys[0].clone();
        (key.name, key.id) = (name("theirs"), theirs.id.clone());
        keys.push(key);
        Ok(())
    });
    listed.expect("listed");
    let again = keeper.add_key(&name("again"), &theirs);
    assert_eq!(again.expect_err("listed").code, ProblemCode::NameTaken);
    let same_name = keeper.add_key(&name("theirs"), &pair("AKIASQ7EXAMPLEKEYID2"));
    assert_eq!(same_name.expect_err("taken").code, ProblemCode::NameTaken);
    assert!(fakes.keychain.fetch(&theirs.id).is_ok());
    let unlisted = pair("AKIASQ7EXAMPLEKEYID2").id;
    assert!(fakes.keychain.fetch(&unlisted).is_err());
    keeper
        .add_key(&name("mine"), &pair("AKIASQ7EXAMPLEKEYID3"))
        .expect("added");
    let keys = keeper.snapshot().keys;
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["user", "theirs", "mine"]);
}

#[test]
fn a_session_that_is_renewed_as_it_expires_stays_on_disk() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("guest"), None).expect("assumed");
    fakes.clock.advance(SignedDuration::from_hours(1));
    let renewed = keeper.assume(&name("guest"), None).expect("renewed");
    keeper.tick();
    keeper.flush();
    assert_eq!(on_disk(&fakes), [renewed.id()]);
}
