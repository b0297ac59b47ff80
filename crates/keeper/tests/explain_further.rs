//! Follow-up calls after an error: which calls, with which credentials, and what their results change.

use std::sync::Arc;

use rolecall_core::asker::requester::Requester;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::{Decision, SimulationResult};
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::explain::diagnosis::Answer;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::diagnosis::{Cause, CauseKind, Confidence, Diagnosis};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::Files;
use serde_json::json;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str = r#"
[roles.own]
arn = "arn:aws:iam::177634097045:role/own"
source = "user"
session_name = "deploy"
external_id = "nw-2291"
tags = { team = "red" }

[roles.away]
arn = "arn:aws:iam::808768216571:role/away"
source = "user"

[roles.reader]
arn = "arn:aws:iam::808768216571:role/reader"
source = "user"

[roles.far]
arn = "arn:aws:iam::808768216571:role/far"
source = "reader"
"#;
const USER: &str = "arn:aws:iam::177634097045:user/user";

struct Desk {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

impl Desk {
    fn new() -> Self {
        let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
        *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        keeper.restore_sessions();
        let desk = Self { fakes, keeper };
        desk.add_key("user", "AKIAIOSFODNN7EXAMPLE");
        desk
    }

    fn add_key(&self, called: &str, id: &str) {
        let pair = KeyPair::parse(id, &Secret::new(SECRET.into())).expect("a key");
        self.keeper.add_key(&name(called), &pair).expect("kept");
    }

    fn refuse(&self, role: &str, code: &str, message: &str) -> Problem {
        self.fakes.sts.refuse_next(StsError::Refused(Refusal {
            status: 403,
            code: code.into(),
            message: message.into(),
            request_id: Some(format!("request-of-{role}")),
            skew: None,
        }));
        self.keeper.assume(&name(role), None).expect_err("refused")
    }

    fn deny(&self, role: &str) -> Problem {
        self.refuse(
            role,
            "AccessDenied",
            &format!("User: {USER} is not authorized to perform: sts:AssumeRole on resource: x"),
        )
    }

    fn answer(&self, answers: impl IntoIterator<Item = Result<Answer, StsError>>) {
        for answer in answers {
            self.fakes.iam.answer_next(answer);
        }
    }

    fn explain_further(&self, role: &str) -> Diagnosis {
        self.keeper
            .explain_further(&name(role), None)
            .expect("looked");
        let sessions = self.keeper.snapshot().sessions;
        let session = sessions
            .into_iter()
            .find(|it| it.role == role)
            .expect("shown");
        let problem = session.problem.expect("a problem");
        let diagnosis = *problem.diagnosis.expect("a diagnosis");
        assert_eq!(problem.remedy, diagnosis.causes[0].sentence());
        diagnosis
    }

    /// Denies the role `own` of the caller's account, whose trust policy has one statement with these parts.
    fn with_trust(
        &self,
        principal: &str,
        actions: &serde_json::Value,
        condition: &serde_json::Value,
    ) -> Vec<Cause> {
        self.deny("own");
        let document = json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "LetIn", "Effect": "Allow", "Principal": { "AWS": principal }, "Action": actions, "Condition": condition,
        }] });
        self.answer([
            Ok(Answer::Trust(document.to_string())),
            Ok(simulated(Decision::Allowed)),
        ]);
        self.explain_further("own").causes
    }
}

fn simulated(decision: Decision) -> Answer {
    Answer::Simulation(vec![SimulationResult {
        action: "sts:AssumeRole".into(),
        decision,
        by_organization: None,
        by_boundary: None,
        policies: vec!["Guardrail".into()],
        missing_keys: Vec::new(),
    }])
}

fn denied() -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: "AccessDenied".into(),
        ..Refusal::default()
    })
}

fn certain(causes: &[Cause]) -> Vec<(CauseKind, &str)> {
    let certain = causes
        .iter()
        .filter(|it| it.confidence == Confidence::Certain);
    certain.map(|it| (it.kind, it.what.as_str())).collect()
}

#[test]
fn a_role_of_the_callers_account_is_read_with_the_callers_key() {
    let desk = Desk::new();
    let further_calls = desk
        .deny("own")
        .diagnosis
        .expect("a diagnosis")
        .further_calls;
    let named: Vec<_> = further_calls
        .iter()
        .map(|it| (it.action.as_str(), it.by.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            ("iam:GetRole", "user"),
            ("iam:SimulatePrincipalPolicy", "user")
        ]
    );
    assert!(
        desk.fakes.iam.calls().is_empty(),
        "nothing is asked without a click"
    );
}

