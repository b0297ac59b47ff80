//! Profiles whose static key is used in place of their `credential_process`.

use super::chain::KEY_ID;
use super::document::Document;
use super::editor::Editor;
use super::file_notice::AwsFile;
use super::own_process::PROCESS;
use super::profiles::Profiles;

/// A profile whose static key is used in place of its `credential_process`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowedProfile {
    /// The profile.
    pub profile: String,
    /// The file with the key.
    pub file: AwsFile,
    /// The line of the key's ID, from 1.
    pub line: usize,
}

/// Returns the profiles whose static key is used in place of their `credential_process`. Those that Rolecall keeps in the
/// credentials file itself are not among them.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>
pub fn shadowed_profiles(config: &str, credentials: &str) -> Vec<ShadowedProfile> {
    let editor = Editor::new(AwsFile::Credentials, credentials);
    let owned = editor.owned();
    let (config, credentials) = (Document::parse(config), Document::parse(credentials));
    let (profiles, _) = Profiles::merge(&config, &credentials);
    let found = profiles.iter().filter_map(|profile| {
        profile.filled(PROCESS)?;
        profile.filled(KEY_ID)?;
        let position = profile.position_of(KEY_ID);
        let is_ours = owned.iter().any(|it| it.profile == profile.name());
        (!is_ours).then(|| ShadowedProfile {
            profile: profile.name().to_owned(),
            file: position.file,
            line: position.line,
        })
    });
    found.collect()
}
