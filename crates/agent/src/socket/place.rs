//! The socket file: in a folder that only the user can enter, with one server at a time.

use std::fs::{DirBuilder, File, Metadata, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rolecall_core::api::protocol::SOCKET_NAME;
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::disk;

/// The longest path of a socket, in bytes: `sun_path` without its closing zero.
const PATH_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// A listening socket and its lock.
pub(super) struct Place {
    pub(super) listener: UnixListener,
    pub(super) path: PathBuf,
    bound: (u64, u64),
    _lock: File,
}

impl Place {
    /// Removes the socket file, unless it has been replaced.
    pub(super) fn unlink(&self) {
        let ours = std::fs::symlink_metadata(&self.path)
            .is_ok_and(|file| (file.dev(), file.ino()) == self.bound);
        if ours && let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, "the socket file could not be removed");
        }
    }
}

/// Opens the socket in `dir`, which is created if needed.
///
/// # Errors
/// If the folder is not private, another server is running, or the path is occupied by something else than an old
/// socket.
pub(super) fn open(dir: &Path) -> Result<Place, Problem> {
    prepare(dir)?;
    let path = dir.join(SOCKET_NAME);
    let length = path.as_os_str().len();
    if length > PATH_MAX {
        let what = format!("has {length} bytes, and a socket's path at most {PATH_MAX}");
        return Err(unusable(
            &path,
            &what,
            "Set XDG_RUNTIME_DIR to a shorter path.",
        ));
    }
    let lock = lock(dir)?;
    clear(&path)?;
    let failed =
        |error: std::io::Error| unusable(&path, &format!("cannot be opened: {error}"), RETRY);
    let listener = UnixListener::bind(&path).map_err(failed)?;
    // Nobody else can enter the folder, so nobody connects before this.
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(failed)?;
    let file = std::fs::symlink_metadata(&path).map_err(failed)?;
    Ok(Place {
        listener,
        bound: (file.dev(), file.ino()),
        path,
        _lock: lock,
    })
}

const RETRY: &str =
    "Fix this, then restart Rolecall. The tray and the window work without the socket.";

/// Creates the folder if needed, and checks that it is private.
///
/// # Errors
/// If it cannot be created or is not private.
pub(crate) fn prepare(dir: &Path) -> Result<(), Problem> {
    if !dir.is_absolute() {
        return Err(unusable(
            dir,
            "is not an absolute path",
            "Set XDG_RUNTIME_DIR to an absolute path.",
        ));
    }
    let created = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    match created {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(unusable(dir, &format!("cannot be created: {error}"), RETRY));
        }
        Ok(()) | Err(_) => {}
    }
    let folder = std::fs::symlink_metadata(dir)
        .map_err(|error| unusable(dir, &format!("cannot be read: {error}"), RETRY))?;
    check(dir, &folder)
}

fn check(dir: &Path, folder: &Metadata) -> Result<(), Problem> {
    if folder.is_symlink() {
        return Err(unusable(
            dir,
            "is a symbolic link",
            "Remove the link, then start Rolecall again.",
        ));
    }
    if !folder.is_dir() {
        return Err(unusable(
            dir,
            "is not a folder",
            "Move it away, then start Rolecall again.",
        ));
    }
    if folder.uid() != rustix::process::geteuid().as_raw() {
        let problem = unusable(
            dir,
            "belongs to another user",
            "Remove it, then start Rolecall again.",
        );
        return Err(Problem {
            code: ProblemCode::ForeignPeer,
            ..problem
        });
    }
    if folder.mode() & 0o777 != 0o700 {
        let what = format!("has the mode {:o}", folder.mode() & 0o777);
        return Err(unusable(
            dir,
            &what,
            "Set it to 700 with chmod, then start Rolecall again.",
        ));
    }
    Ok(())
}

fn lock(dir: &Path) -> Result<File, Problem> {
    let path = dir.join("agent.lock");
    let file = disk::open_lock(&path)
        .map_err(|error| unusable(&path, &format!("cannot be opened: {error}"), RETRY))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(taken(&path)),
        Err(TryLockError::Error(error)) => Err(unusable(
            &path,
            &format!("cannot be locked: {error}"),
            RETRY,
        )),
    }
}

/// Removes an old socket. Only a socket without a server is removed.
fn clear(path: &Path) -> Result<(), Problem> {
    let Ok(file) = std::fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !file.file_type().is_socket() {
        return Err(unusable(
            path,
            "is not a socket",
            "Move it away, then start Rolecall again.",
        ));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => std::fs::remove_file(path)
            .map_err(|error| unusable(path, &format!("cannot be removed: {error}"), RETRY)),
        Ok(_) => Err(taken(path)),
        Err(error) => Err(unusable(path, &format!("cannot be probed: {error}"), RETRY)),
    }
}

fn taken(path: &Path) -> Problem {
    unusable(
        path,
        "is in use by another Rolecall",
        "Quit the other one first.",
    )
}

/// Returns the problem of a folder or socket that cannot be used.
fn unusable(path: &Path, what: &str, remedy: &str) -> Problem {
    let path = rolecall_core::value::sanitise::visible(&path.to_string_lossy());
    let what = format!("The command line cannot reach Rolecall: {path} {what}.");
    Problem::new(ProblemCode::StorageFailed, what, remedy)
}
