//! Requests of programs that the user is asked about, and the permissions that the user gave.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::Verdict;
use rolecall_core::asker::requester::ProcessId;
use rolecall_core::view::question::ConsentView;

/// The maximum number of open questions about programs.
const OPEN_MAX: usize = 5;
/// The maximum number of questions about programs per minute.
const PER_MINUTE: usize = 10;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How long a denied process tree is denied without another question.
const QUIET: SignedDuration = SignedDuration::from_secs(30);
/// The maximum number of allowed process trees to remember.
const GRANTS_MAX: usize = 256;

/// What is requested, and the root of the requesting process tree; `None` for an unknown process.
pub(crate) type Tree = (Subject, Option<ProcessId>);

/// A request of a program that the user is asked about.
pub(crate) struct AccessRequest {
    /// The question as it is shown, without its ID.
    pub(crate) view: ConsentView,
    pub(crate) tree: Tree,
}

/// The permissions and denials of the user, and how often the user was asked.
#[derive(Default)]
pub(crate) struct Permissions {
    granted: VecDeque<Tree>,
    denied: VecDeque<(Tree, Timestamp)>,
    asked: VecDeque<Timestamp>,
    /// Until when a terminal watches for questions.
    watched_until: Option<Timestamp>,
}

/// Who can answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The user, at the desktop or at a terminal.
    Somebody,
    /// Only a terminal that watches for questions, if there is one.
    OnlyWatchers,
}

impl AccessRequest {
    /// Returns whether another request gets the same answer. An unknown process always gets its own.
    pub(crate) fn is_for(&self, tree: &Tree) -> bool {
        tree.1.is_some() && self.tree == *tree
    }
}

impl Permissions {
    /// Records that a terminal watches for questions until this time.
    pub(crate) fn watch(&mut self, until: Timestamp) {
        self.watched_until = Some(until);
    }

    /// Drops all permissions and denials except these.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&Subject) -> bool) {
        self.granted.retain(|(subject, _)| is_kept(subject));
        self.denied.retain(|((subject, _), _)| is_kept(subject));
    }

    /// Decides by an earlier answer of the user, if there is one.
    pub(crate) fn decided(
        &mut self,
        tree: &Tree,
        consent: Consent,
        now: Timestamp,
    ) -> Option<Verdict> {
        self.denied
            .retain(|(_, at)| now.duration_since(*at) < QUIET);
        let is_known = tree.1.is_some();
        if is_known && consent == Consent::Once && self.granted.contains(tree) {
            return Some(Verdict::Granted);
        }
        let is_denied = self.denied.iter().any(|(denied, _)| denied == tree);
        (is_known && is_denied).then_some(Verdict::Limited)
    }

    /// Records that the user is asked.
    ///
    /// # Errors
    /// The decision, if nobody can be asked or there are too many questions.
    pub(crate) fn ask(&mut self, reach: Reach, open: usize, now: Timestamp) -> Result<(), Verdict> {
        let is_watched = self.watched_until.is_some_and(|until| now < until);
        if reach == Reach::OnlyWatchers && !is_watched {
            return Err(Verdict::NobodyToAsk);
        }
        self.asked.retain(|at| now.duration_since(*at) < MINUTE);
        if open >= OPEN_MAX || self.asked.len() >= PER_MINUTE {
            return Err(Verdict::Limited);
        }
        self.asked.push_back(now);
        Ok(())
    }

    /// Remembers an answer for later requests of the same process tree.
    pub(crate) fn note(&mut self, tree: &Tree, verdict: Verdict, now: Timestamp) {
        match verdict {
            Verdict::Granted => {
                self.granted.push_back(tree.clone());
                let excess = self.granted.len().saturating_sub(GRANTS_MAX);
                self.granted.drain(..excess);
            }
            Verdict::Denied | Verdict::Unanswered => self.denied.push_back((tree.clone(), now)),
            Verdict::Accepted
            | Verdict::Allowed
            | Verdict::Clicked
            | Verdict::Limited
            | Verdict::NobodyToAsk
            | Verdict::Never
            | Verdict::Sandboxed
            | Verdict::Unknown => {}
        }
    }
}
