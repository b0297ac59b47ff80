//! What an element selects: its entries, or everything else.

/// An element or its `Not…` form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selection<T> {
    These(Vec<T>),
    AllBut(Vec<T>),
}

impl<T> Selection<T> {
    /// Returns the entries as written.
    pub(super) fn entries(&self) -> &[T] {
        match self {
            Self::These(entries) | Self::AllBut(entries) => entries,
        }
    }
}
