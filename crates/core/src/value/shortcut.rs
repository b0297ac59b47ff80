//! A key combination that opens Rolecall from anywhere, such as `Ctrl+Alt+R`.

use std::fmt;

/// A key combination with at least one of Ctrl, Alt and Super, so that it takes no key that people type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcut {
    /// Ctrl.
    pub ctrl: bool,
    /// Alt.
    pub alt: bool,
    /// Shift.
    pub shift: bool,
    /// Super, which keyboards mark with a logo.
    pub logo: bool,
    key: Key,
}

/// The key that is pressed with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// A letter, as a capital, or a digit.
    Character(char),
    /// F1 to F12.
    Function(u32),
    /// The space bar.
    Space,
}

/// The key symbol of F1. <https://www.x.org/releases/current/doc/xproto/x11protocol.html#keysym_encoding>
const F1: u32 = 0xffbe;

impl Shortcut {
    /// Reads a combination such as `Ctrl+Alt+R`; `None` if it is none that can be taken.
    pub fn parse(text: &str) -> Option<Self> {
        let (modifiers, key) = text.rsplit_once('+')?;
        let mut shortcut = Self {
            ctrl: false,
            alt: false,
            shift: false,
            logo: false,
            key: Key::parse(key)?,
        };
        for name in modifiers.split('+') {
            match name {
                "Ctrl" => shortcut.ctrl = true,
                "Alt" => shortcut.alt = true,
                "Shift" => shortcut.shift = true,
                "Super" => shortcut.logo = true,
                _ => return None,
            }
        }
        (shortcut.ctrl || shortcut.alt || shortcut.logo).then_some(shortcut)
    }

    /// Returns the key symbol of X11.
    pub fn keysym(&self) -> u32 {
        match self.key {
            Key::Character(it) => u32::from(it.to_ascii_lowercase()),
            Key::Function(number) => F1 + number - 1,
            Key::Space => u32::from(' '),
        }
    }

    /// Returns the trigger as desktops write it.
    /// <https://specifications.freedesktop.org/shortcuts-spec/latest/>
    pub fn trigger(&self) -> String {
        let key = match self.key {
            Key::Character(it) => it.to_ascii_lowercase().to_string(),
            Key::Function(number) => format!("F{number}"),
            Key::Space => "space".to_owned(),
        };
        self.with_modifiers(["CTRL", "ALT", "SHIFT", "LOGO"], &key)
    }

    fn with_modifiers(&self, names: [&'static str; 4], key: &str) -> String {
        let pressed = [self.ctrl, self.alt, self.shift, self.logo];
        let modifiers = names.into_iter().zip(pressed).filter(|(_, is)| *is);
        let mut parts: Vec<&str> = modifiers.map(|(name, _)| name).collect();
        parts.push(key);
        parts.join("+")
    }
}

impl fmt::Display for Shortcut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match self.key {
            Key::Character(it) => it.to_string(),
            Key::Function(number) => format!("F{number}"),
            Key::Space => "Space".to_owned(),
        };
        f.write_str(&self.with_modifiers(["Ctrl", "Alt", "Shift", "Super"], &key))
    }
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let mut characters = text.chars();
        match (characters.next()?, characters.as_str()) {
            (one, "") if one.is_ascii_alphanumeric() => {
                Some(Self::Character(one.to_ascii_uppercase()))
            }
            ('F', number) => {
                let number = number.parse().ok()?;
                (1..=12).contains(&number).then_some(Self::Function(number))
            }
            _ if text == "Space" => Some(Self::Space),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_combination_is_read_and_written_in_one_way() {
        for (text, shown, trigger, keysym) in [
            ("Ctrl+Alt+r", "Ctrl+Alt+R", "CTRL+ALT+r", 0x72),
            ("Alt+Ctrl+7", "Ctrl+Alt+7", "CTRL+ALT+7", 0x37),
            (
                "Super+Shift+F12",
                "Shift+Super+F12",
                "SHIFT+LOGO+F12",
                0xffc9,
            ),
            ("Super+Space", "Super+Space", "LOGO+space", 0x20),
        ] {
            let shortcut = Shortcut::parse(text).expect(text);
            assert_eq!(shortcut.to_string(), shown);
            assert_eq!(shortcut.trigger(), trigger);
            assert_eq!(shortcut.keysym(), keysym);
        }
    }

    #[test]
    fn what_people_type_is_no_shortcut() {
        for text in [
            "", "R", "Shift+R", "Ctrl+", "+R", "Ctrl+F13", "Hyper+R", "Ctrl+ß",
        ] {
            assert_eq!(Shortcut::parse(text), None, "{text}");
        }
    }
}
