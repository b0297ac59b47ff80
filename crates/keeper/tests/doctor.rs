//! What the doctor finds: each fault that a test plants, and nothing where nothing is wrong.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::asker::requester::Requester;
use rolecall_core::aws_files::FileAccess;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::{Decision, ListedKey, SimulationResult};
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::doctor::{BROAD_ACTIONS, DoctorReport, Severity};
use rolecall_core::explain::diagnosis::Answer;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::{Concern, Keeper};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const NOW: &str = "2026-11-21T12:00:00Z";
const ROLES: &str = r#"
[roles.guest]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"

[roles.far]
arn = "arn:aws:iam::808768216571:role/far"
source = "user"
region = "ap-east-1"
"#;

struct Desk {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl Desk {
    /// A sound set-up: a key of yesterday that may only assume roles.
    fn new() -> Self {
        Self::with(ROLES, "")
    }

    fn with(roles: &str, settings: &str) -> Self {
        let fakes = Fakes::at(now());
        *fakes.files.roles.lock().expect("not poisoned") = roles.to_owned();
        *fakes.files.settings.lock().expect("not poisoned") = settings.to_owned();
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        let desk = Self { fakes, keeper };
        let pair = KeyPair::parse(KEY, &Secret::new(SECRET.into())).expect("a key");
        let name = Name::parse("user").expect("a name");
        desk.keeper.add_key(&name, &pair).expect("kept");
        desk.list_key(1, Some(0));
        desk
    }

    /// Makes IAM list the key as created, and last used, so many days ago.
    fn list_key(&self, age: i64, used: Option<i64>) {
        let ago = |days: i64| now() - SignedDuration::from_hours(24 * days);
        self.fakes.iam.list_keys(&[ListedKey {
            id: KEY.to_owned(),
            is_active: true,
            created_at: ago(age),
        }]);
        if let Some(days) = used {
            self.fakes.iam.use_at(KEY, ago(days));
        }
    }

    fn report_with(&self, decision: Decision) -> DoctorReport {
        let simulated = BROAD_ACTIONS.map(|action| SimulationResult {
            action: action.to_owned(),
            decision,
            by_organization: None,
            by_boundary: None,
            policies: Vec::new(),
            missing_keys: Vec::new(),
        });
        self.fakes
            .iam
            .answer_next(Ok(Answer::Simulation(simulated.to_vec())));
        self.keeper.doctor(None, None).expect("a report")
    }

    /// Returns the ids of the findings.
    fn ids(&self) -> Vec<String> {
        ids(&self.report_with(Decision::ImplicitDeny))
    }
}

fn now() -> Timestamp {
    NOW.parse().expect("an instant")
}

fn ids(report: &DoctorReport) -> Vec<String> {
    let id = |finding| serde_json::to_value(finding).expect("JSON");
    let ids = report.findings.iter().map(|it| id(it.id));
    ids.map(|id| id.as_str().expect("a text").to_owned())
        .collect()
}

fn refusal(code: &str) -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: code.to_owned(),
        ..Refusal::default()
    })
}

#[test]
fn finds_nothing_wrong_with_a_sound_set_up() {
    let desk = Desk::new();
    let report = desk.report_with(Decision::ImplicitDeny);
    assert_eq!(report, DoctorReport::default());
}

#[test]
fn a_new_user_without_keys_has_nothing_wrong() {
    let fakes = Fakes::at(now());
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    assert_eq!(keeper.doctor(None, None), Ok(DoctorReport::default()));
    fakes.keychain.fail_with(Some(KeychainError::Absent));
    let report = keeper.doctor(None, None).expect("a report");
    assert_eq!(ids(&report), ["keychain_absent"]);
}

#[test]
fn t03_a_program_has_nothing_read_with_a_key_whose_policy_is_never() {
    let desk = Desk::with(ROLES, "[ask.keys]\nuser = \"never\"\n");
    let before = desk.fakes.iam.calls().len();
    let program = Requester::default();
    let role = Name::parse("guest").expect("a name");
    let report = desk.keeper.doctor(Some(&role), Some(&program));
    let report = report.expect("a report");
    assert_eq!(desk.fakes.iam.calls().len(), before);
    let unread: Vec<&str> = report.unread.iter().map(|it| it.what.as_str()).collect();
    assert!(unread.contains(&"the access key \"user\""), "{unread:?}");
    // A click in the window is the user's own.
    desk.report_with(Decision::ImplicitDeny);
    assert!(desk.fakes.iam.calls().len() > before);
}

