//! Copies of the command line in the folders of `PATH`.

use std::path::{Path, PathBuf};

use rolecall_core::doctor::{Finding, other_copies};

use crate::environment::Environment;

/// The program's file name, without a suffix.
const NAME: &str = "rolecall";

/// Returns the finding if `PATH` has another copy than the one that runs.
pub(super) fn finding(environment: &Environment) -> Option<Finding> {
    let running = std::env::current_exe().ok()?.canonicalize().ok()?;
    let name = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::split_paths(environment.search_path.as_ref()?);
    let mut others: Vec<PathBuf> = Vec::new();
    for found in folders.filter_map(|folder| program(&folder.join(&name))) {
        if found != running && !others.contains(&found) {
            others.push(found);
        }
    }
    let shown = |path: &Path| path.to_string_lossy().into_owned();
    let others: Vec<String> = others.iter().map(|path| shown(path)).collect();
    other_copies(&shown(&running), &others)
}

/// Returns the file that a path leads to, if it is a program.
fn program(path: &Path) -> Option<PathBuf> {
    let found = path.canonicalize().ok()?;
    is_program(&found).then_some(found)
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
