//! The text of an edited TOML file. The TOML library keeps neither a byte order mark nor CRLF, so they are taken from the
//! file.

use toml_edit::DocumentMut;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the text of an edited file. Lines before and after the edit are as they were, and new ones end as the file's
/// first line does.
pub(crate) fn written(text: &str, edited: &DocumentMut) -> String {
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let edited = edited.to_string();
    let (old, new) = (lines(body), lines(&edited));
    let same = |(old, new): &(&&str, &&str)| {
        content(old) == content(new) && old.ends_with('\n') == new.ends_with('\n')
    };
    let before = old.iter().zip(&new).take_while(same).count();
    let (old_end, new_end) = (old[before..].iter().rev(), new[before..].iter().rev());
    let after = old_end.zip(new_end).take_while(same).count();
    let mut written = text[..text.len() - body.len()].to_owned();
    written.push_str(&old[..before].concat());
    for line in &new[before..new.len() - after] {
        written.push_str(content(line));
        if line.ends_with('\n') {
            written.push_str(line_ending(body));
        }
    }
    written.push_str(&old[old.len() - after..].concat());
    written
}

/// Returns how the first line of a text ends.
pub(crate) fn line_ending(text: &str) -> &'static str {
    match lines(text).first() {
        Some(line) if line.ends_with("\r\n") => "\r\n",
        Some(_) | None => "\n",
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Returns a line without its ending.
fn content(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_number(text: &str) -> String {
        let mut edited: DocumentMut = text.parse().expect("TOML");
        edited["b"] = toml_edit::value(2);
        written(text, &edited)
    }

    #[test]
    fn b43_only_the_lines_of_an_edit_change() {
        for (before, after) in [
            ("a = 1\r\nb = 1\r\n", "a = 1\r\nb = 2\r\n"),
            ("\u{feff}b = 1\n", "\u{feff}b = 2\n"),
            ("a = 1\nb = 1\r\nc = 1\r\n", "a = 1\nb = 2\nc = 1\r\n"),
            ("b = 1\r\n# end", "b = 2\r\n# end"),
            ("a = 1\r\n", "a = 1\r\nb = 2\r\n"),
            ("", "b = 2\n"),
            ("b = 2\r\n", "b = 2\r\n"),
        ] {
            assert_eq!(with_number(before), after);
        }
    }
}
