//! The real location of a file, if Rolecall may write there.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rolecall_core::aws_files::{AwsFile, FILE_MAX};
use rolecall_core::value::problem::{Problem, ProblemCode};
#[cfg(unix)]
use rolecall_core::value::{sanitise::visible, shell_word::shell_word};

use crate::disk::{self, Access};

use super::retry::{now, pause};

/// The limit of links to follow.
const LINKS_MAX: usize = 8;
/// A file that was modified more recently may still be being written.
const RECENT: Duration = Duration::from_secs(2);
/// How many equal reads in a row count as stable.
const STABLE_READS: usize = 3;

/// A file that may be written, with its display path.
pub(crate) struct Place<'a> {
    /// The target of all links; it need not exist.
    pub(super) path: PathBuf,
    dir: PathBuf,
    pub(super) kind: Kind,
    shown: &'a str,
}

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of AWS's files. It is not written if another user could have created or changed it.
    Aws(AwsFile),
    /// A file in our own configuration or state folder.
    Own,
}

impl Kind {
    /// Returns the name prefix of temporary files, which are in the folder of their target.
    pub(crate) fn temporary(self) -> &'static str {
        match self {
            Self::Aws(_) => ".rolecall-unfinished-aws-",
            Self::Own => disk::TEMPORARY,
        }
    }
}

/// A file's bytes at one moment; `exists` distinguishes an empty file from a missing one.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) bytes: Vec<u8>,
    pub(super) exists: bool,
}

impl<'a> Place<'a> {
    /// Finds one of our own files. Follows the links of a path, and creates the folder of a missing file.
    ///
    /// # Errors
    /// If there is something other than a file, or it cannot be created.
    pub(crate) fn find_own(path: &Path, shown: &'a str) -> Result<Self, Problem> {
        let failed = |error: io::Error| disk::problem(&error, shown, Access::Write);
        disk::read(path, FILE_MAX).map_err(|fault| fault.problem(shown))?;
        let path = disk::referent(path).map_err(failed)?;
        let dir = path
            .parent()
            .ok_or_else(|| failed(ErrorKind::InvalidInput.into()))?
            .to_owned();
        disk::create_private_dir(&dir).map_err(failed)?;
        disk::remove_leftovers(&dir).map_err(failed)?;
        Ok(Self {
            path,
            dir,
            kind: Kind::Own,
            shown,
        })
    }

    /// Finds one of AWS's files. Follows the links of a path, and creates the folder of a missing file.
    ///
    /// # Errors
    /// If there is something other than a file, or another user could have created or changed the file, a link to it, its
    /// folder, or a folder between that and `home`.
    pub(crate) fn find_aws(
        path: &Path,
        file: AwsFile,
        home: &Path,
        shown: &'a str,
    ) -> Result<Self, Problem> {
        let path = follow(path, shown)?;
        let failed = |error: io::Error| disk::problem(&error, shown, Access::Write);
        let dir = path
            .parent()
            .ok_or_else(|| failed(ErrorKind::InvalidInput.into()))?;
        disk::create_private_dir(dir).map_err(failed)?;
        let dir = fs::canonicalize(dir).map_err(failed)?;
        check_dirs(&dir, home, shown)?;
        let name = path
            .file_name()
            .ok_or_else(|| failed(ErrorKind::InvalidInput.into()))?;
        let place = Self {
            path: dir.join(name),
            dir,
            kind: Kind::Aws(file),
            shown,
        };
        match fs::symlink_metadata(&place.path) {
            Ok(found) if found.is_file() => check_file(&found, shown)?,
            // Reading it returns the problem.
            Ok(_) => drop(place.read()?),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        Ok(place)
    }

    /// Reads the file.
    pub(super) fn read(&self) -> Result<State, Problem> {
        let bytes = disk::read(&self.path, FILE_MAX).map_err(|fault| fault.problem(self.shown))?;
        Ok(State {
            exists: bytes.is_some(),
            bytes: bytes.unwrap_or_default(),
        })
    }

    /// Reads the file once no program seems to be writing it: a recently modified file must stay the same for a moment,
    /// and an empty one may have been truncated for writing.
    pub(super) fn read_when_stable(&self) -> Result<State, Problem> {
        let deadline = now() + RECENT;
        let mut state = self.read()?;
        let mut quiet = 0;
        while self.is_recent() && now() < deadline {
            pause();
            let again = self.read()?;
            quiet = if again == state { quiet + 1 } else { 0 };
            state = again;
            if quiet >= STABLE_READS && !state.bytes.is_empty() {
                break;
            }
        }
        Ok(state)
    }

    fn is_recent(&self) -> bool {
        let modified = fs::metadata(&self.path).and_then(|found| found.modified());
        let age = modified
            .ok()
            .and_then(|time: SystemTime| time.elapsed().ok());
        age.is_some_and(|age| age < RECENT)
    }

    /// Returns the folder of the file.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns the path of the file as shown in messages.
    pub(super) fn shown(&self) -> &'a str {
        self.shown
    }

