//! Folders above Rolecall's own that were made together with them, such as `~/.local/state` on a new machine.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Folders that one call made have about the same time of creation.
const TOGETHER: Duration = Duration::from_millis(50);

/// Returns the folders between `dir` and `home` that were made together with `dir`, the inner ones first.
pub(super) fn made_with(dir: &Path, home: &Path) -> Vec<PathBuf> {
    let mut made = Vec::new();
    let mut child = dir;
    while let Some(parent) = child.parent().filter(|it| *it != home) {
        if !parent.starts_with(home) || !are_together(parent, child) {
            break;
        }
        made.push(parent.to_owned());
        child = parent;
    }
    made
}

fn are_together(parent: &Path, child: &Path) -> bool {
    let created = |path: &Path| {
        let found = fs::symlink_metadata(path).ok()?;
        found.is_dir().then(|| found.created().ok())?
    };
    let (Some(parent_at), Some(child_at)) = (created(parent), created(child)) else {
        return false;
    };
    let apart = child_at.duration_since(parent_at);
    apart.is_ok_and(|apart| apart < TOGETHER) && is_private(parent)
}

/// Returns whether a folder has the mode of those that Rolecall makes.
#[cfg(unix)]
fn is_private(dir: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(dir).is_ok_and(|found| found.mode() & 0o777 == 0o700)
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    false
}

/// Returns those of the folders that are empty once `removed` is gone, the inner ones first.
pub(super) fn emptied(candidates: Vec<PathBuf>, removed: &[PathBuf]) -> Vec<PathBuf> {
    let mut gone: HashSet<PathBuf> = removed.iter().cloned().collect();
    let mut candidates = candidates;
    candidates.sort_by_key(|dir| std::cmp::Reverse(dir.components().count()));
    candidates.dedup();
    let mut empty = Vec::new();
    for dir in candidates {
        let Ok(entries) = fs::read_dir(&dir) else {
            continue;
        };
        let mut entries = entries.flatten();
        if entries.all(|entry| gone.contains(&entry.path())) {
            gone.insert(dir.clone());
            empty.push(dir);
        }
    }
    empty
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::DirBuilderExt;

    fn make(dir: &Path) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(dir).expect("a folder");
    }

    #[test]
    fn only_private_folders_that_were_made_together_and_become_empty_go() {
        let home = tempfile::tempdir().expect("a folder");
        let home = home.path();
        let dir = home.join(".local/state/rolecall");
        make(&dir);
        let local = [home.join(".local/state"), home.join(".local")];
        assert_eq!(made_with(&dir, home), local);
        assert_eq!(emptied(local.to_vec(), std::slice::from_ref(&dir)), local);
        make(&home.join(".local/share"));
        assert_eq!(emptied(local.to_vec(), &[dir]), [home.join(".local/state")]);
        let other = home.join(".config/rolecall");
        fs::create_dir(home.join(".config")).expect("a folder");
        fs::set_permissions(
            home.join(".config"),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .expect("sets");
        make(&other);
        assert!(made_with(&other, home).is_empty());
    }
}
