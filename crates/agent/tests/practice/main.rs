//! The keeper with the real STS client and clock against the practice account: from the key to the credentials.

#![expect(
    clippy::disallowed_methods,
    reason = "the authenticator and the measurements need the present"
)]

mod explain_further;
mod iam_calls;
#[cfg(unix)]
mod many;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rolecall_agent::answer::answer;
use rolecall_agent::caller;
use rolecall_agent::clock::SystemClock;
use rolecall_agent::in_flight::InFlight;
use rolecall_agent::socket::Peer;
use rolecall_agent::sts::AwsSts;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::asker::consent::Consent;
use rolecall_core::asker::requester::Requester;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::catalogue::with_role;
use rolecall_core::role::RoleDraft;
use rolecall_core::role::limits::{AccessLimit, LimitsView};
use rolecall_core::role::session_tags::SessionTag;
use rolecall_core::session::Phase;
use rolecall_core::value::diagnosis::{CauseKind, Confidence};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::Region;
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::view::snapshot::{Mode, SessionView};
use rolecall_keeper::fakes::{FakeWaiter, Fakes};
use rolecall_keeper::memory::{MemoryFiles, MemoryKeychain, MemoryStore};
use rolecall_keeper::ports::Clock;
use rolecall_keeper::ports::Iam;
use rolecall_keeper::{Given, Keeper, Ports};
use rolecall_practice::{Control, Fault, FaultKind, Practice, PracticeConfig, PracticeRole};

/// A keeper whose AWS is a practice account.
struct Set {
    practice: Practice,
    clock: Arc<SystemClock>,
    keeper: Arc<Keeper>,
    in_flight: Arc<InFlight>,
}

impl Set {
    /// Starts a practice account with these faults, and adds its key to the keeper.
    fn with_faults(faults: &[FaultKind]) -> Self {
        Self::with_roles(faults, |_| ())
    }

    fn new() -> Self {
        Self::with_faults(&[])
    }

    fn with_roles(faults: &[FaultKind], change: impl Fn(&mut RoleDraft)) -> Self {
        let practice = Practice::start(PracticeConfig {
            control: Control::On,
            ..PracticeConfig::default()
        })
        .expect("a practice account");
        let settings = format!("[aws]\nendpoint_url = \"{}\"\n", practice.url());
        let roles = practice.roles().iter().fold(String::new(), |text, role| {
            let mut draft = draft_of(role);
            change(&mut draft);
            with_role(&text, "roles.toml", None, &draft).expect("a role")
        });
        let clock = Arc::<SystemClock>::default();
        let settings_read = rolecall_core::settings::read(&settings, "").expect("settings");
        let settings_read = settings_read.settings;
        let fakes = Fakes::at(Timestamp::now());
        let sts = Arc::new(AwsSts::new(clock.clone(), &settings_read));
        let files = Arc::new(MemoryFiles::new(roles, settings));
        let ports = Ports {
            clock: clock.clone(),
            sts: sts.clone(),
            iam: sts,
            keychain: Arc::<MemoryKeychain>::default(),
            files: files.clone(),
            aws: files,
            store: Arc::<MemoryStore>::default(),
            ..fakes.ports()
        };
        let set = Self {
            keeper: Arc::new(Keeper::new(ports, Mode::Practice)),
            practice,
            clock,
            in_flight: Arc::default(),
        };
        set.keeper.restore_sessions();
        set.add_key();
        set.set_faults(faults);
        set
    }

    /// Replaces the faults.
    fn set_faults(&self, faults: &[FaultKind]) {
        let everywhere = |&kind: &FaultKind| Fault { action: None, kind }.to_string();
        let texts: Vec<String> = faults.iter().map(everywhere).collect();
        self.control(
            "POST",
            "faults",
            &serde_json::to_string(&texts).expect("JSON"),
        );
    }

