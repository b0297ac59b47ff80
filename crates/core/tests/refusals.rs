//! Published error messages of AWS, and the explanation of each.

use jiff::SignedDuration;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::explain::diagnosis::{MfaProof, SentRequest, Signer};
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::role::session_tags::SessionTag;
use rolecall_core::value::diagnosis::Cause;
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::role_arn::RoleArn;
use serde::Deserialize;

const CASES: &str = include_str!("data/refusals.json");
const REQUEST: &str = "7f0c9a52-31d4-4c1e-9d6e-0a4f2e6f1b11";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    status: u16,
    code: String,
    message: String,
    problem: ProblemCode,
    /// Kind and confidence of the first cause, or `None` if the error is unknown.
    first: Option<String>,
    /// Other causes that must be among the rest.
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    sent: SentCase,
    /// Text that the problem's sentences contain.
    part: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SentCase {
    role: Option<String>,
    chained: bool,
    device: bool,
    external_id: Option<String>,
    mfa: Option<String>,
    session_name: Option<String>,
    source_identity: Option<String>,
    tags: Vec<String>,
    region: Option<String>,
    changed: Option<Vec<String>>,
}

fn role(arn: &str) -> RoleArn {
    RoleArn::parse(arn).expect("a role's ARN")
}

fn tag(key: &str) -> SessionTag {
    SessionTag {
        key: key.to_owned(),
        value: "red".into(),
    }
}

impl SentCase {
    fn sent(&self) -> SentRequest {
        let fields = ["external ID", "MFA device"];
        let changed = self.changed.as_ref().map(|names| {
            let known = |name: &String| fields.into_iter().find(|field| field == name);
            names.iter().filter_map(known).collect()
        });
        let arn = self.role.as_deref();
        SentRequest {
            role: Some(role(arn.unwrap_or("arn:aws:iam::808768216571:role/guest"))),
            source: if self.chained { "hub" } else { "user" }.into(),
            signer: if self.chained {
                Signer::Session {
                    role: role("arn:aws:iam::177634097045:role/team/hub"),
                    arn: "arn:aws:sts::177634097045:assumed-role/hub/ann".into(),
                }
            } else {
                Signer::User("arn:aws:iam::177634097045:user/user".into())
            },
            operation: None,
            access_key_id: if self.chained { "ASIA" } else { "AKIA" }.to_owned()
                + "IOSFODNN7EXAMPLE",
            session_name: self.session_name.clone().unwrap_or("user".into()),
            duration_s: 3600,
            external_id: self.external_id.clone(),
            mfa: match self.mfa.as_deref() {
                Some("code") => MfaProof::Code {
                    serial: MfaSerial::parse("arn:aws:iam::177634097045:mfa/user")
                        .expect("a device"),
                },
                Some(_) => MfaProof::Session { age_s: 5400 },
                None => MfaProof::None,
            },
            has_device: self.device,
            source_identity: self.source_identity.clone(),
            tags: self.tags.iter().map(|key| tag(key)).collect(),
            policy: false,
            region: self.region.clone().unwrap_or("eu-west-1".into()),
            changed_since: changed,
        }
    }

    fn explained(&self, refusal: Refusal) -> Problem {
        let sent = self.sent();
        let attempt = Attempt {
            role: None,
            source: "user",
            sent: Some(&sent),
        };
        explain(&StsError::Refused(refusal), attempt)
    }
}

impl Case {
    fn explained(&self) -> Problem {
        self.sent.explained(self.refusal(None))
    }

    fn refusal(&self, skew: Option<SignedDuration>) -> Refusal {
        Refusal {
            status: self.status,
            code: self.code.clone(),
            message: self.message.clone(),
            request_id: Some(REQUEST.into()),
            skew,
        }
    }
}

fn cases() -> Vec<Case> {
    serde_json::from_str(CASES).expect("a list of cases")
}

fn label(cause: &Cause) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let kind = serde_json::to_value(cause.kind).map(word);
    let confidence = serde_json::to_value(cause.confidence).map(word);
    format!("{} {}", kind.expect("a word"), confidence.expect("a word"))
}

#[test]
fn b24_b57_every_published_error_has_its_explanation() {
    let cases = cases();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in &cases {
        let problem = case.explained();
        let diagnosis = problem
            .diagnosis
            .as_ref()
            .expect("a refusal has a diagnosis");
        let labels: Vec<String> = diagnosis.causes.iter().map(label).collect();
        let name = &case.name;
        assert_eq!(problem.code, case.problem, "{name}: {problem}");
        assert_eq!(labels.first(), case.first.as_ref(), "{name}: {labels:?}");
        for also in &case.also {
            assert!(labels.contains(also), "{name}: {also} not in {labels:?}");
        }
        if let Some(part) = &case.part {
            assert!(problem.to_string().contains(part), "{name}: {problem}");
        }
    }
}

#[test]
fn r03_the_difference_of_the_clock_is_named_only_if_it_is_known() {
    let cases = cases();
    let behind = cases.iter().find(|case| case.name == "clock behind");
    let behind = behind.expect("the case");
    let shown = |seconds: Option<i64>| {
        let skew = seconds.map(SignedDuration::from_secs);
        behind.sent.explained(behind.refusal(skew)).what
    };
    assert_eq!(
        shown(Some(-3 * 3600)),
        "This computer's clock differs from AWS's by 3h."
    );
    for unknown in [None, Some(0)] {
        assert_eq!(shown(unknown), "This computer's clock differs from AWS's.");
    }
}

