//! Errors of the system that mean that it lacks resources, and not that the keychain refused.

use std::io;

use rolecall_core::value::keychain_error::KeychainError;

/// `ENFILE`, `EMFILE`, `ENOMEM` and `EAGAIN`: no file, memory or thread is left. On Linux; `EAGAIN` differs elsewhere.
const NO_RESOURCES: [i32; 4] = [23, 24, 12, 11];

const TOO_MANY: &str = "too many files are open";

/// Returns an error of the system as one of the keychain, or `other` if enough resources are left.
pub(super) fn or(error: &io::Error, other: impl FnOnce() -> KeychainError) -> KeychainError {
    let is_exhausted = error
        .raw_os_error()
        .is_some_and(|it| NO_RESOURCES.contains(&it))
        || error.kind() == io::ErrorKind::OutOfMemory;
    match (is_exhausted, error.raw_os_error()) {
        (true, Some(23 | 24)) => KeychainError::Exhausted(TOO_MANY.to_owned()),
        (true, _) => KeychainError::Exhausted(error.to_string()),
        (false, _) => other(),
    }
}

/// Returns an error of the system as one of the keychain.
pub(super) fn or_denied(error: &io::Error) -> KeychainError {
    or(error, || KeychainError::Denied(error.to_string()))
}

/// Returns the error of a call that failed, which is another one if no files are left: the libraries of the keychain do
/// not always pass on why they could not connect.
#[cfg(target_os = "linux")]
pub(super) fn or_else(error: KeychainError) -> KeychainError {
    let is_vague = matches!(
        error,
        KeychainError::Absent | KeychainError::Denied(_) | KeychainError::Frozen
    );
    match is_vague && !crate::descriptors::are_left() {
        true => KeychainError::Exhausted(TOO_MANY.to_owned()),
        false => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lack_of_resources_is_one() {
        for (number, is_one) in [
            (24, true),
            (23, true),
            (12, true),
            (11, true),
            (13, false),
            (2, false),
        ] {
            let error = or_denied(&io::Error::from_raw_os_error(number));
            assert_eq!(
                matches!(error, KeychainError::Exhausted(_)),
                is_one,
                "{number}"
            );
        }
    }
}