    /// Asks the control endpoint of the practice account.
    fn control(&self, method: &str, name: &str, body: &str) -> String {
        let url = self.practice.url();
        let host = url.trim_start_matches("http://");
        let request = format!(
            "{method} /_practice/{name} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(host).expect("a connection");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("a reply");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 200"), "{reply}");
        body.to_owned()
    }

    fn add_key(&self) {
        let key = self.practice.keys().remove(0);
        let pair = KeyPair::parse(&key.access_key_id, &key.secret_access_key).expect("a key");
        let name = Name::parse(&key.name).expect("a name");
        let view = self
            .keeper
            .add_key(&name, &pair)
            .expect("a key that AWS knows");
        assert_eq!(view.user_arn, "arn:aws:iam::177634097045:user/user");
    }

    fn ask(&self, call: Call) -> Result<Answer, Problem> {
        let waiter = FakeWaiter::default();
        let peer = Peer::new(Requester::default(), &waiter);
        answer(
            &self.keeper,
            &self.in_flight,
            call,
            &caller::Caller::Program(&peer),
        )
    }

    /// Asks as the application's own window does.
    fn click(&self, call: Call) -> Result<Answer, Problem> {
        answer(&self.keeper, &self.in_flight, call, &caller::Caller::Window)
    }

    fn assume(&self, role: &str) -> Result<SessionView, Problem> {
        self.assume_with(role, None)
    }

    fn assume_with(&self, role: &str, code: Option<String>) -> Result<SessionView, Problem> {
        let call = Call::Assume {
            role: role.into(),
            code: code.map(WireSecret::new),
            reasons: Vec::new(),
        };
        match self.ask(call)? {
            Answer::Session(session) => Ok(*session),
            other => unreachable!("{other:?}"),
        }
    }

    fn limited(&self, role: &str, limits: LimitsView) -> String {
        let role = role.into();
        match self.ask(Call::Limited { role, limits }) {
            Ok(Answer::Name(name)) => name,
            other => unreachable!("{other:?}"),
        }
    }

    fn credentials(&self, role: &str) -> Result<String, Problem> {
        match self.ask(Call::Credentials {
            role: role.into(),
            reasons: Vec::new(),
        })? {
            Answer::Text(text) => Ok(text.expose().to_owned()),
            other => unreachable!("{other:?}"),
        }
    }

    fn code(&self) -> String {
        let key = self.practice.keys().remove(0);
        let serial = key.mfa_serial.expect("a device");
        self.practice
            .code(&serial, Timestamp::now())
            .expect("a code")
    }

    fn count(&self, action: &str) -> u64 {
        let counts = self.control("GET", "requests", "");
        let counts: BTreeMap<String, u64> = serde_json::from_str(&counts).expect("counts");
        counts.get(action).copied().unwrap_or(0)
    }
}

fn draft_of(role: &PracticeRole) -> RoleDraft {
    RoleDraft {
        name: role.name.clone(),
        arn: role.arn.clone(),
        source: role.source.clone(),
        session_name: role.session_name.clone(),
        duration: role.duration_s.map(|seconds| format!("{seconds}s")),
        external_id: role.external_id.clone(),
        mfa_serial: role.mfa_serial.clone(),
        mfa_code: None,
        region: role.region.clone(),
        group: role.group.clone(),
        ..RoleDraft::default()
    }
}

fn refused(outcome: Result<SessionView, Problem>) -> (ProblemCode, String) {
    let problem = outcome.expect_err("a refusal");
    (problem.code, problem.remedy)
}

#[test]
fn a_role_is_assumed_and_confirmed() {
    let set = Set::new();
    let asked_for_the_key = set.count("GetCallerIdentity");
    let session = set.assume("guest").expect("assumed");
    assert_eq!(session.phase, Phase::Active);
    let identity = session.identity.expect("an identity");
    assert!(
        identity.starts_with("arn:aws:sts::808768216571:assumed-role/guest/"),
        "{identity}"
    );
    let confirmed = set.count("GetCallerIdentity") - asked_for_the_key;
    assert_eq!((set.count("AssumeRole"), confirmed), (1, 1));
}

#[test]
fn a_wrong_external_id_is_refused_and_explained() {
    assert!(Set::new().assume("contractor").is_ok());
    let set = Set::with_roles(&[], |role| {
        if role.external_id.is_some() {
            role.external_id = Some("practice-wrong".into());
        }
    });
    let (code, remedy) = refused(set.assume("contractor"));
    assert_eq!(code, ProblemCode::AccessDenied);
    assert!(remedy.contains("external ID"), "{remedy}");
}

#[test]
fn a_code_opens_the_role_and_works_once() {
    let own_codes = |draft: &mut RoleDraft| {
        draft.mfa_code = draft.mfa_serial.is_some().then(|| "own".into());
    };
    let set = Set::with_roles(&[], own_codes);
    let code = set.code();
    let session = set
        .assume_with("operator", Some(code.clone()))
        .expect("assumed");
    assert_eq!(session.phase, Phase::Active);
    let (again, remedy) = refused(set.assume_with("operator", Some(code)));
    assert_eq!(again, ProblemCode::CodeRejected);
    assert!(remedy.contains("next"), "{remedy}");
    assert_eq!(set.count("AssumeRole"), 1, "the second was not even sent");
    let (wrong, _) = refused(set.assume_with("operator", Some("000000".into())));
    assert_eq!(wrong, ProblemCode::CodeRejected);
    assert_eq!(set.count("AssumeRole"), 2, "a code is tried once");
}

