//! Simulates the caller's side with Rolecall's own evaluation of policies, where IAM's simulator may not be called.
//!
//! A policy that could not be read may allow or deny anything. So without all policies only a denial is certain.

use jiff::Timestamp;
use rolecall_policy::{
    Context, NearMiss, Policy, PolicyKind, Principal, Request, Side, SideResult, evaluate_side,
};

use crate::calls::iam::{Decision, Simulation, SimulationResult};
use crate::value::arn::Arn;

/// The policies of a user or role, as far as they could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadPolicies {
    /// Its own policies, those of its groups, and managed ones.
    pub own: Vec<ReadPolicy>,
    /// Its permissions boundary.
    pub boundary: Option<ReadPolicy>,
    /// What could not be read, for display.
    pub unread: Vec<String>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPolicy {
    /// Its name or ARN.
    pub name: String,
    /// The document, as JSON.
    pub document: String,
}

/// Policies as the evaluation needs them.
struct Parsed {
    own: Vec<Policy>,
    names: Vec<String>,
    boundary: Option<Policy>,
    is_complete: bool,
}

/// Returns the results for the actions of a question. An action on which nothing is certain has no result.
pub fn simulate(
    question: &Simulation,
    policies: &ReadPolicies,
    now: Timestamp,
) -> Vec<SimulationResult> {
    let Ok(principal) = Principal::parse(&question.principal) else {
        return Vec::new();
    };
    let parsed = Parsed::of(policies);
    let context = context(question, &principal, now);
    let results = question.actions.iter().filter_map(|action| {
        let request = Request {
            principal: &principal,
            action,
            resource: &question.resource,
            // The trust policy is evaluated apart, so the role is like a resource of the caller's own account.
            resource_account: principal.account().unwrap_or_default(),
            context: &context,
        };
        parsed.result(&request)
    });
    results.collect()
}

impl Parsed {
    fn of(policies: &ReadPolicies) -> Self {
        let parse = |it: &ReadPolicy| Policy::parse(PolicyKind::Identity, &it.document).ok();
        let read = policies.own.iter();
        let (own, names): (Vec<Policy>, Vec<String>) = read
            .filter_map(|it| Some((parse(it)?, it.name.clone())))
            .unzip();
        let boundary = policies.boundary.as_ref().and_then(parse);
        let all_parsed =
            own.len() == policies.own.len() && boundary.is_some() == policies.boundary.is_some();
        Self {
            is_complete: all_parsed && policies.unread.is_empty(),
            own,
            names,
            boundary,
        }
    }

    /// Returns the result of a request; `None` if a policy that could not be read may change it.
    fn result(&self, request: &Request<'_>) -> Option<SimulationResult> {
        let own = evaluate_side(Side::Identity, &self.own, request);
        let limit = self
            .boundary
            .as_ref()
            .map(|it| evaluate_side(Side::Boundary, std::slice::from_ref(it), request));
        let result = |decision| SimulationResult {
            action: request.action.to_owned(),
            decision,
            by_organization: None,
            by_boundary: None,
            policies: Vec::new(),
            missing_keys: Vec::new(),
        };
        match (own, limit) {
            (SideResult::Deny(statement), _) => Some(SimulationResult {
                policies: self
                    .names
                    .get(statement.policy)
                    .cloned()
                    .into_iter()
                    .collect(),
                ..result(Decision::ExplicitDeny)
            }),
            // The boundary limits whatever other policies allow.
            (_, Some(SideResult::Deny(_) | SideResult::NoMatch(_))) => Some(SimulationResult {
                by_boundary: Some(false),
                ..result(Decision::ImplicitDeny)
            }),
            _ if !self.is_complete => None,
            (SideResult::Allow(_), _) => Some(result(Decision::Allowed)),
            (SideResult::NoMatch(near_misses), _) => Some(SimulationResult {
                missing_keys: keys(&near_misses),
                ..result(Decision::ImplicitDeny)
            }),
        }
    }
}

fn keys(near_misses: &[NearMiss]) -> Vec<String> {
    let mut keys: Vec<String> = near_misses.iter().map(|it| it.key.clone()).collect();
    keys.dedup();
    keys
}

/// Returns the condition keys that AWS would set, as far as they are known.
fn context(question: &Simulation, principal: &Principal, now: Timestamp) -> Context {
    let mut context = Context::default();
    context.insert("aws:CurrentTime", now);
    context.insert("aws:EpochTime", now.as_second());
    context.insert("aws:SecureTransport", true);
    context.insert("aws:PrincipalArn", question.principal.as_str());
    if let Some(account) = principal.account() {
        context.insert("aws:PrincipalAccount", account);
    }
    if let Some(name) = user_name(&question.principal) {
        context.insert("aws:username", name);
        context.insert("aws:PrincipalType", "User");
    }
    for (key, value) in &question.context {
        context.insert(key, value.as_str());
    }
    context
}

