//! Text that must not be shown, logged, serialised, compared or kept. It is overwritten when dropped.

use std::fmt;

use zeroize::Zeroizing;

/// A secret. It has no `Clone`, `Display`, `Serialize` or `PartialEq`, and its `Debug` hides it.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text. The caller must keep no copy.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the text, for code that signs, encrypts or writes it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns a copy of the text, for another thread.
    pub fn duplicate(&self) -> Self {
        Self::new(self.0.to_string())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t09_debug_hides_the_text() {
        assert_eq!(format!("{:?}", Secret::new("canary".into())), "[redacted]");
    }
}
