//! The encrypted record of a session.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use rolecall_core::role::limits::{Limited, Limits, LimitsView};
use rolecall_core::session::Session;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::seal::SealKey;

/// Incremented when the record's fields change. It is authenticated, so that one form is never read as another.
const FORM: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    role_arn: Cow<'a, str>,
    source: Cow<'a, str>,
    #[serde(default)]
    limited_of: Option<Cow<'a, str>>,
    #[serde(default)]
    limits: LimitsView,
    identity: Cow<'a, str>,
    #[serde(default)]
    packed_policy_percent: Option<u32>,
    #[serde(default)]
    reason: Option<Cow<'a, str>>,
    #[serde(default)]
    is_direct: bool,
    /// Sessions of versions without it count as issued by AWS.
    #[serde(default)]
    endpoint_url: Option<Cow<'a, str>>,
    issued_at: Timestamp,
    expires_at: Timestamp,
    access_key_id: Cow<'a, str>,
    secret_access_key: Cow<'a, str>,
    session_token: Cow<'a, str>,
}

/// Encrypts a session for the row of its role.
pub(super) fn seal(key: &SealKey, session: &Session) -> Result<Vec<u8>, KeychainError> {
    let credentials = &session.credentials;
    let limited = session.limited.as_ref();
    let record = Record {
        role_arn: (&session.role_arn).into(),
        source: session.source.as_str().into(),
        limited_of: limited.map(|limited| limited.of.as_str().into()),
        limits: limited
            .map(|it| LimitsView::from(&it.limits))
            .unwrap_or_default(),
        identity: (&session.identity).into(),
        packed_policy_percent: session.packed_policy_percent,
        reason: session.reason.as_deref().map(Cow::from),
        is_direct: session.is_direct,
        endpoint_url: session.endpoint_url.as_deref().map(Cow::from),
        issued_at: session.issued_at,
        expires_at: credentials.expires_at,
        access_key_id: (&credentials.access_key_id).into(),
        secret_access_key: credentials.secret_access_key.expose().into(),
        session_token: credentials.session_token.expose().into(),
    };
    let text: [&str; 7] = [
        &record.role_arn,
        &record.source,
        &record.identity,
        &record.access_key_id,
        &record.secret_access_key,
        &record.session_token,
        record.endpoint_url.as_deref().unwrap_or_default(),
    ];
    // Large enough if every character is escaped, since a growing buffer would leave a copy behind.
    let capacity = 512 + 6 * text.iter().map(|text| text.len()).sum::<usize>();
    let mut plain = Zeroizing::new(Vec::with_capacity(capacity));
    serde_json::to_writer(&mut *plain, &record).map_err(|_| KeychainError::Corrupt)?;
    key.seal(&context(session.role.as_str()), &plain)
}

/// Decrypts the row of a role; `None` if it does not belong there.
pub(super) fn open(key: &SealKey, role: &str, sealed: &[u8]) -> Option<Session> {
    let plain = key.open(&context(role), sealed).ok()?;
    let record: Record<'_> = serde_json::from_slice(&plain).ok()?;
    let limited = match &record.limited_of {
        Some(of) => Some(Box::new(Limited {
            of: Name::parse(of).ok()?,
            limits: Limits::check(&record.limits).ok()?,
        })),
        None => None,
    };
    Some(Session {
        role: Name::parse(role).ok()?,
        limited,
        role_arn: record.role_arn.into_owned(),
        source: Name::parse(&record.source).ok()?,
        identity: record.identity.into_owned(),
        packed_policy_percent: record.packed_policy_percent,
        reason: record.reason.map(Cow::into_owned),
        is_direct: record.is_direct,
        endpoint_url: record.endpoint_url.map(Cow::into_owned),
        issued_at: record.issued_at,
        credentials: Arc::new(Credentials {
            access_key_id: record.access_key_id.into_owned(),
            secret_access_key: Secret::new(record.secret_access_key.into_owned()),
            session_token: Secret::new(record.session_token.into_owned()),
            expires_at: record.expires_at,
        }),
    })
}

/// The authenticated context: the kind of row and its key.
fn context(role: &str) -> Vec<u8> {
    format!("rolecall sessions {FORM} {role}").into_bytes()
}

#[derive(Serialize, Deserialize)]
struct MfaRecord<'a> {
    issued_at: Timestamp,
    expires_at: Timestamp,
    #[serde(borrow)]
    access_key_id: Cow<'a, str>,
    secret_access_key: Cow<'a, str>,
    session_token: Cow<'a, str>,
}

/// Encrypts an MFA session for the row of its key and device.
pub(super) fn seal_mfa(key: &SealKey, session: &MfaSession) -> Result<Vec<u8>, KeychainError> {
    let credentials = &session.credentials;
    let record = MfaRecord {
        issued_at: session.issued_at,
        expires_at: credentials.expires_at,
        access_key_id: (&credentials.access_key_id).into(),
        secret_access_key: credentials.secret_access_key.expose().into(),
        session_token: credentials.session_token.expose().into(),
    };
    // Large enough if every character is escaped, since a growing buffer would leave a copy behind.
    let text = record.secret_access_key.len() + record.session_token.len();
    let mut plain = Zeroizing::new(Vec::with_capacity(1024 + 6 * text));
    serde_json::to_writer(&mut *plain, &record).map_err(|_| KeychainError::Corrupt)?;
    key.seal(
        &mfa_context(session.key.as_str(), session.serial.as_str()),
        &plain,
    )
}

/// Decrypts the row of a key and a device; `None` if it does not belong there.
pub(super) fn open_mfa(key: &SealKey, id: &str, device: &str, sealed: &[u8]) -> Option<MfaSession> {
    let plain = key.open(&mfa_context(id, device), sealed).ok()?;
    let record: MfaRecord<'_> = serde_json::from_slice(&plain).ok()?;
    Some(MfaSession {
        key: AccessKeyId::parse(id).ok()?,
        serial: MfaSerial::parse(device).ok()?,
        issued_at: record.issued_at,
        credentials: Arc::new(Credentials {
            access_key_id: record.access_key_id.into_owned(),
            secret_access_key: Secret::new(record.secret_access_key.into_owned()),
            session_token: Secret::new(record.session_token.into_owned()),
            expires_at: record.expires_at,
        }),
    })
}

fn mfa_context(id: &str, device: &str) -> Vec<u8> {
    format!("rolecall mfa sessions {FORM} {id} {device}").into_bytes()
}
