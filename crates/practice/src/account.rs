//! The state of the practice account, and the processing of a call.
//!
//! Takes the time as an argument and does no I/O, so every rule can be tested without a socket.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::authenticator::Authenticator;
use crate::call::Call;
use crate::caller::{Caller, Identity};
use crate::consistency::Consistency;
use crate::console::Console;
use crate::failure::Failure;
use crate::fault::{Fault, FaultKind};
use crate::identifier;
use crate::key_record::{KeyStatus, KeyUse};
use crate::reply::{Reply, ReplyBody};
use crate::service::Service;
use crate::signature::{Signature, SignatureProblem};
use crate::wire_time;
use crate::world::World;
use crate::{console, iam, s3, sts};

/// The number of sessions to keep before expired ones are removed.
const SESSIONS_KEPT: usize = 10_000;
/// The largest skew of the server's clock, in seconds: ten years.
const SKEW_MAX_S: i64 = 315_360_000;

/// Everything that changes while the practice account runs.
pub(crate) struct Account {
    pub(crate) world: World,
    pub(crate) authenticators: BTreeMap<String, Authenticator>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) requests: BTreeMap<String, u64>,
    pub(crate) consistency: Consistency,
    pub(crate) console: Console,
    /// The last use of each long-term key that was used.
    pub(crate) key_uses: BTreeMap<String, KeyUse>,
    sessions: BTreeMap<String, Caller>,
}

/// What the server does with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It sends this reply after this delay.
    Answer(Reply, Duration),
    /// It resets the connection.
    Reset,
}

impl Account {
    /// Returns an account without sessions or requests.
    pub(crate) fn new(world: World, faults: Vec<Fault>) -> Self {
        let devices = world
            .users
            .iter()
            .filter_map(|user| user.mfa_serial.clone());
        let authenticators = devices
            .map(|serial| (serial, Authenticator::new(identifier::seed())))
            .collect();
        Self {
            world,
            authenticators,
            faults,
            requests: BTreeMap::new(),
            consistency: Consistency::default(),
            console: Console::default(),
            key_uses: BTreeMap::new(),
            sessions: BTreeMap::new(),
        }
    }

    /// Returns the time of the server's clock.
    pub(crate) fn server_time(&self, now: Timestamp) -> Timestamp {
        let offset: i64 = (self.faults.iter())
            .map(|fault| {
                if let FaultKind::Skew(seconds) = fault.kind {
                    seconds
                } else {
                    0
                }
            })
            .fold(0, i64::saturating_add);
        now + SignedDuration::from_secs(offset.clamp(-SKEW_MAX_S, SKEW_MAX_S))
    }

    /// Answers a call that arrived at `now` on this machine's clock.
    pub(crate) fn answer(&mut self, call: &Call, now: Timestamp) -> Outcome {
        self.consistency.show(&mut self.world, now);
        let now = self.server_time(now);
        if console::is_for_console(call) {
            return console::answer(self, call, now);
        }
        let signature = Signature::read(call);
        let service = Service::of(call, &signature);
        let action = match service {
            Service::Sts | Service::Iam => sts::action(call),
            Service::S3 => s3::action(call).to_owned(),
        };
        *self.requests.entry(action.clone()).or_default() += 1;
        let faults = self.take_faults(&action);
        if faults.contains(&FaultKind::Reset) {
            return Outcome::Reset;
        }
        let id = identifier::request_id();
        let reply = match self.early_fault(&faults, service, &id) {
            Some(reply) => reply,
            None => match self.identify(call, signature, service, now) {
                Err(failure) => service.failed(&failure, &id),
                Ok(caller) => {
                    self.note_use(&caller, service, &action, now);
                    self.serve(call, service, &caller, now, &faults, &id)
                }
            },
        };
        let reply = truncate(reply, &faults).with_header("date", wire_time::http_date(now));
        Outcome::Answer(reply, latency(&faults))
    }

    fn serve(
        &mut self,
        call: &Call,
        service: Service,
        caller: &Caller,
        now: Timestamp,
        faults: &[FaultKind],
        id: &str,
    ) -> Reply {
        let answer = match service {
            Service::Sts => sts::answer(self, call, caller, now, faults, id),
            Service::Iam => iam::answer(self, call, caller, now, id),
            Service::S3 => s3::answer(&mut self.world, call, caller, now, id),
        };
        answer.unwrap_or_else(|failure| service.failed(&failure, id))
    }

    /// Notes the use of a long-term key. IAM notes a use some minutes later. Here, calls that only read from IAM, and
    /// GetCallerIdentity, are not noted, so that a check of a key does not hide when it was used before.
    fn note_use(&mut self, caller: &Caller, service: Service, action: &str, now: Timestamp) {
        let reads = ["Get", "List", "Simulate"];
        let only_reads = match service {
            Service::Iam => reads.iter().any(|it| action.starts_with(it)),
            Service::Sts => !matches!(action, "AssumeRole" | "GetSessionToken"),
            Service::S3 => false,
        };
        if caller.session.is_some() || only_reads {
            return;
        }
        let used = KeyUse {
            at: now,
            service: service.name(),
            region: caller.region.clone(),
        };
        self.key_uses.insert(caller.access_key_id.clone(), used);
    }

    /// Stores a session by its access key.
    pub(crate) fn store_session(&mut self, caller: Caller, now: Timestamp) {
        if self.sessions.len() >= SESSIONS_KEPT {
            let is_alive = |caller: &Caller| {
                caller
                    .session
                    .as_ref()
                    .is_some_and(|session| session.expires_at > now)
            };
            self.sessions.retain(|_, caller| is_alive(caller));
        }
        self.sessions.insert(caller.access_key_id.clone(), caller);
    }

