//! Situations in one line of text, for the planner's tests.

use jiff::{SignedDuration, Timestamp};
use rolecall_core::catalogue::Catalogue;
use rolecall_core::plan::{
    MfaLifetime, Plan, PlanPreference, PlannedCall, Question, Signer, Situation,
};
use rolecall_core::role::{Role, RoleDraft};
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::duration::{
    DurationLimit, KnownBy, SessionDuration, TokenDuration, parse_seconds,
};
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::name::Name;

pub(crate) const ACCOUNT: &str = "177634097045";

pub(crate) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

pub(crate) fn keys() -> Vec<AccessKey> {
    ["user", "other"]
        .map(|name| {
            serde_json::from_value(serde_json::json!({
                "name": name, "id": format!("AKIAIOSFODNN7{}", name.to_uppercase()), "account_id": ACCOUNT,
                "user_arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
            }))
            .expect("a key")
        })
        .to_vec()
}

pub(crate) fn serial(device: &str) -> MfaSerial {
    match device.starts_with("arn:") {
        true => MfaSerial::parse(device).expect("a serial"),
        false => {
            MfaSerial::parse(&format!("arn:aws:iam::{ACCOUNT}:mfa/{device}")).expect("a serial")
        }
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn span(text: &str) -> SignedDuration {
    let seconds = parse_seconds(text).expect("a span");
    SignedDuration::from_secs(i64::try_from(seconds).expect("short"))
}

/// Parses `a<user!m 12h =own`.
fn role(text: &str) -> Role {
    let mut words = text.split_whitespace();
    let (name, rest) = words
        .next()
        .and_then(|word| word.split_once('<'))
        .expect("a role");
    let (source, device) = rest.split_once('!').unwrap_or((rest, ""));
    let mut draft = RoleDraft {
        name: name.into(),
        arn: format!("arn:aws:iam::808768216571:role/{name}"),
        source: source.into(),
        mfa_serial: (!device.is_empty()).then(|| serial(device).to_string()),
        ..RoleDraft::default()
    };
    for word in words {
        match word.strip_prefix('=') {
            Some(code) => draft.mfa_code = Some(code.to_owned()),
            None => draft.duration = Some(word.to_owned()),
        }
    }
    draft.check().expect("a role")
}

/// Parses the roles of a situation, and returns the rest of its text.
pub(crate) fn catalogue(text: &str) -> (Catalogue, &str) {
    let (roles, rest) = text.split_once("; ").unwrap_or((text, ""));
    (Catalogue::new(roles.split(", ").map(role)), rest)
}

/// Parses and adds `a:30m, m@10m:11h, max a 2h, not a 12h 8h, old a 1h, for 36h, no tokens`.
pub(crate) fn add(situation: &mut Situation<'_>, text: &str) {
    for part in text.split(", ").filter(|part| !part.is_empty()) {
        let words: Vec<&str> = part.split_whitespace().collect();
        match words.as_slice() {
            ["max", role, longest] => {
                let allowed = SessionDuration::parse(longest).expect("a duration");
                let known_by = KnownBy::Role;
                let limit = DurationLimit { allowed, known_by };
                situation.limits.insert(arn(situation, role), limit);
            }
            ["not", role, refused, allowed] => {
                let life = |text| SessionDuration::parse(text).expect("a duration");
                let limit = DurationLimit {
                    allowed: life(allowed),
                    known_by: KnownBy::Refusal(life(refused)),
                };
                situation.limits.insert(arn(situation, role), limit);
            }
            ["old", role, age] => drop(situation.refused_ages.insert(name(role), span(age))),
            ["no", "tokens"] => {
                situation
                    .without_tokens
                    .insert(situation.keys[0].id.clone());
            }
            ["for", life] => situation.token_duration = TokenDuration::parse(life).expect("a life"),
            [lives] => live(situation, lives),
            _ => unreachable!("{part}"),
        }
    }
}

fn arn(situation: &Situation<'_>, role: &str) -> String {
    let role = situation.catalogue.role(&name(role));
    role.expect("a role").arn.to_string()
}

fn live(situation: &mut Situation<'_>, text: &str) {
    let (what, left) = text.split_once(':').expect("a life");
    let expires_at = now() + span(left);
    match what.split_once('@') {
        Some((device, age)) => {
            let issued_at = now() - span(age);
            let id = (situation.keys[0].id.clone(), serial(device));
            situation.tokens.insert(
                id,
                MfaLifetime {
                    issued_at,
                    expires_at,
                },
            );
        }
        None => drop(situation.sessions.insert(name(what), expires_at)),
    }
}

pub(crate) fn preference(text: &str) -> PlanPreference {
    match text {
        "usual" => PlanPreference::Default,
        "quiet" => PlanPreference::AvoidPrompt,
        "shared" => PlanPreference::SharedCode,
        "own" => PlanPreference::OwnCode,
        "long" => PlanPreference::LongestSession,
        _ => unreachable!("{text}"),
    }
}

/// Returns the calls in the format of the cases.
pub(crate) fn calls(plan: &Plan) -> String {
    let device = |serial: &MfaSerial| {
        serial
            .as_str()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let call = |call: &PlannedCall| match call {
        PlannedCall::SessionToken { serial, duration } => {
            format!("key+{}>token {duration}", device(serial))
        }
        PlannedCall::AssumeRole {
            role,
            duration,
            signer,
        } => {
            let signer = match signer {
                Signer::Key => "key".to_owned(),
                Signer::KeyWithCode(serial) => format!("key+{}", device(serial)),
                Signer::MfaSession(serial) => device(serial),
                Signer::Role(role) => role.to_string(),
            };
            format!("{signer}>{role} {duration}")
        }
    };
    plan.calls.iter().map(call).collect::<Vec<_>>().join(", ")
}

/// Returns the question in the format of the cases.
pub(crate) fn asks(plan: &Plan) -> String {
    let device = |serial: &MfaSerial| {
        serial
            .as_str()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    match plan.question() {
        None => "nothing".to_owned(),
        Some(Question::Shared(serial)) => format!("shared {}", device(serial)),
        Some(Question::Own(serial)) => format!("own {}", device(serial)),
    }
}
