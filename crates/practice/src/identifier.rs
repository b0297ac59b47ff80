//! Random identifiers in the formats of AWS.

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};
use rolecall_core::value::secret::Secret;

/// Returns a prefix such as `AKIA` or `AROA` and 16 base32 digits.
pub(crate) fn unique_id(prefix: &str) -> String {
    format!("{prefix}{}", BASE32_NOPAD.encode(&random::<10>()))
}

/// Returns a secret access key: 40 characters.
pub(crate) fn secret_access_key() -> Secret {
    Secret::new(BASE64.encode(&random::<30>()))
}

/// Returns a random session token, about as long as those of AWS.
pub(crate) fn session_token() -> Secret {
    Secret::new(format!(
        "IQoJb3JpZ2luX2Vj{}",
        BASE64.encode(&random::<466>())
    ))
}

/// Returns a request id in the form of a UUID.
pub(crate) fn request_id() -> String {
    let hex = HEXLOWER.encode(&random::<16>());
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

/// Returns a seed for one-time codes.
pub(crate) fn seed() -> [u8; 20] {
    random()
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
    fn identifiers_have_the_formats_of_aws() {
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
