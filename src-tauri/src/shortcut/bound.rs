//! What became of a key combination.

use rolecall_core::api::window_memory::ShortcutState;

/// The combination, and what became of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bound {
    /// The combination as the desktop names it.
    pub(crate) keys: Option<String>,
    pub(crate) state: ShortcutState,
}
