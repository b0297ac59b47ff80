//! A sample call of the keeper, and servers for it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_agent::clock::SystemClock;
use rolecall_agent::sts::AwsSts;
use rolecall_core::calls::sts::{AssumeRole, Assumed, Caller, SessionToken, StsError};
use rolecall_core::role::call_fields::SessionName;
use rolecall_core::settings::Settings;
use rolecall_core::value::duration::{SessionDuration, TokenDuration};
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::region::Region;
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::Sts;

use crate::loopback::{Loopback, Reply};

pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);

pub(crate) fn caller() -> Caller {
    Caller {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
        secret: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into()),
        token: None,
    }
}

pub(crate) fn call() -> AssumeRole {
    AssumeRole {
        role_arn: RoleArn::parse("arn:aws:iam::808768216571:role/guest").expect("an ARN"),
        session_name: SessionName::from_parts("my-temporary-role"),
        duration: SessionDuration::HOUR,
        external_id: None,
        source_identity: None,
        tags: Vec::new(),
        transitive_tags: Vec::new(),
        policy: None,
        policy_arns: Vec::new(),
        mfa: None,
        region: Region::parse("eu-west-1").expect("a region"),
    }
}

pub(crate) fn call_with_code() -> AssumeRole {
    let serial = MfaSerial::parse("arn:aws:iam::177634097045:mfa/user").expect("a serial");
    let code = MfaCode::parse("123456").expect("a code");
    AssumeRole {
        mfa: Some((serial, code)),
        ..call()
    }
}

pub(crate) fn token_call(with_code: bool) -> SessionToken {
    SessionToken {
        duration: TokenDuration::HALF_DAY,
        mfa: call_with_code().mfa.filter(|_| with_code),
        region: call().region,
    }
}

/// An STS whose endpoint is `server`.
pub(crate) fn sts_at(server: &Loopback) -> AwsSts {
    sts_with_clock(server, &Arc::default())
}

pub(crate) fn sts_with_clock(server: &Loopback, clock: &Arc<SystemClock>) -> AwsSts {
    let settings = Settings {
        endpoint_url: Some(server.url.clone()),
        ..Settings::default()
    };
    AwsSts::new(clock.clone(), &settings)
}

pub(crate) fn always(bytes: impl Into<Vec<u8>>) -> impl Fn(usize) -> Reply + Send + Sync + 'static {
    let bytes = bytes.into();
    move |_| Reply::Bytes(bytes.clone())
}

pub(crate) fn in_an_hour() -> Timestamp {
    Timestamp::from_second((Timestamp::now() + HOUR).as_second()).expect("in range")
}

/// Calls a server that always answers `reply`, and returns the result and the number of requests.
pub(crate) fn assume_from(bytes: impl Into<Vec<u8>>) -> (Result<Assumed, StsError>, usize) {
    let server = Loopback::start(always(bytes));
    let outcome = sts_at(&server).assume_role(&caller(), &call());
    (outcome, server.asked().len())
}
