//! Access keys in text: pasted, in the console's CSV, or in a credentials file.
//!
//! Input: the text. All of it is secret.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::aws_files::key_text::{
    KeyPair, from_csv, from_profile, from_text, plaintext_profiles,
};
use rolecall_core::value::input::InputError;
use rolecall_core::value::secret::Secret;
use rolecall_fuzz::bounds;
use rolecall_fuzz::canary::{self, assert_hidden_in};

fuzz_target!(|text: &str| {
    let secret = Secret::new(text.to_owned());
    bounds::within(text.len(), || {
        check(text, from_text(&secret));
        check(text, from_csv(&secret));
        for (profile, id) in plaintext_profiles(&secret) {
            let pair = from_profile(&secret, &profile);
            if let Ok(pair) = &pair {
                assert!(text.contains(id.as_str()) && text.contains(pair.id.as_str()));
            }
            // The names of profiles are not secret.
            let mut headers = text.lines().filter(|line| line.contains('['));
            if headers.all(|line| !canary::is_in(line)) {
                check(text, pair);
            }
        }
    });
});

fn check(text: &str, result: Result<KeyPair, InputError>) {
    match result {
        Ok(pair) => {
            assert!(text.contains(pair.id.as_str()) && text.contains(pair.secret.expose()));
            let lines = format!("{}\n{}", pair.id.as_str(), pair.secret.expose());
            let again = from_text(&Secret::new(lines)).expect("two lines with the same key");
            assert_eq!(again.id, pair.id);
            assert_eq!(again.secret.expose(), pair.secret.expose());
            assert!(!format!("{pair:?}").contains(pair.secret.expose()));
        }
        Err(error) => assert_hidden_in(&error),
    }
}
