//! Checks of policy documents as IAM makes them before it keeps them.

use rolecall_policy::{Json, Policy, PolicyError, PolicyKind};

use crate::failure::Failure;
use crate::world::World;

/// The longest trust policy, in characters without white space
/// ([quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)).
const TRUST_MAX: usize = 2_048;
/// The longest managed policy.
const MANAGED_MAX: usize = 6_144;

/// Parses a policy that allows or denies something.
pub(super) fn identity_policy(text: &str) -> Result<Policy, Failure> {
    Policy::parse_new(PolicyKind::Identity, text).map_err(|error| malformed(&error))
}

/// Parses a managed policy.
pub(super) fn managed_policy(text: &str) -> Result<Policy, Failure> {
    if size(text) > MANAGED_MAX {
        return Err(limit("Cannot exceed quota for PolicySize: 6144"));
    }
    identity_policy(text)
}

/// Parses a trust policy, whose users and roles must exist.
pub(super) fn trust_policy(world: &World, text: &str) -> Result<Policy, Failure> {
    if size(text) > TRUST_MAX {
        return Err(limit("Cannot exceed quota for ACLSizePerRole: 2048"));
    }
    let policy = Policy::parse_new(PolicyKind::Trust, text).map_err(|error| malformed(&error))?;
    let json: Json = serde_json::from_str(text).map_err(|_| invalid_json())?;
    for principal in principals(&json) {
        let is_single = principal.contains(":user/") || principal.contains(":role/");
        let exists = world.user_at(principal).is_some() || world.role_at(principal).is_some();
        if is_single && !exists {
            let text = format!("Invalid principal in policy: \"AWS\":\"{principal}\"");
            return Err(Failure::new(400, "MalformedPolicyDocument", text));
        }
    }
    Ok(policy)
}

/// Returns the number of characters that count.
pub(super) fn size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Returns the error for something over a limit.
pub(super) fn limit(text: &str) -> Failure {
    Failure::new(409, "LimitExceeded", text)
}

/// Returns the texts of `Principal.AWS` of all statements.
fn principals(document: &Json) -> Vec<&str> {
    let statements = document.get("Statement").map(Json::items);
    let named = statements
        .unwrap_or_default()
        .iter()
        .filter_map(|it| it.get("Principal")?.get("AWS"));
    named
        .flat_map(|it| it.items().iter().filter_map(Json::as_text))
        .collect()
}

fn invalid_json() -> Failure {
    Failure::new(
        400,
        "MalformedPolicyDocument",
        "This policy contains invalid Json",
    )
}

fn malformed(error: &PolicyError) -> Failure {
    match error {
        PolicyError::Syntax { .. } => invalid_json(),
        PolicyError::Shape { path, problem } => {
            let text = format!("Syntax errors in policy. ({path} {problem})");
            Failure::new(400, "MalformedPolicyDocument", text)
        }
    }
}
