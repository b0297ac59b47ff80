//! Writing XML.

/// Returns `<name>content</name>`. The content is already XML.
pub(crate) fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

/// Returns `<name>text</name>` with the text escaped.
pub(crate) fn text(name: &str, text: &str) -> String {
    element(name, &escape(text))
}

/// Escapes markup, and replaces characters that are not valid in XML 1.0 with U+FFFD.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' | '\n' => escaped.push(c),
            c if c.is_control() => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
        escaped
    })
}
