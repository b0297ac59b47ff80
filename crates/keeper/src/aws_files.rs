//! The roles in AWS's own files, which are read again whenever they change and never written.

use std::collections::HashMap;

use super::gate::Gate;
use super::{Concern, Owner};
use crate::ports::AwsText;
use rolecall_core::aws_files::connection::Connection;
use rolecall_core::aws_files::{
    self, AwsFile, Editor, FileNotice, KeychainKeys, Owned, ProfileRole, Reading, TakenKey,
    own_role,
};
use rolecall_core::catalogue::{Catalogue, Unusable};
use rolecall_core::value::origin::Origin;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::AwsFilesView;

/// The most roles of AWS's files that are listed.
const ROLES_MAX: usize = 10_000;

/// What AWS's files gave last.
#[derive(Default)]
pub(super) struct AwsFiles {
    config_path: String,
    credentials_path: String,
    connections: Vec<Connection>,
    moved: Vec<String>,
    reading: Reading,
}

impl Owner {
    /// Reads AWS's own files again. While one is broken, the roles that were good stay as they were, and what is wrong
    /// is told.
    pub(super) async fn reload_aws_files(&self) {
        // One at a time, so that an older reading never takes the place of a newer one.
        let _turn = self.enter(Gate::AwsFiles).await;
        let files = &self.ports.files;
        let config = self.io(|ports| ports.files.read_aws(AwsFile::Config)).await;
        let credentials = self
            .io(|ports| ports.files.read_aws(AwsFile::Credentials))
            .await;
        let keys = self.lock().keys.clone();
        let (config_path, credentials_path) = (
            files.aws_path(AwsFile::Config),
            files.aws_path(AwsFile::Credentials),
        );
        let kept = KeychainKeys::of(&keys)
            .in_file(AwsFile::Config, &config_path)
            .in_file(AwsFile::Credentials, &credentials_path);
        let reading = aws_files::roles_with_keys(text(&config), text(&credentials), &kept);
        let mut fresh = AwsFiles {
            config_path,
            credentials_path,
            connections: connections(text(&config)),
            moved: self.moved(text(&config), text(&credentials)).await,
            reading,
        };
        fresh.warn(AwsFile::Config, &config);
        fresh.warn(AwsFile::Credentials, &credentials);
        fresh.note_limit();
        let problem = config.err().or(credentials.err()).or(fresh.fault());
        let before = self.lock().catalogue.clone();
        self.update(|state| {
            if problem.is_some() {
                fresh.keep_good(&state.aws);
            }
            state.aws = fresh;
            state.compose();
            match problem {
                Some(problem) => drop(state.standing.insert(Concern::AwsFiles, problem)),
                None => drop(state.standing.remove(&Concern::AwsFiles)),
            }
        });
        self.forget_limits(&before);
    }
}

fn text(read: &Result<AwsText, Problem>) -> &str {
    read.as_ref().map_or("", |read| read.text.expose())
}

impl Owner {
    /// Returns the profiles whose key was moved to the keychain, as far as the files are as that left them.
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
    let owned = Editor::new(AwsFile::Config, config).owned().into_iter();
    let connection = |owned: Owned<'_>| {
        let (profile, role) = (owned.profile.to_owned(), own_role(owned.process?)?);
        Some(Connection { profile, role })
    };
    owned.filter_map(connection).collect()
}

impl AwsFiles {
    /// Adds the files' roles to a catalogue.
    pub(super) fn add_to(&self, catalogue: &mut Catalogue) {
        for found in self.reading.roles.iter().take(ROLES_MAX) {
            let origin = Origin::profile(self.path(found.file), found.line);
            catalogue.add(role_of(found), origin);
        }
    }

    /// Returns what is shown of the files themselves.
    pub(super) fn view(&self) -> AwsFilesView {
        AwsFilesView {
            config_path: self.config_path.clone(),
            credentials_path: self.credentials_path.clone(),
            keys: self.reading.keys.clone(),
            notices: self.reading.notices.clone(),
            connections: self.connections.clone(),
            moved: self.moved.clone(),
        }
    }

    fn path(&self, file: AwsFile) -> &str {
        match file {
            AwsFile::Config => &self.config_path,
            AwsFile::Credentials => &self.credentials_path,
        }
    }

    /// Tells of roles beyond the limit.
    fn note_limit(&mut self) {
        if let Some(first) = self.reading.roles.get(ROLES_MAX) {
            self.reading.notices.push(FileNotice {
                file: first.file,
                line: Some(first.line),
                text: format!("Only the first {ROLES_MAX} roles are listed."),
            });
        }
    }

    fn warn(&mut self, file: AwsFile, read: &Result<AwsText, Problem>) {
        let warning = read.as_ref().ok().and_then(|read| read.warning);
        let notice = warning.map(|text| FileNotice::of_file(file, text));
        self.reading.notices.splice(0..0, notice);
    }

    /// Returns the first line for which AWS's tools refuse a file.
    fn fault(&self) -> Option<Problem> {
        let fault = self.reading.faults.first()?;
        let place = Origin::profile(self.path(fault.file), fault.line.unwrap_or(1));
        let what = format!("{}: {}", place.text(), fault.text);
        let remedy = "Mend the line; until then the roles stay as they were.";
        Some(Problem::new(ProblemCode::InvalidAwsFile, what, remedy))
    }

    /// Takes over the roles of the reading before that were good, where they are missing now or not good.
    fn keep_good(&mut self, before: &Self) {
        let index = self.reading.roles.iter().enumerate();
        let index: HashMap<String, usize> =
            index.map(|(at, role)| (role.name.clone(), at)).collect();
        let good = before.reading.roles.iter();
        for role in good.filter(|role| role.problem.is_none()) {
            match index.get(&role.name).map(|at| &mut self.reading.roles[*at]) {
                Some(now) if now.problem.is_some() => *now = role.clone(),
                Some(_) => {}
                None => self.reading.roles.push(role.clone()),
            }
        }
    }
}

fn role_of(found: &ProfileRole) -> Result<rolecall_core::role::Role, Box<Unusable>> {
    let checked = match &found.problem {
        Some(problem) => Err(problem.clone()),
        None => found.role(),
    };
    checked.map_err(|problem| {
        Box::new(Unusable {
            draft: found.draft(),
            problem,
        })
    })
}
