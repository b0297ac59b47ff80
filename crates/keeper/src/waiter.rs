//! The one that waits for an answer, as the keeper sees it.

use jiff::SignedDuration;

use rolecall_core::asker::requester::Requester;
use rolecall_core::value::problem::Problem;
use rolecall_core::view::snapshot::QuestionView;

/// Work that nobody waits for.
pub type Afterwards = Box<dyn FnOnce(Option<Requester>) + Send>;

/// The one that waits for an answer, such as a connection.
pub trait Waiter {
    /// Is told once that the user is asked, and for how long at most. It puts the question itself if it is given one.
    ///
    /// # Errors
    /// If too many wait already.
    fn wait(&self, limit: SignedDuration, question: Option<QuestionView>) -> Result<(), Problem>;

    /// Returns whether nobody waits any more.
    fn is_gone(&self) -> bool;

    /// Returns all that can be told of the one that waits, if that is more than the request tells. It takes longer.
    fn look_closer(&self) -> Option<Requester> {
        None
    }

    /// Does what nobody has to wait for, once the answer is given. It is told what a closer look tells.
    fn afterwards(&self, work: Afterwards) {
        work(self.look_closer());
    }
}
