//! The AssumeRole calls of the keeper, with the shared fakes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use jiff::SignedDuration;
use rolecall_core::asker::consent::Reply;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::role::limits::{AccessLimit, LimitsView};
use rolecall_core::role::session_tags::SessionTag;
use rolecall_core::session::Session;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::question::ReasonView;
use rolecall_core::view::snapshot::{Mode, SessionView, WaitingFor};
use rolecall_keeper::fakes::{Fakes, until, until_so};
use rolecall_keeper::{Given, Keeper};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const GUEST: &str =
    "[roles.guest]\narn = \"arn:aws:iam::808768216571:role/team/guest\"\nsource = \"user\"\n";

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

/// Returns a keeper with the guest role, whose table ends with `fields`.
fn ready(fields: &str) -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = format!("{GUEST}{fields}");
    let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
    keeper.restore_sessions();
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, keeper)
}

#[test]
fn a_session_is_named_after_the_iam_user_unless_the_role_sets_a_name() {
    for (field, sent) in [
        ("", "user"),
        ("session_name = \"my-temporary-role\"", "my-temporary-role"),
        ("session_name = \"{user}@{host}\"", "user@laptop"),
        (
            "session_name = \"{login}-{role}-{time}\"",
            "ann-guest-20261121T120000Z",
        ),
    ] {
        let (fakes, keeper) = ready(field);
        keeper.assume(&name("guest"), None).expect("assumed");
        assert_eq!(fakes.sts.calls()[0].session_name.as_str(), sent);
    }
}

#[test]
fn tags_policies_and_source_identity_are_sent() {
    let (fakes, keeper) = ready(
        "source_identity = \"{user}\"\ntags = { Team = \"blue\", Host = \"{host}\" }\ntransitive_tags = [\"Team\"]\n\
         policy = '''{ \"Version\": \"2012-10-17\", \"Statement\": { \"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\" } }'''\n\
         policy_arns = [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n",
    );
    let session = keeper.assume(&name("guest"), None).expect("assumed");
    let call = &fakes.sts.calls()[0];
    let tag = |key: &str, value: &str| SessionTag {
        key: key.into(),
        value: value.into(),
    };
    assert_eq!(call.tags, [tag("Team", "blue"), tag("Host", "laptop")]);
    assert_eq!(call.transitive_tags, ["Team"]);
    assert_eq!(
        call.source_identity.as_ref().map(|id| id.as_str()),
        Some("user")
    );
    assert_eq!(
        call.policy.as_deref(),
        Some(
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"
        )
    );
    assert_eq!(
        call.policy_arns[0].as_str(),
        "arn:aws:iam::aws:policy/ReadOnlyAccess"
    );
    assert_eq!(session.packed_policy_percent, Some(7));
    assert_eq!(keeper.snapshot().sessions[0].packed_policy_percent, Some(7));
}

#[test]
fn a_chain_that_would_send_an_inherited_tag_again_fails_before_a_call() {
    let (fakes, keeper) = ready(
        "tags = { Team = \"blue\" }\ntransitive_tags = [\"Team\"]\n\n[roles.far]\narn = \"arn:aws:iam::808768216571:role/far\"\n\
         source = \"guest\"\ntags = { team = \"red\" }\n",
    );
    let problem = keeper.assume(&name("far"), None).expect_err("refused");
    assert_eq!(
        problem.what,
        "The tag \"Team\" of far is inherited from guest."
    );
    assert!(fakes.sts.calls().is_empty());
    assert!(keeper.snapshot().roles[1].problem.is_some());
}

fn too_long() -> StsError {
    StsError::Refused(Refusal {
        status: 400,
        code: "ValidationError".into(),
        message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            .into(),
        ..Refusal::default()
    })
}

fn asked_lives(fakes: &Fakes) -> Vec<String> {
    let calls = fakes.sts.calls();
    calls.iter().map(|call| call.duration.to_string()).collect()
}

#[test]
fn b19_r39_a_role_that_allows_less_gets_the_next_lower_duration_and_is_remembered() {
    let (fakes, keeper) = ready("duration = \"12h\"\n");
    fakes.sts.refuse_next(too_long());
    let session = keeper.assume(&name("guest"), None).expect("assumed");
    assert_eq!(asked_lives(&fakes), ["12h", "8h"]);
    assert_eq!(session.lifetime().as_hours(), 8);
    keeper.assume(&name("guest"), None).expect("assumed");
    assert_eq!(asked_lives(&fakes), ["12h", "8h", "8h"]);

    let role = &keeper.snapshot().roles[0];
    let limit = role.duration_limit.as_ref().expect("shown");
    assert_eq!((limit.refused_s, limit.allowed_s), (Some(43_200), 28_800));
    assert_eq!(role.planned_s, 28_800);
    let notice = fakes.notifier.take_bodies().pop().expect("a notice");
    assert!(notice.ends_with(". AWS allows 8h, not 12h"), "{notice}");
}

