//! Ending a session here.

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
    /// Ends the session of a role here, or that of the access key of this name where no role has any: forgets its
    /// credentials and its failures, and drops what is under way. AWS goes on accepting the credentials until they
    /// expire. Just after a start it waits for the sessions of the last run, or one of them would come back.
    ///
    /// # Errors
    /// If there was nothing to end.
    pub(super) async fn end(&self, role: &Name) -> Result<(), Problem> {
        self.await_restored().await;
        let ended = self.end_now(role);
        self.soon_written().await;
        ended
    }

    /// Does what [`Owner::end`] does, at once.
    pub(super) fn end_now(&self, role: &Name) -> Result<(), Problem> {
        let ended = self.update(|state| {
            let session = state.sessions.remove(role);
            let failure = state.failures.remove(role);
            let ended = Subject::Role(role.clone());
            state.asking.retain(|subject| *subject != ended);
            state.served.retain(|served| served != role);
            let was_under_way = state.attempts.drop_where(
                |_, attempted| attempted.name == *role,
                || Outcome::failed(ended_meanwhile()),
            );
            session.is_some() || failure.is_some() || was_under_way
        });
        self.ports.notifier.withdraw(&Topic::Session(role.clone()));
        self.keep(Row::Session(role.clone()));
        if ended || self.end_key(role).is_ok() {
            Ok(())
        } else {
            Err(no_session(role))
        }
    }
}
