//! Digests of what was shown to the user, so that it is what is done.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Returns a digest of a value.
pub(crate) fn digest(value: &serde_json::Value) -> String {
    HEXLOWER.encode(&Sha256::digest(value.to_string()))
}