#[test]
fn a_chain_is_assumed_from_its_key_on() {
    let set = Set::new();
    let session = set.assume("archive").expect("assumed");
    assert!(
        session.role_arn.contains("390411927311"),
        "{}",
        session.role_arn
    );
    assert_eq!(set.count("AssumeRole"), 2);
    set.assume("archive").expect("renewed");
    assert_eq!(
        set.count("AssumeRole"),
        3,
        "the role before it still has its session"
    );
}

#[test]
fn a_denied_role_is_explained() {
    let set = Set::new();
    for (role, cause) in [
        (
            "vault",
            "Most likely: The role's trust policy may not name \"user\"",
        ),
        (
            "finance",
            "The policies of \"user\" do not allow sts:AssumeRole",
        ),
    ] {
        let (code, remedy) = refused(set.assume(role));
        assert_eq!(code, ProblemCode::AccessDenied, "{role}");
        assert!(remedy.contains(cause), "{remedy}");
    }
}

#[test]
fn a_quarter_of_an_hour_is_served_from_memory() {
    let set = Set::new();
    let first = set.credentials("quarter-hour").expect("credentials");
    for _ in 0..50 {
        assert_eq!(set.credentials("quarter-hour").expect("credentials"), first);
    }
    assert_eq!(set.count("AssumeRole"), 1);
}

#[test]
fn r03_a_skewed_server_sets_the_clock() {
    for skew_s in [1200, -1200] {
        let set = Set::with_faults(&[FaultKind::Skew(skew_s)]);
        let session = set.assume("guest").expect("assumed");
        let left = session
            .expires_at
            .expect("an end")
            .duration_since(set.clock.now());
        assert!((left - SignedDuration::from_hours(1)).abs() < SignedDuration::from_secs(5));
        assert_eq!(set.count("AssumeRole"), 2);
        let offset_ms = set.keeper.snapshot().clock_offset_ms;
        assert!((offset_ms - skew_s * 1000).abs() < 3000, "{offset_ms}");
    }
}

#[test]
fn b53_a_session_of_another_role_is_dropped() {
    let set = Set::with_faults(&[FaultKind::WrongArn]);
    assert_eq!(refused(set.assume("guest")).0, ProblemCode::WrongIdentity);
    assert_eq!(
        set.credentials("guest").map_err(|problem| problem.code),
        Err(ProblemCode::WrongIdentity)
    );
}

#[test]
fn each_network_failure_has_its_own_message() {
    for (fault, code) in [
        (FaultKind::Html, ProblemCode::NotAws),
        (FaultKind::Redirect, ProblemCode::NotAws),
        (FaultKind::Oversize(1 << 20), ProblemCode::NotAws),
        (FaultKind::Endless, ProblemCode::NotAws),
        (FaultKind::Truncate(300), ProblemCode::AwsFailed),
        (FaultKind::NoExpiration, ProblemCode::AwsFailed),
        (FaultKind::PastExpiration, ProblemCode::AwsFailed),
        (FaultKind::RegionDisabled, ProblemCode::RegionDisabled),
        (FaultKind::Throttle(100), ProblemCode::Throttled),
        (FaultKind::InternalFailure, ProblemCode::AwsFailed),
        (FaultKind::Reset, ProblemCode::Offline),
    ] {
        let set = Set::with_faults(&[fault]);
        assert_eq!(refused(set.assume("guest")).0, code, "{fault:?}");
    }
}

#[test]
fn r09_brief_throttling_is_retried() {
    let set = Set::with_faults(&[FaultKind::Throttle(2)]);
    assert!(set.assume("guest").is_ok());
    assert_eq!(set.count("AssumeRole"), 3);
}

#[test]
fn c14_a_request_that_waits_for_the_user_ends_within_20_seconds_and_the_prompt_stays() {
    let set = Set::new();
    let begun = Instant::now();
    let problem = set.credentials("operator").expect_err("nobody answers");
    assert_eq!(problem.code, ProblemCode::TimedOut);
    // The limit is 19 s; the rest is for a busy machine.
    assert!(
        (18..25).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );
    let prompt = set
        .keeper
        .snapshot()
        .codes()
        .next()
        .cloned()
        .expect("a question");
    set.keeper
        .answer(prompt.id, Given::Code(&set.code()))
        .expect("answered");
    let credentials = set.credentials("operator").expect("credentials");
    assert!(credentials.starts_with("{\"Version\":1,"), "{credentials}");
    assert_eq!(set.count("AssumeRole"), 1);
}

