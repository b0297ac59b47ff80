//! A word of a command for bash.

/// Returns the text as bash reads it unchanged.
pub(super) fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.@/+=,:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_unless_they_are_plain() {
        for (text, quoted) in [
            ("guest", "guest"),
            ("", "''"),
            ("it's", r"'it'\''s'"),
            ("$(id) `x` \"y\"", "'$(id) `x` \"y\"'"),
            ("~", "'~'"),
        ] {
            assert_eq!(shell_word(text), quoted);
        }
    }
}
