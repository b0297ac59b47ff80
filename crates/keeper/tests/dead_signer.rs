//! Sessions that AWS no longer accepts as signers, with the shared fakes.

use std::sync::Arc;
use std::thread;

use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::{Fakes, until};
use rolecall_keeper::{Given, Keeper};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const ROLES: &str = r#"
[roles.root]
arn = "arn:aws:iam::808768216571:role/root"
source = "user"

[roles.hub]
arn = "arn:aws:iam::808768216571:role/hub"
source = "root"

[roles.leaf]
arn = "arn:aws:iam::808768216571:role/leaf"
source = "hub"

[roles.coded]
arn = "arn:aws:iam::808768216571:role/coded"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
"#;

const DEAD: [&str; 6] = [
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "ExpiredToken",
    "ExpiredTokenException",
];

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn ready() -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:05Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let keeper = keeper_over(&fakes);
    let pair = KeyPair::parse(KEY, &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, keeper)
}

fn keeper_over(fakes: &Fakes) -> Arc<Keeper> {
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    Arc::new(keeper)
}

fn refused(code: &str) -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: code.into(),
        message: "The security token included in the request is invalid".into(),
        ..Refusal::default()
    })
}

/// Returns the roles of the AssumeRole calls, each with what signed: the key, or the number of an earlier call.
fn calls(fakes: &Fakes) -> Vec<String> {
    let signer = |id: String| match id.strip_prefix("ASIAFAKE") {
        Some(number) => number.trim_start_matches('0').to_owned(),
        None if id == KEY => "key".to_owned(),
        None => id,
    };
    let calls = fakes.sts.calls().into_iter().zip(fakes.sts.callers());
    calls
        .map(|(call, by)| format!("{}>{}", signer(by), call.role_arn.role_name()))
        .collect()
}

fn is_live(keeper: &Keeper, role: &str) -> bool {
    let sessions = keeper.snapshot().sessions;
    sessions
        .iter()
        .any(|it| it.role == role && it.expires_at.is_some())
}

fn prompt(keeper: &Keeper) -> u64 {
    until(|| keeper.snapshot().codes().next().map(|it| it.id))
}

#[test]
fn a_dead_parent_is_replaced_once_for_every_code_that_says_so() {
    for code in DEAD {
        let (fakes, keeper) = ready();
        keeper.assume(&name("hub"), None).expect("assumed");
        fakes.sts.refuse_next(refused(code));
        keeper.assume(&name("leaf"), None).expect(code);
        let expected = ["key>root", "1>hub", "2>leaf", "1>hub", "4>leaf"];
        assert_eq!(calls(&fakes), expected, "{code}");
    }
}

#[test]
fn a_chain_whose_sessions_are_all_dead_is_assumed_from_the_key() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("leaf"), None).expect("assumed");
    fakes.sts.refuse_next(refused("InvalidClientTokenId"));
    fakes.sts.refuse_next(refused("InvalidClientTokenId"));
    keeper.assume(&name("leaf"), None).expect("assumed again");
    let expected = ["2>leaf", "1>hub", "key>root", "6>hub", "7>leaf"];
    assert_eq!(calls(&fakes)[3..], expected);
}

#[test]
fn a_parent_is_replaced_once_and_not_in_a_loop() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("hub"), None).expect("assumed");
    fakes
        .sts
        .refuse_role("leaf", refused("InvalidClientTokenId"));
    let problem = keeper.assume(&name("leaf"), None).expect_err("refused");
    assert_eq!(problem.code, ProblemCode::InvalidKey);
    let expected = ["key>root", "1>hub", "2>leaf", "1>hub", "4>leaf"];
    assert_eq!(calls(&fakes), expected);
    assert!(is_live(&keeper, "hub"), "the new one is not suspected");
}

#[test]
fn a_parent_that_was_just_assumed_is_not_replaced() {
    let (fakes, keeper) = ready();
    fakes
        .sts
        .refuse_role("leaf", refused("InvalidClientTokenId"));
    keeper.assume(&name("leaf"), None).expect_err("refused");
    assert_eq!(calls(&fakes), ["key>root", "1>hub", "2>leaf"]);
}

