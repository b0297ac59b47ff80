//! The views of roles and keys, which are cached until they change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::state::mfa::TokenId;
use rolecall_core::asker::consent::ConsentPolicies;
use rolecall_core::plan::MfaLifetime;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::duration::{DurationLimit, SessionDuration, TokenDuration};
use rolecall_core::value::name::Name;
use rolecall_core::view::snapshot::{KeyView, RoleViews};

/// The views of roles and keys, and the data from which the views of roles were built.
#[derive(Default)]
pub(crate) struct Listing {
    pub(crate) roles: RoleViews,
    pub(crate) keys: Vec<KeyView>,
    pub(crate) basis: Option<Basis>,
    pub(crate) made_at: Timestamp,
    /// When plans change without an event.
    pub(crate) valid_until: Option<Timestamp>,
}

/// The data from which the views of roles are built, except for the time.
#[derive(PartialEq)]
pub(crate) struct Basis {
    /// The revision of the catalogue and the labels.
    pub(crate) listed: u64,
    pub(crate) keys: Vec<AccessKey>,
    pub(crate) consents: ConsentPolicies,
    pub(crate) token_duration: TokenDuration,
    /// When the sessions expire from which other roles are assumed.
    pub(crate) sessions: HashMap<Name, Timestamp>,
    pub(crate) tokens: BTreeMap<TokenId, MfaLifetime>,
    pub(crate) limits: BTreeMap<String, DurationLimit>,
    pub(crate) refused_ages: BTreeMap<Name, SignedDuration>,
    pub(crate) without_tokens: BTreeSet<AccessKeyId>,
    pub(crate) production_duration: Option<SessionDuration>,
}
