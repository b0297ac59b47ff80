//! The seed of an authenticator app, and its codes.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{BASE32_NOPAD, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::value::input::InputError;
use crate::value::mfa::MfaCode;
use crate::value::secret::Secret;

/// How long a code is shown, in seconds. [RFC 6238](https://www.rfc-editor.org/rfc/rfc6238), section 5.2.
pub const STEP_S: i64 = 30;
/// The minimum length of a seed in bytes: the 80 bits that authenticator apps accept. AWS uses 40 bytes.
const SEED_MIN: usize = 10;
/// The maximum length of the text of a seed or link, in bytes.
const TEXT_MAX: usize = 1024;
/// Base32, [RFC 4648](https://www.rfc-editor.org/rfc/rfc4648), section 6. Apps ignore trailing bits of the last letter
/// that do not fill a byte, so any value is accepted.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = BASE32_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification.encoding().expect("base32 without a check")
});
/// The start of an `otpauth` link of a device with codes like those of AWS.
const LINK: &str = "otpauth://totp/";
/// Where the user finds a seed.
const WHERE: &str = "AWS shows it once, as the secret key beside the QR code of a new device.";

/// The seed of an authenticator, from which all its codes can be computed.
pub struct TotpSeed {
    /// In base32, in capitals and without padding, as stored in the keychain.
    text: Secret,
    bytes: Zeroizing<Vec<u8>>,
}

impl TotpSeed {
    /// Parses an `otpauth` link, or a seed in base32 with optional spaces, hyphens, lower-case letters and padding.
    ///
    /// # Errors
    /// Says what is wrong, without any part of the text.
    pub fn parse(text: &Secret) -> Result<Self, InputError> {
        let text = text.expose().trim();
        if text.len() > TEXT_MAX {
            return Err(refused("The seed is too long."));
        }
        let is_link = text
            .get(..8)
            .is_some_and(|it| it.eq_ignore_ascii_case("otpauth:"));
        let base32 = if is_link { secret_of_link(text)? } else { text };
        let mut plain = Zeroizing::new(String::with_capacity(base32.len()));
        let letters = base32.trim_end_matches('=').chars();
        plain.extend(
            letters
                .filter(|it| !it.is_whitespace() && *it != '-')
                .map(|it| it.to_ascii_uppercase()),
        );
        let bytes = decoded(&plain)?;
        if bytes.len() < SEED_MIN {
            return Err(refused("The seed is too short."));
        }
        Ok(Self {
            text: Secret::new(plain.to_string()),
            bytes,
        })
    }

    /// Returns the seed in base32, only for the keychain.
    pub fn text(&self) -> &Secret {
        &self.text
    }

    /// Returns the code at a time of AWS's clock.
    pub fn code_at(&self, at: Timestamp) -> MfaCode {
        self.code_of_step(at.as_second().div_euclid(STEP_S))
    }

    /// Truncates as [RFC 4226](https://www.rfc-editor.org/rfc/rfc4226), section 5.3.
    fn code_of_step(&self, step: i64) -> MfaCode {
        let mut digest = [0; 20];
        if let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.bytes) {
            mac.update(&step.to_be_bytes());
            digest = mac.finalize().into_bytes().into();
        }
        let at = usize::from(digest[19] & 0x0F);
        let word = digest.iter().skip(at).take(4);
        let word = word.fold(0_u32, |word, byte| (word << 8) | u32::from(*byte)) & 0x7FFF_FFFF;
        MfaCode::of_number(word)
    }
}

impl fmt::Debug for TotpSeed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

fn secret_of_link(link: &str) -> Result<&str, InputError> {
    let is_timed = link
        .get(..LINK.len())
        .is_some_and(|it| it.eq_ignore_ascii_case(LINK));
    let query = link.split_once('?').map_or("", |(_, query)| query);
    let field = |name: &str| {
        let fields = query.split('&').filter_map(|it| it.split_once('='));
        fields
            .clone()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let is_usual =
        |name: &str, usual: &str| field(name).is_none_or(|value| value.eq_ignore_ascii_case(usual));
    if !is_timed
        || !is_usual("algorithm", "SHA1")
        || !is_usual("digits", "6")
        || !is_usual("period", "30")
    {
        return Err(InputError::new(
            "seed",
            "This link is not for an AWS MFA device.",
            "AWS uses six-digit SHA-1 codes that change every 30 seconds.",
        ));
    }
    let secret = field("secret").ok_or_else(|| refused("This link has no seed."))?;
    Ok(secret.split('%').next().unwrap_or_default())
}

fn decoded(text: &str) -> Result<Zeroizing<Vec<u8>>, InputError> {
    let is_letter = |byte: u8| matches!(byte, b'A'..=b'Z' | b'2'..=b'7');
    if !text.bytes().all(is_letter) {
        return Err(refused("The seed has invalid characters."));
    }
    let missing = "The seed is incomplete.";
    let length = BASE32.decode_len(text.len());
    let mut bytes = Zeroizing::new(vec![0; length.map_err(|_| refused(missing))?]);
    let decoded = BASE32.decode_mut(text.as_bytes(), &mut bytes);
    decoded.map_err(|_| refused(missing)).map(|_| bytes)
}

fn refused(what: &str) -> InputError {
    let remedy = format!("A seed has the letters A-Z and the digits 2-7. {WHERE}");
    InputError::new("seed", what, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "12345678901234567890", the seed of the vectors of RFC 6238, appendix B.
    const OF_THE_RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn seed(text: &str) -> Result<TotpSeed, InputError> {
        TotpSeed::parse(&Secret::new(text.to_owned()))
    }

    fn code(seed: &TotpSeed, second: i64) -> String {
        let at = Timestamp::from_second(second).expect("an instant");
        seed.code_at(at).as_str().to_owned()
    }

    #[test]
    fn gives_the_codes_of_the_rfc() {
        let seed = seed(OF_THE_RFC).expect("a seed");
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(&seed, second), expected);
        }
    }

    #[test]
    fn the_same_seed_is_read_in_every_format() {
        for text in [
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq\n",
            "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
            "otpauth://totp/Amazon%20Web%20Services:user@177634097045?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=AWS",
            "OTPAUTH://TOTP/a?algorithm=sha1&digits=6&period=30&secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq%3D%3D",
        ] {
            assert_eq!(seed(text).expect("a seed").text().expose(), OF_THE_RFC);
        }
        assert_eq!(
            seed("GEZDGNBVGY3TQOJQGE======")
                .expect("a seed")
                .bytes
                .len(),
            11
        );
    }

    #[test]
    fn what_is_not_a_seed_says_why_and_is_not_echoed() {
        for (text, part) in [
            ("", "too short"),
            ("123456", "invalid characters"),
            ("GEZDGNBVGY3TQOJ", "too short"),
            ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQG", "incomplete"),
            ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQÖJQ", "invalid characters"),
            (
                "otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQ",
                "not for an AWS MFA device",
            ),
            (
                "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&digits=8",
                "not for an AWS MFA device",
            ),
            (
                "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA256",
                "not for an AWS MFA device",
            ),
            ("otpauth://totp/a?issuer=GEZDGNBVGY3TQOJQ", "no seed"),
            (&"A".repeat(2000), "too long"),
        ] {
            let error = seed(text).expect_err("refused");
            assert!(error.what.contains(part), "{text}: {error}");
            assert!(!error.to_string().contains("GEZD"), "{error}");
        }
    }

    #[test]
    fn t09_debug_hides_the_seed() {
        assert_eq!(
            format!("{:?}", seed(OF_THE_RFC).expect("a seed")),
            "[redacted]"
        );
    }
}
