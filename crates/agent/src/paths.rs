//! The paths of one set of roles, keys and sessions. Pure: accesses no file.

use std::path::{Path, PathBuf};

use rolecall_core::api::protocol::{OWN_DIR, PRACTICE_DIR};
use rolecall_core::aws_files::AwsFile;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;
use rolecall_keeper::ports::Journal;

/// The folder's name below the desktop's folders for configuration and state.
const APP_DIR: &str = "rolecall";

/// The variable that names the home folder.
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// The environment variables for paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `HOME`, on Windows `USERPROFILE`.
    pub home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`.
    pub config_home: Option<PathBuf>,
    /// `XDG_STATE_HOME`.
    pub state_home: Option<PathBuf>,
    /// `XDG_DATA_HOME`.
    pub data_home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// `APPDATA`, on Windows.
    pub app_data: Option<PathBuf>,
    /// `LOCALAPPDATA`, on Windows.
    pub local_app_data: Option<PathBuf>,
    /// `AWS_CONFIG_FILE`.
    pub aws_config: Option<PathBuf>,
    /// `AWS_SHARED_CREDENTIALS_FILE`.
    pub aws_credentials: Option<PathBuf>,
}

impl Environment {
    /// Reads the process's environment. Empty variables count as absent.
    #[expect(
        clippy::disallowed_methods,
        reason = "the only place that reads the environment"
    )]
    pub fn read() -> Self {
        let variable = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        Self {
            home: variable(HOME),
            config_home: variable("XDG_CONFIG_HOME"),
            state_home: variable("XDG_STATE_HOME"),
            data_home: variable("XDG_DATA_HOME"),
            runtime_dir: variable("XDG_RUNTIME_DIR"),
            app_data: variable("APPDATA"),
            local_app_data: variable("LOCALAPPDATA"),
            aws_config: variable("AWS_CONFIG_FILE"),
            aws_credentials: variable("AWS_SHARED_CREDENTIALS_FILE"),
        }
    }
}

/// Returns the user's home folder; an empty path if there is none.
pub fn home() -> PathBuf {
    Environment::read().home.unwrap_or_default()
}

/// The paths of one set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The folder of `roles.toml`, `settings.toml` and `keys.toml`.
    pub config_dir: PathBuf,
    /// The folder of the state that survives a restart.
    pub state_dir: PathBuf,
    /// The folder of the local socket. Its parent is the runtime directory, or else `run` in the state folder; never
    /// `/tmp`.
    pub socket_dir: PathBuf,
    /// The folder of the sealed file.
    pub data_dir: PathBuf,
    /// AWS's config file.
    pub aws_config_path: PathBuf,
    /// AWS's credentials file.
    pub aws_credentials_path: PathBuf,
    home: PathBuf,
}

impl Paths {
    /// Returns the user's own paths. Relative variables are ignored, as the
    /// [XDG specification](https://specifications.freedesktop.org/basedir-spec/latest/) says.
    ///
    /// # Errors
    /// If there is no home folder to start from.
    pub fn new(environment: &Environment) -> Result<Self, Problem> {
        let home = absolute(environment.home.as_ref()).ok_or_else(no_home)?;
        let (config_home, state_home) = platform_homes(environment, &home);
        let state_dir = state_home.join(APP_DIR);
        let runtime_dir =
            absolute(environment.runtime_dir.as_ref()).unwrap_or_else(|| state_dir.join("run"));
        Ok(Self {
            config_dir: config_home.join(APP_DIR),
            socket_dir: runtime_dir.join(OWN_DIR),
            data_dir: data_home(environment, &home).join(APP_DIR),
            aws_config_path: aws_path(environment.aws_config.as_ref(), "config", &home),
            aws_credentials_path: aws_path(
                environment.aws_credentials.as_ref(),
                "credentials",
                &home,
            ),
            state_dir,
            home,
        })
    }

    /// Returns the paths of a practice set in the temporary folder `dir`. Only its socket is beside the user's own, where
    /// the command line finds it.
    pub fn practice(&self, dir: &Path) -> Self {
        Self {
            config_dir: dir.join("config"),
            state_dir: dir.join("state"),
            socket_dir: self.socket_dir.with_file_name(PRACTICE_DIR),
            aws_config_path: dir.join("aws/config"),
            data_dir: dir.join("data"),
            aws_credentials_path: dir.join("aws/credentials"),
            home: self.home.clone(),
        }
    }

    /// Returns the user's home folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Returns the same paths with other files of AWS.
    #[must_use]
    pub fn with_aws_path(mut self, file: AwsFile, path: PathBuf) -> Self {
        match file {
            AwsFile::Config => self.aws_config_path = path,
            AwsFile::Credentials => self.aws_credentials_path = path,
        }
        self
    }

    /// Returns the usual path of one of AWS's files, whatever the environment says.
    pub fn usual_aws_path(&self, file: AwsFile) -> PathBuf {
        let name = match file {
            AwsFile::Config => "config",
            AwsFile::Credentials => "credentials",
        };
        self.home.join(".aws").join(name)
    }

    /// Returns the file of roles.
    pub fn roles_path(&self) -> PathBuf {
        self.config_dir.join("roles.toml")
    }

    /// Returns the file of marks.
    pub fn marks_path(&self) -> PathBuf {
        self.config_dir.join("marks.toml")
    }

    /// Returns the file of settings.
    pub fn settings_path(&self) -> PathBuf {
        self.config_dir.join("settings.toml")
    }

    /// Returns the file of access keys: ids and names, never secrets.
    pub fn keys_path(&self) -> PathBuf {
        self.config_dir.join("keys.toml")
    }

    /// Returns one of AWS's files.
    pub fn aws_path(&self, file: AwsFile) -> &Path {
        match file {
            AwsFile::Config => &self.aws_config_path,
            AwsFile::Credentials => &self.aws_credentials_path,
        }
    }

    /// Returns a journal.
    pub fn journal_path(&self, journal: Journal) -> PathBuf {
        self.state_dir.join(journal.file_name())
    }

    /// Returns the database of the state that survives a restart.
    pub fn state_path(&self) -> PathBuf {
        self.state_dir.join("state.db")
    }

    /// Returns the file with what the window remembers.
    pub fn window_path(&self) -> PathBuf {
        self.state_dir.join("window.json")
    }

    /// Returns the database of sessions that are sealed with a key of the sealed file.
    pub fn sealed_state_path(&self) -> PathBuf {
        self.state_dir.join("state-sealed-file.db")
    }

    /// Returns the sealed file of secrets.
    pub fn sealed_file_path(&self) -> PathBuf {
        self.data_dir.join("keys.sealed")
    }

    /// Returns a path for display, with `~` for the home folder.
    pub fn shown(&self, path: &Path) -> String {
        let text = match path.strip_prefix(&self.home) {
            Ok(rest) => Path::new("~").join(rest),
            Err(_) => path.to_owned(),
        };
        sanitise::visible(&text.to_string_lossy())
    }
}

fn no_home() -> Problem {
    Problem::new(
        ProblemCode::StorageFailed,
        format!("There is no home folder: {HOME} is not set to an absolute path."),
        format!("Set {HOME}, then start again."),
    )
}

fn absolute(path: Option<&PathBuf>) -> Option<PathBuf> {
    path.filter(|path| path.is_absolute()).cloned()
}

/// Returns the path in an AWS variable, with `~` for the home folder as in AWS's tools; else the file in `~/.aws`.
/// A relative path is ignored, since this program has no meaningful working directory.
fn aws_path(variable: Option<&PathBuf>, name: &str, home: &Path) -> PathBuf {
    let given = variable.map(|path| match path.strip_prefix("~") {
        Ok(rest) => home.join(rest),
        Err(_) => path.clone(),
    });
    absolute(given.as_ref()).unwrap_or_else(|| home.join(".aws").join(name))
}

/// Returns the folder for the user's data.
fn data_home(environment: &Environment, home: &Path) -> PathBuf {
    let (ours, default) = match cfg!(windows) {
        true => (&environment.local_app_data, "AppData/Local"),
        false => (&environment.data_home, ".local/share"),
    };
    absolute(ours.as_ref()).unwrap_or_else(|| home.join(default))
}

/// Returns the desktop's folders for configuration and for state.
#[cfg(not(any(target_os = "macos", windows)))]
fn platform_homes(environment: &Environment, home: &Path) -> (PathBuf, PathBuf) {
    (
        absolute(environment.config_home.as_ref()).unwrap_or_else(|| home.join(".config")),
        absolute(environment.state_home.as_ref()).unwrap_or_else(|| home.join(".local/state")),
    )
}

/// Returns the desktop's folders for configuration and for state. The XDG variables have precedence if set.
#[cfg(target_os = "macos")]
fn platform_homes(environment: &Environment, home: &Path) -> (PathBuf, PathBuf) {
    let library = home.join("Library/Application Support");
    (
        absolute(environment.config_home.as_ref()).unwrap_or_else(|| library.clone()),
        absolute(environment.state_home.as_ref()).unwrap_or(library),
    )
}

/// Returns the desktop's folders for configuration, which roams, and for state, which stays on the machine.
#[cfg(windows)]
fn platform_homes(environment: &Environment, home: &Path) -> (PathBuf, PathBuf) {
    (
        absolute(environment.app_data.as_ref()).unwrap_or_else(|| home.join("AppData/Roaming")),
        absolute(environment.local_app_data.as_ref()).unwrap_or_else(|| home.join("AppData/Local")),
    )
}

#[cfg(all(test, not(any(target_os = "macos", windows))))]
mod tests {
    use super::*;

    fn environment() -> Environment {
        Environment {
            home: Some("/home/ada".into()),
            runtime_dir: Some("/run/user/1000".into()),
            ..Environment::default()
        }
    }

    #[test]
    fn follows_the_xdg_defaults() {
        let paths = Paths::new(&environment()).expect("paths");
        assert_eq!(
            paths.roles_path(),
            Path::new("/home/ada/.config/rolecall/roles.toml")
        );
        assert_eq!(
            paths.state_path(),
            Path::new("/home/ada/.local/state/rolecall/state.db")
        );
        assert_eq!(paths.socket_dir, Path::new("/run/user/1000/rolecall"));
        assert_eq!(
            paths.aws_credentials_path,
            Path::new("/home/ada/.aws/credentials")
        );
    }

    #[test]
    fn follows_absolute_variables_and_ignores_relative_ones() {
        let paths = Paths::new(&Environment {
            config_home: Some("/elsewhere".into()),
            state_home: Some("relative/state".into()),
            aws_credentials: Some("/mnt/credentials".into()),
            ..environment()
        })
        .expect("paths");
        assert_eq!(paths.config_dir, Path::new("/elsewhere/rolecall"));
        assert_eq!(
            paths.state_dir,
            Path::new("/home/ada/.local/state/rolecall")
        );
        assert_eq!(paths.aws_credentials_path, Path::new("/mnt/credentials"));
    }

    #[test]
    fn r23_without_a_runtime_directory_the_socket_is_in_the_state_folder_and_never_in_tmp() {
        let paths = Paths::new(&Environment {
            runtime_dir: None,
            ..environment()
        })
        .expect("paths");
        assert_eq!(
            paths.socket_dir,
            Path::new("/home/ada/.local/state/rolecall/run/rolecall")
        );
    }

    #[test]
    fn b88_a_missing_or_relative_home_is_a_problem() {
        for home in [None, Some("relative".into())] {
            let problem = Paths::new(&Environment {
                home,
                ..Environment::default()
            })
            .expect_err("no home");
            assert!(problem.what.contains("HOME"), "{problem}");
        }
    }

    #[test]
    fn a_practice_set_is_in_its_own_folder_with_its_socket_beside_the_usual_one() {
        let own = Paths::new(&environment()).expect("paths");
        let practice = own.practice(Path::new("/run/user/1000/practice"));
        assert_eq!(
            practice.socket_dir,
            Path::new("/run/user/1000/rolecall-practice")
        );
        for path in [
            practice.roles_path(),
            practice.keys_path(),
            practice.state_path(),
            practice.aws_credentials_path.clone(),
        ] {
            assert!(
                path.starts_with("/run/user/1000/practice"),
                "{}",
                path.display()
            );
        }
    }

    #[test]
    fn messages_show_the_home_folder_as_a_tilde() {
        let paths = Paths::new(&environment()).expect("paths");
        assert_eq!(
            paths.shown(&paths.roles_path()),
            "~/.config/rolecall/roles.toml"
        );
        assert_eq!(paths.shown(Path::new("/a\u{1b}b")), "/a\\u{1b}b");
    }
}