#[test]
fn every_error_is_shown_with_aws_message_and_the_request_id() {
    for case in cases() {
        let problem = case.explained();
        let diagnosis = problem.diagnosis.expect("a refusal has a diagnosis");
        assert_eq!(diagnosis.words, case.message.trim(), "{}", case.name);
        assert_eq!(diagnosis.code, case.code, "{}", case.name);
        assert_eq!(
            diagnosis.request_id.as_deref(),
            Some(REQUEST),
            "{}",
            case.name
        );
        assert!(
            problem.detail.expect("a detail").contains(REQUEST),
            "{}",
            case.name
        );
    }
}

#[test]
fn every_cause_says_what_to_check_in_complete_sentences() {
    for case in cases() {
        for cause in case.explained().diagnosis.expect("a diagnosis").causes {
            for text in [&cause.what, &cause.check.what] {
                let is_sentence = text.starts_with(|c: char| c.is_uppercase() || c == '"')
                    && text.ends_with('.')
                    && !text.contains("  ");
                assert!(is_sentence, "{}: {text:?}", case.name);
            }
        }
    }
}

/// Returns the first statement of a case for a policy.
fn statement(sent: &SentCase, message: &str, place: &str) -> serde_json::Value {
    let refusal = Refusal {
        status: 403,
        code: "AccessDenied".into(),
        message: message.into(),
        ..Refusal::default()
    };
    let diagnosis = sent.explained(refusal).diagnosis.expect("a diagnosis");
    let statements = diagnosis
        .causes
        .into_iter()
        .filter_map(|cause| cause.statement);
    let found = statements
        .into_iter()
        .find(|it| it.goes_to.contains(place))
        .expect("a statement");
    serde_json::from_str(&found.json).expect("JSON")
}

const BARE: &str = "User: arn:aws:iam::177634097045:user/user is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::808768216571:role/guest";

#[test]
fn an_explicit_deny_has_no_statement_to_send() {
    for deny in [
        "with an explicit deny",
        "due to an explicit deny in a Service Control Policy",
        "with an explicit deny in a sessions policy",
        "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
    ] {
        let problem = SentCase::default().explained(Refusal {
            status: 403,
            code: "AccessDenied".into(),
            message: format!("{BARE} {deny}"),
            ..Refusal::default()
        });
        let causes = problem.diagnosis.expect("a diagnosis").causes;
        assert!(
            causes.iter().all(|it| it.statement.is_none()),
            "{deny}: {causes:?}"
        );
    }
}

#[test]
fn a_trust_statement_names_the_caller_and_the_conditions_it_meets() {
    let sent = SentCase {
        external_id: Some("nw-2291".into()),
        mfa: Some("code".into()),
        ..SentCase::default()
    };
    assert_eq!(
        statement(&sent, BARE, "trust policy of guest"),
        serde_json::json!({
            "Sid": "AllowAssumeRole",
            "Effect": "Allow",
            "Principal": { "AWS": "arn:aws:iam::177634097045:user/user" },
            "Action": "sts:AssumeRole",
            "Condition": {
                "Bool": { "aws:MultiFactorAuthPresent": "true" },
                "StringEquals": { "sts:ExternalId": "nw-2291" },
            },
        })
    );
}

#[test]
fn a_chained_caller_is_named_by_its_role_with_its_path() {
    let sent = SentCase {
        chained: true,
        ..SentCase::default()
    };
    let trust = statement(&sent, BARE, "trust policy");
    assert_eq!(
        trust["Principal"]["AWS"],
        "arn:aws:iam::177634097045:role/team/hub"
    );
    let own = statement(&sent, BARE, "permissions of hub");
    assert_eq!(
        (own["Action"].as_str(), own["Resource"].as_str()),
        (
            Some("sts:AssumeRole"),
            Some("arn:aws:iam::808768216571:role/guest")
        )
    );
}

#[test]
fn session_fields_are_allowed_without_the_conditions_of_the_assumption() {
    let sent = SentCase {
        external_id: Some("nw-2291".into()),
        tags: vec!["team".into()],
        source_identity: Some("ann".into()),
        ..SentCase::default()
    };
    let both = statement(
        &sent,
        &BARE.replace("AssumeRole", "TagSession"),
        "trust policy",
    );
    assert_eq!(both[0]["Action"], "sts:AssumeRole");
    assert_eq!(
        both[0]["Condition"]["StringEquals"]["sts:ExternalId"],
        "nw-2291"
    );
    assert_eq!(
        both[1]["Action"],
        serde_json::json!(["sts:TagSession", "sts:SetSourceIdentity"])
    );
    assert!(both[1].get("Condition").is_none(), "{both}");
}

#[test]
fn b55_untrusted_text_is_escaped_in_every_sentence() {
    let sent = SentCase {
        external_id: Some("x\u{202e}y".into()),
        ..SentCase::default()
    };
    let message = format!(
        "{BARE} with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/\u{1b}[2J{}",
        "a".repeat(5000)
    );
    for message in [
        message.as_str(),
        BARE,
        "\u{0}\u{202e}",
        "Value '\u{1b}' at '\u{1b}x' failed to satisfy constraint: \u{202e}",
    ] {
        for code in [
            "AccessDenied",
            "ValidationError",
            "PackedPolicyTooLarge",
            "\u{1b}",
        ] {
            let problem = sent.explained(Refusal {
                status: 400,
                code: code.into(),
                message: message.into(),
                ..Refusal::default()
            });
            let mut shown = problem.to_string();
            let diagnosis = problem.diagnosis.expect("a diagnosis");
            for cause in &diagnosis.causes {
                shown += &cause.sentence();
                assert!(cause.what.len() < 400, "{}", cause.what);
            }
            shown += &diagnosis.words;
            shown += &diagnosis.code;
            assert!(
                !shown.chars().any(rolecall_core::value::sanitise::is_hidden),
                "{shown:?}"
            );
        }
    }
}
