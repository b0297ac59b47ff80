//! Makes untrusted text safe for each place where it is shown. All text from files and the network is sanitised before
//! it is shown.

use std::borrow::Cow;

/// The maximum number of characters of untrusted text in a message.
const ECHO_LIMIT: usize = 64;

/// Returns whether a terminal, menu or notification could interpret `character` instead of showing it: control
/// characters, bidirectional controls, zero-width and other invisible characters, and letters that are blank.
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns `text` with every hidden character escaped as `\u{…}`, which is safe for a terminal, a window or a log.
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

/// Returns the same without a copy of a text that has no hidden character.
pub fn shown(text: &str) -> Cow<'_, str> {
    match text.chars().any(is_hidden) {
        true => Cow::Owned(visible(text)),
        false => Cow::Borrowed(text),
    }
}

/// Returns `text` with every hidden character except line endings escaped as `\u{…}`.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// Returns the start of untrusted text for a message: escaped, at most 64 characters, with `…` if it was shortened.
pub fn echo(text: &str) -> String {
    cut(&visible(text), ECHO_LIMIT)
}

/// Returns at most `limit` characters of `text`. The last one is `…` if it was shortened.
pub fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Returns a label for a menu item: escaped, with the mnemonic characters `_` and `&` doubled.
///
/// The desktop's menu protocol reads `_` as a mnemonic, and the menu library reads `&`; see
/// <https://github.com/AyatanaIndicators/libdbusmenu/blob/master/libdbusmenu-glib/dbus-menu.xml>.
pub fn menu_label(text: &str) -> String {
    cut(&visible(text), ECHO_LIMIT).replace('&', "&&")
}

/// Returns a notification's body: at most 256 characters, with hidden characters escaped, and markup too if the server
/// reads it.
pub fn notification_body(text: &str, markup: Markup) -> String {
    let shown = cut(&visible(text), 256);
    match markup {
        Markup::Plain => shown,
        Markup::Escaped => escaped(&shown),
    }
}

/// Returns a tooltip of the tray: at most 256 characters, with hidden characters except line feeds escaped, and markup
/// too if the tray reads it.
pub fn tooltip(text: &str, markup: Markup) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    let shown = cut(&lines.join("\n"), 256);
    match markup {
        Markup::Plain => shown,
        Markup::Escaped => escaped(&shown),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// How a notification server interprets a body, or a tray a tooltip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// As plain text.
    Plain,
    /// As markup (the `body-markup` capability), in which `& < >` must be escaped.
    Escaped,
}

/// Returns the name of a character for an error message: the character in quotes, or its code point if it is hidden.
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
    fn t18_letters_that_are_blank_are_escaped() {
        for blank in [
            '\u{3164}', '\u{2800}', '\u{115f}', '\u{1160}', '\u{ffa0}', '\u{34f}',
        ] {
            assert!(is_hidden(blank), "{blank:?}");
            assert!(!visible(&blank.to_string()).contains(blank));
        }
        assert_eq!(visible("한글 ⠃ 客"), "한글 ⠃ 客");
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
        fn t18_no_hidden_character_remains(text in any::<String>()) {
            prop_assert!(!visible(&text).chars().any(is_hidden));
        }
    }
}
