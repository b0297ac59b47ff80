//! The roles in AWS's own files, which are read again whenever they change. This never writes them.

use super::{Concern, Owner};
use crate::ports::AwsText;
use crate::state::aws_files::{AwsFiles, FoundRole};
use crate::state::gate::Gate;
use rolecall_core::aws_files::connection::Connection;
use rolecall_core::aws_files::{self, AwsFile, Editor, KeychainKeys, Owned, TakenKey, own_role};
use rolecall_core::value::problem::Problem;

impl Owner {
    /// Reads AWS's own files again. While AWS's tools reject one of them, all roles of the last valid files stay in use, if
    /// there were any, and a problem is shown.
    pub(super) async fn reload_aws_files(&self) {
        // One at a time, so that an older reading never replaces a newer one.
        let _turn = self.enter(Gate::AwsFiles).await;
        let files = &self.ports.files;
        let config = self.io(|ports| ports.files.read_aws(AwsFile::Config)).await;
        let credentials = self
            .io(|ports| ports.files.read_aws(AwsFile::Credentials))
            .await;
        let keys = self.lock().keys.list.clone();
        let (config_path, credentials_path) = (
            files.aws_path(AwsFile::Config),
            files.aws_path(AwsFile::Credentials),
        );
        let kept = KeychainKeys::of(&keys)
            .in_file(AwsFile::Config, &config_path)
            .in_file(AwsFile::Credentials, &credentials_path);
        let mut reading = aws_files::roles_with_keys(text(&config), text(&credentials), &kept);
        let roles = std::mem::take(&mut reading.roles).into_iter();
        let mut roles: Vec<FoundRole> = roles.map(FoundRole::from).collect();
        // They are collected in the place of the larger ones that they are made from.
        roles.shrink_to_fit();
        let mut fresh = AwsFiles {
            roles,
            config_path,
            credentials_path,
            connections: connections(text(&config)),
            moved: self.moved(text(&config), text(&credentials)).await,
            reading,
            is_good: false,
        };
        let missing = self.io(|ports| {
            let has_program = |path: &str| ports.aws.has_program(path);
            aws_files::missing_programs(text(&config), text(&credentials), has_program)
        });
        fresh.reading.notices.extend(missing.await);
        fresh.warn(AwsFile::Config, &config);
        fresh.warn(AwsFile::Credentials, &credentials);
        let problem = config.err().or(credentials.err());
        let before = self.lock().durations_before();
        self.update(|state| {
            let problem = problem.or(fresh.fault(&state.roles.aws));
            match &problem {
                Some(_) => fresh.keep_good(&state.roles.aws),
                None => fresh.is_good = true,
            }
            fresh.note_limit();
            state.roles.aws = fresh;
            state.compose();
            state.problems.set(Concern::AwsFiles, problem);
        });
        self.forget_limits(&before);
    }
}

fn text(read: &Result<AwsText, Problem>) -> &str {
    read.as_ref().map_or("", |read| read.text.expose())
}

impl Owner {
    /// Returns the profiles whose key was moved to the keychain and not changed since.
    async fn moved(&self, config: &str, credentials: &str) -> Vec<String> {
        let moved = self
            .io(|ports| ports.aws.moved_keys())
            .await
            .unwrap_or_default();
        let is_out = |key: &TakenKey| match key.file {
            AwsFile::Config => key.is_out(config),
            AwsFile::Credentials => key.is_out(credentials),
        };
        let out = moved.into_iter().filter(is_out);
        out.map(|key| key.profile).collect()
    }
}

/// Returns the profiles of the config file that Rolecall wrote for roles.
fn connections(config: &str) -> Vec<Connection> {
    if !aws_files::has_processes(config) {
        return Vec::new();
    }
    let owned = Editor::new(AwsFile::Config, config).owned().into_iter();
    let connection = |owned: Owned<'_>| {
        let (profile, role) = (owned.profile.to_owned(), own_role(owned.process?)?);
        Some(Connection { profile, role })
    };
    owned.filter_map(connection).collect()
}
