//! The only thing that flows out: everything a tray, a window or a command line shows, without a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::asker::consent::Consent;
use crate::asker::history::RequestKind;
use crate::asker::requester::Process;
use crate::aws_files::connection::Connection;
use crate::aws_files::{FileNotice, ProfileKey};
use crate::catalogue::marks::Colour;
use crate::role::RoleDraft;
use crate::role::limits::LimitsView;
use crate::role::session_tags::SessionTag;
use crate::session::Phase;
use crate::value::access_key::AccessKey;
use crate::value::origin::Origin;
use crate::value::problem::Problem;
use crate::value::sanitise::cut;
use crate::view::shared::Shared;

/// Everything that is shown, at one moment. Times are instants; the display counts down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Whether this is the user's own set or the throw-away practice set.
    pub mode: Mode,
    /// The custom AWS endpoint that all calls go to, if one is set.
    pub endpoint: Option<String>,
    /// AWS's clock minus this machine's, in milliseconds; add it to the local time before comparing with an expiry.
    pub clock_offset_ms: i64,
    /// Sessions, soonest expiry first; those being assumed and those that failed come before.
    pub sessions: Vec<SessionView>,
    /// Live sessions of access keys themselves, soonest expiry first.
    #[serde(default)]
    pub key_sessions: Vec<KeySessionView>,
    /// The catalogue: roles that can be assumed as they are written, place after place, then those that cannot.
    pub roles: RoleViews,
    /// The names of the most recently used roles, best first; at most 50.
    #[serde(default)]
    pub recent: Vec<String>,
    /// Access keys by name.
    pub keys: Vec<KeyView>,
    /// What is to be known of AWS's own files.
    #[serde(default)]
    pub aws: AwsFilesView,
    /// Questions that wait for the user, oldest first.
    pub prompts: Vec<PromptView>,
    /// Programs that wait to be allowed, oldest first.
    #[serde(default)]
    pub questions: Vec<QuestionView>,
    /// Questions for a reason that wait for the user, oldest first.
    #[serde(default)]
    pub reason_prompts: Vec<ReasonPromptView>,
    /// What is wrong at present, beyond single sessions.
    pub problems: Vec<Problem>,
    /// The settings that the surfaces need.
    pub settings: SettingsView,
}

impl Snapshot {
    /// Returns a copy without roles and keys, of which there may be thousands.
    pub fn without_roles(&self) -> Self {
        Self {
            mode: self.mode,
            endpoint: self.endpoint.clone(),
            clock_offset_ms: self.clock_offset_ms,
            sessions: self.sessions.clone(),
            key_sessions: self.key_sessions.clone(),
            prompts: self.prompts.clone(),
            questions: self.questions.clone(),
            reason_prompts: self.reason_prompts.clone(),
            problems: self.problems.clone(),
            settings: self.settings.clone(),
            ..Self::default()
        }
    }
}

/// Which set of keys, roles and settings is at work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The user's own.
    #[default]
    Own,
    /// The practice account's, which leaves no trace.
    Practice,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The role's name in the catalogue.
    pub role: String,
    /// The role without its limits, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limited_of: Option<String>,
    /// What it is limited to beyond the role.
    #[serde(default, skip_serializing_if = "LimitsView::is_empty")]
    pub limits: LimitsView,
    /// What the session is at present.
    pub phase: Phase,
    /// What an assumption in progress waits for.
    pub waiting_for: Option<WaitingFor>,
    /// The 12-digit account of the role; empty if the role has left the catalogue and was never assumed.
    pub account_id: String,
    /// The role's ARN.
    pub role_arn: String,
    /// The assumed-role ARN that GetCallerIdentity confirmed.
    pub identity: Option<String>,
    /// The name of the access key or role it was assumed from.
    pub source: String,
    /// The role's group.
    pub group: Option<String>,
    /// The region that an export block sets.
    pub region: Option<String>,
    /// When AWS issued it.
    pub issued_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// How much of the space for session policies and tags they take, in percent, if there are any.
    #[serde(default)]
    pub packed_policy_percent: Option<u32>,
    /// Why it was assumed, where the role wanted a reason.
    #[serde(default)]
    pub reason: Option<String>,
    /// The temporary access key id, all but its ends hidden.
    pub access_key_id: Option<String>,
    /// Why the last assumption or renewal failed.
    pub problem: Option<Problem>,
    /// Whether its role acts on production.
    #[serde(default)]
    pub production: bool,
    /// The colour of its role.
    #[serde(default)]
    pub colour: Option<Colour>,
    /// What the user calls its account.
    #[serde(default)]
    pub account_alias: Option<String>,
}

