//! The path of the command line that is written into AWS's files. A folder with a version in its name is gone after an
//! upgrade, so a path that leads there through a link comes first.

use std::path::{Path, PathBuf};

/// Folders that stay, below the root or, without a slash, below the home folder.
const LASTING: [&str; 6] = [
    "/usr/local/bin",
    "/usr/bin",
    "/opt/homebrew/bin",
    ".local/bin",
    "bin",
    ".cargo/bin",
];

/// Returns the path, or `None` if the command line is not installed.
pub(super) fn path(home: &Path) -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let own = program.as_deref().and_then(Path::parent);
    lasting(own, &lasting_dirs(home), &search_dirs())
}

fn lasting_dirs(home: &Path) -> Vec<PathBuf> {
    LASTING.iter().map(|dir| home.join(dir)).collect()
}

/// Returns the folder by whose name this program was started, and those of the search path.
#[expect(
    clippy::disallowed_methods,
    reason = "only this function reads the search path and the program's name"
)]
fn search_dirs() -> Vec<PathBuf> {
    let started = std::env::args_os().next().map(PathBuf::from);
    let started = started.and_then(|path| path.parent().map(Path::to_owned));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = started.into_iter().chain(std::env::split_paths(&path));
    dirs.filter(|dir| dir.is_absolute()).collect()
}

/// Returns the command line in `own`, the folder of this program, by a path that lasts if there is one.
fn lasting(own: Option<&Path>, lasting: &[PathBuf], search: &[PathBuf]) -> Option<PathBuf> {
    let name = if cfg!(windows) {
        "rolecall.exe"
    } else {
        "rolecall"
    };
    let beside = own.map(|dir| dir.join(name)).filter(|path| path.is_file());
    if own.is_some_and(|own| lasting.iter().any(|dir| dir == own)) && beside.is_some() {
        return beside;
    }
    let real = beside.as_ref().and_then(|path| path.canonicalize().ok());
    let others = lasting.iter().chain(search).map(|dir| dir.join(name));
    let mut others = others.filter(|path| path.is_file() && Some(path) != beside.as_ref());
    match &real {
        Some(real) => others
            .find(|path| path.canonicalize().is_ok_and(|it| it == *real))
            .or(beside),
        // The folder of this program is gone, so any command line is better than none.
        None => others.next(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn tree() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let root = tempfile::tempdir().expect("a folder");
        let (version, bin) = (root.path().join("rolecall-1.0"), root.path().join("bin"));
        for dir in [&version, &bin] {
            std::fs::create_dir(dir).expect("a folder");
        }
        std::fs::write(version.join("rolecall"), "").expect("a file");
        (root, version, bin)
    }

    #[test]
    fn a_link_in_the_search_path_comes_before_a_folder_of_one_version() {
        let (_root, version, bin) = tree();
        let found = || lasting(Some(&version), &[], &[version.clone(), bin.clone()]);
        assert_eq!(found(), Some(version.join("rolecall")));
        symlink(version.join("rolecall"), bin.join("rolecall")).expect("a link");
        assert_eq!(found(), Some(bin.join("rolecall")));
    }

    #[test]
    fn a_link_of_a_folder_counts_and_another_program_does_not() {
        let (root, version, bin) = tree();
        std::fs::write(bin.join("rolecall"), "another").expect("a file");
        let current = root.path().join("current");
        symlink(&version, &current).expect("a link");
        let found = lasting(Some(&version), &[], &[bin, current.clone()]);
        assert_eq!(found, Some(current.join("rolecall")));
    }

    #[test]
    fn a_folder_that_lasts_keeps_its_own_path() {
        let (_root, version, bin) = tree();
        symlink(version.join("rolecall"), bin.join("rolecall")).expect("a link");
        let lasts = [version.clone()];
        let found = lasting(Some(&version), &lasts, &[bin]);
        assert_eq!(found, Some(version.join("rolecall")));
    }

    #[test]
    fn after_an_upgrade_the_program_that_is_there_is_found() {
        let (_root, version, bin) = tree();
        std::fs::write(bin.join("rolecall"), "").expect("a file");
        std::fs::remove_file(version.join("rolecall")).expect("a file");
        let found = lasting(Some(&version), &[], std::slice::from_ref(&bin));
        assert_eq!(found, Some(bin.join("rolecall")));
        assert_eq!(lasting(None, &[], &[]), None);
    }
}