    /// Returns the faults that apply to an action. Each throttled call reduces the number of calls left to throttle.
    pub(crate) fn take_faults(&mut self, action: &str) -> Vec<FaultKind> {
        let mut taken = Vec::new();
        for fault in self
            .faults
            .iter_mut()
            .filter(|fault| fault.applies_to(action))
        {
            match &mut fault.kind {
                FaultKind::Throttle(0) => {}
                FaultKind::Throttle(left) => {
                    taken.push(FaultKind::Throttle(*left));
                    *left -= 1;
                }
                other => taken.push(*other),
            }
        }
        taken
    }

    fn early_fault(&self, faults: &[FaultKind], service: Service, id: &str) -> Option<Reply> {
        faults.iter().find_map(|fault| match fault {
            FaultKind::Throttle(_) => Some(service.failed(&service.throttled(), id)),
            FaultKind::InternalFailure => {
                let text = "We encountered an internal error. Please try again.";
                Some(service.failed(&Failure::new(500, "InternalFailure", text), id))
            }
            FaultKind::RegionDisabled => Some(service.failed(&self.region_disabled(), id)),
            FaultKind::Html => Some(Reply::new(200, "text/html; charset=utf-8", PORTAL)),
            FaultKind::Redirect => {
                Some(Reply::empty(302).with_header("location", "http://portal.invalid/login"))
            }
            FaultKind::Oversize(bytes) => Some(padding(*bytes)),
            FaultKind::Endless => Some(padding(u64::MAX)),
            FaultKind::Latency(_)
            | FaultKind::Skew(_)
            | FaultKind::Truncate(_)
            | FaultKind::WrongArn
            | FaultKind::NoExpiration
            | FaultKind::PastExpiration
            | FaultKind::Reset => None,
        })
    }

    fn region_disabled(&self) -> Failure {
        let account = self.world.users.first().map_or("", |user| &user.account);
        let text = format!(
            "STS is not activated in this region for account:{account}. Your account administrator can activate STS in this region using the IAM Console."
        );
        Failure::new(403, "RegionDisabledException", text)
    }

    /// Returns the caller that signed a call.
    fn identify(
        &self,
        call: &Call,
        signature: Result<Signature, SignatureProblem>,
        service: Service,
        now: Timestamp,
    ) -> Result<Caller, Failure> {
        let explain = |problem: SignatureProblem| service.explain(problem);
        let signature = signature.map_err(explain)?;
        if !is_region(&signature.scope.region) {
            let text = "Credential should be scoped to a valid region. ";
            return Err(Failure::new(403, "SignatureDoesNotMatch", text));
        }
        let is_here = !["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"]
            .iter()
            .any(|prefix| signature.scope.region.starts_with(prefix));
        let found = self
            .credential(&signature.access_key_id)
            .filter(|_| is_here);
        let Some((caller, secret)) = found else {
            return Err(service.unknown_key());
        };
        signature.check_time(now).map_err(explain)?;
        signature.check(call, secret).map_err(explain)?;
        let token = caller
            .session
            .as_ref()
            .map(|session| session.token.expose());
        if token != signature.token.as_deref() {
            return Err(service.bad_token());
        }
        match &caller.session {
            Some(session) if session.expires_at <= now => Err(service.expired_token()),
            Some(_) | None => Ok(Caller {
                region: signature.scope.region,
                ..caller
            }),
        }
    }

    /// Returns the owner of an access key, and its secret.
    pub(crate) fn credential(&self, access_key_id: &str) -> Option<(Caller, &str)> {
        if let Some(caller) = self.sessions.get(access_key_id) {
            let session = caller.session.as_ref()?;
            return Some((caller.clone(), session.secret_access_key.expose()));
        }
        let (index, key) = self.world.owner_of_key(access_key_id)?;
        if key.status != KeyStatus::Active {
            return None;
        }
        let caller = Caller {
            access_key_id: access_key_id.to_owned(),
            identity: Identity::User(index),
            session: None,
            region: String::new(),
        };
        Some((caller, key.secret.expose()))
    }
}

/// The page of a network that must be signed in to first.
pub(crate) const PORTAL: &str = "<!DOCTYPE html><html><head><title>Welcome</title></head>\
    <body><form action=\"/login\">Please sign in to use this network.</form></body></html>\n";

/// Returns an answer of this many spaces.
pub(crate) fn padding(bytes: u64) -> Reply {
    let mut reply = Reply::new(200, "text/xml", "");
    reply.body = ReplyBody::Padding(bytes);
    reply
}

fn truncate(mut reply: Reply, faults: &[FaultKind]) -> Reply {
    for fault in faults {
        if let (FaultKind::Truncate(at), ReplyBody::Whole(bytes)) = (fault, &mut reply.body) {
            bytes.truncate(*at);
        }
    }
    reply
}

fn latency(faults: &[FaultKind]) -> Duration {
    let wait = |fault: &FaultKind| {
        if let FaultKind::Latency(ms) = fault {
            Duration::from_millis(*ms)
        } else {
            Duration::ZERO
        }
    };
    faults
        .iter()
        .map(wait)
        .fold(Duration::ZERO, Duration::saturating_add)
}

/// Returns whether a text has the form of a region: `eu-west-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.split_last() {
        Some((number, words)) => {
            words.len() >= 2
                && words.iter().all(is_word)
                && !number.is_empty()
                && number.len() <= 2
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        None => false,
    }
}
