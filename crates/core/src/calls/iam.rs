//! What AWS tells about permissions, as the keeper sees it: calls that only read, made when the user asks for more.

use crate::value::duration::SessionDuration;

/// One question to IAM's policy simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The ARN of the user or role whose policies are asked.
    pub principal: String,
    /// The actions.
    pub actions: Vec<String>,
    /// The ARN of what they are on.
    pub resource: String,
    /// Condition keys and their values, as text.
    pub context: Vec<(String, String)>,
}

/// What the simulator says of one action. It looks at the caller's side only: it leaves trust policies out.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulationResult {
    /// The action.
    pub action: String,
    /// Whether it is allowed.
    pub decision: Decision,
    /// Whether the organization's service control policies allow it; `None` if there are none.
    pub by_organization: Option<bool>,
    /// Whether the permissions boundary allows it; `None` if there is none.
    pub by_boundary: Option<bool>,
    /// The ids of the policies that matched.
    pub policies: Vec<String>,
    /// The condition keys that were not given but are asked for.
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

/// A role as GetRole describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedRole {
    /// The trust policy, as JSON.
    pub trust_policy: String,
    /// The longest life of its sessions, if it is told and one that STS gives.
    pub maximum: Option<SessionDuration>,
}
