//! Roles and keys in `~/.aws/config` and `~/.aws/credentials`, read as AWS's SDKs read them.
//!
//! ```text
//! bytes ─► text ─► Document (every byte kept) ─► Profiles (merged) ─► Reading: roles, keys, notices
//!                          └─► Editor: our own sections, keys that move to the keychain ─► text
//! ```
//!
//! If the SDKs reject a whole file because of one line, that line becomes a notice and the rest is still read. Nothing
//! from these files is executed or connected to: no `credential_process`, no `endpoint_url`. A [`Reading`] has no
//! secret.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

mod carried;
mod chain;
pub mod connection;
mod difference;
mod document;
mod editor;
mod file_access;
mod file_notice;
mod header;
mod include;
mod key_move;
pub mod key_text;
mod keychain_keys;
mod line;
mod line_reader;
mod name_rule;
mod own_process;
mod own_section;
mod process_line;
mod profile_name;
mod profile_role;
mod profiles;
mod section_reader;
mod session_tags;
mod shadowed_profile;

use serde::{Deserialize, Serialize};

use crate::value::access_key::{AccessKeyId, masked};
use crate::value::sanitise::echo;

pub use chain::{Chain, Start};
pub use difference::Changed;
pub use document::Document;
pub use editor::{Edited, Editor, Foreign, Owned};
pub use file_access::FileAccess;
pub use file_notice::{AwsFile, FileNotice};
pub use key_move::{TakenKey, movable_key};
pub use keychain_keys::KeychainKeys;
pub use line::{Fault, Line, LineKind, Variant};
pub use own_process::{has_processes, missing_programs, own_role};
pub use own_section::{OwnSection, UnsafeSetting};
pub use process_line::process_line;
pub use profile_name::ProfileName;
pub use profile_role::ProfileRole;
pub use profiles::{Profile, Profiles};
pub use shadowed_profile::{ShadowedProfile, shadowed_profiles};

use chain::{KEY_ID, has_key};
use file_notice::Notices;
use own_process::OwnProcess;

/// The maximum size of a file, in bytes.
pub const FILE_MAX: usize = 4 << 20;
/// Settings for other hosts or certificates, which Rolecall reads only from its own settings.
const IGNORED: [&str; 3] = ["endpoint_url", "ca_bundle", "services"];

/// The roles and keys in AWS's files.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reading {
    /// Every profile with a `role_arn`. Those that cannot be used have a problem.
    pub roles: Vec<ProfileRole>,
    /// The profiles with a long-term key in plaintext.
    pub keys: Vec<ProfileKey>,
    /// What the user should know about the files.
    pub notices: Vec<FileNotice>,
    /// For each file, the first line because of which the AWS CLI rejects the whole file.
    #[serde(skip)]
    pub faults: Vec<FileNotice>,
    /// The profiles and settings that a file repeats, which are also among the notices.
    #[serde(skip)]
    pub duplicates: Vec<FileNotice>,
}

/// A profile with a long-term key in plaintext.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProfileKey {
    /// The profile.
    pub profile: String,
    /// The key ID, hidden except for its ends.
    pub access_key_id: String,
}

/// Reads both files; an absent file is empty. Every text is accepted. The keys in the keychain are not known here, so a
/// role may start from a key in plaintext.
pub fn roles(config: &str, credentials: &str) -> Reading {
    read(config, credentials, None)
}

/// Reads both files like [`roles`], with the keys that are in the keychain. A role must start from one of them. A role
/// whose key is in plaintext gets that as its problem, unless the keys are [`KeychainKeys::or_plaintext`].
pub fn roles_with_keys(
    config: &str,
    credentials: &str,
    keychain_keys: &KeychainKeys<'_>,
) -> Reading {
    read(config, credentials, Some(keychain_keys))
}

/// Returns the profiles that have an access key in plaintext.
pub fn profiles_with_key(config: &str, credentials: &str, id: &AccessKeyId) -> Vec<String> {
    let documents = (Document::parse(config), Document::parse(credentials));
    let (profiles, _) = Profiles::merge(&documents.0, &documents.1);
    let with_key = profiles
        .iter()
        .filter(|profile| has_key(profile) && profile.get(KEY_ID) == Some(id.as_str()));
    with_key.map(|profile| profile.name().to_owned()).collect()
}

