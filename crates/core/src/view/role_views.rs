//! The views of all roles, shared by every snapshot until one of them changes: there may be ten thousand.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::view::snapshot::RoleView;

/// The views of all roles. Copies share them; comparing shared ones is quick.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleViews(Arc<Vec<RoleView>>);

impl RoleViews {
    /// Returns whether both share the same views, so that nothing needs to be told anew.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns these views if the fresh ones are the same, so that they stay shared.
    pub fn or_fresh(self, fresh: Vec<RoleView>) -> Self {
        if *self.0 == fresh { self } else { fresh.into() }
    }

    /// Returns the views to change them; copies keep theirs.
    pub fn to_mut(&mut self) -> &mut Vec<RoleView> {
        Arc::make_mut(&mut self.0)
    }
}

impl Deref for RoleViews {
    type Target = [RoleView];
    fn deref(&self) -> &[RoleView] {
        &self.0
    }
}

impl From<Vec<RoleView>> for RoleViews {
    fn from(views: Vec<RoleView>) -> Self {
        Self(Arc::new(views))
    }
}

impl FromIterator<RoleView> for RoleViews {
    fn from_iter<T: IntoIterator<Item = RoleView>>(views: T) -> Self {
        Self(Arc::new(views.into_iter().collect()))
    }
}

impl<'a> IntoIterator for &'a RoleViews {
    type Item = &'a RoleView;
    type IntoIter = std::slice::Iter<'a, RoleView>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for RoleViews {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RoleViews {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}
