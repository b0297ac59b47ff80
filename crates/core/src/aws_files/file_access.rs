//! Who besides the user can use a file.

/// Who besides the user can use a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FileAccess {
    /// Nobody, or there is no file.
    #[default]
    Private,
    /// Other users can read it.
    ReadableByOthers,
    /// Other users can change it.
    WritableByOthers,
}

impl FileAccess {
    /// Returns the access that a Unix mode gives. A file of another user can be changed by that user.
    pub fn of_mode(mode: u32, is_own: bool) -> Self {
        match (mode & 0o022, mode & 0o044) {
            _ if !is_own => Self::WritableByOthers,
            (0, 0) => Self::Private,
            (0, _) => Self::ReadableByOthers,
            (_, _) => Self::WritableByOthers,
        }
    }
}
