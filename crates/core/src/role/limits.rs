//! Additional limits of a session: read-only access, or one region. They are sent as session policies, so AWS enforces
//! them. They never allow more than the role.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::input::InputError;
use crate::value::name::Name;
use crate::value::region::Region;

/// Limits of one session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Limits {
    /// The maximum access.
    pub access: Option<AccessLimit>,
    /// The only region in which the session can be used.
    pub region: Option<Region>,
}

/// Limits as requested and shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Limits", optional_fields = nullable))]
pub struct LimitsView {
    /// See [`Limits::access`].
    #[serde(default)]
    pub access: Option<AccessLimit>,
    /// See [`Limits::region`].
    #[serde(default)]
    pub region: Option<String>,
}

/// The maximum access of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum AccessLimit {
    /// Read access including contents, the AWS managed policy `ReadOnlyAccess`.
    ReadOnly,
    /// Access to lists and settings, not contents, the AWS managed policy `ViewOnlyAccess`.
    ViewOnly,
}

/// Marks a role that represents sessions of another one with limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Limited {
    /// The role without the limits.
    pub of: Name,
    /// The limits.
    pub limits: Limits,
}

impl AccessLimit {
    pub(super) fn policy(self) -> &'static str {
        match self {
            Self::ReadOnly => "ReadOnlyAccess",
            Self::ViewOnly => "job-function/ViewOnlyAccess",
        }
    }
}

impl fmt::Display for AccessLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ReadOnly => "read-only",
            Self::ViewOnly => "view-only",
        })
    }
}

impl LimitsView {
    /// Returns whether there are no limits.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<&Limits> for LimitsView {
    fn from(limits: &Limits) -> Self {
        Self {
            access: limits.access,
            region: limits.region.as_ref().map(ToString::to_string),
        }
    }
}

impl Limits {
    /// Checks requested limits.
    ///
    /// # Errors
    /// If the region is not valid.
    pub fn check(view: &LimitsView) -> Result<Self, InputError> {
        Ok(Self {
            access: view.access,
            region: view.region.as_deref().map(Region::parse).transpose()?,
        })
    }

    /// Returns whether there are no limits.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns these limits combined with `further` ones, which take precedence.
    pub fn and(self, further: &Self) -> Self {
        Self {
            access: further.access.or(self.access),
            region: further.region.clone().or(self.region),
        }
    }

    pub(super) fn name_of(&self, role: &Name) -> Result<Name, InputError> {
        let mut name = role.to_string();
        if let Some(access) = self.access {
            name.push_str(&format!(" · {access}"));
        }
        if let Some(region) = &self.region {
            name.push_str(&format!(" · only {region}"));
        }
        Name::parse(&name)
    }
}
