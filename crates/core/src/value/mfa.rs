//! MFA devices and their codes, as STS accepts them.

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::value::arn::Arn;
use crate::value::input::{InputError, check_ascii_field};

/// The serial number or ARN of an MFA device: 9 to 256 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MfaSerial(String);

impl MfaSerial {
    /// Parses a serial number.
    ///
    /// # Errors
    /// Says whether it is the ARN of a user instead of a device, or the length or the first character that is not allowed.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = text.trim();
        let refuse = |what: &str, remedy: &str| Err(InputError::new("mfa_serial", what, remedy));
        if text.contains(":user/") {
            return refuse(
                "This is the ARN of a user.",
                "A device's ARN has \":mfa/\" instead of \":user/\".",
            );
        }
        if text.contains(":u2f/") {
            return refuse(
                "This is a FIDO security key or passkey. STS does not accept those for roles.",
                "Use the user's authenticator app or hardware token; its ARN has \":mfa/\".",
            );
        }
        check_ascii_field("mfa_serial", "The MFA serial", text, 9..=256, "+=/:,.@_-")?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the serial.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the account in the device's ARN. Hardware tokens have only a number.
    pub fn account_id(&self) -> Option<&str> {
        Arn::account_of(&self.0).filter(|account| !account.is_empty())
    }
}

impl TryFrom<String> for MfaSerial {
    type Error = InputError;
    fn try_from(text: String) -> Result<Self, InputError> {
        Self::parse(&text)
    }
}

impl fmt::Display for MfaSerial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How long after sending a code AWS may still accept it, so that it must be treated as used.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_secs(120);

/// A code of an MFA device: six ASCII digits, valid for one call.
#[derive(Clone, PartialEq, Eq)]
pub struct MfaCode(String);

impl MfaCode {
    /// Parses a code. Spaces between and around the digits are ignored.
    ///
    /// # Errors
    /// If the rest is not six ASCII digits.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if digits
            .chars()
            .any(|c| c.is_numeric() && !c.is_ascii_digit())
        {
            return Err(InputError::new(
                "code",
                "The code has digits other than 0 to 9.",
                "Use the digits 0 to 9.",
            ));
        }
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(digits));
        }
        let what = match digits.bytes().all(|b| b.is_ascii_digit()) {
            true => format!("The code has {} digits.", digits.len()),
            false => "The code has characters that are not digits.".to_owned(),
        };
        Err(InputError::new("code", what, "A code has 6 digits."))
    }

    /// Returns the last six digits of a number, as shown by authenticators.
    pub(crate) fn of_number(number: u32) -> Self {
        Self(format!("{:06}", number % 1_000_000))
    }

    /// Returns the six digits, for the call.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MfaCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl From<MfaSerial> for String {
    fn from(serial: MfaSerial) -> Self {
        serial.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b20_codes() {
        assert_eq!(
            MfaCode::parse(" 12 34 56 ").map(|c| c.as_str().to_owned()),
            Ok("123456".into())
        );
        for bad in [
            "12345",
            "1234567",
            "abcdef",
            "",
            "١٢٣٤٥٦",
            "１２３４５６",
            "12-34-56",
        ] {
            assert!(MfaCode::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(format!("{:?}", MfaCode::parse("123456")), "Ok([redacted])");
    }

    #[test]
    fn b22_distinguishes_a_user_from_a_device() {
        let error = MfaSerial::parse("arn:aws:iam::177634097045:user/user").expect_err("a user");
        assert!(error.remedy.contains(":mfa/"));
        assert!(MfaSerial::parse("arn:aws:iam::177634097045:mfa/user").is_ok());
        assert!(MfaSerial::parse("GAHT12345678").is_ok());
    }
}
