//! Reads a `roles.toml` that has only tables of roles with texts and numbers, which is most, and takes a fraction of the
//! time of a TOML document with positions. It reads no other file: what is unusual, wrong or repeated is for
//! [`super::read`] to read or to report.

use std::collections::HashSet;

use super::fields;
use super::reading::Reading;
use crate::role::RoleDraft;

const HEADER: &str = "[roles.";
const COMMENT: char = '#';
/// The white space of TOML within a line.
const WHITE_SPACE: &[char] = &[' ', '\t'];
/// More digits may not fit.
const DIGITS_MAX: usize = 9;

/// Returns what a plain file has. `None` if a line is not plain, or a role is not valid.
pub(super) fn read(text: &str) -> Option<Reading> {
    let mut reading = Reading::default();
    let mut names = HashSet::new();
    let mut role: Option<Fields<'_>> = None;
    for line in lines(text)? {
        let line = line.trim_start_matches(WHITE_SPACE);
        if is_end(line) {
            continue;
        }
        match line.strip_prefix(HEADER) {
            Some(rest) => {
                finish(role.take(), &mut reading)?;
                let name = header(rest).filter(|name| names.insert(*name))?;
                role = Some(Fields::of(name));
            }
            None => role.as_mut()?.set(line)?,
        }
    }
    finish(role, &mut reading)?;
    Some(reading)
}

/// One role, and its fields so far.
struct Fields<'a> {
    draft: RoleDraft,
    keys: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(name: &str) -> Self {
        let draft = RoleDraft {
            name: name.to_owned(),
            ..RoleDraft::default()
        };
        Self {
            draft,
            keys: Vec::new(),
        }
    }

    /// Reads the line of a field, which the role may not have yet.
    fn set(&mut self, line: &'a str) -> Option<()> {
        let (key, value) = line.split_once('=')?;
        let key = key.trim_end_matches(WHITE_SPACE);
        if !is_bare(key) || self.keys.contains(&key) {
            return None;
        }
        self.keys.push(key);
        let value = value.trim_start_matches(WHITE_SPACE);
        let (text, rest) = quoted(value).or_else(|| number(value).filter(|_| key == "duration"))?;
        let is_set = is_end(rest) && fields::set_text(&mut self.draft, key, text);
        is_set.then_some(())
    }
}

fn finish(role: Option<Fields<'_>>, reading: &mut Reading) -> Option<()> {
    if let Some(Fields { draft, .. }) = role {
        reading.roles.push(draft.check().ok()?);
        reading.drafts.push(draft);
    }
    Some(())
}

/// Returns the lines without their endings. `None` if there is a control character that TOML does not allow.
fn lines(text: &str) -> Option<impl Iterator<Item = &str>> {
    let mut bytes = text.as_bytes().iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let is_allowed = match byte {
            b'\r' => bytes.peek() == Some(&b'\n'),
            b'\n' | b'\t' => true,
            _ => !byte.is_ascii_control(),
        };
        if !is_allowed {
            return None;
        }
    }
    Some(text.split('\n').map(|line| line.trim_end_matches('\r')))
}

/// Returns the name in a header, of which the rest of the line is given.
fn header(rest: &str) -> Option<&str> {
    let bare = || rest.split_at_checked(rest.find(']')?);
    let bare = || bare().filter(|(name, _)| is_bare(name));
    let (name, rest) = quoted(rest).or_else(bare)?;
    rest.strip_prefix(']')
        .filter(|rest| is_end(rest))
        .map(|_| name)
}

/// Returns a text in quotes on one line, without escapes, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let (inner, rest) = text[1..].split_once(quote)?;
    let is_plain = quote == '\'' || !inner.contains('\\');
    is_plain.then_some((inner, rest))
}

/// Returns a decimal number, and what follows it.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|it: char| !it.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    let is_plain = (1..=DIGITS_MAX).contains(&digits.len()) && !digits.starts_with('0');
    is_plain.then_some((digits, rest))
}

fn is_bare(key: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !key.is_empty() && key.bytes().all(is_allowed)
}

/// Returns whether nothing follows on a line but a comment.
fn is_end(rest: &str) -> bool {
    let rest = rest.trim_start_matches(WHITE_SPACE);
    rest.is_empty() || rest.starts_with(COMMENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::read_document;
    use proptest::prelude::*;

    const ROLE: &str =
        "[roles.guest]\narn = \"arn:aws:iam::808768216571:role/guest\"\nsource = 'user'\n";

    /// Returns whether a text is plain, and fails if its document has something else.
    fn is_plain(text: &str) -> bool {
        let Some(plain) = read(text) else {
            return false;
        };
        let document = read_document(text, "roles.toml").expect("TOML");
        assert_eq!(plain.roles, document.roles, "{text}");
        assert_eq!(plain.drafts, document.drafts, "{text}");
        assert!(document.faults.is_empty(), "{text}");
        true
    }

    #[test]
    fn a_file_of_texts_is_plain() {
        for text in [
            String::new(),
            "# none\n\n".to_owned(),
            ROLE.to_owned(),
            ROLE.replace('\n', "\r\n"),
            format!(
                "{ROLE}\n\t# more\n [roles.\"a b.c\"] # b\n{}duration=900#c",
                &ROLE[14..]
            ),
            ROLE.replace("guest]", "'gäst']"),
            format!("{ROLE}group = \"x = y # z\"  # why"),
        ] {
            assert!(is_plain(&text), "{text}");
        }
    }

    #[test]
    fn what_is_unusual_or_wrong_is_not_plain() {
        for text in [
            ROLE.replace("guest]", "a.b]"),
            ROLE.replace("guest]", "guest ]"),
            ROLE.replace("[roles", "[ roles"),
            ROLE.replace("'user'", "\"us\\u0065r\""),
            ROLE.replace("'user'", "'''user'''"),
            ROLE.replace("'user'", "user"),
            ROLE.replace("source", "\"source\""),
            format!("\u{feff}{ROLE}"),
            format!("{ROLE}\r"),
            format!("{ROLE}# \u{7}"),
            format!("{ROLE}source = 'user'"),
            format!("{ROLE}{ROLE}"),
            format!("{ROLE}unknown = 'user'"),
            format!("{ROLE}region = 5"),
            format!("{ROLE}region = 'nowhere!'"),
            format!("{ROLE}duration = 0900"),
            format!("{ROLE}duration = 900.5"),
            format!("{ROLE}policy_arns = []"),
            format!("{ROLE}tags = {{}}"),
            format!("{ROLE}[roles]"),
            format!("{ROLE}[other]"),
            "source = 'user'".to_owned(),
        ] {
            assert!(!is_plain(&text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_plain_reads_like_the_document(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "[roles.a]", "[roles.'b c']", "[roles.\"d\"]", "[roles]", "arn", "source", "duration", "group", "\"a\"",
                    "=", " = ", "\"arn:aws:iam::808768216571:role/guest\"", "'user'", "\"user\"", "900", "\n", "\r\n",
                    "\r", "\t", " ", "#", "'", "\"", "\\", "\"\"\"", "]", "é", "\0",
                    "arn = 'arn:aws:iam::808768216571:role/guest'\n", "source = \"user\"\n",
                ]),
                0..24,
            )
        ) {
            is_plain(&parts.concat());
            is_plain(&format!("{ROLE}{}", parts.concat()));
        }
    }
}
