//! Plain values: names, secrets, ARNs, durations, regions, credentials, and their errors.

pub mod access_key;
pub mod arn;
pub mod browser;
pub mod credentials;
pub mod diagnosis;
pub mod duration;
pub mod input;
pub mod key_age;
pub mod keychain_error;
pub mod lead_times;
pub mod look_alike;
pub mod mfa;
pub mod name;
pub mod nearest;
pub mod origin;
pub mod output;
pub mod problem;
pub mod region;
pub mod role_arn;
pub mod sanitise;
pub mod secret;
pub mod shell_word;
pub mod shortcut;
pub mod url_text;
pub mod usage;
