//! Where a new access key is read from, on this side of the window.

use std::path::Path;

use rolecall_agent::files::ConfigFiles;
use rolecall_core::access_key::masked;
use rolecall_core::key_text::{self, KeyPair};
use rolecall_core::problem::Problem;
use rolecall_core::protocol::WireSecret;
use rolecall_core::secret::Secret;

use serde::{Deserialize, Serialize};

use crate::clipboard::DesktopClipboard;

/// Where a new access key comes from.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum KeyOrigin {
    /// The clipboard's text.
    Clipboard,
    /// The IAM console's CSV.
    Csv { path: String },
    /// A profile of `~/.aws/credentials`.
    Profile { profile: String },
    /// The window's form: the last resort.
    Typed {
        access_key_id: String,
        secret: WireSecret,
    },
}

impl KeyOrigin {
    /// Reads the key.
    ///
    /// # Errors
    /// If it cannot be read or is no access key.
    pub(crate) fn read(
        &self,
        clipboard: &DesktopClipboard,
        files: &ConfigFiles,
    ) -> Result<KeyPair, Problem> {
        Ok(match self {
            Self::Clipboard => key_text::from_text(&clipboard.text()?)?,
            Self::Csv { path } => key_text::from_csv(&files.read_chosen(Path::new(path))?)?,
            Self::Profile { profile } => {
                key_text::from_profile(&files.read_aws_credentials()?, profile)?
            }
            Self::Typed {
                access_key_id,
                secret,
            } => KeyPair::parse(access_key_id, &Secret::new(secret.expose().to_owned()))?,
        })
    }
}

/// A profile of `~/.aws/credentials` that holds a long-term key in plaintext.
#[derive(Debug, Serialize)]
pub(crate) struct PlaintextProfile {
    profile: String,
    access_key_id: String,
}

impl PlaintextProfile {
    /// Returns all such profiles; none if the file is absent or cannot be read.
    pub(crate) fn all(files: &ConfigFiles) -> Vec<Self> {
        let Ok(text) = files.read_aws_credentials() else {
            return Vec::new();
        };
        let profiles = key_text::plaintext_profiles(&text).into_iter();
        profiles
            .map(|(profile, id)| Self {
                profile,
                access_key_id: masked(id.as_str()),
            })
            .collect()
    }
}
