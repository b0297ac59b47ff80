//! One-time codes according to [RFC 6238](https://www.rfc-editor.org/rfc/rfc6238): six digits, 30 s, SHA-1.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use rolecall_core::session::totp::STEP_S;
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// An MFA device: it generates codes, and remembers the last code used, as AWS does.
pub(crate) struct Authenticator {
    seed: [u8; 20],
    last_used_step: Option<i64>,
}

impl Authenticator {
    /// Returns a device that has not been used.
    pub(crate) fn new(seed: [u8; 20]) -> Self {
        Self {
            seed,
            last_used_step: None,
        }
    }

    /// Returns the code that the device shows at a time.
    pub(crate) fn code(&self, at: Timestamp) -> String {
        self.code_of_step(step(at))
    }

    /// Returns the seed in base32, as AWS shows it once beside the QR code.
    pub(crate) fn seed_text(&self) -> String {
        BASE32_NOPAD.encode(&self.seed)
    }

    /// Accepts a code of this time step or an adjacent one. A code that was used, or is older than the last code used,
    /// is rejected.
    pub(crate) fn accept(&mut self, code: &str, at: Timestamp) -> bool {
        let now = step(at);
        let fresh = |step: &i64| self.last_used_step.is_none_or(|used| *step > used);
        let found = [now, now - 1, now + 1]
            .into_iter()
            .filter(fresh)
            .find(|step| {
                self.code_of_step(*step)
                    .as_bytes()
                    .ct_eq(code.as_bytes())
                    .into()
            });
        if found.is_some() {
            self.last_used_step = found;
        }
        found.is_some()
    }

    fn code_of_step(&self, step: i64) -> String {
        let mut mac =
            Hmac::<Sha1>::new_from_slice(&self.seed).expect("HMAC takes a key of any length");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let at = usize::from(digest[19] & 0x0F);
        let word = [
            digest[at] & 0x7F,
            digest[at + 1],
            digest[at + 2],
            digest[at + 3],
        ];
        format!("{:06}", u32::from_be_bytes(word) % 1_000_000)
    }
}

fn step(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn shows_the_codes_of_the_rfc() {
        let device = Authenticator::new(*b"12345678901234567890");
        let expected = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ];
        for (second, code) in expected {
            assert_eq!(device.code(at(second)), code);
        }
    }

    #[test]
    fn writes_its_seed_in_base32() {
        let device = Authenticator::new(*b"12345678901234567890");
        assert_eq!(device.seed_text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn r12_accepts_each_code_once_and_none_older() {
        let mut device = Authenticator::new(*b"12345678901234567890");
        let (before, now) = (device.code(at(1_000_000)), device.code(at(1_000_030)));
        assert!(device.accept(&now, at(1_000_030)));
        assert!(!device.accept(&now, at(1_000_030)));
        assert!(!device.accept(&now, at(1_000_060)));
        assert!(!device.accept(&before, at(1_000_030)));
        assert!(device.accept(&device.code(at(1_000_060)), at(1_000_060)));
    }

    #[test]
    fn rejects_codes_two_steps_away() {
        let mut device = Authenticator::new(*b"12345678901234567890");
        let late = device.code(at(1_000_000));
        assert!(!device.accept(&late, at(1_000_060)));
    }
}
