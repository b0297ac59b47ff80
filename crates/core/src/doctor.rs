//! What is wrong on this machine, in AWS's files or with an access key before a call fails because of it.
//!
//! Pure functions of what was read. What could not be read is no finding: the report lists it separately.
//!
//! ```text
//! standing problems ───────────────┐
//! AWS's files and their modes ─────┤
//! answers of AWS, its time ────────┼─► Finding: what, why it matters, remedy ─► DoctorReport
//! access keys as IAM lists them ───┤
//! programs and variables ──────────┘
//! ```

mod aws_files;
mod connection;
mod finding;
mod key;
mod program;
mod redacted;
mod report;
mod role;
mod standing;

pub use aws_files::{CheckedFile, file_findings, of_other_files};
pub use connection::{clock, no_answer, region_of_no_key, wrong_partition};
pub use finding::{CheckKind, Finding, FindingId, Fix, Severity};
pub use key::{BROAD_ACTIONS, age, broad, root, unused};
pub use program::{dead_bus, other_copies, other_version, overriding_variables};
pub use redacted::redacted;
pub use report::{DoctorReport, Unread};
pub use role::{for_role, foreign_device};
