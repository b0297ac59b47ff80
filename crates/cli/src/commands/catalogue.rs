//! `catalogue`: the roles and plaintext keys in AWS's own files. It needs no running application, and runs no program
//! that the files name.

mod aws_file;

use std::path::{Path, PathBuf};

use rolecall_core::aws_files::{
    self, AwsFile, Document, FileNotice, KeychainKeys, ProfileKey, ProfileRole, Profiles, Reading,
};
use rolecall_core::catalogue::key_list;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

use super::other_files::OtherFiles;
use super::output::json;
use crate::arguments::{AwsFiles, Format};
use crate::client::Client;
use crate::environment::Environment;
use crate::input::read_file;
use crate::table::aligned;
use crate::terminal;
use aws_file::Content;

/// Settings that give a profile its own credentials.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>
const CREDENTIAL_SETTINGS: [&str; 7] = [
    "aws_access_key_id",
    "credential_process",
    "role_arn",
    "sso_session",
    "sso_start_url",
    "login_session",
    "web_identity_token_file",
];

/// The paths of AWS's two files.
struct Paths {
    config: Option<PathBuf>,
    credentials: Option<PathBuf>,
}

/// Returns the content of AWS's files: the given ones, or those that AWS's variables name, or those in `~/.aws`. Says
/// so if the running application reads others than the latter.
///
/// # Errors
/// If the content has no JSON form.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    files: &AwsFiles,
    format: Format,
) -> Result<String, Problem> {
    let given = |path: &Option<String>| path.as_ref().map(PathBuf::from);
    let own = Paths::of(environment);
    let paths = Paths {
        config: given(&files.config).or(own.config),
        credentials: given(&files.credentials).or(own.credentials),
    };
    let reading = read(&paths, environment);
    let text = match format {
        Format::Json => json(&reading),
        Format::Text => Ok(text(&reading, |notice| {
            notice_text(notice, &paths, environment)
        })),
    };
    if files.config.is_none()
        && files.credentials.is_none()
        && let Some(other) = OtherFiles::find(client, environment)
    {
        terminal::tell(&other.note());
    }
    text
}

/// Returns the roles in AWS's files as AWS's tools in this terminal find them.
pub(super) fn roles_here(environment: &Environment) -> Vec<ProfileRole> {
    read(&Paths::of(environment), environment).roles
}

/// Returns the plaintext keys in AWS's files as AWS's tools in this terminal find them.
pub(super) fn keys_here(environment: &Environment) -> Vec<ProfileKey> {
    read(&Paths::of(environment), environment).keys
}

impl Paths {
    fn of(environment: &Environment) -> Self {
        Self {
            config: environment.aws_config_path(),
            credentials: environment.aws_credentials_path(),
        }
    }
}

/// AWS's two files, as they were read.
pub(super) struct ReadFiles {
    pub(super) config_path: Option<PathBuf>,
    pub(super) config: Content,
    pub(super) credentials_path: Option<PathBuf>,
    pub(super) credentials: Content,
}

impl ReadFiles {
    /// Reads the files that AWS's variables name, or those in `~/.aws`.
    pub(super) fn of(environment: &Environment) -> Self {
        let paths = Paths::of(environment);
        Self {
            config: aws_file::read(AwsFile::Config, paths.config.as_deref()),
            credentials: aws_file::read(AwsFile::Credentials, paths.credentials.as_deref()),
            config_path: paths.config,
            credentials_path: paths.credentials,
        }
    }
}

/// Returns the setting that gives the default profile its own credentials, if there is one.
pub(super) fn credentials_of_default(environment: &Environment) -> Option<&'static str> {
    let paths = Paths::of(environment);
    let config = aws_file::read(AwsFile::Config, paths.config.as_deref());
    let credentials = aws_file::read(AwsFile::Credentials, paths.credentials.as_deref());
    let (config, credentials) = (config.text.expose(), credentials.text.expose());
    let documents = (Document::parse(config), Document::parse(credentials));
    let (profiles, _) = Profiles::merge(&documents.0, &documents.1);
    let default = profiles.find("default")?;
    CREDENTIAL_SETTINGS
        .into_iter()
        .find(|key| default.get(key).is_some())
}

fn read(paths: &Paths, environment: &Environment) -> Reading {
    let config = aws_file::read(AwsFile::Config, paths.config.as_deref());
    let credentials = aws_file::read(AwsFile::Credentials, paths.credentials.as_deref());
    let (config_text, credentials_text) = (config.text.expose(), credentials.text.expose());
    let mut reading = match keys(environment) {
        Some(keys) => {
            let keys = KeychainKeys::of(&keys).or_plaintext();
            aws_files::roles_with_keys(config_text, credentials_text, &keys)
        }
        None => aws_files::roles(config_text, credentials_text),
    };
    let has_program = |path: &str| Path::new(path).is_file();
    let missing = aws_files::missing_programs(config_text, credentials_text, has_program);
    reading.notices.extend(missing);
    let of_files = config.notices.into_iter().chain(credentials.notices);
    reading.notices.splice(0..0, of_files);
    reading
}

/// Returns the access keys in the keychain, from the list that Rolecall writes; `None` if it cannot be read.
fn keys(environment: &Environment) -> Option<Vec<AccessKey>> {
    let path = environment.keys_path()?;
    let text = read_file(&path).ok()?;
    key_list::parse(text.expose(), &path.to_string_lossy()).ok()
}

fn text(reading: &Reading, notice: impl Fn(&FileNotice) -> String) -> String {
    let mut parts = Vec::new();
    if reading.roles.is_empty() {
        parts.push("There are no roles in AWS's files.".to_owned());
    } else {
        parts.push(table(&reading.roles));
    }
    let problems = reading
        .roles
        .iter()
        .filter_map(|role| role.problem.as_ref());
    parts.extend(problems.map(|problem| format!("! {}", visible(&problem.to_string()))));
    parts.extend(reading.keys.iter().map(|key| {
        let profile = visible(&key.profile);
        format!("Plaintext key: {} in {profile}", key.access_key_id)
    }));
    parts.extend(reading.notices.iter().map(notice));
    parts.join("\n")
}

fn table(roles: &[ProfileRole]) -> String {
    let mut rows = vec![["ROLE", "ARN", "SOURCE", ""].map(str::to_owned)];
    rows.extend(roles.iter().map(|role| {
        let source = role.source_profile.as_ref();
        let state = match role.problem {
            Some(_) => "needs setup",
            None => "",
        };
        [
            role.name.clone(),
            role.arn.clone(),
            source.cloned().unwrap_or_else(|| "-".to_owned()),
            state.to_owned(),
        ]
    }));
    aligned(&rows)
}

/// Returns a notice with its file and line. A path in the home folder starts with `~`.
fn notice_text(notice: &FileNotice, paths: &Paths, environment: &Environment) -> String {
    let path = match notice.file {
        AwsFile::Config => &paths.config,
        AwsFile::Credentials => &paths.credentials,
    };
    let path = path.as_deref().unwrap_or(Path::new(""));
    let below_home = environment
        .home
        .as_ref()
        .and_then(|home| path.strip_prefix(home).ok());
    let path = match below_home {
        Some(below) => visible(&Path::new("~").join(below).to_string_lossy()),
        None => visible(&path.to_string_lossy()),
    };
    let text = visible(&notice.text);
    match notice.line {
        Some(line) => format!("{path}, line {line}: {text}"),
        None => format!("{path}: {text}"),
    }
}