fn user_name(arn: &str) -> Option<&str> {
    let resource = Arn::split(arn)?.resource;
    resource.strip_prefix("user/")?.rsplit('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "arn:aws:iam::177634097045:user/team/user";
    const ROLE: &str = "arn:aws:iam::808768216571:role/guest";

    fn policy(effect: &str, action: &str, condition: &str) -> ReadPolicy {
        ReadPolicy {
            name: format!("{effect}-{action}"),
            document: format!(
                r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", "Action": "{action}", "Resource": "*"{condition}}}}}"#
            ),
        }
    }

    fn results(policies: &ReadPolicies) -> Vec<SimulationResult> {
        let question = Simulation {
            principal: USER.to_owned(),
            actions: vec!["sts:AssumeRole".to_owned()],
            resource: ROLE.to_owned(),
            context: vec![("aws:MultiFactorAuthPresent".to_owned(), "true".to_owned())],
        };
        simulate(&question, policies, Timestamp::UNIX_EPOCH)
    }

    fn decision(policies: &ReadPolicies) -> Option<Decision> {
        results(policies).first().map(|it| it.decision)
    }

    #[test]
    fn decides_as_the_simulator_if_all_policies_are_read() {
        let mfa = r#", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#;
        let own = r#", "Condition": {"StringEquals": {"aws:username": "user"}}"#;
        let late =
            r#", "Condition": {"DateLessThan": {"aws:CurrentTime": "1969-01-01T00:00:00Z"}}"#;
        for (own, expected) in [
            (vec![policy("Allow", "sts:*", "")], Decision::Allowed),
            (vec![policy("Allow", "sts:*", mfa)], Decision::Allowed),
            (vec![policy("Allow", "sts:*", own)], Decision::Allowed),
            (vec![policy("Allow", "sts:*", late)], Decision::ImplicitDeny),
            (vec![policy("Allow", "s3:*", "")], Decision::ImplicitDeny),
            (Vec::new(), Decision::ImplicitDeny),
            (
                vec![policy("Allow", "*", ""), policy("Deny", "sts:*", "")],
                Decision::ExplicitDeny,
            ),
        ] {
            let policies = ReadPolicies {
                own,
                ..ReadPolicies::default()
            };
            assert_eq!(decision(&policies), Some(expected), "{policies:?}");
        }
    }

    #[test]
    fn names_the_policy_that_denies_and_the_keys_that_are_missing() {
        let denied = ReadPolicies {
            own: vec![policy("Allow", "*", ""), policy("Deny", "sts:*", "")],
            ..ReadPolicies::default()
        };
        assert_eq!(results(&denied)[0].policies, ["Deny-sts:*"]);
        let tag = r#", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}"#;
        let tagged = ReadPolicies {
            own: vec![policy("Allow", "sts:*", tag)],
            ..ReadPolicies::default()
        };
        assert_eq!(results(&tagged)[0].missing_keys, ["aws:PrincipalTag/team"]);
    }

    #[test]
    fn a_boundary_limits_what_is_allowed() {
        for (action, by_boundary) in [("sts:*", None), ("s3:*", Some(false))] {
            let policies = ReadPolicies {
                own: vec![policy("Allow", "*", "")],
                boundary: Some(policy("Allow", action, "")),
                unread: Vec::new(),
            };
            assert_eq!(results(&policies)[0].by_boundary, by_boundary);
        }
    }

    #[test]
    fn without_all_policies_only_a_denial_is_certain() {
        let unread = |own| ReadPolicies {
            own,
            boundary: None,
            unread: vec!["iam:GetUserPolicy".to_owned()],
        };
        assert_eq!(decision(&unread(vec![policy("Allow", "sts:*", "")])), None);
        assert_eq!(decision(&unread(Vec::new())), None);
        let denied = decision(&unread(vec![policy("Deny", "sts:*", "")]));
        assert_eq!(denied, Some(Decision::ExplicitDeny));
        let broken = ReadPolicy {
            name: "broken".to_owned(),
            document: "{".to_owned(),
        };
        let policies = ReadPolicies {
            own: vec![policy("Allow", "sts:*", ""), broken],
            ..ReadPolicies::default()
        };
        assert_eq!(decision(&policies), None);
    }
}
