//! The policies passed with AssumeRole.

use rolecall_policy::{Policy, PolicyError, PolicyKind};

use super::parameters::Parameters;
use crate::failure::Failure;
use crate::world::World;

/// The maximum number of characters of policy and policy ARNs together
/// ([AssumeRole](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html)).
const PLAINTEXT_MAX: usize = 2048;

/// Session policies and the space that they use.
pub(super) struct SessionPolicies {
    /// `None` if no policy was passed. The session is then not limited.
    pub(super) policies: Option<Vec<Policy>>,
    /// Their size in characters.
    pub(super) size: usize,
}

/// Reads `Policy` and `PolicyArns`.
pub(super) fn read(parameters: &Parameters, world: &World) -> Result<SessionPolicies, Failure> {
    let inline = parameters.optional("Policy");
    let arns = parameters.members("PolicyArns", ".arn");
    let size = inline.map_or(0, str::len) + arns.iter().map(|arn| arn.len()).sum::<usize>();
    if size > PLAINTEXT_MAX {
        let percent = percent_of_space(size);
        let text = format!(
            "Packed policy consumes {percent}% of allotted space, please use smaller policy."
        );
        return Err(Failure::new(400, "PackedPolicyTooLarge", text));
    }
    let mut policies = Vec::new();
    if let Some(text) = inline {
        policies.push(Policy::parse_new(PolicyKind::Identity, text).map_err(|e| malformed(&e))?);
    }
    for arn in arns {
        let Some(policy) = world.managed_policies.get(arn) else {
            let text = format!("Policy {arn} does not exist or is not attachable.");
            return Err(Failure::new(400, "ValidationError", text));
        };
        policies.push(policy.clone());
    }
    let is_limited = !policies.is_empty();
    Ok(SessionPolicies {
        policies: is_limited.then_some(policies),
        size,
    })
}

/// Returns how much of the space this many characters use, in percent, at least one.
pub(super) fn percent_of_space(size: usize) -> usize {
    (size * 100).div_ceil(PLAINTEXT_MAX)
}

fn malformed(error: &PolicyError) -> Failure {
    let text = match error {
        PolicyError::Syntax { .. } => "This policy contains invalid Json".to_owned(),
        PolicyError::Shape { path, problem } => {
            format!("Syntax errors in policy. ({path} {problem})")
        }
    };
    Failure::new(400, "MalformedPolicyDocument", text)
}
