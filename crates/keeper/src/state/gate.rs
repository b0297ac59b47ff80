//! What only one use case does at a time.

use rolecall_core::value::access_key::AccessKeyId;

/// What is done by one use case at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gate {
    /// Reading AWS's files.
    AwsFiles,
    /// Reading and writing the file of roles.
    Roles,
    /// Reading and writing the file of settings.
    Settings,
    /// Reading and writing the file of marks.
    Marks,
    /// Reading and writing the list of access keys, and their secrets in the keychain.
    Keys,
    /// Reading and writing the notes of keys that were moved from AWS's files.
    MovedKeys,
    /// Writing and removing temporary profiles.
    TemporaryProfiles,
    /// Asking AWS for a session of an access key.
    KeySession(AccessKeyId),
}
