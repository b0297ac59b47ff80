//! The names that AWS accepts for profiles and settings.

/// Returns whether AWS accepts `text` as a name: `[A-Za-z0-9_\-/.%@:\+]*`.
pub(super) fn is_identifier(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&byte))
}
