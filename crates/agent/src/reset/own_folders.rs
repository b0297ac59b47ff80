//! What Rolecall's folders contain: files that belong in them, and others, which stay. Links are never followed, except
//! one to the whole folder of state or of data.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rolecall_core::api::protocol::{OWN_DIR, PRACTICE_DIR, SOCKET_NAME, STARTING_LOCK};

use crate::autostart::Autostart;
use crate::disk;
use crate::paths::Paths;

/// The files that `--keep-roles` keeps.
const OF_THE_USER: [&str; 3] = ["roles.toml", "marks.toml", "settings.toml"];

/// Which names belong in a folder.
struct Names {
    file: fn(&str) -> bool,
    folders: &'static [(&'static str, &'static Names)],
}

static CONFIG: Names = Names {
    file: |name| {
        let names = || OF_THE_USER.into_iter().chain(["keys.toml"]);
        names().any(|it| it == name || is_unmerged(name, it)) || is_unfinished(name)
    },
    folders: &[],
};
static STATE: Names = Names {
    file: |name| {
        let begins = [
            "state.db",
            "state-sealed-file.db",
            "moved-keys.json",
            "rotations.json",
            "setups.json",
            "revocations.json",
        ];
        let names = [
            "aws-files.lock",
            "aws-files.txt",
            "files.lock",
            "in-use.lock",
            "agent.log",
            "window.json",
        ];
        names.contains(&name) || begins.iter().any(|it| name.starts_with(it)) || is_unfinished(name)
    },
    folders: &[("backups", &BACKUPS), ("teams", &TEAMS), ("run", &RUN)],
};
static BACKUPS: Names = Names {
    file: |name| {
        ["config.", "credentials."]
            .iter()
            .any(|it| name.starts_with(it))
            || is_unfinished(name)
    },
    folders: &[],
};
static TEAMS: Names = Names {
    file: |name| [".toml", ".etag"].iter().any(|it| name.ends_with(it)) || is_unfinished(name),
    folders: &[],
};
static RUN: Names = Names {
    file: |_| false,
    folders: &[(OWN_DIR, &SOCKETS), (PRACTICE_DIR, &SOCKETS)],
};
static DATA: Names = Names {
    file: |name| name.starts_with("keys.sealed") || is_unfinished(name),
    folders: &[],
};
static SOCKETS: Names = Names {
    file: |name| {
        [SOCKET_NAME, STARTING_LOCK, "agent.lock", "instance.lock"].contains(&name)
            || is_token(name)
    },
    folders: &[("shells", &SHELLS)],
};
static SHELLS: Names = Names {
    file: |name| name.starts_with("bash."),
    folders: &[("zsh", &ZSH)],
};
static ZSH: Names = Names {
    file: |name| name.starts_with(".z"),
    folders: &[],
};

fn is_unfinished(name: &str) -> bool {
    name.starts_with(disk::TEMPORARY)
}

fn is_unmerged(name: &str, of: &str) -> bool {
    let rest = name.strip_prefix(of);
    rest.is_some_and(|rest| rest.starts_with(".unmerged-"))
}

fn is_token(name: &str) -> bool {
    name.starts_with("endpoint-") && name.ends_with(".token")
}

/// Which of the user's own files stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// None of them.
    Nothing,
    /// Roles, labels and settings.
    Roles,
}

/// What was found in the folders.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files and links of Rolecall.
    pub(super) files: Vec<PathBuf>,
    /// Folders of Rolecall that are empty without these files, the inner ones first.
    pub(super) folders: Vec<PathBuf>,
    /// What stays, and why.
    pub(super) kept: Vec<(PathBuf, String)>,
    /// Processes that serve an endpoint.
    pub(super) endpoints: Vec<PathBuf>,
}

