//! What the command line takes from its environment: where things lie, and nothing of AWS's but the path of its file.

use std::ffi::OsString;
use std::path::PathBuf;

/// The variables that are read, each once.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// `XDG_RUNTIME_DIR`, if it is absolute.
    pub(crate) runtime_dir: Option<PathBuf>,
    /// `XDG_STATE_HOME`, if it is absolute.
    pub(crate) state_home: Option<PathBuf>,
    /// `HOME`, if it is absolute.
    pub(crate) home: Option<PathBuf>,
    /// `AWS_CONFIG_FILE`: the file that lists the profiles.
    pub(crate) aws_config: Option<PathBuf>,
    /// `AWS_SHARED_CREDENTIALS_FILE`: the file that a plaintext key is taken from.
    pub(crate) aws_credentials: Option<PathBuf>,
    /// `SHELL`.
    pub(crate) shell: Option<PathBuf>,
    /// `ROLECALL_ROLE`: the role whose session this shell is in.
    pub(crate) role: Option<String>,
    /// Whether `SUDO_UID` says that sudo started this.
    pub(crate) privilege: Privilege,
}

/// As whom the command line was started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// As the user who is signed in.
    #[default]
    Own,
    /// Through sudo.
    Sudo,
}

impl Environment {
    /// Reads the process's environment. Variables that are empty count as absent.
    pub(crate) fn read() -> Self {
        let path = |name| {
            variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let home = path("HOME");
        // As AWS's SDKs read them: relative paths count, and `~` at the start is the home folder.
        let aws_file = |name| {
            let path = PathBuf::from(variable(name)?);
            Some(match (path.strip_prefix("~"), &home) {
                (Ok(below), Some(home)) => home.join(below),
                (Ok(_), None) | (Err(_), _) => path,
            })
        };
        Self {
            runtime_dir: path("XDG_RUNTIME_DIR"),
            state_home: path("XDG_STATE_HOME"),
            aws_config: aws_file("AWS_CONFIG_FILE"),
            aws_credentials: aws_file("AWS_SHARED_CREDENTIALS_FILE"),
            home,
            shell: path("SHELL"),
            role: variable("ROLECALL_ROLE").and_then(|role| role.into_string().ok()),
            privilege: match variable("SUDO_UID") {
                Some(_) => Privilege::Sudo,
                None => Privilege::Own,
            },
        }
    }

    /// Returns the folder below which the sockets lie, as the application chooses it: the desktop's runtime directory,
    /// or `run` in the state folder where there is none; never `/tmp`.
    pub(crate) fn socket_parent(&self) -> Option<PathBuf> {
        let state_home = || {
            self.state_home
                .clone()
                .or_else(|| self.default_state_home())
        };
        self.runtime_dir
            .clone()
            .or_else(|| Some(state_home()?.join("rolecall/run")))
    }

    fn default_state_home(&self) -> Option<PathBuf> {
        let below_home = if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            ".local/state"
        };
        Some(self.home.as_ref()?.join(below_home))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
