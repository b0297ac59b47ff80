//! File access for Rolecall's own files: private folders, safe reads, atomic replacement, and failures as problems.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rolecall_core::aws_files::FileAccess;
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::file_attributes::{self, Readers};

/// Creates a folder and its parents, accessible by the user only, if it does not exist. New ones survive a power loss.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|it| !it.exists()).collect();
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    let parents = missing.iter().filter_map(|new| new.parent());
    parents
        .filter(|parent| !parent.as_os_str().is_empty())
        .try_for_each(sync_dir)
}

/// Removes the permissions of others from a folder or file.
#[cfg(unix)]
pub(crate) fn keep_private(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let open_to_others =
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if open_to_others && let Err(error) = fs::set_permissions(path, PermissionsExt::from_mode(mode))
    {
        tracing::warn!(%error, "a folder or file of Rolecall is accessible by other users");
    }
}

/// The user's profile folder is already private.
#[cfg(not(unix))]
pub(crate) fn keep_private(_path: &Path, _mode: u32) {}

/// Reads a regular file of at most `limit` bytes; `None` if it does not exist. Never blocks on a FIFO or a device.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, ReadFault> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK
            .union(rustix::fs::OFlags::NOCTTY)
            .bits()
            .cast_signed(),
    );
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return match fs::symlink_metadata(path) {
                Ok(_) => Err(ReadFault::Kind("a link to nothing")),
                Err(_) => Ok(None),
            };
        }
        // The error of `open` for a socket or an unserved device.
        Err(error) if error.raw_os_error() == Some(NO_DEVICE) => {
            return Err(ReadFault::Kind("a socket or a device"));
        }
        Err(error) => return Err(error.into()),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(ReadFault::Kind(kind_of(&metadata)));
    }
    let mut bytes =
        Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(limit).min(limit) + 1);
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(ReadFault::TooLarge(limit));
    }
    Ok(Some(bytes))
}

/// `ENXIO`, the same on every Unix.
const NO_DEVICE: i32 = 6;

fn kind_of(metadata: &fs::Metadata) -> &'static str {
    if metadata.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type()) {
        return "a FIFO";
    }
    "a device"
}

/// Returns a warning if a file can be written by other users.
#[cfg(unix)]
pub(crate) fn writable_by_others(path: &Path) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(path).ok()?;
    let own = rustix::process::geteuid().as_raw();
    if found.uid() != own && found.uid() != 0 {
        Some("The file belongs to another user, who can change it.")
    } else if found.mode() & 0o022 != 0 {
        Some("Other users can change the file. Fix this with: chmod go-w FILE")
    } else {
        None
    }
}

#[cfg(not(unix))]
pub(crate) fn writable_by_others(_path: &Path) -> Option<&'static str> {
    None
}

/// Returns who besides the user can use a file.
#[cfg(unix)]
pub(crate) fn access_of_others(path: &Path) -> FileAccess {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    fs::metadata(path).map_or(FileAccess::Private, |found| {
        FileAccess::of_mode(found.mode(), found.uid() == own || found.uid() == 0)
    })
}

#[cfg(not(unix))]
pub(crate) fn access_of_others(_path: &Path) -> FileAccess {
    FileAccess::Private
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadFault {
    #[error("it is {0}")]
    Kind(&'static str),
    #[error("it is larger than {0} bytes")]
    TooLarge(usize),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ReadFault {
    /// Returns the fault as a problem; `shown` is the display path.
    pub(crate) fn problem(&self, shown: &str) -> Problem {
        match self {
            Self::Kind(kind) => Problem::new(
                ProblemCode::StorageFailed,
                format!("{shown} is {kind}, not a file."),
                "Move it away or put a file there.",
            ),
            Self::TooLarge(limit) => Problem::new(
                ProblemCode::StorageFailed,
                format!("{shown} is larger than {} MiB.", limit >> 20),
                "Make it smaller.",
            ),
            Self::Io(error) => problem(error, shown, Access::Read),
        }
    }
}

/// The attempted access to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    /// An edit, which is lost if it fails.
    Write,
    /// A copy of what is in memory, which is tried again.
    Keep,
}

/// Returns an I/O error as a problem; `shown` is the display path.
pub(crate) fn problem(error: &io::Error, shown: &str, access: Access) -> Problem {
    let verb = match access {
        Access::Read => "read",
        Access::Write | Access::Keep => "written",
    };
    let until_then = match access {
        Access::Read | Access::Write => "then try again. Nothing changed.",
        Access::Keep => "which Rolecall then uses again. Until then this is in memory only.",
    };
    let (what, remedy) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            format!("There is no space left to write {shown}."),
            format!("Free some disk space, {until_then}"),
        ),
        ErrorKind::ReadOnlyFilesystem => (
            format!("{shown} is on a disk that cannot be written."),
            format!("Make it writable, {until_then}"),
        ),
        ErrorKind::PermissionDenied => (
            format!("{shown} may not be {verb}."),
            "Check the owner and the permissions of the file and its folder.".to_owned(),
        ),
        _ => (
            format!("{shown} could not be {verb}."),
            "Check the file and its folder, then try again.".to_owned(),
        ),
    };
    Problem::new(ProblemCode::StorageFailed, what, remedy).with_detail(error.to_string())
}