/// A session of an access key itself: what its user may do, but for calls to IAM and most of STS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySessionView {
    /// The key's name.
    pub key: String,
    /// The 12-digit account it belongs to.
    pub account_id: String,
    /// The ARN of the user it belongs to.
    pub user_arn: String,
    /// The temporary access key id, all but its ends hidden.
    pub access_key_id: String,
    /// When AWS issued it.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What an assumption in progress waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// A code from the authenticator.
    Code,
    /// A reason.
    Reason,
    /// The next code, since the present one was used.
    NextCode,
    /// AWS or the keychain.
    Answer,
}

/// The views of all roles.
pub type RoleViews = Shared<RoleView>;

/// One role of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The wanted life of a session in seconds, 900 to 43200.
    pub duration_s: Option<u32>,
    /// The external ID that the role's owner gave.
    pub external_id: Option<String>,
    /// The MFA device whose code the role asks for.
    pub mfa_serial: Option<String>,
    /// Who its sessions act for, or the template of it.
    #[serde(default)]
    pub source_identity: Option<String>,
    /// The tags of its sessions; values may be templates.
    #[serde(default)]
    pub tags: Vec<SessionTag>,
    /// The keys of the tags that the next role in a chain inherits.
    #[serde(default)]
    pub transitive_tags: Vec<String>,
    /// The inline session policy, as it was written.
    #[serde(default)]
    pub policy: Option<String>,
    /// The managed session policies.
    #[serde(default)]
    pub policy_arns: Vec<String>,
    /// Where the reason goes that it wants: `source_identity` or `tag:KEY`.
    #[serde(default)]
    pub reason: Option<String>,
    /// What the reason must look like.
    #[serde(default)]
    pub reason_pattern: Option<String>,
    /// What its codes are used for, `shared` or `own`, where that is set.
    #[serde(default)]
    pub mfa_code: Option<String>,
    /// The region that an export block sets.
    pub region: Option<String>,
    /// The AWS CLI's output format of its connected profile.
    #[serde(default)]
    pub output: Option<String>,
    /// Its group in menus and lists: the marked one, else the one where it is written.
    pub group: Option<String>,
    /// Whether assuming it asks for a code at present.
    pub needs_code: bool,
    /// What assuming it takes and gives at present, in one or two sentences; empty if it cannot be assumed.
    #[serde(default)]
    pub plan: String,
    /// That AWS does not give the wanted life.
    #[serde(default)]
    pub duration_limit: Option<DurationLimitView>,
    /// How long a session lives by the plan, in seconds.
    pub planned_s: u32,
    /// Whether programs that ask for it are asked about.
    #[serde(default)]
    pub consent: Consent,
    /// Whether that is the default of all roles.
    #[serde(default)]
    pub consent_is_default: bool,
    /// Why it cannot be assumed as it is.
    pub problem: Option<Problem>,
    /// Whether the user marked it as a favourite.
    #[serde(default)]
    pub favourite: bool,
    /// The colour that the user gave it or its account.
    #[serde(default)]
    pub colour: Option<Colour>,
    /// Whether the user marked it or its account as production.
    #[serde(default)]
    pub production: bool,
    /// The group that the user's marks give it, which counts before the one where it is written.
    #[serde(default)]
    pub marked_group: Option<String>,
    /// What the user calls its account.
    #[serde(default)]
    pub account_alias: Option<String>,
    /// Where it is written.
    #[serde(default)]
    pub origin: Origin,
    /// Where else a role of this name is written, which does not count.
    #[serde(default)]
    pub hides: Option<Origin>,
}

