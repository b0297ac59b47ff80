//! Denials of calls other than AssumeRole, as any service reports them.

use super::message::{self, Denied, PolicyType, Reason};
use super::named::revoked;
use super::sent_request::SentRequest;
use super::statement;
use super::unnamed::is_chained;
use super::verdict::Verdict;
use crate::value::arn::Arn;
use crate::value::diagnosis::{Cause, CauseKind, Confidence, Statement};
use crate::value::problem::ProblemCode;
use crate::value::sanitise;

use CauseKind::{
    Boundary, CallerPermission, CallerSession, EncodedMessage, EndpointPolicy, ExplicitDeny,
    MfaMissing, NoSuchResource, OtherCondition, ResourceControl, ResourcePolicy, ServiceControl,
    TrustPolicy,
};
use Confidence::{Certain, Likely, Possible};

/// What a message says about the call.
struct Call<'a> {
    denied: Option<&'a Denied<'a>>,
    sent: &'a SentRequest,
}

/// Explains a denial.
pub(super) fn explain(message: &str, denied: Option<&Denied<'_>>, sent: &SentRequest) -> Verdict {
    let call = Call { denied, sent };
    let reason = Reason::read(message);
    let encoded = message::encoded(message);
    let by_token = denied.and_then(|denied| assumed_with(denied.action));
    let mut causes = match (reason, by_token) {
        (None, Some(proof)) => vec![trust_of_provider(proof)],
        (Some(Reason::Explicit(kind)), _) => call.explicit(kind),
        (Some(Reason::Missing(kind)), _) => vec![call.missing(kind, has_alternatives(message))],
        (None, None) => call.unnamed(),
    };
    if has_alternatives(message) {
        causes.extend(call.alternatives());
    }
    if let Some(encoded) = encoded {
        let confidence = if denied.is_some() { Possible } else { Likely };
        causes.insert(0, decode(encoded, confidence));
    }
    let who = capitalised(&sent.who());
    let what = match (denied, by_token, &sent.operation) {
        (Some(denied), Some(_), _) => {
            format!("AWS denied {}.", sanitise::echo(denied.action))
        }
        (Some(denied), None, _) => {
            format!("{who} may not call {}.", sanitise::echo(denied.action))
        }
        (None, _, Some(operation)) => format!("AWS denied the call {operation}."),
        (None, _, None) => "AWS denied the call.".to_owned(),
    };
    Verdict {
        code: ProblemCode::AccessDenied,
        what,
        causes,
    }
}

/// Returns what an action assumes a role with, if it is not signed by a caller.
fn assumed_with(action: &str) -> Option<&'static str> {
    match action {
        "sts:AssumeRoleWithWebIdentity" => Some("token"),
        "sts:AssumeRoleWithSAML" => Some("assertion"),
        _ => None,
    }
}

/// Returns the cause if an identity provider's proof is not accepted. Nobody signs such a call, so there is no caller
/// with permissions.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
fn trust_of_provider(proof: &str) -> Cause {
    let check = match proof {
        "token" => {
            "Compare the provider in its Principal (Federated) with the token's issuer, and its conditions with the token's aud and sub."
        }
        _ => {
            "Compare the provider in its Principal (Federated) and its conditions, such as SAML:aud, with the assertion."
        }
    };
    Cause::new(
        TrustPolicy,
        Likely,
        format!("The role's trust policy does not accept this {proof}."),
        check,
    )
    .ask("the owner of the role")
}

/// KMS lists what may be wrong instead of one reason.
fn has_alternatives(message: &str) -> bool {
    let lower = message.to_ascii_lowercase();
    lower.contains("does not exist in this region")
}

fn decode(encoded: &str, confidence: Confidence) -> Cause {
    Cause::new(
        EncodedMessage,
        confidence,
        "AWS encoded the details of the denial: the policy and the statement.",
        "Decode them with this command. It needs sts:DecodeAuthorizationMessage in the account of the call.",
    )
    .command(statement::decode(encoded))
}

fn capitalised(text: &str) -> String {
    match text.strip_prefix('t') {
        Some(rest) => format!("T{rest}"),
        None => text.to_owned(),
    }
}

