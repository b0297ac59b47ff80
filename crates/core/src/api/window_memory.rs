//! What the window remembers from one time to the next, and what opens it. Both name no key, and hold no secret.

use serde::{Deserialize, Serialize};

/// What the window remembers. A field that a file lacks has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WindowMemory {
    /// Where the window was.
    pub place: Option<WindowPlace>,
    /// Whether it stays above other windows.
    pub is_on_top: bool,
    /// Whether it shows the active sessions only, and stays above other windows.
    pub is_mini: bool,
    /// The size of all that it shows.
    pub zoom: Zoom,
    /// Its colours.
    pub theme: Theme,
    /// Whether it closes after a session was copied.
    pub closes_after_copy: bool,
    /// The titles of the headings whose roles are hidden.
    pub collapsed: Vec<String>,
    /// Which roles are listed.
    pub filter: Option<ListFilter>,
    /// How roles are put together.
    pub grouping: ListGrouping,
    /// In which order roles are listed.
    pub sort: ListSort,
    /// Whether the checklist of the first run was put away.
    pub is_checklist_closed: bool,
    /// The key combination that opens the window from anywhere.
    pub shortcut: Option<String>,
}

/// A window's place in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WindowPlace {
    /// The left edge; `None` where the desktop does not say.
    pub x: Option<i32>,
    /// The upper edge.
    pub y: Option<i32>,
    /// The width of the content.
    pub width: u32,
    /// The height of the content.
    pub height: u32,
}

/// The size of what is shown, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u32")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Zoom(u32);

impl Zoom {
    const SMALLEST: u32 = 50;
    const LARGEST: u32 = 300;

    /// Returns the factor.
    pub fn factor(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl Default for Zoom {
    fn default() -> Self {
        Self(100)
    }
}

impl From<u32> for Zoom {
    fn from(percent: u32) -> Self {
        Self(percent.clamp(Self::SMALLEST, Self::LARGEST))
    }
}

/// The colours of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Theme {
    /// Those of the desktop.
    #[default]
    Desktop,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Which roles are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ListFilter {
    /// Those of an account.
    Account {
        /// Its id.
        value: String,
    },
    /// Those of a group.
    Group {
        /// Its name.
        value: String,
    },
    /// Those with a colour.
    Colour {
        /// Its name.
        value: String,
    },
    /// Those that are marked as production.
    Production,
}

/// How roles are put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ListGrouping {
    /// By their groups.
    #[default]
    Group,
    /// By their accounts.
    Account,
}

/// In which order roles are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ListSort {
    /// As the files have them.
    #[default]
    File,
    /// By their names.
    Name,
    /// The ones that were used last first.
    Recent,
}

/// What opens Rolecall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StartView {
    /// Whether it starts when the user logs in; `None` where that cannot be set.
    pub at_login: Option<bool>,
    /// The key combination that opens its window, as the desktop has it.
    pub shortcut: Option<String>,
    /// What became of that combination.
    pub shortcut_state: ShortcutState,
    /// The command that does the same, for the desktop's own settings.
    pub command: String,
}

/// What became of a key combination.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ShortcutState {
    /// There is none.
    #[default]
    Off,
    /// It works.
    Active,
    /// The desktop asks the user whether Rolecall may have it.
    Asked,
    /// Another program has it, or the desktop refused it.
    Taken,
    /// Rolecall cannot take one on this desktop.
    Unsupported,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_lack_fields_and_a_size_stays_usable() {
        let read = |text| serde_json::from_str::<WindowMemory>(text).expect(text);
        assert_eq!(read("{}"), WindowMemory::default());
        assert_eq!(read(r#"{"zoom":0,"later":1}"#).zoom, Zoom(50));
        assert_eq!(read(r#"{"zoom":9000}"#).zoom.factor(), 3.0);
    }

    #[test]
    fn what_is_remembered_is_read_again() {
        let memory = WindowMemory {
            filter: Some(ListFilter::Production),
            collapsed: vec!["Clients".into()],
            ..WindowMemory::default()
        };
        let text = serde_json::to_string(&memory).expect("text");
        assert!(text.contains(r#""filter":{"by":"production"}"#), "{text}");
        assert!(text.contains(r#""zoom":100"#), "{text}");
        assert_eq!(
            serde_json::from_str::<WindowMemory>(&text).expect("read"),
            memory
        );
    }
}
