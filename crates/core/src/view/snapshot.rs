//! The snapshot: everything that the tray, the window and the command line show, without secrets.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::asker::consent::Consent;
use crate::aws_files::connection::Connection;
use crate::aws_files::{FileNotice, ProfileKey};
use crate::catalogue::marks::Colour;
use crate::role::RoleDraft;
use crate::role::limits::LimitsView;
use crate::role::renew::Renew;
use crate::role::session_tags::SessionTag;
use crate::rotation::RotationView;
use crate::session::{Phase, left_of};
use crate::value::access_key::AccessKey;
use crate::value::origin::Origin;
use crate::value::problem::Problem;
use crate::view::question::{CodeView, ConsentView, ProductionView, QuestionView, ReasonView};
use crate::view::shared::Shared;

/// Everything that is shown at one point in time. Times are absolute; the display computes the time left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snapshot {
    /// Whether this is the user's own data or the practice account.
    pub mode: Mode,
    /// The role whose page the window opens now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<String>,
    /// The custom AWS endpoint that all calls go to, if one is set.
    pub endpoint: Option<String>,
    /// AWS's clock minus this machine's, in milliseconds. Add it to the local time before comparing with an expiry.
    pub clock_offset_ms: i64,
    /// Sessions, soonest expiry first. Pending and failed ones come before the others.
    pub sessions: Vec<SessionView>,
    /// Live sessions of access keys, soonest expiry first.
    #[serde(default)]
    pub key_sessions: Vec<KeySessionView>,
    /// The catalogue: roles that can be assumed, ordered by origin, then those that cannot.
    #[cfg_attr(test, ts(as = "Vec<RoleView>"))]
    pub roles: RoleViews,
    /// The names of the most recently used roles, most used first, at most 50.
    #[serde(default)]
    pub recent: Vec<String>,
    /// Access keys by name.
    pub keys: Vec<KeyView>,
    /// Information about AWS's own files.
    #[serde(default)]
    pub aws: AwsFilesView,
    /// What the user is asked, oldest first.
    #[serde(default)]
    pub open_questions: Vec<QuestionView>,
    /// Current problems other than those of single sessions.
    pub problems: Vec<Problem>,
    /// The settings that are needed for display.
    pub settings: SettingsView,
}

impl Snapshot {
    /// Returns a copy without roles and keys, because there may be thousands.
    pub fn without_roles(&self) -> Self {
        Self {
            mode: self.mode,
            endpoint: self.endpoint.clone(),
            clock_offset_ms: self.clock_offset_ms,
            sessions: self.sessions.clone(),
            key_sessions: self.key_sessions.clone(),
            open_questions: self.open_questions.clone(),
            problems: self.problems.clone(),
            settings: self.settings.clone(),
            ..Self::default()
        }
    }

    /// Returns the open questions for an MFA code, oldest first.
    pub fn codes(&self) -> impl Iterator<Item = &CodeView> {
        self.open_questions.iter().filter_map(QuestionView::code)
    }

    /// Returns the open questions for a reason, oldest first.
    pub fn reasons(&self) -> impl Iterator<Item = &ReasonView> {
        self.open_questions.iter().filter_map(QuestionView::reason)
    }

    /// Returns the open questions to confirm production, oldest first.
    pub fn productions(&self) -> impl Iterator<Item = &ProductionView> {
        self.open_questions
            .iter()
            .filter_map(QuestionView::production)
    }

    /// Returns the open questions whether a program may use a session, oldest first.
    pub fn consents(&self) -> impl Iterator<Item = &ConsentView> {
        self.open_questions.iter().filter_map(QuestionView::consent)
    }
}

