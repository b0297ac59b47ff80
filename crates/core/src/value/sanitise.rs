//! Makes hostile text harmless for each place it is shown. Nothing from a file or the network is shown without it.

/// The most characters of foreign text that a message echoes.
const ECHO_LIMIT: usize = 64;

/// Returns whether a terminal, menu or notification could act on `character` instead of showing it:
/// control characters, bidirectional controls, zero-width and other invisible characters.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns `text` with every hidden character written as `\u{…}`: safe for a terminal, a window or a log.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Returns `text` with every hidden character but its line ends written as `\u{…}`.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// Returns the start of foreign text for a message: visible, at most 64 characters, with `…` where it was cut.
pub fn echo(text: &str) -> String {
    cut(&visible(text), ECHO_LIMIT)
}

/// Returns at most `limit` characters of `text`, the last of them `…` if it was cut.
pub fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Returns a label for a menu item: visible, with the mnemonic marks `_` and `&` doubled.
///
/// The desktop's menu protocol takes `_` for a mnemonic, and the menu library takes `&`; see
/// <https://github.com/AyatanaIndicators/libdbusmenu/blob/master/libdbusmenu-glib/dbus-menu.xml>.
pub fn menu_label(text: &str) -> String {
    cut(&visible(text), ECHO_LIMIT).replace('&', "&&")
}

/// Returns a notification's body: visible, at most 256 characters, escaped if the server reads markup.
pub fn notification_body(text: &str, markup: Markup) -> String {
    let shown = cut(&visible(text), 256);
    match markup {
        Markup::Plain => shown,
        Markup::Escaped => shown
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
    }
}

/// How a notification server reads a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// As it is.
    Plain,
    /// As markup (the `body-markup` capability), so that `& < >` must be escaped.
    Escaped,
}

/// Returns a name for one character in an error message: itself in quotes, or its code point if it is hidden.
pub fn describe(character: char) -> String {
    if character == ' ' {
        "a space".to_owned()
    } else if is_hidden(character) {
        format!("the hidden character U+{:04X}", u32::from(character))
    } else if character.is_ascii() {
        format!("\"{character}\"")
    } else {
        format!("\"{character}\" (U+{:04X})", u32::from(character))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t18_escapes_terminal_controls_and_bidi() {
        assert_eq!(
            visible("a\u{1b}[31m\u{202e}b\u{200b}\n"),
            "a\\u{1b}[31m\\u{202e}b\\u{200b}\\u{a}"
        );
    }

    #[test]
    fn t20_escapes_markup_only_where_the_server_reads_it() {
        assert_eq!(notification_body("<b>&", Markup::Escaped), "&lt;b&gt;&amp;");
        assert_eq!(notification_body("<b>&", Markup::Plain), "<b>&");
    }

    #[test]
    fn t21_doubles_mnemonic_marks() {
        assert_eq!(menu_label("R&D"), "R&&D");
    }

    #[test]
    fn echo_cuts_at_64_characters() {
        assert_eq!(echo(&"ä".repeat(80)).chars().count(), 64);
    }

    proptest! {
        #[test]
        fn t18_nothing_hidden_survives(text in any::<String>()) {
            prop_assert!(!visible(&text).chars().any(is_hidden));
        }
    }
}