    /// Writes a text to a new private file beside the file, and returns its name.
    pub(super) fn set_aside(&self, bytes: &[u8]) -> Result<String, Problem> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!("{name}.unmerged-");
        let failed = |error: io::Error| self.failed(&error);
        let builder = tempfile::Builder::new()
            .prefix(&prefix)
            .tempfile_in(&self.dir);
        let mut file = builder.map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        let (_, path) = file.keep().map_err(|error| failed(error.error))?;
        Ok(path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned())
    }

    pub(crate) fn failed(&self, error: &io::Error) -> Problem {
        disk::problem(error, self.shown, Access::Write)
    }

    /// Returns the problem of a file that another program keeps writing.
    pub(super) fn keeps_changing(&self) -> Problem {
        let what = format!(
            "{} was changed by another program; nothing was written.",
            self.shown
        );
        Problem::new(
            ProblemCode::StorageFailed,
            what,
            "Let that program finish, then try again.",
        )
    }
}

/// Returns the folder of a file after following its links; `None` if they lead nowhere.
pub(crate) fn dir_of(path: &Path) -> Option<PathBuf> {
    let path = follow(path, "").ok()?;
    path.parent().map(Path::to_owned)
}

fn follow(path: &Path, shown: &str) -> Result<PathBuf, Problem> {
    let mut at = path.to_owned();
    for _ in 0..=LINKS_MAX {
        let link = match fs::symlink_metadata(&at) {
            Ok(found) if found.is_symlink() => found,
            Ok(_) | Err(_) => return Ok(at),
        };
        if !is_trusted(&link) {
            return Err(refused(
                shown,
                "is a link of another user",
                "Replace it with your own link or file.",
            ));
        }
        let target =
            fs::read_link(&at).map_err(|error| disk::problem(&error, shown, Access::Write))?;
        at = at.parent().unwrap_or(Path::new("/")).join(target);
    }
    Err(refused(
        shown,
        "is a chain of too many links",
        "Link directly to the file.",
    ))
}

/// Checks the folder of a file and those above it, up to the home folder: who can rename one of them can replace the file.
fn check_dirs(dir: &Path, home: &Path, shown: &str) -> Result<(), Problem> {
    let found =
        |dir: &Path| fs::metadata(dir).map_err(|error| disk::problem(&error, shown, Access::Write));
    check_dir(&found(dir)?, shown)?;
    let home = fs::canonicalize(home).unwrap_or_default();
    if dir == home {
        return Ok(());
    }
    for parent in dir.ancestors().skip(1) {
        check_parent(parent, &found(parent)?, shown)?;
        if parent == home {
            break;
        }
    }
    Ok(())
}

/// Checks a folder above the folder of a file. In one with the sticky bit, such as `/tmp`, only the owner of a folder can
/// rename it.
#[cfg(unix)]
fn check_parent(path: &Path, dir: &Metadata, shown: &str) -> Result<(), Problem> {
    use std::os::unix::fs::MetadataExt;
    let path = visible(&path.to_string_lossy());
    if !is_trusted(dir) {
        let why = format!("is below {path}, a folder of another user");
        return Err(refused(shown, &why, "Move it to your own folder."));
    }
    if dir.mode() & 0o002 != 0 && dir.mode() & 0o1000 == 0 {
        let why = format!("is below {path}, which every user can write");
        let remedy = format!(
            "Remove that permission with: chmod o-w {}",
            shell_word(&path)
        );
        return Err(refused(shown, &why, &remedy));
    }
    Ok(())
}

#[cfg(unix)]
fn check_dir(dir: &Metadata, shown: &str) -> Result<(), Problem> {
    use std::os::unix::fs::MetadataExt;
    if !is_trusted(dir) {
        return Err(refused(
            shown,
            "is in a folder of another user",
            "Move it to your own folder.",
        ));
    }
    if dir.mode() & 0o002 != 0 {
        return Err(refused(
            shown,
            "is in a folder that every user can write",
            "Remove that permission with: chmod o-w FOLDER",
        ));
    }
    Ok(())
}

#[cfg(unix)]
fn check_file(file: &Metadata, shown: &str) -> Result<(), Problem> {
    use std::os::unix::fs::MetadataExt;
    if file.uid() != rustix::process::geteuid().as_raw() {
        return Err(refused(
            shown,
            "belongs to another user",
            "Change the owner with chown.",
        ));
    }
    if file.mode() & 0o002 != 0 {
        return Err(refused(
            shown,
            "can be written by every user",
            "Remove that permission with: chmod o-w FILE",
        ));
    }
    if file.nlink() > 1 {
        return Err(refused(
            shown,
            "has a second hard link, which would keep the old text",
            "Replace the hard link with a copy or a symbolic link.",
        ));
    }
    Ok(())
}

#[cfg(unix)]
fn is_trusted(found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.uid() == 0 || found.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn check_parent(_: &Path, _: &Metadata, _: &str) -> Result<(), Problem> {
    Ok(())
}

#[cfg(not(unix))]
fn check_dir(_: &Metadata, _: &str) -> Result<(), Problem> {
    Ok(())
}

#[cfg(not(unix))]
fn check_file(_: &Metadata, _: &str) -> Result<(), Problem> {
    Ok(())
}

#[cfg(not(unix))]
fn is_trusted(_: &Metadata) -> bool {
    true
}

fn refused(shown: &str, why: &str, remedy: &str) -> Problem {
    let what = format!("{shown} {why}; it was not written.");
    Problem::new(ProblemCode::StorageFailed, what, remedy)
}
