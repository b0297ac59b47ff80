//! Random identifiers in AWS's forms.

use std::fmt::Write as _;

use rolecall_core::value::secret::Secret;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Returns a prefix such as `AKIA` or `AROA` and 16 base32 digits.
pub(crate) fn unique_id(prefix: &str) -> String {
    let bytes: [u8; 16] = random();
    prefix
        .chars()
        .chain(
            bytes
                .iter()
                .map(|b| char::from(BASE32[usize::from(b % 32)])),
        )
        .collect()
}

/// Returns a secret access key: 40 characters.
pub(crate) fn secret_access_key() -> Secret {
    Secret::new(base64_digits(&random::<40>()))
}

/// Returns a session token: random, and as long as AWS's usually are.
pub(crate) fn session_token() -> Secret {
    Secret::new(format!(
        "IQoJb3JpZ2luX2Vj{}==",
        base64_digits(&random::<622>())
    ))
}

/// Returns a request id in the form of a UUID.
pub(crate) fn request_id() -> String {
    let hex = hex(&random::<16>());
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

/// Returns bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns a seed for one-time codes.
pub(crate) fn seed() -> [u8; 20] {
    random()
}

fn base64_digits(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|b| char::from(BASE64[usize::from(b % 64)]))
        .collect()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_the_forms_of_aws() {
        let id = unique_id("ASIA");
        assert_eq!(id.len(), 20);
        assert!(
            id.bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        );
        assert_eq!(secret_access_key().expose().len(), 40);
        assert_eq!(session_token().expose().len(), 640);
        assert_eq!(request_id().len(), 36);
        assert_ne!(unique_id("ASIA"), unique_id("ASIA"));
    }
}
