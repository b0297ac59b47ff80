//! Valid values that targets need beside their input.

use rolecall_core::calls::sts::{AssumeRole, Caller};
use rolecall_core::role::call_fields::SessionName;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::region::Region;
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::secret::Secret;

use crate::canary::CANARY;

/// The ARN of a role.
pub const ROLE_ARN: &str = "arn:aws:iam::111122223333:role/guest";

/// Returns the ARN of a role.
pub fn role_arn() -> RoleArn {
    RoleArn::parse(ROLE_ARN).expect("an ARN")
}

/// Returns a name.
pub fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

/// Returns a region.
pub fn region() -> Region {
    Region::parse("eu-central-1").expect("a region")
}

/// Returns a caller whose secret must never be shown.
pub fn caller() -> Caller {
    Caller {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: Secret::new(CANARY.to_owned()),
        token: Some(Secret::new(CANARY.to_owned())),
    }
}

/// Returns a device and a code, with which a call is tried once.
pub fn mfa() -> (MfaSerial, MfaCode) {
    let serial = MfaSerial::parse("arn:aws:iam::111122223333:mfa/user").expect("a serial");
    (serial, MfaCode::parse("123456").expect("a code"))
}

/// Returns a call for a role.
pub fn call() -> AssumeRole {
    AssumeRole {
        role_arn: role_arn(),
        session_name: SessionName::from_parts("user"),
        duration: SessionDuration::HOUR,
        external_id: None,
        source_identity: None,
        tags: Vec::new(),
        transitive_tags: Vec::new(),
        policy: None,
        policy_arns: Vec::new(),
        mfa: Some(mfa()),
        region: region(),
    }
}
