//! Names that look alike, such as "admin" with a Latin and with a Cyrillic "a".

use std::borrow::Cow;
use std::collections::HashMap;

use super::problem::{Problem, ProblemCode};
use super::sanitise;

/// Letters of other scripts, each beside the Latin letter that it looks like.
/// <https://www.unicode.org/reports/tr39/#Confusable_Detection>
const LIKE: [(&str, char); 45] = [
    ("аɑα", 'a'),
    ("АΑ", 'A'),
    ("ВΒ", 'B'),
    ("сϲ", 'c'),
    ("СϹ", 'C'),
    ("ԁ", 'd'),
    ("еҽ", 'e'),
    ("ЕΕ", 'E'),
    ("ɡ", 'g'),
    ("һ", 'h'),
    ("НΗ", 'H'),
    ("іιɩ", 'i'),
    ("ІΙӀ", 'l'),
    ("јϳ", 'j'),
    ("Ј", 'J'),
    ("КΚ", 'K'),
    ("кκ", 'k'),
    ("МΜ", 'M'),
    ("м", 'm'),
    ("ո", 'n'),
    ("ΝͶ", 'N'),
    ("оοօ", 'o'),
    ("ОΟ", 'O'),
    ("рρ", 'p'),
    ("РΡ", 'P'),
    ("ԛ", 'q'),
    ("г", 'r'),
    ("ѕ", 's'),
    ("Ѕ", 'S'),
    ("т", 't'),
    ("ТΤ", 'T'),
    ("υս", 'u'),
    ("ѵν", 'v'),
    ("Ѵ", 'V'),
    ("ԝω", 'w'),
    ("хχ", 'x'),
    ("ХΧ", 'X'),
    ("уγ", 'y'),
    ("УΥ", 'Y'),
    ("ʐ", 'z'),
    ("Ζ", 'Z'),
    ("‐‑‒–—―−﹣－", '-'),
    ("․", '.'),
    ("∕⁄", '/'),
    ("：꞉", ':'),
];

/// Returns the name as it looks: names with the same result look alike.
fn skeleton(name: &str) -> Cow<'_, str> {
    match is_as_it_looks(name) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(redrawn(name)),
    }
}

/// Returns whether a name is what it looks like: most are. White space may be shown as less.
fn is_as_it_looks(name: &str) -> bool {
    let is_itself =
        |character: char| character.is_ascii_graphic() && letter(character) == character;
    name.chars().all(is_itself)
}

fn redrawn(name: &str) -> String {
    let words = name.split_whitespace().collect::<Vec<_>>();
    let shown = words.join(" ");
    let visible = shown.chars().filter(|c| !is_selector(*c));
    visible.map(latin).collect()
}

/// Selects a variant of the character before it, and is not seen itself.
fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn latin(character: char) -> char {
    let wide = u32::from(character);
    let narrow = match wide {
        // Wide forms of ASCII.
        0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(character),
        _ => character,
    };
    if narrow.is_ascii() {
        return letter(narrow);
    }
    let like = LIKE.iter().find(|(letters, _)| letters.contains(narrow));
    like.map_or(narrow, |(_, latin)| *latin)
}

/// Returns the letter that an ASCII character looks like, or the character itself.
fn letter(character: char) -> char {
    match character {
        '0' => 'O',
        '1' | '|' | 'I' => 'l',
        _ => character,
    }
}

/// Returns the first two different names that look alike.
pub fn first_pair<'a>(names: impl Iterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    let mut seen: HashMap<Cow<'_, str>, &str> = HashMap::new();
    for name in names {
        match seen.insert(skeleton(name), name) {
            Some(other) if other != name => return Some((other, name)),
            Some(_) | None => {}
        }
    }
    None
}

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// Roles and their sessions.
    Roles,
    /// Access keys.
    Keys,
    /// Groups of roles.
    Groups,
    /// Accounts.
    Accounts,
}

impl Named {
    fn text(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Keys => "access keys",
            Self::Groups => "groups",
            Self::Accounts => "accounts",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Roles => "Compare their accounts before you use one, and rename one of them.",
            Self::Keys => "Compare their users before you use one, and rename one of them.",
            Self::Groups => "Rename one of them, so that you can tell them apart.",
            Self::Accounts => "Compare their 12 digits, and rename one of them.",
        }
    }
}

/// Returns the problem of two names that look alike.
pub fn problem(named: Named, one: &str, other: &str) -> Problem {
    let mut pairs = one.chars().zip(other.chars());
    let how = pairs.find(|(own, others)| own != others);
    let how = how.map_or_else(String::new, |(own, others)| {
        let (own, others) = (sanitise::describe(own), sanitise::describe(others));
        format!(" One has {own} where the other has {others}.")
    });
    let (one, other) = (sanitise::echo(one), sanitise::echo(other));
    let what = format!(
        "Two {} have names that look alike: \"{one}\" and \"{other}\".{how}",
        named.text()
    );
    Problem::new(ProblemCode::NameTaken, what, named.remedy())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_alike(one: &str, other: &str) -> bool {
        first_pair([one, other].into_iter()).is_some()
    }

    #[test]
    fn t32_names_that_look_alike_are_found() {
        for (one, other) in [
            ("admin", "\u{430}dmin"),
            ("prod-admin", "prod\u{2010}admin"),
            ("scope", "\u{455}\u{441}\u{43e}\u{440}\u{435}"),
            ("PROD1", "PRODl"),
            ("O2", "02"),
            ("admin", "\u{ff41}dmin"),
            ("a b", "a\u{a0}b"),
            ("a b", "a  b"),
            ("admin", "admin\u{fe0f}"),
        ] {
            assert!(are_alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn t32_names_that_differ_to_the_eye_are_not() {
        for (one, other) in [
            ("admin", "Admin"),
            ("mail", "mall"),
            ("prod", "prod2"),
            ("дев", "dev"),
            ("客户", "客"),
            ("admin", "admin"),
        ] {
            assert!(!are_alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn t32_the_problem_says_where_they_differ() {
        let problem = problem(Named::Roles, "admin", "\u{430}dmin");
        assert!(problem.what.contains("U+0430"), "{}", problem.what);
    }
}