#[test]
fn it_only_reads_and_asks_nobody() {
    let desk = Desk::new();
    desk.ids();
    assert_eq!(
        desk.fakes.iam.calls(),
        [
            format!("iam:ListAccessKeys {KEY}"),
            format!("iam:GetAccessKeyLastUsed {KEY}"),
            format!("iam:SimulatePrincipalPolicy {KEY}"),
        ]
    );
    assert!(desk.fakes.sts.calls().is_empty() && desk.fakes.sts.token_calls().is_empty());
    assert!(desk.keeper.snapshot().open_questions.is_empty());
}

#[test]
fn what_iam_does_not_permit_is_named_and_no_finding() {
    let desk = Desk::new();
    desk.fakes.iam.list_keys(&[]);
    desk.fakes.iam.answer_next(Err(refusal("AccessDenied")));
    let report = desk.keeper.doctor(None, None).expect("a report");
    let unread: Vec<&str> = report.unread.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(
        unread,
        [
            "iam:ListAccessKeys as user",
            "iam:SimulatePrincipalPolicy as user"
        ]
    );
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn finds_a_clock_that_is_off() {
    let desk = Desk::new();
    for (minutes, severity) in [
        (20, Some(Severity::Error)),
        (-20, Some(Severity::Error)),
        (7, Some(Severity::Warning)),
        (1, None),
    ] {
        let offset = SignedDuration::from_mins(minutes);
        desk.fakes.clock.differ_by(offset);
        let report = desk.report_with(Decision::ImplicitDeny);
        let found = report.findings.first().map(|it| it.severity);
        assert_eq!(found, severity, "{minutes}");
        if severity.is_some() {
            assert_eq!(ids(&report), ["clock_skewed"]);
        }
    }
    desk.fakes.clock.differ_by(SignedDuration::from_mins(20));
    let report = desk.report_with(Decision::ImplicitDeny);
    let what = &report.findings[0].what;
    assert_eq!(what, "This computer's clock differs from AWS's by 20m.");
}

#[test]
fn finds_what_is_wrong_with_the_keychain() {
    for (error, id) in [
        (KeychainError::Locked, "keychain_locked"),
        (KeychainError::Sealed, "keys_sealed"),
        (KeychainError::Absent, "keychain_absent"),
        (KeychainError::Frozen, "keychain_frozen"),
        (KeychainError::Denied("no".into()), "keychain_denied"),
        (KeychainError::Empty, "keychain_empty"),
        (KeychainError::Corrupt, "keychain_empty"),
    ] {
        let desk = Desk::new();
        desk.fakes.keychain.fail_with(Some(error.clone()));
        assert_eq!(desk.ids(), [id], "{error}");
    }
}

#[test]
fn a_keychain_that_works_again_is_no_finding() {
    let desk = Desk::new();
    let problem = Problem::from(KeychainError::Frozen);
    desk.keeper.set_standing(Concern::Keychain, Some(problem));
    assert!(desk.ids().is_empty());
}

#[test]
fn finds_the_way_to_aws_closed() {
    let unreachable = || StsError::Unreachable {
        host: "sts.us-east-1.amazonaws.com".into(),
        reason: "refused".into(),
    };
    let insecure = |reason: &str| StsError::Insecure {
        host: "sts.us-east-1.amazonaws.com".into(),
        reason: reason.into(),
    };
    let proxy = "[aws]\nproxy = \"http://me:canary@proxy.example:3128\"\n";
    let bundle = "the certificate file of [aws] ca_bundle cannot be read: not found";
    for (settings, error, id) in [
        ("", unreachable(), "offline"),
        (proxy, unreachable(), "dead_proxy"),
        ("", insecure("unknown issuer"), "not_aws"),
        ("", insecure(bundle), "certificate_file"),
        ("", StsError::NotSts("a page".into()), "not_aws"),
        ("", StsError::TimedOut { host: "sts".into() }, "timed_out"),
    ] {
        let desk = Desk::with(ROLES, settings);
        desk.fakes.sts.fail_in("us-east-1", error);
        let report = desk.report_with(Decision::ImplicitDeny);
        assert_eq!(ids(&report), [id]);
        let text = serde_json::to_string(&report).expect("JSON");
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(text.contains("proxy.example:3128"), id == "dead_proxy");
    }
}

#[test]
fn reaches_aws_without_a_key_too() {
    let fakes = Fakes::at(now());
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    let error = StsError::TimedOut { host: "sts".into() };
    fakes.sts.fail_in("us-east-1", error);
    let report = keeper.doctor(None, None).expect("a report");
    assert_eq!(ids(&report), ["timed_out"]);
}

#[test]
fn finds_a_region_that_is_not_enabled() {
    let desk = Desk::new();
    let error = refusal("InvalidClientTokenId");
    desk.fakes.sts.fail_in("ap-east-1", error);
    let report = desk.report_with(Decision::ImplicitDeny);
    assert_eq!(ids(&report), ["invalid_key"]);
    let remedy = &report.findings[0].remedy;
    assert!(remedy.contains("not have enabled ap-east-1"), "{remedy}");
}

#[test]
fn finds_a_key_that_aws_refuses() {
    let desk = Desk::new();
    let error = refusal("InvalidClientTokenId");
    desk.fakes.sts.fail_in("us-east-1", error);
    let report = desk.report_with(Decision::ImplicitDeny);
    assert_eq!(ids(&report), ["invalid_key"]);
    let finding = &report.findings[0];
    assert!(finding.remedy.contains("deleted or inactive"));
    let command = finding.command.as_deref();
    assert_eq!(command, Some("aws iam list-access-keys --user-name user"));
}

#[test]
fn finds_keys_roles_and_regions_of_different_partitions() {
    let china =
        "[roles.china]\narn = \"arn:aws-cn:iam::808768216571:role/guest\"\nsource = \"user\"\n";
    let desk = Desk::with(china, "[aws]\nregion = \"cn-north-1\"\n");
    let report = desk.report_with(Decision::ImplicitDeny);
    assert_eq!(ids(&report), ["partition", "partition"]);
    assert!(report.findings[0].what.contains("its access key in aws."));
}

#[test]
fn finds_old_unused_broad_and_root_keys() {
    let desk = Desk::new();
    desk.list_key(91, Some(1));
    let report = desk.report_with(Decision::ImplicitDeny);
    assert_eq!(ids(&report), ["old_key"]);
    assert_eq!(report.findings[0].severity, Severity::Advice);
    desk.list_key(401, Some(1));
    let report = desk.report_with(Decision::ImplicitDeny);
    assert_eq!(report.findings[0].severity, Severity::Warning);
    let what = &report.findings[0].what;
    assert_eq!(what, "The access key \"user\" is 401 days old.");
    desk.list_key(100, Some(95));
    assert_eq!(desk.ids(), ["old_key", "unused_key"]);
    desk.list_key(1, Some(1));
    assert_eq!(ids(&desk.report_with(Decision::Allowed)), ["broad_key"]);
    desk.fakes.sts.call_as("arn:aws:iam::177634097045:root");
    assert_eq!(desk.ids(), ["root_key"]);
}

#[test]
fn finds_what_is_wrong_with_the_aws_files() {
    let desk = Desk::new();
    let files = &desk.fakes.files;
    *files.aws_config.lock().expect("not poisoned") =
        "[profile work]\ncredential_process = /usr/bin/rolecall credentials guest\n".into();
    *files.aws_credentials.lock().expect("not poisoned") = format!(
        "[work]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = {SECRET}\n\
         [plain]\naws_access_key_id = AKIAI44QH8DHBEXAMPL2\naws_secret_access_key = {SECRET}\n"
    );
    *files.aws_access.lock().expect("not poisoned") = FileAccess::ReadableByOthers;
    let report = desk.report_with(Decision::ImplicitDeny);
    assert_eq!(
        ids(&report),
        ["readable_by_others", "shadowed_profile", "plaintext_key"]
    );
    let text = serde_json::to_string(&report).expect("JSON");
    assert!(!text.contains(SECRET) && !text.contains("AKIAI44QH8DHBEXAMPL2"));
    assert!(text.contains("chmod 600 ~/.aws/credentials"));
}

#[test]
fn standing_problems_are_findings() {
    let desk = Desk::new();
    let problem = Problem::new(ProblemCode::NoTray, "No tray.", "Install one.");
    desk.keeper.set_standing(Concern::Tray, Some(problem));
    assert_eq!(desk.ids(), ["no_tray"]);
}
