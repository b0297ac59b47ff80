//! The environment variables that the command line reads: paths, and of AWS's variables only those with paths, and the ends
//! of the access key ID. Of the others it only looks at which are set beside a session.

use std::ffi::OsString;
use std::path::{self, Path, PathBuf};

use jiff::Timestamp;
use rolecall_core::api::host::INHERITED_VARIABLES;
use rolecall_core::session::variable;
use rolecall_core::value::access_key::masked;

use crate::paint::Paint;

/// The values of the variables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// `XDG_RUNTIME_DIR`, if it is absolute.
    pub(crate) runtime_dir: Option<PathBuf>,
    /// `XDG_STATE_HOME`, if it is absolute.
    pub(crate) state_home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, if it is absolute.
    pub(crate) config_home: Option<PathBuf>,
    /// `XDG_DATA_HOME`, if it is absolute.
    pub(crate) data_home: Option<PathBuf>,
    /// Whether there is a display for the tray application.
    pub(crate) display: Display,
    /// `HOME`, on Windows `USERPROFILE`, if it is absolute.
    pub(crate) home: Option<PathBuf>,
    /// `AWS_CONFIG_FILE`: the file that lists the profiles.
    pub(crate) aws_config: Option<PathBuf>,
    /// `AWS_SHARED_CREDENTIALS_FILE`: the file with plaintext keys.
    pub(crate) aws_credentials: Option<PathBuf>,
    /// `PATH`: the folders of programs.
    pub(crate) search_path: Option<OsString>,
    /// `DBUS_SESSION_BUS_ADDRESS`: the bus of the keychain and the tray.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux has a session bus")
    )]
    pub(crate) bus_address: Option<String>,
    /// `SHELL`.
    pub(crate) shell: Option<PathBuf>,
    /// `ROLECALL_ROLE`: the role of this shell's session.
    pub(crate) role: Option<String>,
    /// `ROLECALL_EXPIRATION`: when the credentials of this shell expire; absent if they are renewed.
    pub(crate) expiration: Option<Timestamp>,
    /// `AWS_ACCESS_KEY_ID`, hidden except for its ends: which session this shell holds.
    pub(crate) access_key_id: Option<String>,
    /// `ZDOTDIR`: the folder of zsh's start-up files.
    pub(crate) zsh_dir: Option<OsString>,
    /// Whether sudo started this process: `SUDO_UID`.
    pub(crate) privilege: Privilege,
    /// Whether the output has colours: `NO_COLOR` and `TERM`.
    pub(crate) paint: Paint,
}

/// Whether there is a display.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Display {
    /// There is a display, or the system always has one.
    #[default]
    Present,
    /// There is no display, as on a server.
    Absent,
}

/// Returns the environment for an agent that this process starts.
pub(crate) fn agent_environment() -> impl Iterator<Item = (&'static str, OsString)> {
    INHERITED_VARIABLES
        .into_iter()
        .filter_map(|name| Some((name, inherited(name)?)))
}

/// Returns the value of a variable for an agent. A relative path of AWS's files counts from here, and the agent has
/// another working directory.
fn inherited(name: &str) -> Option<OsString> {
    let value = variable(name)?;
    let is_aws_file = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"].contains(&name);
    if !is_aws_file || Path::new(&value).starts_with("~") {
        return Some(value);
    }
    Some(path::absolute(&value).map_or(value, PathBuf::into_os_string))
}

/// Who started the command line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// The user who is signed in.
    #[default]
    Own,
    /// sudo.
    Sudo,
}

