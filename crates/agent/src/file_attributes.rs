//! Gives the file that replaces another one its attributes: mode, owner, group, access control list (ACL) and other
//! extended attributes.

use std::fs::File;
use std::io;

/// Who may read the new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// All who could read the old one.
    Same,
    /// The user, and users and groups that the access control list of the old file names.
    Named,
}

/// Gives `new` the attributes of `old`. What the system does not allow, such as a group of others, is left out, and then
/// the new file is closed to its own group.
///
/// # Errors
/// If `old` is not a file, or the mode cannot be set.
#[cfg(unix)]
pub(crate) fn keep(old: &File, new: &File, readers: Readers) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let wanted = old.metadata()?;
    if !wanted.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let has_group = keep_owner(&wanted, new)?;
    let closed = readers == Readers::Named || !has_group;
    let has_list = extended::keep(old, new, closed, readers == Readers::Named);
    let mut mode = wanted.permissions().mode();
    if closed && !has_list {
        mode &= !0o070;
    }
    if readers == Readers::Named {
        mode &= !0o007;
    }
    new.set_permissions(PermissionsExt::from_mode(mode))
}

/// The folder of a file controls who can read it.
#[cfg(not(unix))]
pub(crate) fn keep(old: &File, new: &File, _: Readers) -> io::Result<()> {
    let wanted = old.metadata()?;
    match wanted.is_file() {
        true => new.set_permissions(wanted.permissions()),
        false => Err(io::Error::other("not a file")),
    }
}

/// Keeps the owner and the group as far as the user may; returns whether the group is the same.
#[cfg(unix)]
fn keep_owner(wanted: &std::fs::Metadata, new: &File) -> io::Result<bool> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let found = new.metadata()?;
    if found.uid() != wanted.uid() && rustix::process::geteuid().is_root() {
        fchown(new, Some(wanted.uid()), None)?;
    }
    if found.gid() == wanted.gid() {
        return Ok(true);
    }
    Ok(fchown(new, None, Some(wanted.gid())).is_ok())
}

#[cfg(target_os = "linux")]
mod extended {
    use std::fs::File;

    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};

    /// The access control list. <https://man7.org/linux/man-pages/man5/acl.5.html>
    const ACCESS_LIST: &str = "system.posix_acl_access";
    /// The size limit of Linux for a value and for a list of names.
    const SIZE_MAX: usize = 64 << 10;
    /// The size of the header and of an entry of an access control list: tag, permissions and ID.
    const HEADER: usize = 4;
    const ENTRY: usize = 8;
    /// The tags of the entries for the group of the file and for all others.
    const GROUP: u8 = 0x04;
    const OTHERS: u8 = 0x20;

    /// Copies the extended attributes, and removes those that the new file has from its folder. Returns whether the new
    /// file has an access control list. A failure is logged, since some attributes belong to the system.
    pub(super) fn keep(old: &File, new: &File, close_group: bool, close_others: bool) -> bool {
        let (wanted, found) = (names(old), names(new));
        for name in found.iter().filter(|name| !wanted.contains(name)) {
            note(name, fremovexattr(new, name.as_str()));
        }
        let mut has_list = false;
        for name in &wanted {
            let Some(mut value) = value(old, name) else {
                continue;
            };
            if name == ACCESS_LIST {
                close(&mut value, close_group, close_others);
            }
            let set = fsetxattr(new, name.as_str(), &value, XattrFlags::empty());
            has_list |= name == ACCESS_LIST && set.is_ok();
            note(name, set);
        }
        has_list
    }

    fn names(file: &File) -> Vec<String> {
        let mut buffer = vec![0_u8; SIZE_MAX];
        // A file system without extended attributes has none to keep.
        let count = flistxattr(file, buffer.as_mut_slice()).unwrap_or_default();
        let names = buffer[..count].split(|byte| *byte == 0);
        let names = names.filter_map(|name| std::str::from_utf8(name).ok());
        names
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn value(file: &File, name: &str) -> Option<Vec<u8>> {
        let mut buffer = vec![0_u8; SIZE_MAX];
        let count = fgetxattr(file, name, buffer.as_mut_slice()).ok()?;
        buffer.truncate(count);
        Some(buffer)
    }

    /// Removes the permissions of the group of the file and of all others from an access control list.
    fn close(list: &mut [u8], close_group: bool, close_others: bool) {
        let entries = list.get_mut(HEADER..).unwrap_or_default();
        for entry in entries.chunks_exact_mut(ENTRY) {
            let is_closed = match entry[0] {
                GROUP => close_group,
                OTHERS => close_others,
                _ => false,
            };
            if is_closed {
                entry[2..4].fill(0);
            }
        }
    }

    fn note(name: &str, result: rustix::io::Result<()>) {
        if let Err(error) = result {
            tracing::info!(%error, name, "an extended attribute was not kept");
        }
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod extended {
    use std::fs::File;

    /// Extended attributes are kept on Linux only.
    pub(super) fn keep(_: &File, _: &File, _: bool, _: bool) -> bool {
        false
    }
}
