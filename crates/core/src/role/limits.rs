//! What a session is limited to beyond its role: reading, or one region. The limits go with the call as session
//! policies, so AWS itself keeps them; they never give more than the role.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::input::InputError;
use crate::value::name::Name;
use crate::value::region::Region;

/// Limits of one session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Limits {
    /// What it may do at most.
    pub access: Option<AccessLimit>,
    /// The only region it may work in.
    pub region: Option<Region>,
}

/// Limits as they are asked for and shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsView {
    /// See [`Limits::access`].
    #[serde(default)]
    pub access: Option<AccessLimit>,
    /// See [`Limits::region`].
    #[serde(default)]
    pub region: Option<String>,
}

/// What a session may do at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessLimit {
    /// Read, contents included: AWS's policy `ReadOnlyAccess`.
    ReadOnly,
    /// List and see settings, not contents: AWS's policy `ViewOnlyAccess`.
    ViewOnly,
}

/// That a role stands for sessions of another one with limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Limited {
    /// The role without them.
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
    /// Returns whether nothing is limited.
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
    /// Checks limits that were asked for.
    ///
    /// # Errors
    /// If the region is none.
    pub fn check(view: &LimitsView) -> Result<Self, InputError> {
        Ok(Self {
            access: view.access,
            region: view.region.as_deref().map(Region::parse).transpose()?,
        })
    }

    /// Returns whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns these limits and `further` ones; of two regions or two kinds of access the further one counts.
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
