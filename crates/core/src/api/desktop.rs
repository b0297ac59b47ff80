//! The calls that need the desktop: its clipboard, its editors, or files that the user chose.

use serde::{Deserialize, Serialize};

use crate::api::window_memory::{WindowMemory, WindowPlace};
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
    /// The window got or lost the keyboard's focus.
    Focused {
        /// Whether it has it.
        is_focused: bool,
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
    /// What each role of the practice account is there to show.
    PracticeStory,
    /// Open the file of roles in an editor.
    OpenRolesFile,
    /// Open the file of settings in an editor.
    OpenSettingsFile,
    /// What the window remembers.
    WindowMemory,
    /// Remembers it. The place stays, which the window's process tells by itself.
    Remember {
        /// What to remember.
        memory: Box<WindowMemory>,
    },
    /// Where the window is.
    Placed {
        /// The place.
        place: WindowPlace,
    },
    /// What Rolecall is, and where it keeps what.
    About,
    /// What opens Rolecall.
    Start,
    /// Start Rolecall when the user logs in, or do not.
    SetAtLogin {
        /// Whether it starts.
        is_on: bool,
    },
    /// Open the window with this key combination from anywhere, or with none.
    SetShortcut {
        /// The combination, such as `Ctrl+Alt+R`.
        keys: Option<String>,
    },
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

/// What a role of the practice account is there to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleStory {
    /// The role.
    pub role: String,
    /// One or two sentences for the person who tries it.
    pub shows: String,
}

/// What Rolecall is, and where it keeps what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AboutView {
    /// Its version.
    pub version: String,
    /// What is kept, and where.
    pub places: Vec<KeptAt>,
}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KeptAt {
    /// What it is.
    pub what: String,
    /// The folder or store.
    pub place: String,
}

/// The present code of the practice account's authenticator.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PracticeCode {
    /// The code.
    pub code: String,
    /// For how many seconds it is still shown.
    pub seconds_left: u32,
    /// For how many seconds each code is shown.
    pub step_s: u32,
}