#[test]
fn a_role_of_another_account_is_read_by_a_session_there() {
    let desk = Desk::new();
    let further_calls = |desk: &Desk| {
        desk.deny("away")
            .diagnosis
            .expect("a diagnosis")
            .further_calls
    };
    assert_eq!(further_calls(&desk).len(), 1, "nobody is at hand there");
    desk.keeper.assume(&name("reader"), None).expect("assumed");
    assert_eq!(further_calls(&desk)[0].by, "reader");
    desk.explain_further("away");
    assert_eq!(
        desk.fakes.iam.calls(),
        [
            "iam:GetRole ASIAFAKE000000000002",
            "iam:SimulatePrincipalPolicy AKIAIOSFODNN7EXAMPLE"
        ]
    );
}

#[test]
fn a_session_signs_although_an_access_key_has_its_name() {
    let desk = Desk::new();
    let rename = |keys: &mut Vec<AccessKey>| {
        let twin = AccessKey {
            name: name("reader"),
            id: AccessKeyId::parse("AKIAI44QH8DHBEXAMPLE").expect("an id"),
            ..keys[0].clone()
        };
        keys.push(twin);
        Ok(())
    };
    desk.fakes.files.edit_keys(&rename).expect("edited");
    desk.keeper.reload_keys();
    desk.keeper.assume(&name("reader"), None).expect("assumed");
    desk.deny("away");
    desk.explain_further("away");
    assert_eq!(
        desk.fakes.iam.calls(),
        [
            "iam:GetRole ASIAFAKE000000000001",
            "iam:SimulatePrincipalPolicy AKIAIOSFODNN7EXAMPLE"
        ]
    );
}

