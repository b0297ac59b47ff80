//! MFA sessions, and what AWS taught about roles.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::name::Name;

/// A key and a device.
pub(crate) type TokenId = (AccessKeyId, MfaSerial);

/// What AWS has taught about roles; it is learnt anew after a restart.
#[derive(Default)]
pub(crate) struct Lessons {
    /// The age at which a role's trust policy refused a code that it takes fresh.
    pub(crate) refused_ages: BTreeMap<Name, SignedDuration>,
    /// The age at which a role refused a session token, until a fresh code tells whether that was the reason.
    pub(crate) suspected: BTreeMap<Name, SignedDuration>,
    /// Roles that refuse a fresh code as well.
    pub(crate) denied_with_fresh_mfa: BTreeSet<Name>,
}