fn read(config: &str, credentials: &str, keychain_keys: Option<&KeychainKeys<'_>>) -> Reading {
    let mut notices = Notices::default();
    let (config, credentials) = (Document::parse(config), Document::parse(credentials));
    let profiles = Profiles::merge_noting(&config, &credentials, &mut notices);
    note_processes(&profiles, &mut notices);
    note_ignored(&profiles, &mut notices);
    let found = profiles.iter();
    let duplicates = notices.take_repeated();
    let faults = [
        (AwsFile::Config, config),
        (AwsFile::Credentials, credentials),
    ];
    let faults = faults.iter().filter_map(|(file, document)| {
        let of_file = || duplicates.iter().find(|it| it.file == *file).cloned();
        first_fault(*file, document).or_else(of_file)
    });
    Reading {
        roles: found
            .filter_map(|profile| ProfileRole::of(&profiles, profile, keychain_keys))
            .collect(),
        keys: profiles.iter().filter_map(ProfileKey::of).collect(),
        faults: faults.collect(),
        notices: notices.finish(),
        duplicates,
    }
}

fn first_fault(file: AwsFile, document: &Document<'_>) -> Option<FileNotice> {
    let (line, fault) = document.faults().next()?;
    Some(FileNotice {
        line: Some(line),
        ..FileNotice::of_file(file, fault.text())
    })
}

/// Returns a file's text.
///
/// # Errors
/// If it is over 4 MiB or not UTF-8.
pub fn text(file: AwsFile, bytes: &[u8]) -> Result<&str, FileNotice> {
    if bytes.len() > FILE_MAX {
        return Err(FileNotice::of_file(file, too_large()));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let text =
            format!("The file is not UTF-8 at byte {at} and was not read. Save it as UTF-8.");
        FileNotice::of_file(file, text)
    })
}

/// Returns the text of the notice for a file over [`FILE_MAX`].
pub fn too_large() -> &'static str {
    "The file is too large and was not read; the limit is 4 MiB."
}

impl ProfileKey {
    fn of(profile: &Profile<'_>) -> Option<Self> {
        let id = AccessKeyId::parse(profile.get(KEY_ID)?).ok()?;
        has_key(profile).then(|| Self {
            profile: profile.name().to_owned(),
            access_key_id: masked(id.as_str()),
        })
    }
}

/// Adds a notice for every command in the files, because it is not run. The arguments may be secret, so only the
/// program is named.
fn note_processes(profiles: &Profiles<'_>, notices: &mut Notices) {
    for profile in profiles.iter() {
        for key in ["credential_process", "mfa_process"] {
            let Some(command) = profile.filled(key) else {
                continue;
            };
            if OwnProcess::parse(command).is_some() {
                continue;
            }
            let position = profile.position_of(key);
            notices.add(position.file, position.line, || {
                let program = command.split_whitespace().next().unwrap_or_default();
                let instead = match key {
                    "mfa_process" => " To use its codes, set [mfa] process in settings.toml.",
                    _ => " AWS's tools still run it.",
                };
                format!(
                    "Rolecall does not run the {key} \"{} …\" of \"{}\".{instead}",
                    echo(program),
                    echo(profile.name())
                )
            });
        }
    }
}

fn note_ignored(profiles: &Profiles<'_>, notices: &mut Notices) {
    let mut found = profiles.iter().flat_map(|profile| {
        let given = IGNORED.into_iter().filter(|key| profile.get(key).is_some());
        given.map(|key| (key, profile.position_of(key)))
    });
    let Some((key, position)) = found.next() else {
        return;
    };
    let others = match found.count() {
        0 => String::new(),
        count => format!(" (and {count} more of endpoint_url, ca_bundle, services)"),
    };
    notices.add(position.file, position.line, || {
        format!(
            "Rolecall ignores {key}{others}. Set endpoints and certificates under [aws] in settings.toml."
        )
    });
}