impl Call<'_> {
    fn action(&self) -> String {
        let action = self.denied.map(|denied| sanitise::echo(denied.action));
        action.unwrap_or_else(|| "the action".to_owned())
    }

    fn resource(&self) -> Option<&str> {
        self.denied.and_then(|denied| denied.resource)
    }

    /// Returns the action and its resource for a sentence.
    fn target(&self) -> String {
        match self.resource() {
            None | Some("*") => self.action(),
            Some(arn) => {
                let arn = sanitise::cut(&sanitise::visible(arn), 160);
                format!("{} on {arn}", self.action())
            }
        }
    }

    /// Returns who can change the policy of the resource.
    fn owner(&self) -> String {
        let account = self.resource().and_then(Arn::account_of);
        match account.filter(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())) {
            Some(account) => format!("the owner of account {account}"),
            None => "the owner of the resource".to_owned(),
        }
    }

    fn missing(&self, kind: PolicyType, has_alternatives: bool) -> Cause {
        let (who, target) = (self.sent.who(), self.target());
        let certainty = if has_alternatives { Likely } else { Certain };
        match kind {
            PolicyType::Identity => self.permission(Certain),
            PolicyType::Trust | PolicyType::Resource => self.by_resource(certainty),
            PolicyType::Boundary => Cause::new(
                Boundary,
                Certain,
                format!("The permissions boundary of {who} does not allow {target}."),
                "Allow it in the boundary. A permission outside the boundary has no effect.",
            )
            .ask(self.sent.administrator())
            .send(self.allow_in(statement::boundary_of(self.sent))),
            PolicyType::Session => Cause::new(
                CallerSession,
                Certain,
                format!("The session policy of {who} does not allow {target}."),
                "Use a session without that policy, or allow it in the policy.",
            )
            .send(self.allow_in(statement::session_policy_of(self.sent))),
            PolicyType::ServiceControl => Cause::new(
                ServiceControl,
                Certain,
                format!("No service control policy of the organization of {who} allows {target}."),
                "Only the organization's management account can change it.",
            )
            .ask("the administrator of your organization"),
            PolicyType::ResourceControl => Cause::new(
                ResourceControl,
                Certain,
                format!(
                    "No resource control policy of the resource's organization allows {target}."
                ),
                "Only that organization's management account can change it.",
            )
            .ask(self.owner()),
            PolicyType::Endpoint => Cause::new(
                EndpointPolicy,
                Certain,
                format!("The policy of the VPC endpoint does not allow {target}."),
                "Change the endpoint policy, or use another network.",
            )
            .ask("the administrator of this network")
            .send(self.denied.and_then(|denied| {
                statement::endpoint(&[denied.action], denied.resource, self.sent)
            })),
            PolicyType::Other => Cause::new(
                OtherCondition,
                Likely,
                format!("A policy of another type does not allow {target}."),
                "See AWS's message below.",
            )
            .ask(self.sent.administrator()),
        }
    }

    /// Returns the causes of an explicit deny. No statement is sent, since an Allow does not help.
    fn explicit(&self, kind: PolicyType) -> Vec<Cause> {
        let (cause, whose, ask) = self.denying(kind);
        let arn = self.denied.and_then(|denied| denied.policy_arn);
        let named = arn
            .map(|arn| format!(" ({})", sanitise::cut(&sanitise::visible(arn), 160)))
            .unwrap_or_default();
        let mut causes = vec![
            Cause::new(
                cause,
                Certain,
                format!("{whose}{named} denies {}.", self.target()),
                "A deny overrides every allow. Change it, or meet its condition.",
            )
            .ask(ask),
        ];
        causes.extend(revoked(kind, self.sent));
        if !matches!(kind, PolicyType::Session | PolicyType::Endpoint) {
            causes.push(self.without_mfa());
        }
        causes
    }

    fn without_mfa(&self) -> Cause {
        let (what, check) = match is_chained(self.sent) {
            true => (
                "Such a deny often applies to every request without MFA, and the session of a role has none.",
                "Make the call as the user, with a session that was made with MFA.",
            ),
            false => (
                "Such a deny often applies to every request without MFA.",
                "Try again with a session that was made with MFA.",
            ),
        };
        Cause::new(MfaMissing, Possible, what, check)
    }

    /// Returns the kind of the cause, the policy that denies, and who can change it.
    fn denying(&self, kind: PolicyType) -> (CauseKind, String, String) {
        let (who, administrator) = (self.sent.who(), self.sent.administrator());
        match kind {
            PolicyType::Identity => (ExplicitDeny, format!("A policy of {who}"), administrator),
            PolicyType::Trust | PolicyType::Resource => {
                (ResourcePolicy, "The resource's policy".into(), self.owner())
            }
            PolicyType::Boundary => {
                let whose = format!("The permissions boundary of {who}");
                (Boundary, whose, administrator)
            }
            PolicyType::Session => {
                let whose = format!("The session policy of {who}");
                (CallerSession, whose, administrator)
            }
            PolicyType::ServiceControl => {
                let ask = "the administrator of your organization".into();
                (ServiceControl, "A service control policy".into(), ask)
            }
            PolicyType::ResourceControl => {
                let whose = "A resource control policy".into();
                (ResourceControl, whose, self.owner())
            }
            PolicyType::Endpoint => {
                let ask = "the administrator of this network".into();
                (EndpointPolicy, "The policy of the VPC endpoint".into(), ask)
            }
            PolicyType::Other => (ExplicitDeny, "A policy".into(), administrator),
        }
    }

    fn unnamed(&self) -> Vec<Cause> {
        let mut causes = vec![self.permission(Likely), self.by_resource(Possible)];
        if self.denied.is_none() {
            causes.push(Cause::new(
                NoSuchResource,
                Possible,
                "The resource may not exist. Amazon S3 says so only if you may list the bucket.",
                "Check its name, its region and its account.",
            ));
        }
        causes.push(
            Cause::new(
                ServiceControl,
                Possible,
                "An organization policy may deny it: a service control policy on your side, or a resource control policy on the resource's side.",
                format!("Ask whether such a policy limits {}.", self.action()),
            )
            .ask(self.sent.administrator()),
        );
        causes
    }

    fn alternatives(&self) -> [Cause; 2] {
        [
            Cause::new(
                NoSuchResource,
                Possible,
                "The resource may not exist in this region.",
                "Check its name, its region and its account.",
            ),
            Cause::new(
                ExplicitDeny,
                Possible,
                "The resource's policy may deny it explicitly.",
                "A deny overrides every allow. Change it, or meet its condition.",
            )
            .ask(self.owner()),
        ]
    }

    fn permission(&self, confidence: Confidence) -> Cause {
        let (who, target) = (self.sent.who(), self.target());
        let (what, check) = match (confidence, self.denied) {
            (Certain, _) => (
                format!("No policy of {who} allows {target}."),
                "Ask your administrator to allow it.",
            ),
            (Likely | Possible, Some(_)) => (
                format!("The policies of {who} may not allow {target}."),
                "Ask your administrator to allow it.",
            ),
            (Likely | Possible, None) => (
                match &self.sent.operation {
                    Some(operation) => format!(
                        "The policies of {who} may not allow the call {operation}. AWS does not name the action."
                    ),
                    None => format!(
                        "The policies of {who} may not allow the call. AWS does not name the action."
                    ),
                },
                "Run it again with debug output, such as --debug or TF_LOG=DEBUG, to see the action and the resource.",
            ),
        };
        let command = self.denied.and_then(|denied| {
            statement::simulate_action(denied.action, denied.resource, self.sent)
        });
        Cause::new(CallerPermission, confidence, what, check)
            .command(command)
            .ask(self.sent.administrator())
            .send(self.allow())
    }

    fn by_resource(&self, confidence: Confidence) -> Cause {
        let (who, target) = (self.sent.who(), self.target());
        let what = match confidence {
            Certain => format!("The resource's policy does not allow {who} to call {target}."),
            Likely | Possible => {
                format!("The resource's policy may not allow {who} to call {target}.")
            }
        };
        let statement = self.denied.and_then(|denied| {
            statement::allow_by_resource(denied.action, denied.resource, self.sent)
        });
        Cause::new(
            ResourcePolicy,
            confidence,
            what,
            "Ask the resource's owner to allow it. Across accounts both sides must allow it.",
        )
        .ask(self.owner())
        .send(statement)
    }

    /// Returns the statement that allows the action, for another policy than those of the caller.
    fn allow_in(&self, place: String) -> Option<Statement> {
        self.allow().map(|it| it.for_policy(place))
    }

    fn allow(&self) -> Option<Statement> {
        let denied = self.denied?;
        statement::allow(denied.action, denied.resource, self.sent)
    }
}
