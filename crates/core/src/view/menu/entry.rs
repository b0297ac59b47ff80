//! The entries of the tray's menu.

use crate::asker::consent::Reply;
use crate::catalogue::marks::Colour;
use crate::role::limits::LimitsView;
use crate::session::shell::Shell;
use crate::value::name::Name;
use crate::value::sanitise::menu_label;

/// With up to this many roles, recently used roles are not listed separately.
pub(super) const GLANCE_MAX: usize = 12;
/// The suffix of a role that acts on production.
pub(super) const PRODUCTION: &str = " · production";

/// One entry of the menu. Labels are ready for display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MenuItem {
    /// A line between entries.
    Separator,
    /// Text that cannot be clicked.
    Text(String),
    /// An entry with an action.
    Action {
        /// The label.
        label: String,
        /// The colour of its role.
        colour: Option<Colour>,
        /// The action.
        action: MenuAction,
    },
    /// A submenu.
    Submenu {
        /// What it is about.
        about: About,
        /// The label.
        label: String,
        /// The colour of its role.
        colour: Option<Colour>,
        /// Its entries.
        items: Vec<MenuItem>,
    },
}

/// What a submenu is about. It stays the same while the label changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum About {
    /// The session of a role.
    Session(Name),
    /// The session of an access key.
    KeySession(Name),
    /// The shells that a session can be copied for.
    Copy,
    /// The roles of a group.
    Group(String),
    /// The roles without a group.
    Ungrouped,
    /// All roles with limits.
    Limits,
    /// A role with limits.
    Limited(Name),
    /// A question with this ID.
    Question(u64),
}

/// The action of a click.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MenuAction {
    /// Assumes a role.
    Assume(Name),
    /// Assumes a role with limits.
    AssumeLimited(Name, LimitsView),
    /// Copies the export block of a session.
    Copy(Name, Shell),
    /// Opens the AWS console with the session of a role.
    Console(Name),
    /// Assumes the role of a session again.
    Renew(Name),
    /// Ends the session of a role.
    End(Name),
    /// Ends the session of an access key.
    EndKey(Name),
    /// Answers the question with this ID.
    Reply(u64, Reply),
    /// Opens the page of a role in the window.
    Show(Name),
    /// Removes the failed or expired sessions of these roles from the menu.
    Dismiss(Vec<Name>),
    /// Opens the window.
    Open,
    /// Quits, and starts the installed program.
    Restart,
    /// Quits.
    Quit,
}

pub(super) fn action(label: &str, action: MenuAction) -> MenuItem {
    coloured(label, None, action)
}

pub(super) fn coloured(label: &str, colour: Option<Colour>, action: MenuAction) -> MenuItem {
    MenuItem::Action {
        label: menu_label(label),
        colour,
        action,
    }
}

pub(super) fn submenu(
    about: About,
    label: &str,
    colour: Option<Colour>,
    items: Vec<MenuItem>,
) -> MenuItem {
    MenuItem::Submenu {
        about,
        label: menu_label(label),
        colour,
        items,
    }
}
