//! Ends sessions.

use super::Owner;
use super::assume::ended_meanwhile;
use super::hand_out::no_session;
use crate::state::attempt::Outcome;
use crate::state::unwritten::Row;
use rolecall_core::asker::consent::Subject;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::view::notice::Topic;

impl Owner {
    /// Ends the session of a role, or of the access key with this name if no role has one. Drops its credentials and
    /// problems and cancels running attempts. AWS accepts the credentials until they expire. Just after a start, this
    /// waits for the restored sessions, so that none of them reappears.
    ///
    /// # Errors
    /// If there is nothing to end.
    pub(super) async fn end(&self, role: &Name) -> Result<(), Problem> {
        self.await_restored().await;
        let ended = self.end_now(role);
        self.soon_written().await;
        ended
    }

    /// Does the same as [`Owner::end`], without waiting.
    pub(super) fn end_now(&self, role: &Name) -> Result<(), Problem> {
        let ended = self.update(|state| {
            let ended = Subject::Role(role.clone());
            let permissions = &mut state.questions.permissions;
            permissions.retain(|subject| *subject != ended);
            state.program_endpoints.retain(|it| it != role);
            state
                .sessions
                .end(role, || Outcome::failed(ended_meanwhile()))
        });
        self.ports.notifier.withdraw(&Topic::Session(role.clone()));
        self.keep(Row::Session(role.clone()));
        if ended || self.end_key(role).is_ok() {
            Ok(())
        } else {
            Err(nothing_to_end(role))
        }
    }
}

fn nothing_to_end(role: &Name) -> Problem {
    let remedy = "There is nothing to end. See the sessions with: rolecall status".to_owned();
    Problem {
        remedy,
        ..no_session(role)
    }
}
