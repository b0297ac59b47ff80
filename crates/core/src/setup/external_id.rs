//! External IDs that nobody can guess.

use data_encoding::BASE32_NOPAD;

/// Returns an external ID of 32 letters and digits from 160 random bits.
pub fn external_id(random: &[u8; 20]) -> String {
    BASE32_NOPAD.encode(random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::call_fields::ExternalId;

    #[test]
    fn it_is_one_that_sts_accepts_and_keeps_every_bit() {
        let one = external_id(&[0xff; 20]);
        assert_eq!(one.len(), 32);
        assert!(ExternalId::parse(&one).is_ok());
        let mut other = [0xff; 20];
        other[19] = 0xfe;
        assert_ne!(external_id(&other), one);
    }
}
