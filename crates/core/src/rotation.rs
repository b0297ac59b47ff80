//! Replacing an access key by a new one without a moment in which none works.
//!
//! ```text
//! create ─► store, read back ─► verify ─► switch ─► deactivate the old one ─► delete it, later, when the user says so
//! ```
//!
//! Each step is noted before it begins, so that a rotation can be continued or taken back wherever it stopped.

mod permission;
mod record;
mod unfinished;
mod view;

pub use permission::permission;
pub use record::{Direction, Rotation, RotationStage};
pub use unfinished::{command, unfinished};
pub use view::{RotationAction, RotationPlan, RotationStep, RotationView, UserKeyView};