#[test]
fn r39_what_a_role_allows_survives_a_restart_and_an_edit_tries_again() {
    let (fakes, keeper) = ready("duration = \"2h\"\n");
    fakes.sts.refuse_next(too_long());
    keeper.assume(&name("guest"), None).expect("assumed");
    keeper.flush();
    drop(keeper);
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    keeper.assume(&name("guest"), None).expect("assumed");
    assert_eq!(asked_lives(&fakes), ["2h", "1h", "1h"]);

    *fakes.files.roles.lock().expect("not poisoned") = format!("{GUEST}duration = \"90m\"\n");
    keeper.reload_roles();
    assert_eq!(keeper.snapshot().roles[0].duration_limit, None);
    keeper.assume(&name("guest"), None).expect("assumed");
    assert_eq!(
        asked_lives(&fakes).last().map(String::as_str),
        Some("1h 30m")
    );
}

#[test]
fn b19_a_code_is_not_sent_again_and_the_next_one_asks_for_an_hour() {
    let (fakes, keeper) =
        ready("duration = \"12h\"\nmfa_serial = \"arn:aws:iam::177634097045:mfa/user\"\n");
    let code = |text| MfaCode::parse(text).expect("a code");
    fakes.sts.refuse_next(too_long());
    let problem = keeper
        .assume(&name("guest"), Some(code("123456")))
        .expect_err("refused");
    assert_eq!(problem.code, ProblemCode::DurationTooLong);
    assert!(
        problem.remedy.contains("next code: 1h"),
        "{}",
        problem.remedy
    );
    assert_eq!(asked_lives(&fakes), ["12h"]);
    keeper
        .assume(&name("guest"), Some(code("654321")))
        .expect("assumed");
    assert_eq!(asked_lives(&fakes), ["12h", "1h"]);
}

#[test]
fn b19_gives_up_where_even_an_hour_is_too_long() {
    let (fakes, keeper) = ready("duration = \"2h\"\n");
    fakes.sts.refuse_next(too_long());
    fakes.sts.refuse_next(too_long());
    let problem = keeper.assume(&name("guest"), None).expect_err("refused");
    assert_eq!(problem.code, ProblemCode::DurationTooLong);
    assert_eq!(keeper.snapshot().roles[0].duration_limit, None);
}

fn read_only() -> LimitsView {
    LimitsView {
        access: Some(AccessLimit::ReadOnly),
        region: None,
    }
}

#[test]
fn t41_a_limited_session_and_the_plain_one_are_separate_everywhere() {
    let (fakes, keeper) = ready("");
    let limited = keeper
        .limited(&name("guest"), &read_only())
        .expect("a name");
    assert_eq!(limited, name("guest · read-only"));
    keeper.assume(&limited, None).expect("assumed");
    assert_eq!(
        fakes.sts.calls()[0].policy_arns[0].as_str(),
        "arn:aws:iam::aws:policy/ReadOnlyAccess"
    );
    // A request for the plain role does not get the limited session, nor the other way round.
    let plain = keeper.credentials(&name("guest")).expect("credentials");
    assert!(fakes.sts.calls()[1].policy_arns.is_empty());
    let reader = keeper.credentials(&limited).expect("credentials");
    assert_ne!(plain.expose(), reader.expose());
    assert_eq!(fakes.sts.calls().len(), 2);

    let sessions = keeper.snapshot().sessions;
    let reader = sessions.iter().find(|it| it.role == "guest · read-only");
    let reader = reader.expect("shown");
    assert_eq!(reader.limited_of.as_deref(), Some("guest"));
    assert_eq!(reader.limits, read_only());
    assert_eq!(reader.account_id, "808768216571");
    keeper.end(&limited).expect("ended");
    assert_eq!(keeper.snapshot().sessions.len(), 1);
    assert_eq!(keeper.snapshot().roles.len(), 1);
}

