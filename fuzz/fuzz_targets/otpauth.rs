//! The seed of an authenticator: an `otpauth` link, or base32.
//!
//! Input: the text. All of it is secret.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use rolecall_core::session::totp::{STEP_S, TotpSeed};
use rolecall_core::value::secret::Secret;
use rolecall_fuzz::bounds;
use rolecall_fuzz::canary::assert_hidden_in;

fuzz_target!(|text: &str| {
    bounds::within(text.len(), || {
        match TotpSeed::parse(&Secret::new(text.to_owned())) {
            Ok(seed) => check(&seed),
            Err(error) => {
                assert_hidden_in(&error);
                assert!(error.to_string().len() < 256, "{error}");
            }
        }
    });
});

fn check(seed: &TotpSeed) {
    assert_eq!(format!("{seed:?}"), "[redacted]");
    let kept = TotpSeed::parse(seed.text()).expect("what the keychain has is read again");
    assert_eq!(kept.text().expose(), seed.text().expose());
    for second in [0, 59, 1_111_111_109, 20_000_000_000, -1] {
        let at = |second| Timestamp::from_second(second).expect("an instant");
        let code = seed.code_at(at(second));
        assert!(code.as_str().len() == 6 && code.as_str().bytes().all(|it| it.is_ascii_digit()));
        assert_eq!(code.as_str(), kept.code_at(at(second)).as_str());
        let step = second - second.rem_euclid(STEP_S);
        assert_eq!(
            code.as_str(),
            seed.code_at(at(step)).as_str(),
            "the same for the whole step"
        );
    }
}
