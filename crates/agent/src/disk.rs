//! What every file of ours needs of the disk: private folders, safe reads, one-step replacement, and failures
//! in words.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};

/// Creates a folder and its parents for the user alone, if it is not there.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Takes a folder's or file's permissions for others away, if there are any.
#[cfg(unix)]
pub(crate) fn keep_private(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let open_to_others =
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if open_to_others && let Err(error) = fs::set_permissions(path, PermissionsExt::from_mode(mode))
    {
        tracing::warn!(%error, "a folder or file of ours is open to other users");
    }
}

/// What lies in the user's profile is the user's alone.
#[cfg(not(unix))]
pub(crate) fn keep_private(_path: &Path, _mode: u32) {}

/// Reads a whole regular file of at most `limit` bytes; `None` if there is none. It never waits for a FIFO or a
/// device.
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
        // What a socket and an unserved device answer to `open`.
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
pub(crate) fn foreign_hands(path: &Path) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(path).ok()?;
    let own = rustix::process::geteuid().as_raw();
    if found.uid() != own && found.uid() != 0 {
        Some("It belongs to another user, who can change what it says.")
    } else if found.mode() & 0o022 != 0 {
        Some("Other users can change it. Take the right away with: chmod go-w FILE")
    } else {
        None
    }
}

#[cfg(not(unix))]
pub(crate) fn foreign_hands(_path: &Path) -> Option<&'static str> {
    None
}

/// Why a file gave nothing.
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
    /// Returns the fault as a person reads it; `shown` is what messages call the file.
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

/// What was tried with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Returns a failure of the disk as a person reads it; `shown` is what messages call the file.
pub(crate) fn problem(error: &io::Error, shown: &str, access: Access) -> Problem {
    let verb = match access {
        Access::Read => "read",
        Access::Write => "written",
    };
    let (what, remedy) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            format!("There is no space left to write {shown}."),
            "Free some space. Until then this is kept in memory only.",
        ),
        ErrorKind::ReadOnlyFilesystem => (
            format!("{shown} is on a disk that cannot be written."),
            "Make it writable. Until then this is kept in memory only.",
        ),
        ErrorKind::PermissionDenied => (
            format!("{shown} may not be {verb}."),
            "Check the owner and the permissions of the file and its folder.",
        ),
        _ => (
            format!("{shown} could not be {verb}."),
            "Check the file and its folder, then try again.",
        ),
    };
    Problem::new(ProblemCode::StorageFailed, what, remedy).with_detail(error.to_string())
}

/// Replaces a file in one step, so that a reader and a crash see the old text or the new one. Links are kept:
/// what they lead to is replaced. The mode is kept; a new file is for the user alone.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = referent(path)?;
    let dir = target
        .parent()
        .ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
    create_private_dir(dir)?;
    sweep(dir)?;
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(dir)?;
    file.write_all(bytes)?;
    keep_mode(&target, file.as_file())?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    sync_dir(dir)
}

/// How the names of unfinished files start.
pub(crate) const TEMPORARY: &str = ".rolecall-unfinished-";
/// An unfinished file this old was left behind by a crash.
const LEFT_BEHIND: Duration = Duration::from_secs(60);

/// Removes what a crash left unfinished.
fn sweep(dir: &Path) -> io::Result<()> {
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

/// Returns the file that a path leads to through all links; the path itself if nothing is there.
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

fn keep_mode(target: &Path, file: &File) -> io::Result<()> {
    match fs::metadata(target) {
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("not a file")),
        Ok(metadata) => file.set_permissions(metadata.permissions()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a rename last through a power loss. File systems that cannot sync a folder say so; the rename stands.
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
