//! The meaning of a failed call, and whether a retry can help.

use rolecall_core::value::keychain_error::KeychainError;
use zbus::{DBusError, fdo};

use crate::keychain::exhausted;

/// Why a call failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The bus, the service or its session is gone. A retry with a new one may succeed.
    Lost(KeychainError),
    /// A retry would fail again.
    Final(KeychainError),
}

/// The service ended before it answered.
const GONE: [&str; 5] = [
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.Disconnected",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.Timeout",
];
/// The service does not know our session, for example after its restart.
const NO_SESSION: &str = "org.freedesktop.Secret.Error.NoSession";
const IS_LOCKED: &str = "org.freedesktop.Secret.Error.IsLocked";

impl Failure {
    /// Returns the meaning of an error with this name. `said` is the service's own explanation.
    fn of_name(name: &str, said: Option<&str>) -> Self {
        let said = said.filter(|said| !said.is_empty()).unwrap_or(name);
        match name {
            IS_LOCKED => Self::Final(KeychainError::Locked),
            NO_SESSION => Self::Lost(KeychainError::Denied(said.to_owned())),
            name if GONE.contains(&name) => Self::Lost(KeychainError::Frozen),
            _ => Self::Final(KeychainError::Denied(said.to_owned())),
        }
    }
}

impl From<KeychainError> for Failure {
    fn from(error: KeychainError) -> Self {
        Self::Final(error)
    }
}

impl From<Failure> for KeychainError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Lost(error) | Failure::Final(error) => error,
        }
    }
}

impl From<zbus::Error> for Failure {
    fn from(error: zbus::Error) -> Self {
        match error {
            zbus::Error::MethodError(name, said, _) => Self::of_name(&name, said.as_deref()),
            zbus::Error::FDO(error) => (*error).into(),
            zbus::Error::InputOutput(error) => {
                Self::Lost(exhausted::or(&error, || KeychainError::Absent))
            }
            other => Self::Final(KeychainError::Denied(other.to_string())),
        }
    }
}

impl From<fdo::Error> for Failure {
    fn from(error: fdo::Error) -> Self {
        match error {
            fdo::Error::ZBus(error) => error.into(),
            other => Self::of_name(&other.name(), other.description()),
        }
    }
}

impl From<secret_service::Error> for Failure {
    fn from(error: secret_service::Error) -> Self {
        match error {
            secret_service::Error::Zbus(error) => error.into(),
            secret_service::Error::ZbusFdo(error) => error.into(),
            secret_service::Error::Locked | secret_service::Error::Prompt => {
                Self::Final(KeychainError::Locked)
            }
            secret_service::Error::Unavailable => Self::Final(KeychainError::Absent),
            secret_service::Error::PromptDisconnected => Self::Final(KeychainError::Frozen),
            other => Self::Final(KeychainError::Denied(other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_words_of_the_service() {
        let failure = Failure::of_name(
            "org.freedesktop.DBus.Error.Failed",
            Some("libqca-ossl is missing"),
        );
        let error = KeychainError::from(failure);
        assert_eq!(
            error,
            KeychainError::Denied("libqca-ossl is missing".into())
        );
    }
}
