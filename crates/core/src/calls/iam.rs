//! Calls that read permissions from IAM. They change nothing, and are made when the user asks for more details.

use jiff::Timestamp;

use crate::value::duration::SessionDuration;

/// One request to IAM's policy simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The ARN of the user or role whose policies are simulated.
    pub principal: String,
    /// The actions.
    pub actions: Vec<String>,
    /// The ARN of the resource.
    pub resource: String,
    /// Condition keys and their values, as text.
    pub context: Vec<(String, String)>,
}

/// The simulator's result for one action. It evaluates only the caller's side, not trust policies.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulationResult {
    /// The action.
    pub action: String,
    /// Whether it is allowed.
    pub decision: Decision,
    /// Whether the organization's service control policies allow the action; `None` if there are none.
    pub by_organization: Option<bool>,
    /// Whether the permissions boundary allows the action; `None` if there is none.
    pub by_boundary: Option<bool>,
    /// The IDs of the matching policies.
    pub policies: Vec<String>,
    /// The condition keys that the policies require and the request lacks.
    pub missing_keys: Vec<String>,
}

/// A decision of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A policy allows it.
    Allowed,
    /// No policy allows it.
    ImplicitDeny,
    /// A policy denies it.
    ExplicitDeny,
}

/// An access key as IAM lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// The key ID.
    pub id: String,
    /// Whether AWS accepts it.
    pub is_active: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A role as returned by GetRole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedRole {
    /// The trust policy, as JSON.
    pub trust_policy: String,
    /// The maximum duration of its sessions, if present and valid for STS.
    pub maximum: Option<SessionDuration>,
}
