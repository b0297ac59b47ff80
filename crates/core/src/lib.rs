//! The domain of Rolecall as values and pure functions. Nothing here reads a clock, a file, an environment variable or a
//! socket; the keeper (`rolecall-keeper`) owns the state and acts.
//!
//! The modules are rooms, from the ground up: each uses only itself and those before it. `tests/shape` checks that.
//!
//! ```text
//! value      names, secrets, ARNs, durations, regions, credentials, problems
//! role       a role, and all that a call for it can carry
//! asker      who asks for credentials, consent, and the history of requests
//! calls      what STS and IAM are asked and answer
//! catalogue  all roles: the user's own, those of teams; marks
//! aws_files  ~/.aws, read as AWS reads it and edited without touching what is not ours
//! explain    why AWS refused a call
//! plan       which calls and prompts are needed, and how long the result lives
//! session    sessions, MFA sessions, seeds of codes, shells and export blocks
//! settings   settings.toml
//! view       everything that is shown
//! api        what can be asked of the program
//! ```

pub mod api;
pub mod asker;
pub mod aws_files;
pub mod calls;
pub mod catalogue;
pub mod explain;
pub mod plan;
pub mod role;
pub mod session;
pub mod settings;
pub mod value;
pub mod view;