/// The set of keys, roles and settings in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Mode {
    /// The user's own.
    #[default]
    Own,
    /// The practice account's, which is never stored.
    Practice,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SessionView {
    /// The role's name in the catalogue.
    pub role: String,
    /// The name of the role without limits, if it has limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub limited_of: Option<String>,
    /// The additional limits of the session.
    #[serde(default, skip_serializing_if = "LimitsView::is_empty")]
    #[cfg_attr(test, ts(as = "Option<LimitsView>", optional))]
    pub limits: LimitsView,
    /// The phase of the session.
    pub phase: Phase,
    /// What a pending AssumeRole call waits for.
    pub waiting_for: Option<WaitingFor>,
    /// The 12-digit account of the role, or empty if the role is no longer in the catalogue and was never assumed.
    pub account_id: String,
    /// The role's ARN.
    pub role_arn: String,
    /// The assumed-role ARN.
    pub identity: Option<String>,
    /// The name of the access key or role from which it was assumed.
    pub source: String,
    /// The role's group.
    pub group: Option<String>,
    /// The region in the export block.
    pub region: Option<String>,
    /// When AWS issued it.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub issued_at: Option<Timestamp>,
    /// When it expires.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub expires_at: Option<Timestamp>,
    /// How much of the space for session policies and tags is used, in percent, if there are any.
    #[serde(default)]
    pub packed_policy_percent: Option<u32>,
    /// The reason, if the role requires one.
    #[serde(default)]
    pub reason: Option<String>,
    /// The temporary access key ID, hidden except for its ends.
    pub access_key_id: Option<String>,
    /// Why the last AssumeRole or renewal failed.
    pub problem: Option<Problem>,
    /// When Rolecall renews it by itself, or tries that again; `None` if it does not.
    #[serde(default)]
    #[cfg_attr(test, ts(type = "string | null"))]
    pub renews_at: Option<Timestamp>,
    /// The programs that got this session from a `credential_process`, an endpoint or `exec`, the latest first.
    #[serde(default)]
    pub used_by: Vec<String>,
    /// Whether the role acts on production.
    #[serde(default)]
    pub production: bool,
    /// The colour of the role.
    #[serde(default)]
    pub colour: Option<Colour>,
    /// The name of its account in Rolecall.
    #[serde(default)]
    pub account_alias: Option<String>,
}

/// A session of an access key. It has all permissions of the user except for calls to IAM and most of STS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KeySessionView {
    /// The key's name.
    pub key: String,
    /// The 12-digit account of the key.
    pub account_id: String,
    /// The ARN of the key's user.
    pub user_arn: String,
    /// The temporary access key ID, hidden except for its ends.
    pub access_key_id: String,
    /// When AWS issued it.
    #[cfg_attr(test, ts(type = "string"))]
    pub issued_at: Timestamp,
    /// When it expires.
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
}

impl SessionView {
    /// Returns the time left at `now`, if it has an expiry; never more than its whole duration.
    pub fn left_at(&self, now: Timestamp) -> Option<SignedDuration> {
        let expires_at = self.expires_at?;
        let issued_at = self.issued_at.unwrap_or(Timestamp::MIN);
        Some(left_of(issued_at, expires_at, now))
    }
}

impl KeySessionView {
    /// Returns the time left at `now`; never more than its whole duration.
    pub fn left_at(&self, now: Timestamp) -> SignedDuration {
        left_of(self.issued_at, self.expires_at, now)
    }
}

/// What a pending AssumeRole call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum WaitingFor {
    /// An MFA code.
    Code,
    /// A reason.
    Reason,
    /// The next MFA code, because the current one was used.
    NextCode,
    /// AWS or the keychain.
    Answer,
}

/// The views of all roles.
pub type RoleViews = Shared<RoleView>;

