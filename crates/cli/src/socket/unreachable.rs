//! Why the application does not answer, and what happens while it asks the user.

use rolecall_core::api::protocol::Answer;
use rolecall_core::value::problem::Problem;
use rolecall_core::view::question::ConsentView;

/// Called when the application asks the user first. It gets the question if this program is to ask it.
pub(crate) type OnQuestion<'a> = dyn Fn(Option<Box<ConsentView>>) + 'a;

/// What the program answers.
pub(super) struct Reply {
    /// Its process, as far as the system tells.
    pub(super) process: i32,
    /// Its version.
    pub(super) version: String,
    /// Its answer.
    pub(super) answer: Result<Answer, Problem>,
}

/// Why there is no answer.
#[derive(Debug)]
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "only sockets fail in these ways")
)]
pub(super) enum Unreachable {
    /// No program serves the socket.
    NotRunning,
    /// The program ended before it answered.
    Lost,
    /// The socket, its folder or the process behind it belongs to another user.
    Foreign(String),
    /// The answer did not come in time.
    Silent,
    /// The answer is not one that this program knows.
    Garbled,
}
