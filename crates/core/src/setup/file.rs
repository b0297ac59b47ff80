//! A file of a kit.

/// A file: its name and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitFile {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}