/// One role of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleView {
    /// Its name in the catalogue.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its 12-digit account.
    pub account_id: String,
    /// The name of the access key or role it is assumed from.
    pub source: String,
    /// The names from the access key to the role, both included.
    pub chain: Vec<String>,
    /// The session name that will be sent, or its template.
    pub session_name: Option<String>,
    /// The duration setting in seconds, 900 to 43200.
    pub duration_s: Option<u32>,
    /// The external ID that the role's owner requires.
    pub external_id: Option<String>,
    /// The MFA device whose code the role requires.
    pub mfa_serial: Option<String>,
    /// The source identity, or its template.
    #[serde(default)]
    pub source_identity: Option<String>,
    /// The session tags. Values can be templates.
    #[serde(default)]
    pub tags: Vec<SessionTag>,
    /// The keys of the tags that the next role in a chain inherits.
    #[serde(default)]
    pub transitive_tags: Vec<String>,
    /// The inline session policy as written.
    #[serde(default)]
    pub policy: Option<String>,
    /// The managed session policies.
    #[serde(default)]
    pub policy_arns: Vec<String>,
    /// The target of the reason, if it requires one: `source_identity` or `tag:KEY`.
    #[serde(default)]
    pub reason: Option<String>,
    /// The pattern of the reason.
    #[serde(default)]
    pub reason_pattern: Option<String>,
    /// How its codes are used, `shared` or `own`, if set.
    #[serde(default)]
    pub mfa_code: Option<String>,
    /// The region in the export block.
    pub region: Option<String>,
    /// The AWS CLI's output format of its connected profile.
    #[serde(default)]
    pub output: Option<String>,
    /// The browser that opens its console, instead of the one in the settings.
    #[serde(default)]
    pub browser: Option<String>,
    /// Its group in menus and lists, from its labels or otherwise from its definition.
    pub group: Option<String>,
    /// What its definition says happens when its session comes to its end: `ask`, `automatic` or `never`, if set.
    #[serde(default)]
    pub renew: Option<String>,
    /// How long before the end its definition says to warn; empty for as in the settings.
    #[serde(default)]
    pub lead_times: Vec<String>,
    /// What happens when its session comes to its end, by its labels or otherwise by its definition.
    #[serde(default)]
    pub renews: Renew,
    /// Whether assuming it now needs a code.
    pub needs_code: bool,
    /// The description of the current plan in one or two sentences, or empty if the role cannot be assumed.
    #[serde(default)]
    pub plan: String,
    /// Set if AWS does not allow the duration setting.
    #[serde(default)]
    pub duration_limit: Option<Box<DurationLimitView>>,
    /// The duration of a session by the current plan, in seconds.
    pub planned_s: u32,
    /// The policy for programs that request it.
    #[serde(default)]
    pub consent: Consent,
    /// Whether this is the default policy.
    #[serde(default)]
    pub consent_is_default: bool,
    /// Why it cannot be assumed.
    pub problem: Option<Box<Problem>>,
    /// Whether it is a favourite.
    #[serde(default)]
    pub favourite: bool,
    /// The colour of the role or its account.
    #[serde(default)]
    pub colour: Option<Colour>,
    /// Whether the role or its account is labelled as production.
    #[serde(default)]
    pub production: bool,
    /// The group in its labels, which takes precedence over the one in its definition.
    #[serde(default)]
    pub marked_group: Option<String>,
    /// The name of its account in Rolecall.
    #[serde(default)]
    pub account_alias: Option<String>,
    /// Where it is defined.
    #[serde(default)]
    pub origin: Origin,
    /// Where else a role with this name is defined, without effect.
    #[serde(default)]
    pub hides: Option<Box<Origin>>,
}

impl RoleView {
    /// Returns the role as a draft for a file.
    pub fn draft(&self) -> RoleDraft {
        RoleDraft {
            name: self.name.clone(),
            arn: self.arn.clone(),
            source: self.source.clone(),
            session_name: self.session_name.clone(),
            duration: self.duration_s.map(|seconds| seconds.to_string()),
            external_id: self.external_id.clone(),
            mfa_serial: self.mfa_serial.clone(),
            source_identity: self.source_identity.clone(),
            tags: self.tags.clone(),
            transitive_tags: self.transitive_tags.clone(),
            policy: self.policy.clone(),
            policy_arns: self.policy_arns.clone(),
            reason: self.reason.clone(),
            reason_pattern: self.reason_pattern.clone(),
            mfa_code: self.mfa_code.clone(),
            region: self.region.clone(),
            output: self.output.clone(),
            browser: self.browser.clone(),
            group: self.group.clone(),
            renew: self.renew.clone(),
            lead_times: self.lead_times.clone(),
        }
    }
}

