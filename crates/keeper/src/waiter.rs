//! The caller that waits for a response.

use jiff::{SignedDuration, Timestamp};

use rolecall_core::asker::requester::Requester;
use rolecall_core::value::problem::Problem;
use rolecall_core::view::question::ConsentView;

/// Work to do after the response was sent.
pub type Afterwards = Box<dyn FnOnce(Option<Requester>) + Send>;

/// A caller that waits for a response, such as a connection.
pub trait Waiter {
    /// Called once when the user is asked, with the maximum time. If a question is given, the waiter asks it itself.
    ///
    /// # Errors
    /// If too many callers already wait.
    fn wait(&self, limit: SignedDuration, question: Option<ConsentView>) -> Result<(), Problem>;

    /// Returns whether the caller no longer waits.
    fn is_gone(&self) -> bool;

    /// Returns more detailed information about the requester, if there is any. This takes longer.
    fn look_closer(&self) -> Option<Requester> {
        None
    }

    /// Runs work after the response was sent. The work receives the result of [`Waiter::look_closer`].
    fn afterwards(&self, work: Afterwards) {
        work(self.look_closer());
    }
}

/// For the keeper's own attempts, which wait until the deadline.
pub(super) const NOBODY: Option<(&Nobody, Timestamp)> = None;

/// Stands for no caller.
pub(super) enum Nobody {}

impl Waiter for Nobody {
    fn wait(&self, _: SignedDuration, _: Option<ConsentView>) -> Result<(), Problem> {
        match *self {}
    }

    fn is_gone(&self) -> bool {
        match *self {}
    }
}
