//! The setup kit: what makes a role assumable, as policies and as files for the tools that apply them.
//!
//! ```text
//! KitDraft ─► check ─► Kit ─► policies ─► resources of each account ─► files of a format
//!                       ├───► the entry for roles.toml; warnings
//!                       └───► steps ─► run: the record of what is applied
//! ```

mod account_id;
mod bucket;
mod caller;
mod cdk;
mod cloudformation;
mod condition;
mod document;
mod draft;
mod entry;
mod external_id;
mod file;
mod format;
mod grant;
mod iam_name;
mod kit;
mod network;
mod outline;
mod permission;
mod policies;
mod progress;
mod question;
mod requirements;
mod resource;
mod run;
mod shell_script;
mod step;
mod summary;
mod template;
mod terraform;
mod typed;
mod warning;

pub use account_id::AccountId;
pub use caller::{Caller, CallerKind};
pub use document::{Document, DocumentKind};
pub use draft::KitDraft;
pub use entry::{entry, left_open};
pub use external_id::external_id;
pub use file::KitFile;
pub use format::KitFormat;
pub use grant::Grant;
pub use kit::{Kit, Profiles};
pub use outline::outline;
pub use permission::{Permission, Permissions};
pub use policies::{NamedPolicy, caller_policy, permission_policies, trust_policy};
pub use progress::{Replace, SetupCall, SetupProgress, SetupRequest, SetupStepView, SetupView};
pub use question::{SetupAct, SetupQuestion};
pub use requirements::{Mfa, Requirements, RequirementsDraft};
pub use resource::{AccountPart, NewRole, Resource, Side, parts};
pub use run::{EntryState, Run, RunEntry, Signer};
pub use step::{Before, Found, Part, RoleTerms, Step, same_document, steps};
pub use warning::{Warning, WarningCode, warnings};