/// Returns what is in the folders of these paths.
pub(super) fn find(paths: &Paths, keep: Keep) -> Found {
    let mut found = Found::default();
    let practice = paths.socket_dir.with_file_name(PRACTICE_DIR);
    let folders = [
        (&paths.config_dir, &CONFIG),
        (&paths.state_dir, &STATE),
        (&paths.data_dir, &DATA),
        (&paths.socket_dir, &SOCKETS),
        (&practice, &SOCKETS),
    ];
    let mut done: Vec<&Path> = Vec::new();
    for (dir, _) in folders {
        let is_inside = dir.starts_with(&paths.state_dir) && *dir != paths.state_dir;
        if is_inside || done.contains(&dir.as_path()) {
            continue;
        }
        done.push(dir);
        // Some systems have one folder for several purposes.
        let of_dir = folders.iter().filter(|(other, _)| *other == dir);
        let names: Vec<&Names> = of_dir.map(|(_, names)| *names).collect();
        let may_follow = *dir != paths.config_dir;
        found.look_into_top(dir, &names, keep, may_follow);
    }
    let autostart = Autostart::new(paths);
    if autostart.is_ours() {
        found.files.push(autostart.path().to_owned());
    }
    found
}

impl Found {
    fn look_into_top(&mut self, dir: &Path, names: &[&Names], keep: Keep, may_follow: bool) {
        let is_link = fs::symlink_metadata(dir).is_ok_and(|it| it.is_symlink());
        if !is_link {
            self.look_into(dir, names, keep);
            return;
        }
        self.files.push(dir.to_owned());
        let Ok(target) = fs::canonicalize(dir) else {
            return;
        };
        if may_follow {
            self.look_into(&target, names, keep);
            // The folder itself was not made by Rolecall.
            self.folders.retain(|folder| *folder != target);
        }
        self.keep_target(dir, target);
    }

    fn keep_target(&mut self, link: &Path, target: PathBuf) {
        let name = link.file_name().unwrap_or_default().to_string_lossy();
        let why = format!("The link \"{name}\" leads to it. Only the link is removed.");
        self.kept.push((target, why));
    }

    /// Looks into a folder. Returns whether it can be removed afterwards.
    fn look_into(&mut self, dir: &Path, names: &[&Names], keep: Keep) -> bool {
        let entries = match own_entries(dir) {
            Ok(Some(entries)) => entries,
            Ok(None) => return true,
            Err(why) => {
                self.kept.push((dir.to_owned(), why));
                return false;
            }
        };
        let mut is_clean = true;
        for (path, kind) in entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let inner: Vec<&Names> = names.iter().filter_map(|it| it.folder(&name)).collect();
            is_clean &= if kind.is_dir() && !inner.is_empty() {
                self.look_into(&path, &inner, keep)
            } else if kind.is_dir() || !names.iter().any(|it| (it.file)(&name)) {
                let why = "Rolecall did not create it.".to_owned();
                self.kept.push((path, why));
                false
            } else if keep == Keep::Roles && OF_THE_USER.contains(&&*name) {
                self.kept.push((path, "--keep-roles keeps it.".to_owned()));
                false
            } else {
                self.add_file(path, &kind);
                true
            };
        }
        if is_clean {
            self.folders.push(dir.to_owned());
        }
        is_clean
    }

    fn add_file(&mut self, path: PathBuf, kind: &Metadata) {
        if let Some(target) = kind
            .is_symlink()
            .then(|| fs::canonicalize(&path).ok())
            .flatten()
        {
            self.keep_target(&path, target);
        }
        if path
            .file_name()
            .is_some_and(|name| is_token(&name.to_string_lossy()))
        {
            self.endpoints.push(path.clone());
        }
        self.files.push(path);
    }
}

impl Names {
    fn folder(&self, name: &str) -> Option<&'static Self> {
        let mut folders = self.folders.iter();
        folders.find(|(it, _)| *it == name).map(|(_, names)| *names)
    }
}

/// Returns the entries of a folder of this user, sorted; `None` if there is no folder.
fn own_entries(dir: &Path) -> Result<Option<Vec<(PathBuf, Metadata)>>, String> {
    let failed = |error: io::Error| format!("It cannot be read: {error}.");
    let found = match fs::symlink_metadata(dir) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        found => found.map_err(failed)?,
    };
    if !found.is_dir() {
        return Err("Rolecall did not create it: it is not a folder.".to_owned());
    }
    if !is_own(&found) {
        return Err("It belongs to another user.".to_owned());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        entries.push((entry.path(), entry.metadata().map_err(failed)?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(Some(entries))
}

#[cfg(unix)]
fn is_own(found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own(_: &Metadata) -> bool {
    true
}
