//! MFA sessions, and what was learned about the MFA of roles.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::in_flight::InFlight;
use crate::ledger::CodeLedger;
use crate::state::prompt::{CodeRequest, Halt};
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::name::Name;

/// A key and a device.
pub(crate) type TokenId = (AccessKeyId, MfaSerial);

/// MFA sessions, the codes that were sent, and what was learned.
#[derive(Default)]
pub(crate) struct Mfa {
    pub(crate) sessions: BTreeMap<TokenId, MfaSession>,
    /// The running requests for MFA sessions.
    pub(crate) requests: InFlight<TokenId, Result<MfaSession, Halt>>,
    /// The codes that were sent.
    pub(crate) ledger: CodeLedger,
    /// The requests that wait for the next code of a seed.
    pub(crate) seed_waits: BTreeMap<u64, CodeRequest>,
    pub(crate) lessons: Lessons,
}

/// What was learned about the MFA of roles. It is learned again after a restart.
#[derive(Default)]
pub(crate) struct Lessons {
    /// The age at which a role's trust policy denied a code, although it accepts a recent one.
    pub(crate) refused_ages: BTreeMap<Name, SignedDuration>,
    /// The age at which a role denied a session token, until a recent code shows whether this was the reason.
    pub(crate) suspected: BTreeMap<Name, SignedDuration>,
    /// Roles that deny a recent code as well.
    pub(crate) denied_with_fresh_mfa: BTreeSet<Name>,
    /// The keys whose user may not call GetSessionToken.
    pub(crate) without_tokens: BTreeSet<AccessKeyId>,
}
