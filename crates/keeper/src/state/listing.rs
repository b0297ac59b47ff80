//! The views of roles and keys, kept for as long as they hold.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::state::mfa::TokenId;
use rolecall_core::asker::consent::ConsentPolicies;
use rolecall_core::plan::MfaLifetime;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::duration::{DurationLimit, TokenDuration};
use rolecall_core::value::name::Name;
use rolecall_core::view::snapshot::{KeyView, RoleViews};

/// The views of roles and keys, and what those of roles were made of.
#[derive(Default)]
pub(crate) struct Listing {
    pub(crate) roles: RoleViews,
    pub(crate) keys: Vec<KeyView>,
    pub(crate) basis: Option<Basis>,
    pub(crate) made_at: Timestamp,
    /// When plans differ though nothing happens.
    pub(crate) valid_until: Option<Timestamp>,
}

/// All that the view of a role is made of, apart from the time.
#[derive(PartialEq)]
pub(crate) struct Basis {
    /// The revision of the catalogue and of the marks.
    pub(crate) listed: u64,
    pub(crate) keys: Vec<AccessKey>,
    pub(crate) consents: ConsentPolicies,
    pub(crate) token_duration: TokenDuration,
    /// When the sessions end from which other roles are assumed.
    pub(crate) sessions: HashMap<Name, Timestamp>,
    pub(crate) tokens: BTreeMap<TokenId, MfaLifetime>,
    pub(crate) limits: BTreeMap<String, DurationLimit>,
    pub(crate) refused_ages: BTreeMap<Name, SignedDuration>,
}