impl RoleView {
    /// Returns the role as a file writes it.
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
            group: self.group.clone(),
        }
    }
}

/// AWS's own files: what is in them beside roles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsFilesView {
    /// What messages call the config file.
    pub config_path: String,
    /// What messages call the credentials file.
    pub credentials_path: String,
    /// The profiles that hold a long-term key in plaintext.
    pub keys: Vec<ProfileKey>,
    /// What a person should know about the files.
    pub notices: Vec<FileNotice>,
    /// The profiles of the config file that get their credentials from a session here.
    #[serde(default)]
    pub connections: Vec<Connection>,
    /// The profiles whose key was moved to the keychain and can be put back.
    #[serde(default)]
    pub moved: Vec<String>,
}

/// The longest life that a role allows, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurationLimitView {
    /// The longer life that AWS refused, in seconds; `None` if IAM told the role's `MaxSessionDuration`.
    pub refused_s: Option<u32>,
    /// The longest life that is asked for, in seconds.
    pub allowed_s: u32,
}

/// One access key. Its secret is in the keychain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// The name the user gave.
    pub name: String,
    /// Its id.
    pub access_key_id: String,
    /// The 12-digit account it belongs to.
    pub account_id: String,
    /// The ARN of the user it belongs to.
    pub user_arn: String,
    /// How many roles name it as their source.
    pub roles: u32,
    /// The codes that still count, each for a device.
    #[serde(default)]
    pub mfa: Vec<MfaView>,
    /// Whether programs that ask for a session of the key itself are asked about.
    #[serde(default)]
    pub consent: Consent,
    /// Whether that is the default of all roles and keys.
    #[serde(default)]
    pub consent_is_default: bool,
    /// The MFA device whose seed the keychain holds, where the user chose that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
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
        }
    }
}

/// A code that still counts: no role with this device asks for another until it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MfaView {
    /// The MFA device.
    pub mfa_serial: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A question to the user: the code of an MFA device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptView {
    /// Names the prompt in the answer.
    pub id: u64,
    /// The MFA device.
    pub mfa_serial: String,
    /// The roles that wait for the code.
    pub roles: Vec<String>,
    /// What one code gives, in one or two sentences.
    pub plan: String,
    /// What else the code could be used for, in a few words; see `Keeper::switch_prompt`.
    #[serde(default, alias = "instead")]
    pub alternative: Option<String>,
    /// When the device shows its next code, if the present one was used.
    pub next_code_at: Option<Timestamp>,
    /// What was wrong with the last answer.
    pub problem: Option<Problem>,
    /// Whether somebody at a terminal is asked already, so that no window needs to open.
    #[serde(default)]
    pub at_terminal: bool,
    /// When the prompt gives up.
    pub deadline: Timestamp,
}

/// A question to the user: whether a program may have the session of a role or an access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionView {
    /// Names the question in the answer.
    pub id: u64,
    /// The name of the role or access key; `request` tells which.
    pub role: String,
    /// Its 12-digit account.
    pub account_id: String,
    /// What is asked for.
    pub request: RequestKind,
    /// The program that asks; its name is empty if it is unknown.
    pub process: Process,
    /// Who started it, the nearest first.
    pub parents: Vec<Process>,
    /// The root of its process tree, if the tree may be allowed.
    pub tree: Option<Process>,
    /// Whether it runs in a container or sandbox. Version 0.1.0 called it `apart`.
    #[serde(alias = "apart")]
    pub sandboxed: bool,
    /// When no answer counts as a denial.
    pub deadline: Timestamp,
}

