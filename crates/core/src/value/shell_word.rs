//! A word of a command that is shown for a shell.

/// Returns a name as bash, zsh, fish and other shells read it.
pub fn shell_word(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.@/+=,:".contains(c);
    // zsh replaces `=name` with the path of a program.
    if !name.is_empty() && !name.starts_with('=') && name.chars().all(is_plain) {
        return name.to_owned();
    }
    let mut word = String::from("'");
    for c in name.chars() {
        match c {
            // Within single quotes, fish reads a backslash as an escape, and other shells do not.
            '\'' | '\\' => word.extend(["'\\", &c.to_string(), "'"]),
            c => word.push(c),
        }
    }
    word + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b10_a_word_is_read_in_the_same_way_by_every_shell() {
        for (name, word) in [
            ("shop/prod-1", "shop/prod-1"),
            ("two words", "'two words'"),
            ("it's", r"'it'\''s'"),
            ("=ls", "'=ls'"),
            ("a=b", "a=b"),
            (r"a\b", r"'a'\\'b'"),
            (r"a\", r"'a'\\''"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(name), word);
        }
    }
}