#[test]
fn a_limited_session_survives_a_restart_and_a_reload() {
    let (fakes, keeper) = ready("");
    let view = LimitsView {
        region: Some("eu-west-1".into()),
        ..read_only()
    };
    let limited = keeper.limited(&name("guest"), &view).expect("a name");
    keeper.assume(&limited, None).expect("assumed");
    keeper.flush();
    drop(keeper);
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    keeper.reload_roles();
    keeper.credentials(&limited).expect("credentials");
    assert_eq!(fakes.sts.calls().len(), 1);
    keeper.assume(&limited, None).expect("renewed");
    assert_eq!(fakes.sts.calls()[1], fakes.sts.calls()[0]);
    assert_eq!(
        keeper.snapshot().sessions[0].region.as_deref(),
        Some("eu-west-1")
    );
}

#[test]
fn a_session_is_limited_to_any_region_of_its_partition_the_latest_one_first() {
    let (fakes, keeper) = ready("region = \"eu-west-1\"\n");
    let guest = name("guest");
    let regions = |keeper: &Keeper| keeper.lock_regions(&guest).expect("a role");
    let first = regions(&keeper);
    assert_eq!(first[0], "eu-west-1");
    assert!(first.contains(&"ap-southeast-2".to_owned()) && first.len() > 30);
    assert!(!first.iter().any(|region| region.starts_with("cn-")));

    let lock = |region: &str| LimitsView {
        access: None,
        region: Some(region.to_owned()),
    };
    for region in ["us-west-2", "eu-central-9"] {
        let limited = keeper.limited(&guest, &lock(region)).expect("limited");
        keeper.assume(&limited, None).expect("assumed");
    }
    assert_eq!(
        regions(&keeper)[..3],
        ["eu-central-9", "us-west-2", "eu-west-1"],
        "AWS adds regions"
    );
    assert_eq!(regions(&keeper).len(), first.len() + 1, "each once");
    keeper
        .limited(&guest, &lock("cn-north-1"))
        .expect_err("another partition");

    keeper.flush();
    let restarted = Keeper::new(fakes.ports(), Mode::Own);
    restarted.restore_sessions();
    let mut kept = regions(&restarted)[..2].to_vec();
    kept.sort_unstable();
    assert_eq!(kept, ["eu-central-9", "us-west-2"]);
    let problem = keeper.lock_regions(&name("gone")).expect_err("no role");
    assert_eq!(problem.code, ProblemCode::UnknownRole);
}

#[test]
fn limits_add_up_and_a_role_with_that_name_is_not_confused_with_them() {
    let (_fakes, keeper) = ready(
        "\n[roles.\"guest · view-only\"]\narn = \"arn:aws:iam::808768216571:role/other\"\nsource = \"user\"\n",
    );
    let reader = keeper
        .limited(&name("guest"), &read_only())
        .expect("a name");
    let region = LimitsView {
        access: None,
        region: Some("eu-west-1".into()),
    };
    let both = keeper.limited(&reader, &region).expect("a name");
    assert_eq!(both, name("guest · read-only · only eu-west-1"));
    let viewer = LimitsView {
        access: Some(AccessLimit::ViewOnly),
        region: None,
    };
    let problem = keeper.limited(&name("guest"), &viewer).expect_err("taken");
    assert_eq!(problem.code, ProblemCode::NameTaken);
    let problem = keeper
        .limited(&name("nobody"), &viewer)
        .expect_err("unknown");
    assert_eq!(problem.code, ProblemCode::UnknownRole);
}

#[test]
fn r11_t41_limited_and_plain_requests_run_separately_and_each_once() {
    let (fakes, keeper) = ready("");
    let limited = keeper
        .limited(&name("guest"), &read_only())
        .expect("a name");
    fakes.sts.close();
    let asking: Vec<_> = (0..20)
        .map(|turn| {
            let keeper = keeper.clone();
            let role = if turn % 2 == 0 {
                limited.clone()
            } else {
                name("guest")
            };
            thread::spawn(move || (turn % 2, keeper.credentials(&role).expect("credentials")))
        })
        .collect();
    until_so(|| fakes.sts.calls().len() == 2);
    fakes.sts.open();
    let answers: BTreeSet<(i32, String)> = asking
        .into_iter()
        .map(|thread| thread.join().expect("no panic"))
        .map(|(kind, secret)| (kind, secret.expose().to_owned()))
        .collect();
    assert_eq!((answers.len(), fakes.sts.calls().len()), (2, 2));
}

const WITH_REASON: &str = "reason = \"tag:Reason\"\nreason_pattern = \"OPS-#\"\n";

fn reason_tag(fakes: &Fakes) -> Option<String> {
    let calls = fakes.sts.calls();
    let tags = &calls.last()?.tags;
    Some(tags.iter().find(|tag| tag.key == "Reason")?.value.clone())
}