/// A question to the user: why a role is assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonPromptView {
    /// Names the prompt in the answer.
    pub id: u64,
    /// The role that waits for it.
    pub role: String,
    /// The roles that are reached through it and wait as well.
    #[serde(default)]
    pub on_the_way_to: Vec<String>,
    /// What it must look like, in a few words.
    pub form: String,
    /// The field of the call that it is sent in, in a few words. Version 0.1.0 called it `place`.
    #[serde(alias = "place")]
    pub target: String,
    /// The reason given last time.
    pub last: Option<String>,
    /// When the prompt gives up.
    pub deadline: Timestamp,
}

/// The settings that the surfaces need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    /// The shell whose export block a plain copy gives.
    pub shell: crate::session::shell::Shell,
    /// The region of roles that name none.
    #[serde(default)]
    pub region: Option<String>,
    /// After how many seconds a copied export block leaves the clipboard.
    pub clipboard_clear_s: u32,
    /// How long before an expiry warnings come, in seconds, longest first.
    pub lead_times_s: Vec<u32>,
    /// The roles whose sessions are also written into AWS's credentials file.
    #[serde(default)]
    pub temporary_profiles: Vec<String>,
    /// Whether a role that acts on production is assumed only after a second click.
    #[serde(default)]
    pub confirm_production: bool,
    /// Whether programs are asked about for roles without a policy of their own.
    #[serde(default)]
    pub consent: Consent,
}

/// How many of those that started a program are named.
const PARENTS_SHOWN: usize = 4;

impl QuestionView {
    /// Returns the role or access key that is requested, as in "aws wants access to …". A name is cut to `max` characters.
    pub fn target(&self, max: usize) -> String {
        let name = cut(&self.role, max);
        match self.request {
            RequestKind::Key | RequestKind::PutBack => format!("the access key {name}"),
            RequestKind::Credentials
            | RequestKind::Env
            | RequestKind::Exec
            | RequestKind::Endpoint
            | RequestKind::Assume
            | RequestKind::Copy
            | RequestKind::Profile => name,
        }
    }

    /// Returns what is requested, as in "aws asks for …". A name is cut to `max` characters.
    pub fn wanted(&self, max: usize) -> String {
        let name = cut(&self.role, max);
        match self.request {
            RequestKind::Key => format!("a session of the access key {name}"),
            RequestKind::PutBack => format!("the access key {name} in plaintext"),
            RequestKind::Credentials
            | RequestKind::Env
            | RequestKind::Exec
            | RequestKind::Endpoint
            | RequestKind::Assume
            | RequestKind::Copy
            | RequestKind::Profile => name,
        }
    }

    /// Returns what allowing it gives beyond a role's session; `None` for a role.
    pub fn reach(&self) -> Option<&'static str> {
        match self.request {
            RequestKind::Key => {
                Some("This grants everything the key's user may do, not only what a role may do")
            }
            RequestKind::PutBack => Some(
                "This writes the secret to AWS's credentials file, where all your programs can read it",
            ),
            RequestKind::Credentials
            | RequestKind::Env
            | RequestKind::Exec
            | RequestKind::Endpoint
            | RequestKind::Assume
            | RequestKind::Copy
            | RequestKind::Profile => None,
        }
    }

    /// Returns what the asking program is called in a sentence.
    pub fn asker(&self) -> String {
        match self.process.name.as_str() {
            "" => "A program".to_owned(),
            name => cut(name, 32),
        }
    }

    /// Returns where the asking program comes from, in a few words.
    pub fn origin(&self) -> String {
        let parents = self.parents.iter().take(PARENTS_SHOWN);
        let parents: Vec<String> = parents.map(|parent| cut(&parent.name, 24)).collect();
        let process = match (self.process.pid, parents.is_empty()) {
            (0, _) => "Unknown process".to_owned(),
            (pid, true) => format!("Process {pid}"),
            (pid, false) => format!("Process {pid}, started by {}", parents.join(" ← ")),
        };
        match self.sandboxed {
            true => format!("{process}, in a container or sandbox"),
            false => process,
        }
    }
}
