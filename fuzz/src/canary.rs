//! A secret that inputs contain, and that no error and no list may show.

use std::fmt::{Debug, Display};

/// It has the form of a secret access key and of a session token.
pub const CANARY: &str = "Canary/Of/The/Fuzz/Targets/Never/Shown/0";
/// It has the form of the seed of an authenticator.
pub const SEED: &str = "CANARY2OF3THE4FUZZ5TARGETS6NEVER7SHOWN22";
/// So many characters of it are too many.
const PART: usize = 10;

/// Returns whether a text has a part of a secret.
pub fn is_in(text: &str) -> bool {
    let has_part = |secret: &str| {
        let mut starts = 0..=secret.len() - PART;
        starts.any(|start| text.contains(&secret[start..start + PART]))
    };
    has_part(CANARY) || has_part(SEED)
}

/// Returns whether a text has parts of a secret elsewhere than directly after one of these texts. There, it is none.
pub fn is_elsewhere_in(text: &str, places: &[&str]) -> bool {
    let mut rest = text.to_owned();
    for place in places {
        rest = rest.replace(&format!("{place}{CANARY}"), "");
    }
    is_in(&rest)
}

/// Asserts that neither form of a value that is shown or logged has a part of a secret.
pub fn assert_hidden_in(shown: &(impl Debug + Display)) {
    assert_hidden(&format!("{shown}\n{shown:?}"));
}

/// Asserts that a text has no part of a secret.
pub fn assert_hidden(text: &str) {
    assert!(!is_in(text), "a secret is shown: {text}");
}
