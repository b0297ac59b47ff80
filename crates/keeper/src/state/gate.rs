//! Gates for work that only one use case may do at a time.

use rolecall_core::value::access_key::AccessKeyId;

/// Work that one use case may do at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gate {
    /// Reading AWS's files.
    AwsFiles,
    /// Reading and writing the file of roles.
    Roles,
    /// Reading and writing the file of settings.
    Settings,
    /// Reading and writing the file of labels.
    Marks,
    /// Reading and writing the list of access keys, and their secrets in the keychain.
    Keys,
    /// Reading and writing the records of keys that were moved out of AWS's files.
    MovedKeys,
    /// Applying kits, and taking them back.
    Setups,
    /// Revoking sessions, and taking that back.
    Revocations,
    /// Asking IAM about the access keys.
    KeyFacts,
    /// Replacing an access key.
    Rotation,
    /// Writing and removing temporary profiles.
    TemporaryProfiles,
    /// Requesting a session of an access key from AWS.
    KeySession(AccessKeyId),
}
