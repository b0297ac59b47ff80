//! Open questions about programs, and permissions that the user gave: which requests share a question, and which need
//! none.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::Verdict;
use rolecall_core::asker::requester::ProcessId;
use rolecall_core::view::notice::{DIGEST_FROM, Notice};
use rolecall_core::view::snapshot::QuestionView;

/// The maximum number of open questions.
const OPEN_MAX: usize = 5;
/// The maximum number of questions per minute.
const PER_MINUTE: usize = 10;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How long a denied process tree is denied without another question.
const QUIET: SignedDuration = SignedDuration::from_secs(30);
/// The maximum number of allowed process trees to remember.
const GRANTS_MAX: usize = 256;

/// What is requested, and the root of the requesting process tree; `None` for an unknown process.
pub(super) type Tree = (Subject, Option<ProcessId>);

/// Open questions about programs, and permissions that the user gave.
#[derive(Default)]
pub(super) struct Asking {
    questions: BTreeMap<u64, Question>,
    last: u64,
    granted: VecDeque<Tree>,
    denied: VecDeque<(Tree, Timestamp)>,
    asked: VecDeque<Timestamp>,
    /// Until when a terminal watches for questions.
    watched_until: Option<Timestamp>,
    /// The notifications that show the questions.
    pub(super) shown: Vec<Notice>,
}

/// A question, and the number of requests that wait for its answer.
struct Question {
    view: QuestionView,
    tree: Tree,
    waiting: usize,
    answer: Option<Verdict>,
}

/// What happens to a request before the user is asked.
pub(super) enum Step {
    Decided(Verdict),
    Joined(u64),
    Asked(u64),
}

/// Who can answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The user, at the desktop or at a terminal.
    Somebody,
    /// Only a terminal that watches for questions, if there is one.
    OnlyWatchers,
}

impl Asking {
    /// Returns the open questions.
    pub(super) fn views(&self) -> Vec<QuestionView> {
        let open = self.questions.values().filter(|it| it.answer.is_none());
        open.map(|it| it.view.clone()).collect()
    }

    /// Returns an open question.
    pub(super) fn view(&self, id: u64) -> Option<QuestionView> {
        let open = self.questions.get(&id).filter(|it| it.answer.is_none());
        open.map(|it| it.view.clone())
    }

    /// Returns the answer to a question, if there is one.
    pub(super) fn answered(&self, id: u64) -> Option<Verdict> {
        self.questions.get(&id).and_then(|it| it.answer)
    }

    /// Records that a terminal watches for questions until this time.
    pub(super) fn watch(&mut self, until: Timestamp) {
        self.watched_until = Some(until);
    }

    /// Returns the notifications for all questions: one for each, or one for many.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let open = self.views();
        match open.len() >= DIGEST_FROM {
            true => vec![Notice::questions(&open)],
            false => open.iter().map(Notice::question).collect(),
        }
    }

    /// Drops all permissions and denials except these.
    pub(super) fn retain(&mut self, is_kept: impl Fn(&Subject) -> bool) {
        self.granted.retain(|(subject, _)| is_kept(subject));
        self.denied.retain(|((subject, _), _)| is_kept(subject));
    }

    /// Decides without the user if possible. Otherwise joins the question of the same tree, or opens one.
    pub(super) fn step(
        &mut self,
        tree: Tree,
        consent: Consent,
        reach: Reach,
        now: Timestamp,
        view: QuestionView,
    ) -> Step {
        let known = tree.1.is_some();
        if known && consent == Consent::Once && self.granted.contains(&tree) {
            return Step::Decided(Verdict::Granted);
        }
        self.denied
            .retain(|(_, at)| now.duration_since(*at) < QUIET);
        self.asked.retain(|at| now.duration_since(*at) < MINUTE);
        if known && self.denied.iter().any(|(denied, _)| *denied == tree) {
            return Step::Decided(Verdict::Limited);
        }
        let mut open = self
            .questions
            .iter_mut()
            .filter(|(_, it)| it.answer.is_none());
        if let Some((id, question)) = open.find(|(_, it)| known && it.tree == tree) {
            question.waiting += 1;
            return Step::Joined(*id);
        }
        let is_watched = self.watched_until.is_some_and(|until| now < until);
        if reach == Reach::OnlyWatchers && !is_watched {
            return Step::Decided(Verdict::NobodyToAsk);
        }
        let open = self
            .questions
            .values()
            .filter(|it| it.answer.is_none())
            .count();
        if open >= OPEN_MAX || self.asked.len() >= PER_MINUTE {
            return Step::Decided(Verdict::Limited);
        }
        self.asked.push_back(now);
        self.last += 1;
        let view = QuestionView {
            id: self.last,
            ..view
        };
        let question = Question {
            view,
            tree,
            waiting: 1,
            answer: None,
        };
        self.questions.insert(self.last, question);
        Step::Asked(self.last)
    }

    /// Answers a question. Returns `false` if it is no longer open.
    pub(super) fn answer(&mut self, id: u64, verdict: Verdict, now: Timestamp) -> bool {
        let open = self.questions.get_mut(&id).filter(|it| it.answer.is_none());
        let Some(question) = open else {
            return false;
        };
        let verdict = match (verdict, &question.view.tree) {
            (Verdict::Granted, None) => Verdict::Accepted,
            (verdict, _) => verdict,
        };
        question.answer = Some(verdict);
        match verdict {
            Verdict::Granted => {
                self.granted.push_back(question.tree.clone());
                let excess = self.granted.len().saturating_sub(GRANTS_MAX);
                self.granted.drain(..excess);
            }
            Verdict::Denied | Verdict::Unanswered => {
                self.denied.push_back((question.tree.clone(), now));
            }
            Verdict::Accepted
            | Verdict::Allowed
            | Verdict::Clicked
            | Verdict::Limited
            | Verdict::NobodyToAsk
            | Verdict::Never
            | Verdict::Sandboxed
            | Verdict::Unknown => {}
        }
        true
    }

    /// Records that a request no longer waits. Returns whether it was the last one and the question is now unanswered.
    pub(super) fn leave(&mut self, id: u64) -> bool {
        let Some(question) = self.questions.get_mut(&id) else {
            return false;
        };
        question.waiting = question.waiting.saturating_sub(1);
        let is_last = question.waiting == 0;
        let was_open = question.answer.is_none();
        if is_last {
            self.questions.remove(&id);
        }
        is_last && was_open
    }
}
