//! Requests of container credentials endpoints, through the keeper's public interface.

use std::sync::Arc;
use std::thread;

use jiff::SignedDuration;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::{Fakes, until};
use rolecall_keeper::{Given, Keeper};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str = r#"
[roles.guest]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"

[roles.careful]
arn = "arn:aws:iam::808768216571:role/careful"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
mfa_code = "own"

[roles.behind]
arn = "arn:aws:iam::808768216571:role/behind"
source = "careful"
"#;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn ready() -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
    keeper.restore_sessions();
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, keeper)
}

/// Renews a role that needs a code, and answers the prompt.
fn renew_with(keeper: &Arc<Keeper>, role: &str, code: &str) {
    let (renewing, role) = (keeper.clone(), name(role));
    let renewal = thread::spawn(move || renewing.renew_in_background(&role));
    let prompt = until(|| keeper.snapshot().codes().next().map(|it| it.id));
    keeper.answer(prompt, Given::Code(code)).expect("a code");
    renewal.join().expect("no panic").expect("renewed");
}

fn offline() -> StsError {
    StsError::Refused(Refusal {
        status: 500,
        code: "InternalFailure".into(),
        message: "no".into(),
        ..Refusal::default()
    })
}

#[test]
fn c9_a_role_without_a_session_is_assumed_if_no_prompt_is_needed() {
    let (fakes, keeper) = ready();
    assert!(keeper.container_body(&name("guest")).is_none());
    let body = keeper.assume_for_container(&name("guest")).expect("a body");
    assert!(
        body.expose()
            .contains("\"Expiration\":\"2026-11-21T13:00:00Z\"")
    );
    assert!(body.expose().ends_with("\"AccountId\":\"808768216571\"}"));
    keeper
        .assume_for_container(&name("guest"))
        .expect("from memory");
    assert_eq!(fakes.sts.calls().len(), 1);
    assert!(!keeper.claims_renewal(&name("guest")), "it is fresh");
}

#[test]
fn a_request_never_waits_for_a_person() {
    let (_, keeper) = ready();
    for role in ["careful", "behind"] {
        let problem = keeper
            .assume_for_container(&name(role))
            .expect_err("refused");
        assert_eq!(problem.code, ProblemCode::CodeNeeded, "{role}");
    }
    assert!(keeper.snapshot().codes().next().is_none());
    renew_with(&keeper, "careful", "123456");
    let body = keeper.assume_for_container(&name("behind"));
    assert!(body.is_ok(), "the role before it has a session");
}

#[test]
fn a_session_that_is_due_is_returned_and_renewed_in_the_background() {
    let (fakes, keeper) = ready();
    keeper.assume_for_container(&name("guest")).expect("a body");
    fakes.clock.advance(SignedDuration::from_mins(41));
    let due = keeper.container_body(&name("guest")).expect("the live one");
    assert!(due.expose().contains("T13:00:00Z"));
    assert!(keeper.claims_renewal(&name("guest")));
    keeper.renew_in_background(&name("guest")).expect("renewed");
    let fresh = keeper.container_body(&name("guest")).expect("the new one");
    assert!(fresh.expose().contains("T13:41:00Z"));
    assert!(!keeper.claims_renewal(&name("guest")));
}

#[test]
fn a_person_is_asked_ahead_and_once_for_each_session() {
    let (fakes, keeper) = ready();
    renew_with(&keeper, "careful", "123456");
    fakes.clock.advance(SignedDuration::from_mins(41));
    assert!(
        keeper.claims_renewal(&name("careful")),
        "with 19 minutes left"
    );
    for minutes in [1, 10, 30] {
        fakes.clock.advance(SignedDuration::from_mins(minutes));
        assert!(!keeper.claims_renewal(&name("careful")), "it was cancelled");
    }
    renew_with(&keeper, "careful", "654321");
    fakes.clock.advance(SignedDuration::from_mins(41));
    assert!(keeper.claims_renewal(&name("careful")), "another session");
}

#[test]
fn r09_what_fails_is_tried_again_after_growing_pauses() {
    let (fakes, keeper) = ready();
    keeper.assume_for_container(&name("guest")).expect("a body");
    fakes.clock.advance(SignedDuration::from_mins(41));
    let mut begun = Vec::new();
    for second in 0..1_000 {
        if keeper.claims_renewal(&name("guest")) {
            begun.push(second);
            fakes.sts.refuse_next(offline());
            keeper
                .renew_in_background(&name("guest"))
                .expect_err("refused");
        }
        fakes.clock.advance(SignedDuration::from_secs(1));
    }
    assert_eq!(begun, [0, 60, 180, 420, 900]);
    assert!(
        keeper.container_body(&name("guest")).is_some(),
        "still live"
    );
}

#[test]
fn b66_an_unknown_role_is_an_error() {
    let (_, keeper) = ready();
    let problem = keeper
        .assume_for_container(&name("nobody"))
        .expect_err("unknown");
    assert_eq!(problem.code, ProblemCode::UnknownRole);
}
