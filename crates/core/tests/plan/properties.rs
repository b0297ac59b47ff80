//! Properties of every plan: STS accepts it, it needs no unnecessary code, and it gives what it says.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use proptest::prelude::*;
use rolecall_core::catalogue::Catalogue;
use rolecall_core::plan::{
    MfaLifetime, Plan, PlanPreference, PlannedCall, Question, Signer, Situation,
};
use rolecall_core::role::code_use::CodeUse;
use rolecall_core::role::{Role, RoleDraft};
use rolecall_core::value::duration::{DurationLimit, KnownBy, SessionDuration, TokenDuration};
use rolecall_core::value::mfa::MfaSerial;

use crate::sts::{Credential, Sts, Trust};
use crate::world::{keys, name, now, serial};

/// One generated role. Its source is the key or an earlier role.
#[derive(Debug, Clone)]
struct Made {
    source: Option<usize>,
    device: bool,
    duration_s: Option<u32>,
    code: Option<CodeUse>,
    longest_s: u32,
    oldest_s: i64,
    session_left_s: Option<i64>,
}

#[derive(Debug, Clone)]
struct World {
    roles: Vec<Made>,
    token: Option<(i64, i64)>,
    token_s: u32,
    preference: PlanPreference,
}

fn role_name(at: usize) -> String {
    format!("role-{at}")
}

fn made(at: usize) -> impl Strategy<Value = Made> {
    let source = match at {
        0 => Just(None).boxed(),
        at => prop_oneof![2 => Just(None), 1 => (0..at).prop_map(Some)].boxed(),
    };
    let seconds = || {
        prop_oneof![
            Just(900_u32),
            Just(3600),
            Just(7200),
            Just(43_200),
            900..=43_200_u32
        ]
    };
    let code = prop_oneof![4 => Just(None), 1 => Just(Some(CodeUse::Own)), 1 => Just(Some(CodeUse::Shared))];
    (
        source,
        any::<bool>(),
        proptest::option::of(seconds()),
        code,
        prop_oneof![Just(3600_u32), Just(43_200), 3600..=43_200_u32],
        prop_oneof![3 => Just(i64::MAX), 1 => Just(3600), 1 => Just(60), 1 => 61..50_000_i64],
        proptest::option::weighted(0.3, prop_oneof![1..120_i64, 1..3600_i64]),
    )
        .prop_map(
            |(source, device, duration_s, code, longest_s, oldest_s, session_left_s)| Made {
                source,
                device,
                duration_s,
                code,
                longest_s,
                oldest_s,
                session_left_s,
            },
        )
}

fn world() -> impl Strategy<Value = World> {
    let roles = (1..8_usize).prop_flat_map(|count| (0..count).map(made).collect::<Vec<_>>());
    let preference = prop_oneof![
        Just(PlanPreference::Default),
        Just(PlanPreference::AvoidPrompt),
        Just(PlanPreference::SharedCode),
        Just(PlanPreference::OwnCode),
        Just(PlanPreference::LongestSession)
    ];
    let token = proptest::option::of((0..50_000_i64, prop_oneof![1..120_i64, 1..43_200_i64]));
    (roles, token, 900..=129_600_u32, preference).prop_map(|(roles, token, token_s, preference)| {
        World {
            roles,
            token,
            token_s,
            preference,
        }
    })
}

impl World {
    fn catalogue(&self) -> Catalogue {
        let role = |(at, made): (usize, &Made)| -> Role {
            let draft = RoleDraft {
                name: role_name(at),
                arn: format!("arn:aws:iam::808768216571:role/{}", role_name(at)),
                source: made.source.map_or("user".to_owned(), role_name),
                mfa_serial: made.device.then(|| serial("m").to_string()),
                mfa_code: made.code.map(|code| code.text().to_owned()),
                duration: made.duration_s.map(|seconds| seconds.to_string()),
                ..RoleDraft::default()
            };
            draft.check().expect("a role")
        };
        Catalogue::new(self.roles.iter().enumerate().map(role))
    }