/// Opens a lock file, and creates it. Never blocks on a FIFO or a device of its name.
pub(crate) fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    open_own(options.read(true).write(true).truncate(false), path)
}

/// Opens a log file to append to it, and creates it. Never blocks on a FIFO or a device of its name.
pub(crate) fn open_log(path: &Path) -> io::Result<File> {
    open_own(OpenOptions::new().append(true), path)
}

fn open_own(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK.union(rustix::fs::OFlags::NOCTTY);
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let not_a_file = || io::Error::other("it is not a file; move it away");
    let file = options
        .open(path)
        .map_err(|error| match error.raw_os_error() {
            Some(NO_DEVICE) => not_a_file(),
            _ => error,
        })?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(not_a_file()),
    }
}

/// Replaces a file atomically: a reader sees the old text or the new one, also after a crash. Links stay, and their
/// target is replaced. The attributes stay; a new file is accessible by the user only.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = referent(path)?;
    let dir = target
        .parent()
        .ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
    create_private_dir(dir)?;
    remove_leftovers(dir)?;
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(dir)?;
    file.write_all(bytes)?;
    keep_attributes(&target, file.as_file())?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    sync_dir(dir)
}

/// The name prefix of temporary files.
pub(crate) const TEMPORARY: &str = ".rolecall-unfinished-";
/// A temporary file this old was left behind by a crash.
const LEFT_BEHIND: Duration = Duration::from_secs(60);

/// Removes the temporary files of a crash.
pub(crate) fn remove_leftovers(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)?.flatten() {
        let ours = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(TEMPORARY.as_bytes());
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if ours && age().is_some_and(|age| age > LEFT_BEHIND) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Returns the file that a path leads to through all links; the path itself if it does not exist.
pub(crate) fn referent(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(error)
            if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(path).is_err() =>
        {
            Ok(path.to_owned())
        }
        Err(error) => Err(error),
    }
}

fn keep_attributes(target: &Path, file: &File) -> io::Result<()> {
    match fs::metadata(target) {
        // Opening it could block.
        Ok(found) if !found.is_file() => return Err(io::Error::other("not a file")),
        Ok(_) | Err(_) => {}
    }
    match File::open(target) {
        Ok(old) => file_attributes::keep(&old, file, Readers::Same),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a rename survive a power loss. Errors of file systems that cannot sync a folder are ignored.
#[cfg(unix)]
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    match File::open(dir)?.sync_all() {
        Err(error)
            if error.kind() != ErrorKind::InvalidInput
                && error.kind() != ErrorKind::Unsupported =>
        {
            Err(error)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(not(unix))]
pub(crate) fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_memory_keeps_is_said_to_be_in_memory() {
        for kind in [ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem] {
            let remedy = |access| problem(&kind.into(), "roles.toml", access).remedy;
            assert!(remedy(Access::Keep).contains("in memory only"));
            assert!(remedy(Access::Write).contains("Nothing changed"));
            assert!(!remedy(Access::Write).contains("memory"));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_fifo_named_like_a_lock_is_an_error_also_while_somebody_reads_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("files.lock");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, mode).expect("a FIFO");
        let refused = || open_lock(&path).expect_err("a FIFO").to_string();
        assert!(refused().contains("not a file"));
        let reader = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::NONBLOCK;
        let _reader = rustix::fs::open(&path, reader, rustix::fs::Mode::empty()).expect("reads");
        assert!(refused().contains("not a file"));
        fs::remove_file(&path).expect("removed");
        open_lock(&path).expect("a file");
    }
}
