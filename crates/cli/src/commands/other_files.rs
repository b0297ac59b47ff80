//! AWS's files that the tools of this terminal read, where the application reads others.

use std::path::{Path, PathBuf};

use rolecall_core::api::host::AwsFilePaths;
use rolecall_core::aws_files::AwsFile;
use rolecall_core::value::sanitise::visible;

use crate::client::Client;
use crate::environment::Environment;
use rolecall_core::value::shell_word::shell_word;

/// The files that differ, at least one.
pub(super) struct OtherFiles(Vec<OtherFile>);

/// One of AWS's files that has another path here than in the application.
pub(super) struct OtherFile {
    file: AwsFile,
    here: PathBuf,
    there: PathBuf,
}

impl OtherFiles {
    /// Returns the files that differ, if the application runs and there are such.
    pub(super) fn find(client: &Client, environment: &Environment) -> Option<Self> {
        Self::of(client.aws_files()?, environment)
    }

    /// Returns the files that differ from those that an application reads, if there are such.
    pub(super) fn of(there: AwsFilePaths, environment: &Environment) -> Option<Self> {
        let files = [
            OtherFile {
                file: AwsFile::Config,
                here: environment.aws_config_path()?,
                there: there.config,
            },
            OtherFile {
                file: AwsFile::Credentials,
                here: environment.aws_credentials_path()?,
                there: there.credentials,
            },
        ];
        let files: Vec<OtherFile> = files.into_iter().filter(OtherFile::differs).collect();
        (!files.is_empty()).then_some(Self(files))
    }

    /// Returns the application's config file, if it differs.
    pub(super) fn config_there(&self) -> Option<String> {
        let mut files = self.0.iter();
        let config = files.find(|it| it.file == AwsFile::Config);
        config.map(|it| shown(&it.there))
    }

    /// Returns whether the credentials files differ.
    pub(super) fn have_credentials(&self) -> bool {
        self.0.iter().any(|it| it.file == AwsFile::Credentials)
    }

    /// Returns what differs, and how to use the same files.
    pub(super) fn note(&self) -> String {
        let paths = |of: fn(&OtherFile) -> &Path| {
            let paths: Vec<String> = self.0.iter().map(|it| shown(of(it))).collect();
            paths.join(" and ")
        };
        let variables = |of: fn(&OtherFile) -> &Path| {
            let variables = self.0.iter().map(|it| {
                let value = shell_word(&shown(of(it)));
                format!("{}={value}", it.variable())
            });
            variables.collect::<Vec<_>>().join(" ")
        };
        format!(
            "AWS's tools in this terminal read {}, but Rolecall reads {}. To use the same, quit Rolecall and start it with \
             {}, or set {} here.",
            paths(|it| &it.here),
            paths(|it| &it.there),
            variables(|it| &it.here),
            variables(|it| &it.there),
        )
    }
}

impl OtherFile {
    /// Returns whether the two paths lead to different files.
    fn differs(&self) -> bool {
        let target = |path: &Path| path.canonicalize().unwrap_or_else(|_| absolute(path));
        target(&self.here) != target(&self.there)
    }

    fn variable(&self) -> &'static str {
        match self.file {
            AwsFile::Config => "AWS_CONFIG_FILE",
            AwsFile::Credentials => "AWS_SHARED_CREDENTIALS_FILE",
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn shown(path: &Path) -> String {
    visible(&absolute(path).to_string_lossy())
}
