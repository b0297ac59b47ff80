//! What the doctor finds about a role before it is assumed: each planted fault, and nothing about a sound role.

use std::sync::Arc;

use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::{Decision, SimulationResult};
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::doctor::DoctorReport;
use rolecall_core::explain::diagnosis::Answer;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::{Fakes, IamAccount};
use serde_json::{Value, json};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const USER: &str = "arn:aws:iam::177634097045:user/user";
const DEVICE: &str = "arn:aws:iam::177634097045:mfa/phone";

/// A role of the caller's account, with these further settings.
struct Desk {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl Desk {
    fn with(settings: &str) -> Self {
        let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
        *fakes.files.roles.lock().expect("not poisoned") = format!(
            "[roles.own]\narn = \"arn:aws:iam::177634097045:role/own\"\nsource = \"user\"\n{settings}\n\
             [roles.far]\narn = \"arn:aws:iam::808768216571:role/far\"\nsource = \"own\"\n"
        );
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        let pair = KeyPair::parse(KEY, &Secret::new(SECRET.into())).expect("a key");
        keeper.add_key(&name("user"), &pair).expect("kept");
        Self { fakes, keeper }
    }

    /// Returns the report about a role, if IAM answers with this trust policy and this simulation.
    fn report(&self, trust: &Value, simulated: SimulationResult) -> DoctorReport {
        let iam = &self.fakes.iam;
        iam.answer_next(Ok(Answer::Trust(trust.to_string())));
        iam.answer_next(Ok(Answer::Simulation(vec![simulated])));
        self.keeper
            .doctor(Some(&name("own")), None)
            .expect("a report")
    }

    fn ids(&self, trust: &Value, simulated: SimulationResult) -> Vec<String> {
        ids(&self.report(trust, simulated))
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn ids(report: &DoctorReport) -> Vec<String> {
    let id = |finding| serde_json::to_value(finding).expect("JSON");
    let ids = report.findings.iter().map(|it| id(it.id));
    ids.map(|id| id.as_str().expect("a text").to_owned())
        .collect()
}

fn trust(principal: &str, condition: &Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "sts:AssumeRole", "Condition": condition,
    }] })
}

fn simulated(decision: Decision) -> SimulationResult {
    SimulationResult {
        action: "sts:AssumeRole".to_owned(),
        decision,
        by_organization: None,
        by_boundary: None,
        policies: Vec::new(),
        missing_keys: Vec::new(),
    }
}

#[test]
fn finds_nothing_wrong_with_a_sound_role() {
    for (settings, condition) in [
        ("", json!({})),
        (
            "external_id = \"nw-2291\"",
            json!({ "StringEquals": { "sts:ExternalId": "nw-2291" } }),
        ),
        (
            "session_name = \"deploy\"",
            json!({ "StringLike": { "sts:RoleSessionName": "dep*" } }),
        ),
        (
            "mfa_serial = \"arn:aws:iam::177634097045:mfa/phone\"",
            json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }),
        ),
    ] {
        let desk = Desk::with(settings);
        desk.fakes.iam.list_devices(&[DEVICE]);
        let found = desk.ids(&trust(USER, &condition), simulated(Decision::Allowed));
        assert!(found.is_empty(), "{settings}: {found:?}");
        let asked = desk.keeper.snapshot().open_questions;
        assert!(asked.is_empty() && desk.fakes.sts.calls().is_empty());
    }
}

#[test]
fn finds_what_a_trust_policy_does_not_allow() {
    for (settings, principal, condition, id) in [
        (
            "",
            "arn:aws:iam::177634097045:user/other",
            json!({}),
            "trust_policy",
        ),
        (
            "",
            "arn:aws:iam::390411927311:root",
            json!({}),
            "trust_policy",
        ),
        (
            "",
            USER,
            json!({ "StringEquals": { "sts:ExternalId": "nw-2291" } }),
            "external_id",
        ),
        (
            "external_id = \"nw-2292\"",
            USER,
            json!({ "StringEquals": { "sts:ExternalId": "nw-2291" } }),
            "external_id",
        ),
        (
            "external_id = \"nw-2291\"",
            USER,
            json!({ "StringEquals": { "sts:ExternalId": "nw-2291 " } }),
            "external_id",
        ),
        (
            "",
            USER,
            json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }),
            "mfa_missing",
        ),
        (
            "",
            USER,
            json!({ "StringLike": { "sts:RoleSessionName": "ci-*" } }),
            "session_name",
        ),
        (
            "",
            USER,
            json!({ "StringEquals": { "sts:SourceIdentity": "ann" } }),
            "source_identity",
        ),
        (
            "",
            USER,
            json!({ "StringEquals": { "aws:RequestTag/Team": "blue" } }),
            "session_tags",
        ),
    ] {
        let desk = Desk::with(settings);
        let found = desk.ids(&trust(principal, &condition), simulated(Decision::Allowed));
        assert_eq!(found, [id], "{condition}");
    }
}

#[test]
fn finds_what_the_caller_may_not_do() {
    let boundary = SimulationResult {
        by_boundary: Some(false),
        ..simulated(Decision::ImplicitDeny)
    };
    let organization = SimulationResult {
        by_organization: Some(false),
        ..simulated(Decision::ImplicitDeny)
    };
    for (result, id) in [
        (simulated(Decision::ImplicitDeny), "caller_permission"),
        (simulated(Decision::ExplicitDeny), "explicit_deny"),
        (boundary, "boundary"),
        (organization, "service_control"),
    ] {
        let desk = Desk::with("");
        let report = desk.report(&trust(USER, &json!({})), result);
        assert_eq!(ids(&report), [id]);
        let finding = &report.findings[0];
        assert!(finding.why.contains("\"own\""), "{}", finding.why);
    }
}

