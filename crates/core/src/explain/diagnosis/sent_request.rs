//! The request as it was sent to AWS, without its MFA code and without secrets.

use crate::calls::sts::AssumeRole;
use crate::role::Role;
use crate::role::session_tags::SessionTag;
use crate::value::arn::Arn;
use crate::value::mfa::MfaSerial;
use crate::value::role_arn::RoleArn;
use crate::value::sanitise;

/// The parts of an AssumeRole request that its explanation needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SentRequest {
    /// The role; `None` for a call without one, such as the check of a key.
    pub role: Option<RoleArn>,
    /// The name of the access key or role that signed.
    pub source: String,
    /// The owner of the credentials that signed.
    pub signer: Signer,
    /// The name of the operation, if it is another one than AssumeRole, such as "Invoke of Lambda".
    pub operation: Option<String>,
    /// The ID of the access key that signed.
    pub access_key_id: String,
    /// The session name.
    pub session_name: String,
    /// The requested duration in seconds, or 0 if there was none.
    pub duration_s: u32,
    /// The external ID that was sent.
    pub external_id: Option<String>,
    /// The proof of MFA.
    pub mfa: MfaProof,
    /// Whether the role's settings name an MFA device. In role chaining it cannot be used.
    pub has_device: bool,
    /// The source identity that was sent or is inherited.
    pub source_identity: Option<String>,
    /// The session tags that were sent.
    pub tags: Vec<SessionTag>,
    /// Whether a session policy was sent.
    pub policy: bool,
    /// The region whose endpoint was called.
    pub region: String,
    /// The settings of the role that changed since it was last assumed; `None` if it was not assumed since Rolecall
    /// started.
    pub changed_since: Option<Vec<&'static str>>,
}

/// The owner of the credentials that signed a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Signer {
    /// Unknown.
    #[default]
    Unknown,
    /// An IAM user, by its ARN.
    User(String),
    /// A session of a role.
    Session {
        /// The role's ARN.
        role: RoleArn,
        /// The ARN of the session.
        arn: String,
    },
}

/// The MFA information in a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MfaProof {
    /// Nothing.
    #[default]
    None,
    /// The request has a code.
    Code {
        /// The device of the code.
        serial: MfaSerial,
    },
    /// The credentials came from a call with a code.
    Session {
        /// The age of that code, in seconds.
        age_s: i64,
    },
}

impl SentRequest {
    /// Returns the request of a call that was signed with the credentials of `source`.
    pub fn of(call: &AssumeRole, source: &str, signer: Signer, access_key_id: &str) -> Self {
        Self {
            role: Some(call.role_arn.clone()),
            source: source.to_owned(),
            signer,
            operation: None,
            access_key_id: access_key_id.to_owned(),
            session_name: call.session_name.as_str().to_owned(),
            duration_s: call.duration.seconds(),
            external_id: call.external_id.as_ref().map(|id| id.as_str().to_owned()),
            mfa: match &call.mfa {
                Some((serial, _)) => MfaProof::Code {
                    serial: serial.clone(),
                },
                None => MfaProof::None,
            },
            has_device: call.mfa.is_some(),
            source_identity: call
                .source_identity
                .as_ref()
                .map(|it| it.as_str().to_owned()),
            tags: call.tags.clone(),
            policy: call.policy.is_some() || !call.policy_arns.is_empty(),
            region: call.region.as_str().to_owned(),
            changed_since: None,
        }
    }

    /// Returns a request of which only the name of the signer is known.
    pub fn by(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            ..Self::default()
        }
    }

    /// Returns the signer's name for a message.
    pub(super) fn who(&self) -> String {
        if self.source.is_empty() {
            return "the caller".to_owned();
        }
        format!("\"{}\"", sanitise::echo(&self.source))
    }

    /// Returns the principal that a policy would name: the user, or the role of the session.
    pub(super) fn principal(&self) -> Option<&str> {
        match &self.signer {
            Signer::Unknown => None,
            Signer::User(arn) => Some(arn),
            Signer::Session { role, .. } => Some(role.as_str()),
        }
    }

    /// Returns the ARN that GetCallerIdentity would return.
    pub(super) fn caller_arn(&self) -> Option<&str> {
        match &self.signer {
            Signer::Unknown => None,
            Signer::User(arn) | Signer::Session { arn, .. } => Some(arn),
        }
    }

    /// Returns the account of the signer.
    pub(super) fn account(&self) -> Option<&str> {
        Arn::account_of(self.principal()?)
    }

    /// Returns whether signer and role are in the same account; `None` if one of them is unknown.
    pub(super) fn is_same_account(&self) -> Option<bool> {
        Some(self.account()? == self.role.as_ref()?.account_id())
    }

    /// Returns the name of the IAM user that signed.
    pub(super) fn user_name(&self) -> Option<&str> {
        match &self.signer {
            Signer::User(arn) => arn.rsplit('/').next(),
            Signer::Unknown | Signer::Session { .. } => None,
        }
    }

    /// Returns the role's owner, as the end of "Ask …".
    pub(super) fn owner(&self) -> String {
        match &self.role {
            Some(role) => format!("the owner of account {}", role.account_id()),
            None => "the account's administrator".to_owned(),
        }
    }

    /// Returns the signer's administrator, as the end of "Ask …".
    pub(super) fn administrator(&self) -> String {
        match self.account() {
            Some(account) => format!("the administrator of account {}", sanitise::echo(account)),
            None => format!("the administrator of {}", self.who()),
        }
    }

    /// Returns the actions that the request needs.
    pub(super) fn actions(&self) -> Vec<&'static str> {
        let mut actions = vec!["sts:AssumeRole"];
        if !self.tags.is_empty() {
            actions.push("sts:TagSession");
        }
        if self.source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        actions
    }
}

/// Returns the settings that are part of a request and differ between two versions of a role.
pub fn changes(before: &Role, now: &Role) -> Vec<&'static str> {
    let differences = [
        ("ARN", before.arn != now.arn),
        ("source", before.source != now.source),
        ("external ID", before.external_id != now.external_id),
        ("MFA device", before.mfa_serial != now.mfa_serial),
        ("session name", before.session_name != now.session_name),
        ("duration", before.duration != now.duration),
        (
            "source identity",
            before.source_identity != now.source_identity,
        ),
        ("session tags", before.tags != now.tags),
    ];
    let changed = differences.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(field, _)| field).collect()
}
