//! The port for the names of this machine.

/// The names of this machine and its user, for session names.
pub trait Machine: Send + Sync {
    /// Returns the machine's name without its domain, or an empty text if it has none.
    fn host(&self) -> String;

    /// Returns the name of the user who is logged in, or an empty text if it is unknown.
    fn login(&self) -> String;
}