/// Returns the user's account, with an inline policy for each of these effects and actions.
fn account(policies: &[(&str, &str)]) -> IamAccount {
    let mut account = IamAccount::new("177634097045", &["user"]);
    for (effect, action) in policies {
        let document = document(effect, action);
        let holder = ("user", "user".to_owned(), format!("{effect}-{action}"));
        account.inline.insert(holder, document);
    }
    account
}

fn document(effect: &str, action: &str) -> String {
    let statement = json!({ "Effect": effect, "Action": action, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

/// Returns the report if the simulator is denied, and the caller may read this.
fn own_report(account: IamAccount) -> DoctorReport {
    let desk = Desk::with("");
    let iam = &desk.fakes.iam;
    iam.set_account(KEY, account);
    iam.answer_next(Ok(Answer::Trust(trust(USER, &json!({})).to_string())));
    for _ in 0..2 {
        let code = "AccessDenied".to_owned();
        let refusal = Refusal {
            code,
            ..Refusal::default()
        };
        iam.answer_next(Err(StsError::Refused(refusal)));
    }
    desk.keeper
        .doctor(Some(&name("own")), None)
        .expect("a report")
}

#[test]
fn evaluates_the_policies_itself_where_the_simulator_is_denied() {
    let mut of_group = account(&[]);
    let members = std::iter::once("user".to_owned()).collect();
    of_group.groups.insert("team".to_owned(), members);
    let holder = ("group", "team".to_owned(), "roles".to_owned());
    of_group
        .inline
        .insert(holder, document("Allow", "sts:AssumeRole"));
    let arn = "arn:aws:iam::177634097045:policy/roles";
    let mut managed = account(&[]);
    managed
        .policies
        .insert(arn.to_owned(), document("Allow", "sts:*"));
    let attached = ("user", "user".to_owned(), arn.to_owned());
    managed.attached.insert(attached);
    let mut limited = account(&[("Allow", "sts:AssumeRole")]);
    limited
        .policies
        .insert(arn.to_owned(), document("Allow", "s3:*"));
    limited.boundaries.insert("user".to_owned(), arn.to_owned());
    for (account, expected) in [
        (account(&[("Allow", "sts:AssumeRole")]), vec![]),
        (of_group, vec![]),
        (managed, vec![]),
        (
            account(&[("Allow", "s3:GetObject")]),
            vec!["caller_permission"],
        ),
        (
            account(&[("Allow", "sts:AssumeRole"), ("Deny", "sts:Assume*")]),
            vec!["explicit_deny"],
        ),
        (limited, vec!["boundary"]),
        (
            account(&[("Allow", "sts:*"), ("Allow", "iam:*")]),
            vec!["broad_key"],
        ),
    ] {
        let shown = format!("{account:?}");
        let report = own_report(account);
        assert_eq!(ids(&report), expected, "{shown}");
        let unread = report.unread.iter().map(|it| it.what.as_str());
        let unread: Vec<&str> = unread.filter(|it| it.starts_with("iam:")).collect();
        assert_eq!(unread, ["iam:ListAccessKeys as user"]);
        let limits = report
            .unread
            .iter()
            .filter(|it| it.what.starts_with("service control"));
        assert_eq!(limits.count(), 1, "named once");
    }
}

#[test]
fn names_the_policies_that_it_could_not_read_and_concludes_nothing_from_them() {
    let mut account = account(&[("Allow", "s3:GetObject")]);
    let gone = "arn:aws:iam::177634097045:policy/gone".to_owned();
    let attached = ("user", "user".to_owned(), gone);
    account.attached.insert(attached);
    let report = own_report(account);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let unread: Vec<&str> = report.unread.iter().map(|it| it.what.as_str()).collect();
    assert!(unread.contains(&"iam:GetPolicy as user"), "{unread:?}");
}

#[test]
fn finds_a_device_of_another_user_or_account() {
    let present = json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    let desk = Desk::with("mfa_serial = \"arn:aws:iam::177634097045:mfa/other\"");
    desk.fakes.iam.list_devices(&[DEVICE]);
    let found = desk.ids(&trust(USER, &present), simulated(Decision::Allowed));
    assert_eq!(found, ["mfa_device"]);
    let desk = Desk::with("mfa_serial = \"arn:aws:iam::808768216571:mfa/phone\"");
    let found = desk.ids(&trust(USER, &present), simulated(Decision::Allowed));
    assert_eq!(found, ["unusable_source"]);
    // Without the permission to list devices, nobody can tell.
    let desk = Desk::with("mfa_serial = \"arn:aws:iam::177634097045:mfa/other\"");
    let found = desk.ids(&trust(USER, &present), simulated(Decision::Allowed));
    assert!(found.is_empty());
}

#[test]
fn names_what_could_not_be_read() {
    let desk = Desk::with("");
    let denied = || {
        StsError::Refused(Refusal {
            status: 403,
            code: "AccessDenied".into(),
            ..Refusal::default()
        })
    };
    for _ in 0..2 {
        desk.fakes.iam.answer_next(Err(denied()));
    }
    let report = desk
        .keeper
        .doctor(Some(&name("far")), None)
        .expect("a report");
    let unread: Vec<&str> = report.unread.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(
        &unread[..4],
        [
            "iam:GetRole as user",
            "iam:SimulatePrincipalPolicy as user",
            "iam:GetRole of \"far\"",
            "iam:SimulatePrincipalPolicy as own",
        ]
    );
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn an_unknown_role_is_an_error() {
    let desk = Desk::with("");
    let problem = desk
        .keeper
        .doctor(Some(&name("gone")), None)
        .expect_err("unknown");
    assert_eq!(problem.code, ProblemCode::UnknownRole);
}
