//! The options of `setup`.

use rolecall_core::setup::{KitDraft, KitFormat, Profiles, RequirementsDraft};

use super::line::Line;
use super::usage_error::UsageError;
use crate::grammar::kit_formats;

/// What the command line says about a kit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetupOptions {
    /// Who may assume the role, as typed; it can be the name of an access key.
    pub(crate) who: Option<String>,
    /// The role's account.
    pub(crate) account: Option<String>,
    /// The role's name.
    pub(crate) role: Option<String>,
    /// What its sessions may do.
    pub(crate) allow: Option<String>,
    /// The file of a permissions policy; `-` is standard input.
    pub(crate) policy: Option<String>,
    /// Everything else that was typed.
    pub(crate) further: KitDraft,
    /// Whether an external ID is generated.
    pub(crate) external_id: ExternalIdSource,
    /// The format; sentences and policies if absent.
    pub(crate) format: Option<KitFormat>,
    /// The folder to write the files to.
    pub(crate) out: Option<String>,
    /// The name of the role in Rolecall, if it is added.
    pub(crate) save: Option<String>,
    /// The access key or role that it is assumed from.
    pub(crate) source: Option<String>,
    /// The MFA device that is used for it.
    pub(crate) mfa_serial: Option<String>,
    /// What is done in AWS.
    pub(crate) action: SetupAction,
    /// The access keys and roles that sign, with commas.
    pub(crate) with: Option<String>,
    /// Whether something that exists with other content is replaced.
    pub(crate) replaces: bool,
    /// Whether it is done without asking.
    pub(crate) yes: bool,
}

/// What is done in AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetupAction {
    /// Nothing: the kit is only written.
    Write,
    /// The kit is applied.
    Apply,
    /// The last kit is applied further.
    Resume,
    /// The last kit is taken back.
    Undo,
}

/// Where an external ID comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExternalIdSource {
    /// It is typed, or there is none.
    Typed,
    /// It is generated.
    Generated,
}

/// Takes the options from the line.
///
/// # Errors
/// If there is no such format.
pub(super) fn options(line: &mut Line) -> Result<SetupOptions, UsageError> {
    let format = line.take("--format");
    Ok(SetupOptions {
        who: line.take("--who"),
        account: line.take("--account"),
        role: line.take("--role"),
        allow: line.take("--allow"),
        policy: line.take("--policy"),
        external_id: match line.take("--generate-external-id") {
            Some(_) => ExternalIdSource::Generated,
            None => ExternalIdSource::Typed,
        },
        further: further(line),
        format: format.as_deref().map(kit_format).transpose()?,
        out: line.take("--out"),
        save: line.take("--save"),
        source: line.take("--source"),
        mfa_serial: line.take("--mfa-serial"),
        action: action(line),
        with: line.take("--with"),
        replaces: line.take("--replace").is_some(),
        yes: line.take("--yes").is_some(),
    })
}

fn action(line: &mut Line) -> SetupAction {
    let mut has = |flag| line.take(flag).is_some();
    match (has("--apply"), has("--resume"), has("--undo")) {
        (true, ..) => SetupAction::Apply,
        (_, true, _) => SetupAction::Resume,
        (.., true) => SetupAction::Undo,
        (false, false, false) => SetupAction::Write,
    }
}

fn further(line: &mut Line) -> KitDraft {
    KitDraft {
        path: line.take("--path").unwrap_or_default(),
        grant: line.take("--grant"),
        user: line.take("--user"),
        requirements: RequirementsDraft {
            external_id: line.take("--external-id"),
            mfa: line.take("--mfa").is_some(),
            mfa_age: line.take("--mfa-age"),
            source_ip: line.take("--source-ip"),
            source_vpc: line.take("--source-vpc"),
            session_name: line.take("--session-name"),
            source_identity: line.take("--source-identity"),
            tags: line.take("--tags"),
            organization: line.take("--organization"),
            longest_session: line.take("--longest-session"),
        },
        profiles: Profiles {
            role: line.take("--role-profile"),
            caller: line.take("--caller-profile"),
        },
        ..KitDraft::default()
    }
}

fn kit_format(word: &str) -> Result<KitFormat, UsageError> {
    KitFormat::parse(word).ok_or_else(|| UsageError::unknown("format", word, kit_formats()))
}
