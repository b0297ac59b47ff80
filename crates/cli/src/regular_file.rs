//! Regular files. Anything else of their name, such as a FIFO or a device, is refused and never waited for.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Opens a regular file with these options.
///
/// # Errors
/// If it cannot be opened, or is no regular file.
pub(crate) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK.union(rustix::fs::OFlags::NOCTTY);
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path).map_err(|error| match kind(path) {
        Kind::File => error,
        Kind::Other => not_a_file(),
    })?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(not_a_file()),
    }
}

/// Reads the text of a regular file.
///
/// # Errors
/// As [`open`], and if it is not UTF-8.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(OpenOptions::new().read(true), path)?.read_to_string(&mut text)?;
    Ok(text)
}

enum Kind {
    File,
    Other,
}

/// Returns what is at a path that could not be opened. A FIFO that nobody reads cannot be opened for writing.
fn kind(path: &Path) -> Kind {
    match path.metadata() {
        Ok(found) if !found.is_file() => Kind::Other,
        Ok(_) | Err(_) => Kind::File,
    }
}

fn not_a_file() -> io::Error {
    io::Error::other("it is not a file")
}