    /// Returns the situation of a planner that knows all limits of the roles.
    fn situation<'a>(
        &self,
        catalogue: &'a Catalogue,
        keys: &'a [rolecall_core::value::access_key::AccessKey],
    ) -> Situation<'a> {
        let mut situation = Situation::new(catalogue, keys, now());
        situation.token_duration =
            TokenDuration::parse(&self.token_s.to_string()).expect("in range");
        if let Some((age_s, left_s)) = self.token {
            let life = MfaLifetime {
                issued_at: now() - SignedDuration::from_secs(age_s),
                expires_at: now() + SignedDuration::from_secs(left_s),
            };
            situation
                .tokens
                .insert((keys[0].id.clone(), serial("m")), life);
        }
        for (at, made) in self.roles.iter().enumerate() {
            let longest = SessionDuration::from_seconds(made.longest_s.into()).expect("in range");
            let limit = DurationLimit {
                allowed: longest,
                known_by: KnownBy::Role,
            };
            let arn = catalogue.roles()[at].arn.to_string();
            situation.limits.insert(arn, limit);
            if made.oldest_s < i64::MAX {
                let oldest = SignedDuration::from_secs(made.oldest_s);
                situation.refused_ages.insert(name(&role_name(at)), oldest);
            }
            if let Some(left_s) = made.session_left_s {
                let end = now() + SignedDuration::from_secs(left_s);
                situation.sessions.insert(name(&role_name(at)), end);
            }
        }
        situation
    }

    /// Returns an STS whose roles require MFA exactly if the catalogue has a device that can provide a code.
    fn sts(&self) -> Sts {
        let trust = |made: &Made| Trust {
            principal: made.source.map(role_name),
            mfa: (made.device && made.source.is_none())
                .then(|| SignedDuration::from_secs(made.oldest_s)),
            longest_s: made.longest_s,
        };
        let roles = self.roles.iter().enumerate();
        Sts {
            now: now(),
            device: serial("m").to_string(),
            roles: roles
                .map(|(at, made)| (role_name(at), trust(made)))
                .collect(),
        }
    }

    fn token(&self) -> Option<Credential> {
        let (age_s, left_s) = self.token?;
        Some(Credential::Token {
            mfa_at: Some(now() - SignedDuration::from_secs(age_s)),
            expires_at: now() + SignedDuration::from_secs(left_s),
        })
    }

    fn sessions(&self) -> BTreeMap<String, Credential> {
        let live = self.roles.iter().enumerate().filter_map(|(at, made)| {
            let expires_at = now() + SignedDuration::from_secs(made.session_left_s?);
            Some((
                role_name(at),
                Credential::Role {
                    name: role_name(at),
                    expires_at,
                },
            ))
        });
        live.collect()
    }
}

/// Executes a plan, and returns the last session and the number of codes used.
fn execute(plan: &Plan, world: &World) -> Result<(Credential, usize), String> {
    let sts = world.sts();
    let (mut token, mut sessions) = (world.token(), world.sessions());
    let (mut last, mut codes) = (Credential::Key, 0);
    for call in &plan.calls {
        match call {
            PlannedCall::SessionToken { serial, duration } => {
                codes += 1;
                token = Some(sts.session_token(
                    &Credential::Key,
                    Some(serial.as_str()),
                    duration.seconds(),
                )?);
            }
            PlannedCall::AssumeRole {
                role,
                duration,
                signer,
            } => {
                let (signer, device): (Credential, Option<&MfaSerial>) = match signer {
                    Signer::Key => (Credential::Key, None),
                    Signer::KeyWithCode(serial) => (Credential::Key, Some(serial)),
                    Signer::MfaSession(_) => (token.clone().ok_or("no token")?, None),
                    Signer::Role(name) => {
                        let session = sessions.get(name.as_str());
                        (session.cloned().ok_or("no session of the source")?, None)
                    }
                };
                codes += usize::from(device.is_some());
                let device = device.map(MfaSerial::as_str);
                last = sts.assume_role(&signer, role.as_str(), device, duration.seconds())?;
                sessions.insert(role.to_string(), last.clone());
            }
        }
    }
    Ok((last, codes))
}