#[test]
fn other_errors_leave_the_parent_as_it_is() {
    for code in [
        "AccessDenied",
        "SignatureDoesNotMatch",
        "RegionDisabledException",
        "Throttling",
    ] {
        let (fakes, keeper) = ready();
        keeper.assume(&name("hub"), None).expect("assumed");
        fakes.sts.refuse_role("leaf", refused(code));
        keeper.assume(&name("leaf"), None).expect_err(code);
        assert_eq!(calls(&fakes), ["key>root", "1>hub", "2>leaf"], "{code}");
        assert!(is_live(&keeper, "hub"), "{code}");
    }
}

/// What AWS answers to a session that IAM's console revoked, and to any session that a policy denies the call.
fn denied() -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: "AccessDenied".into(),
        message: "User: arn:aws:sts::808768216571:assumed-role/hub/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::808768216571:role/leaf with an explicit deny in an identity-based policy".into(),
        ..Refusal::default()
    })
}

#[test]
fn a_parent_that_was_revoked_is_replaced_once() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("hub"), None).expect("assumed");
    fakes.sts.refuse_next(denied());
    keeper.assume(&name("leaf"), None).expect("assumed");
    let expected = ["key>root", "1>hub", "2>leaf", "1>hub", "4>leaf"];
    assert_eq!(calls(&fakes), expected);
}

#[test]
fn a_parent_is_not_suspected_again_if_a_new_one_was_denied_as_well() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("hub"), None).expect("assumed");
    fakes.sts.refuse_role("leaf", denied());
    let problem = keeper.assume(&name("leaf"), None).expect_err("denied");
    assert_eq!(problem.code, ProblemCode::AccessDenied);
    keeper.assume(&name("leaf"), None).expect_err("denied");
    let expected = ["key>root", "1>hub", "2>leaf", "1>hub", "4>leaf", "4>leaf"];
    assert_eq!(calls(&fakes), expected);
    assert!(is_live(&keeper, "hub"));
}

#[test]
fn a_new_parent_that_is_denied_is_kept() {
    let (fakes, keeper) = ready();
    fakes.sts.refuse_role("leaf", denied());
    keeper.assume(&name("leaf"), None).expect_err("denied");
    keeper.assume(&name("leaf"), None).expect_err("denied");
    assert_eq!(calls(&fakes), ["key>root", "1>hub", "2>leaf", "2>leaf"]);
}

#[test]
fn a_dead_parent_that_cannot_be_replaced_is_gone_also_after_a_restart() {
    let (fakes, keeper) = ready();
    keeper.assume(&name("hub"), None).expect("assumed");
    fakes.sts.refuse_role("hub", refused("AccessDenied"));
    fakes.sts.refuse_next(refused("ExpiredToken"));
    keeper.assume(&name("leaf"), None).expect_err("refused");
    assert!(!is_live(&keeper, "hub") && is_live(&keeper, "root"));
    drop(keeper);
    let keeper = keeper_over(&fakes);
    assert!(!is_live(&keeper, "hub") && is_live(&keeper, "root"));
}

#[test]
fn a_dead_mfa_session_is_replaced_however_young_it_is() {
    for code in DEAD {
        let (fakes, keeper) = ready();
        let assume = |given: &str| {
            let asking = keeper.clone();
            let clicked = thread::spawn(move || asking.assume(&name("coded"), None).map(drop));
            keeper
                .answer(prompt(&keeper), Given::Code(given))
                .expect("taken");
            clicked.join().expect("no panic")
        };
        assume("123456").expect("assumed");
        fakes.sts.refuse_next(refused(code));
        assume("654321").expect(code);
        assert_eq!(fakes.sts.token_calls().len(), 2, "{code}");
        let tokens = [
            "ASIATOKEN00000000001>coded",
            "ASIATOKEN00000000001>coded",
            "ASIATOKEN00000000002>coded",
        ];
        assert_eq!(calls(&fakes), tokens, "{code}");
    }
}
