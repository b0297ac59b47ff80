//! Files of the user that start Rolecall: of shells, of the desktop, and of the service manager. They stay, and the
//! list names them.

use std::fs;
use std::path::{Path, PathBuf};

use rolecall_core::api::reset::Kept;

use crate::autostart::Autostart;
use crate::disk;
use crate::paths::Paths;

/// A file that is larger is not read, in bytes.
const FILE_MAX: usize = 1 << 20;
/// Start-up files, below the home folder.
const IN_HOME: [&str; 6] = [
    ".bashrc",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zshenv",
];
/// Start-up files, below the folder for configuration.
const IN_CONFIG: [&str; 3] = [
    "fish/config.fish",
    "nushell/config.nu",
    "powershell/Microsoft.PowerShell_profile.ps1",
];
/// Folders of such files, below the folder for configuration.
const FOLDERS: [&str; 3] = ["autostart", "systemd/user", "fish/conf.d"];

/// Returns the files that start Rolecall, with the line.
pub(super) fn find(paths: &Paths) -> Vec<Kept> {
    let config_home = paths.config_dir.parent().unwrap_or(Path::new(""));
    let in_home = IN_HOME.iter().map(|name| paths.home().join(name));
    let in_config = IN_CONFIG.iter().map(|name| config_home.join(name));
    let in_folders = FOLDERS
        .iter()
        .flat_map(|dir| entries(&config_home.join(dir)));
    let files = in_home.chain(in_config).chain(in_folders);
    let autostart = Autostart::new(paths);
    let is_removed = |path: &PathBuf| path == autostart.path() && autostart.is_ours();
    let files = files.filter(|path| !is_removed(path));
    files.filter_map(|path| mention(paths, &path)).collect()
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn mention(paths: &Paths, path: &Path) -> Option<Kept> {
    let bytes = disk::read(path, FILE_MAX).ok().flatten()?;
    let text = String::from_utf8_lossy(&bytes);
    let line = line_of(&text, &['#'])?;
    let what = format!("{}, line {line}", paths.shown(path));
    let why = match path.extension().is_some_and(|it| it == "service") {
        true => {
            "You wrote this service. Disable it with systemctl --user disable, then delete the file."
        }
        false => "You added a line that starts Rolecall. Delete it yourself.",
    };
    Some(Kept {
        what,
        why: why.to_owned(),
    })
}

/// Returns the number of the first line that names Rolecall and does not begin with one of these marks of comments.
pub(super) fn line_of(text: &str, comments: &[char]) -> Option<usize> {
    let names = |line: &str| {
        !line.trim_start().starts_with(comments) && line.to_ascii_lowercase().contains("rolecall")
    };
    text.lines().position(names).map(|at| at + 1)
}
