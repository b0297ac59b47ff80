//! One of AWS's files on disk. Reading it never blocks and never fails; problems become notices.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use rolecall_core::aws_files::{self, AwsFile, FILE_MAX, FileAccess, FileNotice};
use rolecall_core::value::secret::Secret;

/// The text of a file, and notices about it.
pub(crate) struct Content {
    pub(crate) text: Secret,
    pub(super) notices: Vec<FileNotice>,
    /// Who besides the user can use the file.
    pub(crate) access: FileAccess,
}

/// Reads a file. A file that is absent or cannot be read is empty.
pub(super) fn read(file: AwsFile, path: Option<&Path>) -> Content {
    let mut notices = Vec::new();
    let result = path.map_or_else(|| Ok(Vec::new()), |path| bytes(path, file, &mut notices));
    let text = match result {
        Ok(bytes) => text(bytes, file, &mut notices),
        Err(why) => {
            notices.push(FileNotice::of_file(file, why));
            String::new()
        }
    };
    Content {
        text: Secret::new(text),
        notices,
        access: path.map_or(FileAccess::Private, access),
    }
}

fn text(bytes: Vec<u8>, file: AwsFile, notices: &mut Vec<FileNotice>) -> String {
    if let Err(notice) = aws_files::text(file, &bytes) {
        notices.push(notice);
        return String::new();
    }
    String::from_utf8(bytes).unwrap_or_default()
}

fn bytes(path: &Path, file: AwsFile, notices: &mut Vec<FileNotice>) -> Result<Vec<u8>, String> {
    let cannot = |error: io::Error| format!("The file cannot be read: {error}.");
    match fs::metadata(path) {
        Ok(found) => check_kind(&found)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return absent(path),
        Err(error) => return Err(cannot(error)),
    }
    let opened = open(path).map_err(cannot)?;
    let found = opened.metadata().map_err(cannot)?;
    check_kind(&found)?;
    let warning = writable_by_others(&found).map(|text| FileNotice::of_file(file, text));
    notices.extend(warning);
    let length = usize::try_from(found.len()).unwrap_or(FILE_MAX);
    if length > FILE_MAX {
        return Err(aws_files::too_large().to_owned());
    }
    let mut bytes = Vec::with_capacity(length + 1);
    let limit = FILE_MAX as u64 + 1;
    opened.take(limit).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

fn absent(path: &Path) -> Result<Vec<u8>, String> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err("This symbolic link leads nowhere.".to_owned()),
        Err(_) => Ok(Vec::new()),
    }
}

fn check_kind(found: &Metadata) -> Result<(), String> {
    if found.is_file() {
        return Ok(());
    }
    let kind = match found.is_dir() {
        true => "a folder",
        false => special_kind(found.file_type()),
    };
    Err(format!("This is {kind}, so it was not read."))
}

/// Opens a file. A pipe that has replaced it meanwhile does not block.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(flags.cast_signed());
    }
    options.open(path)
}

#[cfg(unix)]
fn special_kind(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special_kind(_: FileType) -> &'static str {
    "not a file"
}

/// Returns a warning if another user can write the file.
#[cfg(unix)]
fn writable_by_others(found: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    if found.uid() != own && found.uid() != 0 {
        Some("Another user owns this file and can change it.")
    } else if found.mode() & 0o022 != 0 {
        Some("Other users can change this file. Prevent that with: chmod go-w FILE")
    } else {
        None
    }
}

/// Returns who besides the user can use a file.
#[cfg(unix)]
fn access(path: &Path) -> FileAccess {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    fs::metadata(path).map_or(FileAccess::Private, |found| {
        FileAccess::of_mode(found.mode(), found.uid() == own || found.uid() == 0)
    })
}

#[cfg(not(unix))]
fn access(_: &Path) -> FileAccess {
    FileAccess::Private
}

#[cfg(not(unix))]
fn writable_by_others(_: &Metadata) -> Option<&'static str> {
    None
}
