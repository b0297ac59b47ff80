//! Revocation: policies that deny what sessions which AWS issued earlier may do, since AWS cannot recall a session.
//!
//! ```text
//! Target ─► Holder ─► check ─► Reach ─► name and document of the policy ─► Record, for the undo
//! ```

mod holder;
mod permission;
mod policy;
mod record;
mod view;

pub use holder::Holder;
pub use permission::{command, compact, permission};
pub use policy::{OLDER_SESSIONS, Reach, is_same, only_denies, time_of};
pub use record::{Previous, Record, Stage, noted};
pub use view::{
    Existing, Hit, RevocationTarget, RevocationView, RevokeStep, UndoAction, UndoItem, UndoStep,
    UndoView, With,
};