#[test]
fn a_limited_session_is_separate_and_reports_its_size() {
    let set = Set::new();
    let limits = LimitsView {
        access: Some(AccessLimit::ReadOnly),
        region: Some("eu-west-1".into()),
    };
    let name = set.limited("guest", limits);
    assert_eq!(name, "guest · read-only · only eu-west-1");
    let session = set.assume(&name).expect("a session");
    assert_eq!(session.limited_of.as_deref(), Some("guest"));
    assert!(
        session
            .packed_policy_percent
            .is_some_and(|percent| percent > 10)
    );
    let plain = set.assume("guest").expect("a session");
    assert_eq!(
        (plain.limited_of, plain.packed_policy_percent),
        (None, None)
    );
    let handed_out = [&name, "guest"].map(|role| set.credentials(role).expect("credentials"));
    assert_ne!(handed_out[0], handed_out[1]);
    assert_eq!(set.count("AssumeRole"), 2);
}

#[test]
fn b19_r39_a_role_that_allows_an_hour_is_detected_once() {
    let set = Set::with_roles(&[], |draft| {
        if draft.name == "guest" {
            draft.duration = Some("12h".into());
        }
    });
    let life = |session: &SessionView| {
        let ends = session.expires_at.zip(session.issued_at);
        ends.map(|(end, start)| end.duration_since(start).as_secs())
    };
    let session = set.assume("guest").expect("a session");
    assert!(life(&session).is_some_and(|life| (3590..=3601).contains(&life)));
    assert_eq!(set.count("AssumeRole"), 6);
    set.assume("guest").expect("a session");
    assert_eq!(set.count("AssumeRole"), 7);
}

#[test]
fn tags_a_source_identity_and_a_reason_are_taken() {
    let set = Set::with_roles(&[], |draft| {
        if draft.name == "guest" {
            draft.source_identity = Some("{user}".into());
            draft.tags = vec![SessionTag {
                key: "Team".into(),
                value: "{login}@{host}".into(),
            }];
            draft.transitive_tags = vec!["Team".into()];
            draft.reason = Some("tag:Reason".into());
        }
    });
    let check = Call::CheckReason {
        role: "guest".into(),
        reason: "OPS-7".into(),
    };
    assert!(matches!(set.ask(check), Ok(Answer::Done)));
    let assume = Call::Assume {
        role: "guest".into(),
        code: None,
        reasons: vec!["OPS-7".into()],
    };
    let Ok(Answer::Session(session)) = set.ask(assume) else {
        unreachable!("no session")
    };
    assert_eq!(session.reason.as_deref(), Some("OPS-7"));
    assert!(session.packed_policy_percent.is_some());
    // The next role in the chain inherits the tag, which its trust policy does not allow.
    let archive = set.assume("archive").expect_err("no sts:TagSession");
    assert_eq!(archive.code, ProblemCode::AccessDenied);
}

impl Set {
    fn container(&self, role: &str) -> Result<String, ProblemCode> {
        let role = role.to_owned();
        match self.ask(Call::ContainerCredentials { role }) {
            Ok(Answer::Text(body)) => Ok(body.expose().to_owned()),
            Ok(other) => unreachable!("{other:?}"),
            Err(problem) => Err(problem.code),
        }
    }
}

#[test]
fn c9_an_endpoint_is_answered_from_memory() {
    let set = Set::new();
    set.container("guest").expect("assumed at once");
    for _ in 0..20 {
        set.container("guest").expect("credentials");
    }
    assert_eq!(set.count("AssumeRole"), 1);
}

#[test]
fn an_endpoint_does_not_wait_for_a_slow_aws_or_the_user() {
    let set = Set::with_faults(&[FaultKind::Latency(6_000)]);
    let begun = Instant::now();
    assert_eq!(set.container("guest"), Err(ProblemCode::TimedOut));
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "it waited for AWS"
    );
    assert_eq!(set.container("operator"), Err(ProblemCode::CodeNeeded));
    let is_asked = || set.keeper.snapshot().codes().count() == 1;
    while !is_asked() || set.container("guest").is_err() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the session comes, and so does the prompt"
        );
    }
    assert_eq!(set.count("AssumeRole"), 1);
}

#[test]
fn window_and_programs_are_refused_the_calls_of_the_other() {
    let set = Set::new();
    let change = || Call::SetConsent {
        role: "guest".into(),
        consent: Some(Consent::Never),
    };
    let refused = set.ask(change()).expect_err("a program");
    assert_eq!(refused.code, ProblemCode::NotAllowed);
    assert!(set.keeper.settings().ask.roles.is_empty());
    let credentials = Call::Credentials {
        role: "guest".into(),
        reasons: Vec::new(),
    };
    let refused = set.click(credentials).expect_err("the window");
    assert_eq!(refused.code, ProblemCode::NotAllowed);
    assert!(set.keeper.snapshot().sessions.is_empty());
    assert!(matches!(set.click(change()), Ok(Answer::Done)));
    assert!(!set.keeper.settings().ask.roles.is_empty());
}