fn assume_because(keeper: &Keeper, role: &str, reason: &str) -> Result<Session, Problem> {
    keeper.assume_because(&name(role), None, &[reason.to_owned()])
}

fn asks_why(keeper: &Keeper) -> ReasonView {
    until(|| keeper.snapshot().reasons().last().cloned())
}

#[test]
fn a_person_is_asked_for_a_reason_which_is_sent_and_shown() {
    let (fakes, keeper) = ready(WITH_REASON);
    let clicked = keeper.clone();
    let assuming = thread::spawn(move || clicked.assume(&name("guest"), None));
    let prompt = asks_why(&keeper);
    assert_eq!((prompt.role.as_str(), prompt.last), ("guest", None));
    assert_eq!(prompt.form, "It must match OPS-#.");
    assert_eq!(
        keeper.snapshot().sessions[0].waiting_for,
        Some(WaitingFor::Reason)
    );
    let problem = keeper
        .answer(prompt.id, Given::Reason("because"))
        .expect_err("no");
    assert_eq!(problem.what, "The reason must match OPS-#.");
    keeper
        .answer(prompt.id, Given::Reason("OPS-7"))
        .expect("taken");
    assuming.join().expect("no panic").expect("assumed");
    assert_eq!(reason_tag(&fakes).as_deref(), Some("OPS-7"));
    let snapshot = keeper.snapshot();
    assert_eq!(snapshot.sessions[0].reason.as_deref(), Some("OPS-7"));
    assert!(snapshot.reasons().next().is_none());
}

#[test]
fn a_tool_takes_the_last_reason_for_half_a_day_and_then_fails() {
    let (fakes, keeper) = ready(WITH_REASON);
    let problem = keeper.credentials(&name("guest")).expect_err("no reason");
    assert_eq!(problem.code, ProblemCode::ReasonNeeded);
    assert!(fakes.sts.calls().is_empty());

    assume_because(&keeper, "guest", "OPS-7").expect("assumed");
    fakes.clock.advance(SignedDuration::from_hours(2));
    keeper.credentials(&name("guest")).expect("renewed");
    assert_eq!(reason_tag(&fakes).as_deref(), Some("OPS-7"));

    keeper.flush();
    drop(keeper);
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    fakes.clock.advance(SignedDuration::from_mins(50));
    keeper
        .credentials(&name("guest"))
        .expect("renewed after a restart");
    fakes.clock.advance(SignedDuration::from_hours(13));
    let problem = keeper.credentials(&name("guest")).expect_err("too old");
    assert_eq!(problem.code, ProblemCode::ReasonNeeded);
}

#[test]
fn a_reason_is_asked_for_each_time_with_the_last_one_suggested_and_can_be_cancelled() {
    let (fakes, keeper) = ready("reason = \"source_identity\"\n");
    assume_because(&keeper, "guest", "OPS-7").expect("assumed");
    let identity = fakes.sts.calls()[0].source_identity.clone();
    assert_eq!(identity.as_ref().map(|it| it.as_str()), Some("OPS-7"));
    let clicked = keeper.clone();
    let renewing = thread::spawn(move || clicked.assume(&name("guest"), None));
    let prompt = asks_why(&keeper);
    assert_eq!(prompt.last.as_deref(), Some("OPS-7"));
    keeper
        .answer(prompt.id, Given::NoReason)
        .expect("cancelled");
    let problem = renewing.join().expect("no panic").expect_err("cancelled");
    assert_eq!(problem.code, ProblemCode::Cancelled);
    assert_eq!(fakes.sts.calls().len(), 1);
}

#[test]
fn a_question_takes_one_answer_and_only_one_of_its_kind() {
    let (_fakes, keeper) = ready(WITH_REASON);
    let clicked = keeper.clone();
    let assuming = thread::spawn(move || clicked.assume(&name("guest"), None));
    let id = asks_why(&keeper).id;
    for given in [
        Given::Code("123456"),
        Given::NoCode,
        Given::OtherPlan,
        Given::Reply(Reply::AllowOnce),
    ] {
        let problem = keeper.answer(id, given).expect_err("another kind");
        assert_eq!(problem.what, "This question is no longer open.");
    }
    keeper.answer(id, Given::Reason("OPS-7")).expect("open");
    keeper.answer(id, Given::NoReason).expect_err("answered");
    assuming.join().expect("no panic").expect("assumed");
}

const BEHIND: &str =
    "\n[roles.behind]\narn = \"arn:aws:iam::808768216571:role/behind\"\nsource = \"guest\"\n";