/// Returns whether the first role of the plan's chain, or a later one, can be assumed for the same duration without a
/// code.
fn can_do_without_a_code(plan: &Plan, world: &World) -> bool {
    let sessions = world.sessions();
    let sts = world.sts();
    let sources = plan
        .roles
        .split_last()
        .map_or(&[][..], |(_, before)| before);
    let usable = |credential: &Credential| match credential {
        Credential::Role { expires_at, .. } | Credential::Token { expires_at, .. } => {
            expires_at.duration_since(now()) > SignedDuration::from_mins(1)
        }
        Credential::Key => true,
    };
    if sources
        .iter()
        .any(|role| sessions.get(role.name.as_str()).is_some_and(usable))
    {
        return true;
    }
    let first = plan.roles[0].name.to_string();
    let token = world.token().filter(usable);
    [Some(Credential::Key), token]
        .into_iter()
        .flatten()
        .any(|signer| sts.assume_role(&signer, &first, None, 900).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn sts_accepts_every_plan_and_the_session_lasts_as_planned(world in world()) {
        let (catalogue, keys) = (world.catalogue(), keys());
        let situation = world.situation(&catalogue, &keys);
        for role in catalogue.roles() {
            let plan = Plan::of(role, &situation, world.preference).expect("all sources are there");
            let (session, codes) = match execute(&plan, &world) {
                Ok(done) => done,
                Err(refusal) => return Err(TestCaseError::fail(format!("{refusal}: {plan:#?}"))),
            };
            let expires_at = now() + SignedDuration::from_secs(plan.lifetime().seconds().into());
            prop_assert_eq!(session, Credential::Role { name: role.name.to_string(), expires_at });
            prop_assert_eq!(codes, usize::from(plan.question().is_some()));
            prop_assert!(codes <= 1);
        }
    }

    #[test]
    fn a_code_is_needed_only_if_nothing_else_is_enough(world in world()) {
        let (catalogue, keys) = (world.catalogue(), keys());
        let situation = world.situation(&catalogue, &keys);
        for role in catalogue.roles() {
            let plan = Plan::of(role, &situation, world.preference).expect("all sources are there");
            let wants_own = |role: &Role| match world.preference {
                PlanPreference::OwnCode | PlanPreference::LongestSession => true,
                PlanPreference::SharedCode => false,
                // A longer session than with a shared code is worth a code, unless a tool requests it or the role is
                // only a source.
                PlanPreference::Default => role.mfa_code == Some(CodeUse::Own)
                    || plan.roles.len() == 1 && role.mfa_code.is_none() && plan.lifetime() > SessionDuration::HOUR,
                PlanPreference::AvoidPrompt => role.mfa_code == Some(CodeUse::Own),
            };
            let source_is_live = plan.calls.iter().all(|call| match call {
                PlannedCall::AssumeRole { signer, .. } => matches!(signer, Signer::Role(_)),
                PlannedCall::SessionToken { .. } => false,
            });
            if plan.question().is_some() && !wants_own(&plan.roles[0]) {
                prop_assert!(!can_do_without_a_code(&plan, &world), "{:#?}", plan);
            }
            prop_assert!(!(source_is_live && plan.question().is_some()));
        }
    }

    #[test]
    fn a_code_is_risked_only_for_a_set_duration_and_the_plan_says_so(world in world()) {
        let (catalogue, keys) = (world.catalogue(), keys());
        let mut situation = world.situation(&catalogue, &keys);
        situation.limits.clear();
        for role in catalogue.roles() {
            let plan = Plan::of(role, &situation, world.preference).expect("all sources are there");
            let risked = plan.calls.iter().find_map(|call| match call {
                PlannedCall::AssumeRole { role, duration, signer: Signer::KeyWithCode(_) }
                    if *duration > SessionDuration::HOUR => Some((role, *duration)),
                PlannedCall::AssumeRole { .. } | PlannedCall::SessionToken { .. } => None,
            });
            let reported = plan.risk().map(|(role, duration)| (&role.name, duration));
            prop_assert_eq!(reported, risked);
            prop_assert_eq!(plan.sentence().contains("the code is used up"), risked.is_some());
            if let Some((name, duration)) = risked {
                let set = catalogue.role(name).expect("planned").duration;
                prop_assert!(world.preference == PlanPreference::LongestSession || set == Some(duration), "{:#?}", plan);
            }
        }
    }

    #[test]
    fn a_shared_code_serves_its_roles_without_another(world in world()) {
        let (catalogue, keys) = (world.catalogue(), keys());
        let mut situation = world.situation(&catalogue, &keys);
        for role in catalogue.roles() {
            let plan = Plan::of(role, &situation, PlanPreference::SharedCode).expect("all sources are there");
            let Some(Question::Shared(serial)) = plan.question() else { continue };
            let id = (plan.key.id.clone(), serial.clone());
            let end = now() + SignedDuration::from_secs(world.token_s.into());
            let before = situation.tokens.insert(id.clone(), MfaLifetime { issued_at: now(), expires_at: end });
            let quiet = |role: &Role| {
                let plan = Plan::of(role, &situation, PlanPreference::AvoidPrompt).expect("all sources are there");
                plan.question().is_none()
            };
            let served = catalogue.roles().iter().filter(|role| {
                role.source == plan.key.name && role.mfa_serial.as_ref() == Some(serial)
                    && role.mfa_code != Some(CodeUse::Own) && !situation.refused_ages.contains_key(&role.name)
            });
            prop_assert!(served.clone().all(|role| quiet(role)));
            match before {
                Some(life) => drop(situation.tokens.insert(id, life)),
                None => drop(situation.tokens.remove(&id)),
            }
        }
    }
}