/// Information about AWS's own files other than their roles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AwsFilesView {
    /// The path of the config file as shown in messages.
    pub config_path: String,
    /// The path of the credentials file as shown in messages.
    pub credentials_path: String,
    /// The profiles with a long-term key in plaintext.
    pub keys: Vec<ProfileKey>,
    /// What the user should know about the files.
    pub notices: Vec<FileNotice>,
    /// The profiles of the config file that get their credentials from Rolecall.
    #[serde(default)]
    pub connections: Vec<Connection>,
    /// The profiles whose key was moved to the keychain and can be put back.
    #[serde(default)]
    pub moved: Vec<String>,
}

/// What is known about the maximum duration of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DurationLimitView {
    /// The longer duration that AWS rejected, in seconds; `None` if the role's `MaxSessionDuration` is known.
    pub refused_s: Option<u32>,
    /// The longest duration to request, in seconds.
    pub allowed_s: u32,
}

/// One access key. Its secret is in the keychain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KeyView {
    /// The name of the key in Rolecall.
    pub name: String,
    /// The key ID.
    pub access_key_id: String,
    /// The 12-digit account of the key.
    pub account_id: String,
    /// The ARN of the key's user.
    pub user_arn: String,
    /// The number of roles with this source.
    pub roles: u32,
    /// The MFA sessions that are still valid, one per device.
    #[serde(default)]
    pub mfa: Vec<MfaView>,
    /// The policy for programs that request a session of the key.
    #[serde(default)]
    pub consent: Consent,
    /// Whether this is the default policy.
    #[serde(default)]
    pub consent_is_default: bool,
    /// The MFA device whose seed is in the keychain, if the user chose that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub totp: Option<String>,
    /// The age of the key for a list, such as `412 days`, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub age: Option<String>,
    /// Whether the key should be replaced, by its age and the settings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_old: bool,
    /// When the key was last used, if IAM said so in this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub last_use: Option<LastUse>,
    /// The replacement of the key that is not over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub rotation: Option<RotationView>,
}

/// The last use of an access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LastUse {
    /// It was used at this time.
    At(#[cfg_attr(test, ts(type = "string"))] Timestamp),
    /// It was never used.
    Never,
    /// AWS does not permit its user to list the keys.
    NotPermitted,
}

impl From<&AccessKey> for KeyView {
    fn from(key: &AccessKey) -> Self {
        Self {
            name: key.name.to_string(),
            access_key_id: key.id.as_str().to_owned(),
            account_id: key.account_id.clone(),
            user_arn: key.user_arn.clone(),
            roles: 0,
            mfa: Vec::new(),
            consent: Consent::default(),
            consent_is_default: true,
            totp: key.totp.as_ref().map(ToString::to_string),
            age: None,
            is_old: false,
            last_use: None,
            rotation: None,
        }
    }
}

/// An MFA session that is still valid. Until it expires, roles with this device need no code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MfaView {
    /// The MFA device.
    pub mfa_serial: String,
    /// When it expires.
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
}

/// The settings that are needed for display.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingsView {
    /// The default shell of copied export blocks.
    pub shell: crate::session::shell::Shell,
    /// The region of roles without one.
    #[serde(default)]
    pub region: Option<String>,
    /// After how many seconds a copied export block is cleared from the clipboard.
    pub clipboard_clear_s: u32,
    /// How long before an expiry to warn, in seconds, longest first.
    pub lead_times_s: Vec<u32>,
    /// The roles whose sessions are also written to AWS's credentials file.
    #[serde(default)]
    pub temporary_profiles: Vec<String>,
    /// Whether the account of a role that acts on production is typed before it is assumed.
    #[serde(default)]
    pub confirm_production: bool,
    /// The policy for roles without one of their own.
    #[serde(default)]
    pub consent: Consent,
}
