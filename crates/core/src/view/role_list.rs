//! The list of roles in a terminal: a few words for each of what may be ten thousand.

use serde::{Deserialize, Serialize};

use crate::catalogue::marks::Colour;
use crate::view::snapshot::{RoleView, Snapshot};

/// The roles, and everything else that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleList {
    /// The snapshot without roles and keys.
    pub snapshot: Snapshot,
    /// The roles in the snapshot's order.
    pub rows: Vec<RoleRow>,
}

/// One role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleRow {
    /// Its name in the catalogue.
    pub name: String,
    /// Its 12-digit account.
    pub account_id: String,
    /// The name of the access key or role it is assumed from.
    pub source: String,
    /// Its group, or an empty text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(test, ts(as = "Option<String>", optional))]
    pub group: String,
    /// Whether it cannot be assumed.
    #[serde(default, skip_serializing_if = "is_not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub needs_setup: bool,
    /// Whether the role or its account is labelled as production.
    #[serde(default, skip_serializing_if = "is_not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub production: bool,
    /// Whether it is a favourite.
    #[serde(default, skip_serializing_if = "is_not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub favourite: bool,
    /// The colour of the role or its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub colour: Option<Colour>,
}

impl From<&Snapshot> for RoleList {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            snapshot: snapshot.without_roles(),
            rows: snapshot.roles.iter().map(RoleRow::from).collect(),
        }
    }
}

impl From<&RoleView> for RoleRow {
    fn from(role: &RoleView) -> Self {
        Self {
            name: role.name.clone(),
            account_id: role.account_id.clone(),
            source: role.source.clone(),
            group: role.group.clone().unwrap_or_default(),
            needs_setup: role.problem.is_some(),
            production: role.production,
            favourite: role.favourite,
            colour: role.colour,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_not(flag: &bool) -> bool {
    !flag
}