#[test]
fn a_click_on_a_role_asks_for_the_reason_of_its_source_as_well() {
    let (fakes, keeper) = ready(&format!("{WITH_REASON}{BEHIND}"));
    let clicked = keeper.clone();
    let assuming = thread::spawn(move || clicked.assume(&name("behind"), None));
    let prompt = asks_why(&keeper);
    assert_eq!(
        (prompt.role.as_str(), prompt.on_the_way_to),
        ("guest", vec!["behind".to_owned()])
    );
    let waits = |session: &SessionView| session.waiting_for == Some(WaitingFor::Reason);
    assert!(keeper.snapshot().sessions.iter().all(waits));
    keeper
        .answer(prompt.id, Given::Reason("OPS-7"))
        .expect("taken");
    assuming.join().expect("no panic").expect("assumed");
    let calls = fakes.sts.calls();
    let reasons = calls.iter().map(|call| call.tags.len());
    assert_eq!(reasons.collect::<Vec<_>>(), [1, 0], "only guest wants one");
}

#[test]
fn a_reason_given_with_a_role_applies_to_its_sources() {
    let (fakes, keeper) = ready(&format!("{WITH_REASON}{BEHIND}"));
    let problem = keeper.credentials(&name("behind")).expect_err("no reason");
    assert_eq!(problem.code, ProblemCode::ReasonNeeded);
    for problem in [
        keeper.check_reason(&name("behind"), "because"),
        assume_because(&keeper, "behind", "because").map(drop),
    ] {
        let problem = problem.expect_err("no");
        assert_eq!(problem.what, "The reason must match OPS-#.");
    }
    keeper
        .check_reason(&name("behind"), "OPS-8")
        .expect("taken");
    assert!(fakes.sts.calls().is_empty(), "a check assumes nothing");
    assume_because(&keeper, "behind", "OPS-8").expect("assumed");
    assert_eq!(fakes.sts.calls()[0].tags[0].value, "OPS-8");
}

#[test]
fn a_role_that_requires_no_reason_accepts_none() {
    let (_fakes, keeper) = ready("");
    let reasons = ["OPS-7".to_owned()];
    for problem in [
        keeper.check_reason(&name("guest"), "OPS-7"),
        assume_because(&keeper, "guest", "OPS-7").map(drop),
        keeper.variables(&name("guest"), &reasons).map(drop),
    ] {
        let problem = problem.expect_err("none");
        assert_eq!(problem.what, "\"guest\" asks for no reason.");
    }
}

#[test]
fn a_reason_that_was_only_checked_is_not_used() {
    let (fakes, keeper) = ready(WITH_REASON);
    keeper.check_reason(&name("guest"), "OPS-7").expect("taken");
    let problem = keeper.credentials(&name("guest")).expect_err("no reason");
    assert_eq!(problem.code, ProblemCode::ReasonNeeded);
    assert!(fakes.sts.calls().is_empty());
}

#[test]
fn each_role_on_the_way_gets_the_last_reason_that_it_takes() {
    let second =
        BEHIND.trim_end().to_owned() + "\nreason = \"tag:Ticket\"\nreason_pattern = \"INC-*\"\n";
    let (fakes, keeper) = ready(&format!("{WITH_REASON}{second}"));
    let reasons = ["OPS-1", "INC-a", "OPS-2"].map(str::to_owned);
    keeper
        .variables(&name("behind"), &reasons)
        .expect("assumed");
    let calls = fakes.sts.calls();
    let sent = calls.iter().map(|call| call.tags[0].value.as_str());
    assert_eq!(sent.collect::<Vec<_>>(), ["OPS-2", "INC-a"]);
}

#[test]
fn two_terminals_at_once_each_sign_with_their_own_reason() {
    let (fakes, keeper) = ready(WITH_REASON);
    fakes.sts.close();
    let call = |role: &'static str, reason: &'static str| {
        let keeper = keeper.clone();
        thread::spawn(move || assume_because(&keeper, role, reason))
    };
    let first = call("guest", "OPS-1");
    until_so(|| !fakes.sts.calls().is_empty());
    let second = call("guest", "OPS-2");
    let third = call("guest", "OPS-1");
    fakes.sts.open();
    let sessions = [first, second, third].map(|it| it.join().expect("no panic").expect("assumed"));
    let reasons = sessions.map(|session| session.reason.expect("a reason"));
    assert_eq!(reasons, ["OPS-1", "OPS-2", "OPS-1"]);
}
