//! The domain of Rolecall as values and pure functions. Nothing here reads a clock, a file, an environment variable or
//! a socket. The keeper (`rolecall-keeper`) owns the state and performs all actions.
//!
//! Each module uses only itself and those before it in this list; `tests/shape` checks this.
//!
//! ```text
//! value      names, secrets, ARNs, durations, regions, credentials, problems
//! role       a role, and the parameters of its AssumeRole call
//! asker      the requester of credentials, consent, and the history of requests
//! calls      requests and responses of STS and IAM
//! catalogue  all roles: the user's own and those of teams; labels
//! aws_files  ~/.aws, read as AWS does; edits change only our own sections and moved keys
//! explain    why AWS denied a call
//! plan       the calls and prompts for a role, and the duration of its session
//! session    sessions, MFA sessions, seeds of MFA devices, shells and export blocks
//! console    signing in to the AWS console: hosts, pages, links
//! revoke     takes access away from sessions that AWS issued earlier
//! setup      what makes a role assumable: policies, and files for the tools that apply them
//! rotation   replacing an access key by a new one
//! settings   settings.toml
//! doctor     what is wrong before a call fails because of it
//! view       everything that is shown
//! api        the calls of the program
//! ```

pub mod api;
pub mod asker;
pub mod aws_files;
pub mod calls;
pub mod catalogue;
pub mod console;
pub mod doctor;
pub mod explain;
pub mod plan;
pub mod revoke;
pub mod role;
pub mod rotation;
pub mod session;
pub mod settings;
pub mod setup;
pub mod value;
pub mod view;
