//! A parsed policy document.

use super::action::ActionPattern;
use super::condition::Condition;
use super::principal::PrincipalPattern;
use super::selection::Selection;
use super::template::Template;

/// What a document is attached to. This determines its required and permitted elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// A policy of a user or role, a boundary, or a session or organization policy.
    Identity,
    /// A role's trust policy. It names principals; its resource is always the role.
    Trust,
    /// The policy of another resource, for example a bucket. It names principals and resources.
    Resource,
}

/// Whether a document is attached now, or was attached before IAM's grammar became stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PolicyAge {
    New,
    Stored,
}

/// A policy document that IAM would accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(super) kind: PolicyKind,
    pub(super) statements: Vec<Statement>,
}

impl Policy {
    /// Returns what the document is attached to.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, even if other statements allow.
    Deny,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    pub(super) principals: Option<Selection<PrincipalPattern>>,
    pub(super) actions: Selection<ActionPattern>,
    pub(super) resources: Option<Selection<Template>>,
    pub(super) conditions: Vec<Condition>,
}