impl Environment {
    /// Reads the process's environment. An empty variable is absent.
    pub(crate) fn read() -> Self {
        let path = |name| {
            variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let home = path(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        // AWS's SDKs allow relative paths, and `~` for the home folder.
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
            config_home: path("XDG_CONFIG_HOME"),
            data_home: path("XDG_DATA_HOME"),
            display: display(),
            aws_config: aws_file("AWS_CONFIG_FILE"),
            aws_credentials: aws_file("AWS_SHARED_CREDENTIALS_FILE"),
            home,
            search_path: variable("PATH"),
            bus_address: variable("DBUS_SESSION_BUS_ADDRESS").and_then(|it| it.into_string().ok()),
            shell: path("SHELL"),
            role: variable("ROLECALL_ROLE").and_then(|role| role.into_string().ok()),
            expiration: variable("ROLECALL_EXPIRATION").and_then(|end| end.to_str()?.parse().ok()),
            access_key_id: variable("AWS_ACCESS_KEY_ID").and_then(|id| Some(masked(id.to_str()?))),
            zsh_dir: variable("ZDOTDIR"),
            privilege: match variable("SUDO_UID") {
                Some(_) => Privilege::Sudo,
                None => Privilege::Own,
            },
            paint: Paint::of_output(
                variable("NO_COLOR").is_some(),
                variable("TERM").as_ref().and_then(|name| name.to_str()),
            ),
        }
    }

    /// Returns the folder that the sockets' folders are in, as the application chooses it: the runtime directory, or
    /// `run` in the state folder; never `/tmp`.
    pub(crate) fn socket_parent(&self) -> Option<PathBuf> {
        self.runtime_dir
            .clone()
            .or_else(|| Some(self.state_dir()?.join("run")))
    }

    /// Returns the log file of an agent that the command line starts.
    pub(crate) fn log_path(&self) -> Option<PathBuf> {
        Some(self.state_dir()?.join("agent.log"))
    }

    /// Returns the settings file.
    pub(crate) fn settings_path(&self) -> Option<PathBuf> {
        let config_home = self.config_home.clone();
        let config_home = config_home.or_else(|| self.below_home(".config"))?;
        Some(config_home.join("rolecall/settings.toml"))
    }

    /// Returns the list of access keys, which has no secret.
    pub(crate) fn keys_path(&self) -> Option<PathBuf> {
        Some(self.settings_path()?.with_file_name("keys.toml"))
    }

    /// Returns AWS's config file as AWS's tools in this terminal find it.
    pub(crate) fn aws_config_path(&self) -> Option<PathBuf> {
        let in_home = || Some(self.home.as_ref()?.join(".aws/config"));
        self.aws_config.clone().or_else(in_home)
    }

    /// Returns AWS's credentials file as AWS's tools in this terminal find it.
    pub(crate) fn aws_credentials_path(&self) -> Option<PathBuf> {
        let in_home = || Some(self.home.as_ref()?.join(".aws/credentials"));
        self.aws_credentials.clone().or_else(in_home)
    }

    /// Returns the sealed key file, as the agent chooses it.
    pub(crate) fn sealed_file_path(&self) -> Option<PathBuf> {
        let in_home = || Some(self.home.as_ref()?.join(".local/share"));
        let data_home = self.data_home.clone().or_else(in_home)?;
        Some(data_home.join("rolecall/keys.sealed"))
    }

    fn state_dir(&self) -> Option<PathBuf> {
        let state_home = self.state_home.clone();
        let state_home = state_home.or_else(|| self.below_home(".local/state"))?;
        Some(state_home.join("rolecall"))
    }

    /// Returns a folder in the user's home. macOS has one for configuration and state.
    fn below_home(&self, folder: &str) -> Option<PathBuf> {
        let folder = if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            folder
        };
        Some(self.home.as_ref()?.join(folder))
    }
}

fn display() -> Display {
    let named = ["DISPLAY", "WAYLAND_DISPLAY"];
    match cfg!(target_os = "linux") && named.iter().all(|name| variable(name).is_none()) {
        true => Display::Absent,
        false => Display::Present,
    }
}

/// Returns the names of the variables that do not belong to a session which sets the variables `set`.
pub(crate) fn left_over(set: &[&str]) -> Vec<String> {
    let all = all();
    let left_over = variable::left_over(&all, set);
    left_over.into_iter().map(str::to_owned).collect()
}

/// Returns the variables that replace the session that this shell says it has.
pub(crate) fn replacing() -> Vec<String> {
    let all = all();
    let replacing = variable::replacing(&all);
    replacing.into_iter().map(str::to_owned).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "whether a variable is in the way depends on all of them"
)]
fn all() -> Vec<(String, String)> {
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into()))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// Returns the variables with credentials that are set, which override all profiles of AWS's tools.
pub(crate) fn credential_variables() -> Vec<&'static str> {
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let set = names.into_iter().filter(|name| variable(name).is_some());
    set.collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "only this function reads values of the environment"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
