//! The practice set: a simulated AWS on loopback, with keys, roles and settings in memory only.

use std::sync::Arc;

use jiff::Timestamp;
use rolecall_core::api::desktop::RoleStory;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::catalogue::with_role;
use rolecall_core::role::RoleDraft;
use rolecall_core::session::totp::STEP_S;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::memory::{MemoryFiles, MemoryKeychain, MemoryStore};
use rolecall_practice::{Practice, PracticeConfig, PracticeRole};

/// A running practice account and the ports of its set.
pub(crate) struct PracticeSet {
    practice: Practice,
    pub(crate) files: Arc<MemoryFiles>,
    pub(crate) keychain: Arc<MemoryKeychain>,
    pub(crate) store: Arc<MemoryStore>,
}

impl PracticeSet {
    /// Starts the practice account on a free port of loopback.
    ///
    /// # Errors
    /// If it cannot listen there.
    pub(crate) fn start() -> Result<Self, Problem> {
        let practice = Practice::start(PracticeConfig::default()).map_err(|error| {
            let what = "The practice account could not be started.";
            Problem::new(ProblemCode::Internal, what, "Check the loopback interface.")
                .with_detail(error.to_string())
        })?;
        let settings = format!("[aws]\nendpoint_url = \"{}\"\n", practice.url());
        let files = Arc::new(MemoryFiles::new(roles_text(&practice.roles())?, settings));
        Ok(Self {
            practice,
            files,
            keychain: Arc::default(),
            store: Arc::default(),
        })
    }

    /// Returns the practice users' access keys with their names.
    ///
    /// # Errors
    /// If a key of the practice account is not valid, which does not happen.
    pub(crate) fn keys(&self) -> Result<Vec<(Name, KeyPair)>, Problem> {
        let keys = self.practice.keys().into_iter();
        keys.map(|key| {
            Ok((
                Name::parse(&key.name)?,
                KeyPair::parse(&key.access_key_id, &key.secret_access_key)?,
            ))
        })
        .collect()
    }

    /// Returns what each role is there to show.
    pub(crate) fn story(&self) -> Vec<RoleStory> {
        let roles = self.practice.roles().into_iter();
        roles
            .map(|role| RoleStory {
                role: role.name,
                shows: role.shows,
            })
            .collect()
    }

    /// Returns the code of the practice authenticator at `now`, and the seconds left.
    pub(crate) fn code(&self, now: Timestamp) -> Option<(String, u32)> {
        let serial = self
            .practice
            .roles()
            .into_iter()
            .find_map(|role| role.mfa_serial)?;
        let code = self.practice.code(&serial, now)?;
        let left = STEP_S - now.as_second().rem_euclid(STEP_S);
        Some((code, u32::try_from(left).unwrap_or_default()))
    }
}

fn roles_text(roles: &[PracticeRole]) -> Result<String, Problem> {
    roles.iter().try_fold(String::new(), |text, role| {
        with_role(&text, "roles.toml", None, &draft(role))
    })
}

fn draft(role: &PracticeRole) -> RoleDraft {
    RoleDraft {
        name: role.name.clone(),
        arn: role.arn.clone(),
        source: role.source.clone(),
        session_name: role.session_name.clone(),
        duration: role.duration_s.map(|seconds| seconds.to_string()),
        external_id: role.external_id.clone(),
        mfa_serial: role.mfa_serial.clone(),
        mfa_code: None,
        region: role.region.clone(),
        group: role.group.clone(),
        ..RoleDraft::default()
    }
}
