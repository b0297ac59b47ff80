//! GetSessionToken, and one-time codes.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::constraint::{Constraints, duration, is_name_char};
use super::credentials::credentials;
use super::parameters::Parameters;
use crate::account::Account;
use crate::caller::{Caller, Session};
use crate::failure::Failure;
use crate::fault::FaultKind;
use crate::identifier;

/// The default and the limits of GetSessionToken's duration, in seconds.
const DURATION_S: i64 = 43_200;
const DURATION_LIMITS_S: [i64; 2] = [900, 129_600];

/// Answers GetSessionToken: temporary credentials of the calling IAM user.
pub(super) fn answer(
    account: &mut Account,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
    faults: &[FaultKind],
) -> Result<String, Failure> {
    if caller.session.is_some() {
        let text = "Cannot call GetSessionToken with session credentials";
        return Err(Failure::new(403, "AccessDenied", text));
    }
    let duration_s = duration(parameters.optional("DurationSeconds"), DURATION_S)?;
    let mut constraints = Constraints::default();
    constraints.range("durationSeconds", duration_s, DURATION_LIMITS_S);
    check_mfa_syntax(&mut constraints, parameters);
    constraints.check()?;
    let mfa = verify_mfa(account, parameters, caller, now)?;
    let session = Session {
        secret_access_key: Arc::new(identifier::secret_access_key()),
        token: Arc::new(identifier::session_token()),
        issued_at: now,
        expires_at: whole_second(now) + SignedDuration::from_secs(duration_s),
        name: String::new(),
        mfa_at: (mfa == Mfa::Verified).then_some(now),
        is_chained: false,
        policies: None,
        source_identity: None,
        tags: BTreeMap::new(),
        transitive_keys: Vec::new(),
    };
    let access_key_id = identifier::unique_id("ASIA");
    let answer = credentials(&access_key_id, &session, faults);
    let caller = Caller {
        access_key_id,
        identity: caller.identity,
        session: Some(session),
        region: String::new(),
    };
    account.store_session(caller, now);
    Ok(answer)
}

/// Removes the fraction of a second, which expirations do not have.
pub(super) fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// Whether a call has an MFA code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mfa {
    Absent,
    Verified,
}

pub(super) fn check_mfa_syntax(constraints: &mut Constraints, parameters: &Parameters) {
    if let Some(serial) = parameters.optional("SerialNumber") {
        constraints.length("serialNumber", serial, [9, 256]);
        constraints.characters("serialNumber", serial, r"[\w+=/:,.@-]*", |c| {
            is_name_char(c) || "/:".contains(c)
        });
    }
    if let Some(code) = parameters.optional("TokenCode") {
        constraints.length("tokenCode", code, [6, 6]);
        constraints.characters("tokenCode", code, r"[\d]*", |c| c.is_ascii_digit());
    }
}

/// Checks the code of a call. The code counts as used even if the call then fails for another reason.
pub(super) fn verify_mfa(
    account: &mut Account,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
) -> Result<Mfa, Failure> {
    let refuse = |text: &str| Err(Failure::new(403, "AccessDenied", text));
    let (serial, code) = match (
        parameters.optional("SerialNumber"),
        parameters.optional("TokenCode"),
    ) {
        (None, None) => return Ok(Mfa::Absent),
        (Some(serial), Some(code)) => (serial, code),
        (Some(_), None) | (None, Some(_)) => {
            return refuse(
                "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
            );
        }
    };
    let own = caller
        .user(&account.world)
        .and_then(|user| user.mfa_serial.as_deref());
    let device = account
        .authenticators
        .get_mut(serial)
        .filter(|_| own == Some(serial));
    let Some(device) = device else {
        return refuse(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
        );
    };
    if !device.accept(code, now) {
        return refuse("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
    }
    Ok(Mfa::Verified)
}
