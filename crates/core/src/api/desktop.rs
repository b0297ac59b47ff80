//! The calls that need the desktop: its clipboard, its editors, or files that the user chose.

use serde::{Deserialize, Serialize};

use crate::api::wire_secret::WireSecret;

/// The calls that need the desktop.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum DesktopCall {
    /// The window is still open a moment after it was brought to the front.
    Seen {
        /// How often it was brought to the front.
        raised: u64,
    },
    /// Verify and store an access key.
    AddKey {
        /// The new name.
        name: String,
        /// Where the application reads it.
        from: KeyOrigin,
    },
    /// The profiles of `~/.aws/credentials` with a key in plaintext.
    PlaintextProfiles,
    /// The other programs with files on this machine.
    ImportSources,
    /// Start the practice account in another window.
    StartPractice,
    /// Quits, and starts the installed program.
    Restart,
    /// Returns the role whose page the window opens now, once.
    Focus,
    /// The present code of the practice account's authenticator.
    PracticeCode,
    /// Open the file of roles in an editor.
    OpenRolesFile,
    /// Open the file of settings in an editor.
    OpenSettingsFile,
}

/// Where the application reads a new access key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum KeyOrigin {
    /// The clipboard's text.
    Clipboard,
    /// The IAM console's CSV.
    Csv {
        /// The path of the file.
        path: String,
    },
    /// A profile of `~/.aws/credentials`.
    Profile {
        /// The profile.
        profile: String,
    },
    /// The window's form.
    Typed {
        /// The key ID.
        access_key_id: String,
        /// Its secret.
        secret: WireSecret,
    },
}

/// A profile of `~/.aws/credentials` with a long-term key in plaintext.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlaintextProfile {
    /// The profile.
    pub profile: String,
    /// The key ID, hidden except for its ends.
    pub access_key_id: String,
}

/// The present code of the practice account's authenticator.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PracticeCode {
    /// The code.
    pub code: String,
    /// For how many seconds it is shown.
    pub seconds_left: u32,
}