#[test]
fn every_condition_that_is_not_met_is_named_with_what_it_requires() {
    let both = json!(["sts:AssumeRole", "sts:TagSession"]);
    for (condition, kind, part) in [
        (
            json!({ "StringEquals": { "sts:ExternalId": "other-1" } }),
            CauseKind::ExternalId,
            "the external ID \"other-1\". \"nw-2291\" was sent.",
        ),
        (
            json!({ "StringEquals": { "sts:ExternalId": ["a-1", "a-2"] } }),
            CauseKind::ExternalId,
            "another external ID",
        ),
        (
            json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }),
            CauseKind::MfaMissing,
            "requires MFA",
        ),
        (
            json!({ "NumericLessThan": { "aws:MultiFactorAuthAge": "3600" } }),
            CauseKind::MfaMissing,
            "recent MFA",
        ),
        (
            json!({ "StringLike": { "sts:RoleSessionName": "${aws:username}" } }),
            CauseKind::SessionName,
            "the session name \"${aws:username}\"",
        ),
        (
            json!({ "StringEquals": { "sts:SourceIdentity": "ann" } }),
            CauseKind::SourceIdentity,
            "the source identity \"ann\"",
        ),
        (
            json!({ "StringEquals": { "aws:RequestTag/team": "blue" } }),
            CauseKind::SessionTags,
            "the session tag team \"blue\"",
        ),
        (
            json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["cost"] } }),
            CauseKind::SessionTags,
            "other session tags",
        ),
        (
            json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::177634097045:role/*" } }),
            CauseKind::TrustPolicy,
            "other callers only",
        ),
    ] {
        let causes = Desk::new().with_trust("177634097045", &both, &condition);
        let found = certain(&causes);
        assert!(
            found
                .iter()
                .any(|(it, what)| *it == kind && what.contains(part)),
            "{condition}: {found:?}"
        );
    }
}

#[test]
fn a_condition_on_what_is_not_known_here_is_likely_only() {
    for key in [
        "aws:SourceIp",
        "aws:PrincipalOrgID",
        "aws:SourceVpce",
        "aws:PrincipalTag/team",
    ] {
        let operator = if key == "aws:SourceIp" {
            "IpAddress"
        } else {
            "StringEquals"
        };
        let value = if key == "aws:SourceIp" {
            "203.0.113.0/24"
        } else {
            "o-1"
        };
        let condition = json!({ operator: { key: value } });
        let causes = Desk::new().with_trust("177634097045", &json!("sts:*"), &condition);
        let first = &causes[0];
        assert_eq!(
            (first.kind, first.confidence),
            (CauseKind::OtherCondition, Confidence::Likely),
            "{key}"
        );
        assert!(
            first.what.contains(key) && first.what.contains(value),
            "{}",
            first.what
        );
    }
}

#[test]
fn a_trust_policy_without_the_caller_or_the_action_is_the_cause() {
    let somebody = Desk::new().with_trust("390411927311", &json!("sts:AssumeRole"), &json!({}));
    assert!(
        certain(&somebody)[0].1.contains("names neither"),
        "{somebody:?}"
    );
    let untagged = Desk::new().with_trust(USER, &json!("sts:AssumeRole"), &json!({}));
    assert_eq!(certain(&untagged)[0].0, CauseKind::SessionTags);
    let statement = untagged[0].statement.as_ref().expect("a statement to send");
    assert!(
        statement.json.contains("sts:TagSession"),
        "{}",
        statement.json
    );
}

#[test]
fn a_deny_in_the_trust_policy_is_named_by_its_sid() {
    let desk = Desk::new();
    desk.deny("own");
    let document = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":"*","Action":"sts:*"},
        {"Sid":"NotThisOne","Effect":"Deny","Principal":{"AWS":"177634097045"},"Action":"sts:AssumeRole"}]}"#;
    desk.answer([
        Ok(Answer::Trust(document.into())),
        Ok(simulated(Decision::Allowed)),
    ]);
    let causes = desk.explain_further("own").causes;
    assert!(
        certain(&causes)[0].1.contains("\"NotThisOne\""),
        "{causes:?}"
    );
}

#[test]
fn what_the_calls_rule_out_is_not_shown_any_more() {
    let desk = Desk::new();
    let before = desk.deny("own").diagnosis.expect("a diagnosis").causes;
    assert!(before.iter().any(|it| it.kind == CauseKind::ExternalId));
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:*"}}"#;
    desk.answer([
        Ok(Answer::Trust(document.into())),
        Ok(simulated(Decision::ImplicitDeny)),
    ]);
    let after = desk.explain_further("own");
    assert_eq!(
        certain(&after.causes),
        [(
            CauseKind::CallerPermission,
            "No policy of \"user\" allows sts:AssumeRole on the role."
        )]
    );
    assert!(
        !after
            .causes
            .iter()
            .any(|it| it.kind == CauseKind::ExternalId || it.kind == CauseKind::TrustPolicy),
        "{after:?}"
    );
    assert_eq!(
        after.further_calls[0].found.as_deref(),
        Some("The role's trust policy allows \"user\".")
    );
}

#[test]
fn the_simulators_verdicts_become_causes() {
    let with = |change: &dyn Fn(&mut SimulationResult)| {
        let desk = Desk::new();
        desk.deny("away");
        let Answer::Simulation(mut results) = simulated(Decision::ImplicitDeny) else {
            unreachable!()
        };
        change(&mut results[0]);
        desk.answer([Ok(Answer::Simulation(results))]);
        desk.explain_further("away").causes.remove(0)
    };
    let explicit = with(&|it| it.decision = Decision::ExplicitDeny);
    assert!(
        explicit.kind == CauseKind::ExplicitDeny && explicit.what.contains("Guardrail"),
        "{explicit:?}"
    );
    let organization = with(&|it| it.by_organization = Some(false));
    assert_eq!(organization.kind, CauseKind::ServiceControl);
    let boundary = with(&|it| it.by_boundary = Some(false));
    assert_eq!(boundary.kind, CauseKind::Boundary);
    let keyed = with(&|it| it.missing_keys = vec!["aws:SourceIp".into()]);
    assert!(keyed.check.what.contains("aws:SourceIp"), "{keyed:?}");
}

#[test]
fn a_call_that_is_denied_says_which_permission_it_needs() {
    let desk = Desk::new();
    let before = desk.deny("own").diagnosis.expect("a diagnosis").causes;
    desk.answer([Err(denied()), Err(denied())]);
    let after = desk.explain_further("own");
    assert_eq!(after.causes, before, "nothing was learnt");
    for (further, resource) in after
        .further_calls
        .iter()
        .zip(["arn:aws:iam::177634097045:role/own", USER])
    {
        assert!(
            further
                .found
                .as_deref()
                .expect("shown")
                .contains("may not call"),
            "{further:?}"
        );
        let statement = further.statement.as_ref().expect("a statement");
        let json: serde_json::Value = serde_json::from_str(&statement.json).expect("JSON");
        assert_eq!(
            (json["Action"].as_str(), json["Resource"].as_str()),
            (Some(further.action.as_str()), Some(resource))
        );
    }
}

#[test]
fn a_role_that_iam_does_not_have_does_not_exist() {
    let desk = Desk::new();
    desk.deny("own");
    let missing = StsError::Refused(Refusal {
        status: 404,
        code: "NoSuchEntity".into(),
        ..Refusal::default()
    });
    desk.answer([Err(missing), Ok(simulated(Decision::Allowed))]);
    assert_eq!(
        certain(&desk.explain_further("own").causes)[0].0,
        CauseKind::NoSuchRole
    );
}

#[test]
fn an_encoded_message_is_decoded() {
    let desk = Desk::new();
    let text = format!(
        "User: {USER} is not authorized to perform: sts:AssumeRole on resource: x with an explicit deny in a service control policy. Encoded authorization failure message: AbC-1"
    );
    let further_calls = desk
        .refuse("away", "AccessDenied", &text)
        .diagnosis
        .expect("a diagnosis")
        .further_calls;
    assert_eq!(further_calls[0].action, "sts:DecodeAuthorizationMessage");
    let decoded = r#"{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"NoAbroad","effect":"DENY","sourcePolicyId":"p-y4hziqde"}]}}"#;
    desk.answer([Ok(Answer::Decoded(decoded.into()))]);
    let causes = desk.explain_further("away").causes;
    assert!(
        causes
            .iter()
            .any(|it| it.what.contains("NoAbroad of p-y4hziqde")),
        "{causes:?}"
    );
}

#[test]
fn an_unknown_key_is_looked_up_with_another() {
    let desk = Desk::new();
    desk.add_key("spare", "AKIAI44QH8DHBEXAMPLE");
    let further_calls = desk.refuse(
        "away",
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    );
    let further_calls = further_calls.diagnosis.expect("a diagnosis").further_calls;
    assert_eq!(
        (
            further_calls[0].action.as_str(),
            further_calls[0].by.as_str()
        ),
        ("sts:GetAccessKeyInfo", "spare")
    );
    desk.answer([Ok(Answer::KeyAccount("111122223333".into()))]);
    let causes = desk.explain_further("away").causes;
    assert!(
        causes
            .iter()
            .any(|it| it.what.contains("account 111122223333")),
        "{causes:?}"
    );
    assert!(
        !causes.iter().any(|it| it.kind == CauseKind::Partition),
        "{causes:?}"
    );
}

#[test]
fn a_role_that_fails_because_of_its_source_is_investigated_too() {
    let desk = Desk::new();
    desk.deny("far");
    desk.answer([Ok(simulated(Decision::ImplicitDeny))]);
    assert_eq!(
        certain(&desk.explain_further("far").causes)[0].0,
        CauseKind::CallerPermission
    );
}

#[test]
fn without_an_error_there_are_no_follow_up_calls() {
    let desk = Desk::new();
    let code = |desk: &Desk| {
        desk.keeper
            .explain_further(&name("away"), None)
            .map_err(|it| it.code)
    };
    assert_eq!(code(&desk), Err(ProblemCode::NoSession));
    desk.refuse("away", "Throttling", "Rate exceeded");
    assert_eq!(code(&desk), Err(ProblemCode::NoSession));
}

#[test]
fn t03_a_program_has_nothing_read_with_a_key_whose_policy_is_never() {
    let desk = Desk::new();
    desk.deny("away");
    let settings = "[ask.keys]\nuser = \"never\"\n";
    *desk.fakes.files.settings.lock().expect("free") = settings.to_owned();
    desk.keeper.reload_settings();
    let program = Requester::default();
    let (away, before) = (name("away"), desk.fakes.iam.calls().len());
    let refused = desk.keeper.explain_further(&away, Some(&program));
    assert_eq!(refused.expect_err("refused").code, ProblemCode::NotAllowed);
    assert_eq!(desk.fakes.iam.calls().len(), before);
    desk.keeper
        .explain_further(&away, None)
        .expect("the user's own");
    assert!(desk.fakes.iam.calls().len() > before);
}

#[test]
fn a_missing_response_is_reported_and_changes_nothing() {
    let desk = Desk::new();
    let before = desk.deny("away").diagnosis.expect("a diagnosis").causes;
    let after = desk.explain_further("away");
    assert_eq!(after.causes, before);
    assert!(
        after.further_calls[0]
            .found
            .as_deref()
            .expect("shown")
            .contains("did not answer"),
        "{after:?}"
    );
}

#[test]
fn untrusted_responses_stay_text() {
    let desk = Desk::new();
    for text in [
        "",
        "null",
        "[]",
        "{\"Statement\":7}",
        "\u{1b}[2J",
        "{\"explicitDeny\":true,\"matchedStatements\":{\"items\":[{\"statementId\":\"\\u202e\"}]}}",
    ] {
        desk.deny("own");
        desk.answer([
            Ok(Answer::Trust(text.into())),
            Ok(Answer::Simulation(Vec::new())),
        ]);
        let after = desk.explain_further("own");
        let shown = format!(
            "{:?}",
            after
                .further_calls
                .iter()
                .map(|it| &it.found)
                .collect::<Vec<_>>()
        );
        assert!(
            !shown.chars().any(rolecall_core::value::sanitise::is_hidden),
            "{shown}"
        );
    }
}
