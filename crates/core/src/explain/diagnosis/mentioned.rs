//! The request that a denial's message mentions, for errors of calls that Rolecall did not make.

use super::message::Denied;
use super::sent_request::{SentRequest, Signer};
use crate::value::arn::Arn;
use crate::value::role_arn::RoleArn;

impl SentRequest {
    /// Returns what a message says about the request; `None` if it is not the denial of an action.
    pub(crate) fn denied(message: &str) -> Option<Self> {
        let denied = Denied::read(message)?;
        let signer = denied.principal.map_or(Signer::Unknown, signer);
        let source = match &signer {
            Signer::Unknown => denied.principal.map(last_part).unwrap_or_default(),
            Signer::User(arn) => last_part(arn),
            Signer::Session { role, .. } => role.role_name(),
        };
        let role = match denied.action {
            "sts:AssumeRole" | "sts:TagSession" | "sts:SetSourceIdentity" => denied.resource,
            _ => None,
        };
        Some(Self {
            role: role.and_then(|arn| RoleArn::parse(arn).ok()),
            source: source.to_owned(),
            signer,
            ..Self::default()
        })
    }
}

fn last_part(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// Returns the owner of an ARN. The ARN of a session has the role's name without its path.
fn signer(arn: &str) -> Signer {
    let Some(parts) = Arn::split(arn) else {
        return Signer::Unknown;
    };
    let session = || {
        let name = parts
            .resource
            .strip_prefix("assumed-role/")?
            .split('/')
            .next()?;
        let role = format!("arn:{}:iam::{}:role/{name}", parts.partition, parts.account);
        RoleArn::parse(&role).ok()
    };
    if parts.service == "iam" && parts.resource.starts_with("user/") {
        return Signer::User(arn.to_owned());
    }
    match session() {
        Some(role) => Signer::Session {
            role,
            arn: arn.to_owned(),
        },
        None => Signer::Unknown,
    }
}
