//! Asks the user: opens questions, takes the answers, and waits for them until their deadlines.

use jiff::{SignedDuration, Timestamp};

use super::waiter::Waiter;
use super::{Owner, State};
use crate::state::question::{Answer, Kind, Sort};
use crate::view::question_view;
use rolecall_core::asker::consent::Reply;
use rolecall_core::asker::history::RequestKind;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::notice::{DIGEST_FROM, Notice};
use rolecall_core::view::question::{ConsentView, QuestionView};

/// How often a waiting request checks whether its requester is still there.
const LOOK: SignedDuration = SignedDuration::from_millis(500);

/// An answer of the user to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given<'a> {
    /// The authenticator's code.
    Code(&'a str),
    /// The code is to be used in the other way that the question offers. A new question replaces it.
    OtherPlan,
    /// No code: the attempts that wait for it end.
    NoCode,
    /// The reason for a role.
    Reason(&'a str),
    /// No reason: the attempt that waits for it ends.
    NoReason,
    /// Whether a program may use a session.
    Reply(Reply),
}

impl Owner {
    /// Answers a question. Only the first answer to a question is accepted.
    ///
    /// # Errors
    /// If the code or the reason is not accepted, or the question is no longer open, or not of this kind.
    pub(super) async fn answer(&self, id: u64, given: Given<'_>) -> Result<(), Problem> {
        match given {
            Given::Code(code) => self.answer_code(id, code).await,
            Given::OtherPlan => self.settle_question(id, Sort::Code, |state| state.other_plan(id)),
            Given::NoCode => self.settle_question(id, Sort::Code, |_| Ok(Answer::Cancelled)),
            Given::Reason(text) => {
                self.settle_question(id, Sort::Reason, |state| state.checked_reason(id, text))
            }
            Given::NoReason => self.settle_question(id, Sort::Reason, |_| Ok(Answer::Cancelled)),
            Given::Reply(reply) => self.reply(id, reply),
        }
    }

    /// Closes an open question of a kind with an answer, for all that wait for it.
    ///
    /// # Errors
    /// If there is no such open question, and the errors of `answer`.
    pub(super) fn settle_question(
        &self,
        id: u64,
        sort: Sort,
        answer: impl FnOnce(&mut State) -> Result<Answer, Problem>,
    ) -> Result<(), Problem> {
        let now = self.ports.clock.now();
        let settled = self.update(|state| {
            state.check_open(id, sort)?;
            let answer = answer(state)?;
            state.questions.answer(id, answer, now);
            Ok(())
        });
        settled.inspect(|()| self.show_questions())
    }

    /// Opens a question with one caller that waits for it.
    pub(super) fn open_question(&self, kind: Kind, deadline: Timestamp) -> u64 {
        let id = self.update(|state| state.questions.open(kind, deadline));
        self.show_questions();
        id
    }

    /// Gives an open question its whole time again.
    ///
    /// # Errors
    /// If it is no longer open.
    pub(super) fn extend_question(&self, id: u64) -> Result<(), Problem> {
        let now = self.ports.clock.now();
        self.update(|state| {
            let question = state.questions.get(id);
            let sort = question.map_or(Sort::Access, |it| it.kind.sort());
            match state.questions.extend(id, now + sort.life()) {
                true => Ok(()),
                false => Err(gone(sort)),
            }
        })
    }

    /// Waits for the answer to a question until its deadline, which the user may extend. Stops early if the caller that
    /// waits is gone; the keeper's own attempts have none. It comes with the time until which it knows to wait, and hears
    /// of extensions. `instead` may find an answer elsewhere.
    pub(super) async fn await_answer(
        &self,
        id: u64,
        caller: Option<(&(impl Waiter + ?Sized), Timestamp)>,
        mut instead: impl FnMut(&mut State) -> Option<Answer>,
    ) -> Answer {
        let mut known = caller.map_or(Timestamp::MAX, |(_, known)| known);
        let caller = caller.map(|(waiter, _)| waiter);
        let answer = loop {
            if caller.is_some_and(|it| self.outside(|| it.is_gone())) {
                break Answer::Withdrawn;
            }
            let deadline = self.lock().questions.deadline(id);
            if deadline > known {
                let more = deadline.duration_since(known);
                // The caller has a place already.
                let _ = caller.map(|it| self.outside(|| it.wait(more, None)));
                known = deadline;
            }
            let look = match caller {
                Some(_) => self.deadline(LOOK).min(deadline),
                None => deadline,
            };
            let heard = self.until(Some(look), |state| {
                let answer = state.questions.answer_to(id);
                let answer = answer.or_else(|| instead(state)).map(Some);
                let is_extended = state.questions.deadline(id) > deadline;
                answer.or_else(|| is_extended.then_some(None))
            });
            match heard.await {
                Some(Some(answer)) => break answer,
                Some(None) => continue,
                None => {}
            }
            let now = self.ports.clock.now();
            let is_over = now >= self.lock().questions.deadline(id);
            if is_over {
                self.expire(id);
            }
        };
        self.leave_question(id);
        answer
    }

    /// Records that a caller no longer waits for a question. Without callers, it is closed.
    pub(super) fn leave_question(&self, id: u64) {
        let was_open = self.lock().questions.leave(id);
        if was_open {
            self.update(|_| ());
            self.show_questions();
        }
    }

    fn expire(&self, id: u64) {
        let now = self.ports.clock.now();
        self.update(|state| state.questions.answer(id, Answer::Expired, now));
        self.show_questions();
    }

    /// Shows the notifications of new questions, and withdraws outdated ones.
    pub(super) fn show_questions(&self) {
        let (before, after) = {
            let mut state = self.lock();
            let after = state.question_notices();
            let before = std::mem::replace(&mut state.questions.shown, after.clone());
            (before, after)
        };
        let gone = before
            .iter()
            .filter(|old| after.iter().all(|new| new.topic != old.topic));
        for notice in gone {
            self.ports.notifier.withdraw(&notice.topic);
        }
        for notice in after.iter().filter(|new| !before.contains(new)) {
            self.ports.notifier.show(notice);
        }
    }
}

impl State {
    /// Returns the notifications of the open questions whether a program may use a session.
    fn question_notices(&self) -> Vec<Notice> {
        let open = self.consent_views();
        let named = |notice: Notice, is_production: bool| match is_production {
            true => notice.about_production(),
            false => notice,
        };
        if open.len() < DIGEST_FROM {
            let open = open.iter();
            return open
                .map(|it| named(Notice::question(it), self.concerns_production(it)))
                .collect();
        }
        let is_production = open.iter().any(|it| self.concerns_production(it));
        vec![named(Notice::questions(&open), is_production)]
    }

    /// Returns whether a program wants a role that acts on production.
    fn concerns_production(&self, question: &ConsentView) -> bool {
        let is_key = matches!(question.request, RequestKind::Key | RequestKind::PutBack);
        let role = Name::parse(&question.role).ok().filter(|_| !is_key);
        role.is_some_and(|role| self.is_production(&role))
    }

    /// Checks that a question of a kind is open.
    pub(super) fn check_open(&self, id: u64, sort: Sort) -> Result<(), Problem> {
        let open = self.questions.get(id);
        match open.is_some_and(|question| question.kind.sort() == sort) {
            true => Ok(()),
            false => Err(gone(sort)),
        }
    }

    /// Returns the open questions about programs, oldest first.
    pub(super) fn consent_views(&self) -> Vec<ConsentView> {
        let views = self.question_views().into_iter();
        views.filter_map(|view| view.consent().cloned()).collect()
    }

    /// Returns all open questions, oldest first.
    pub(super) fn question_views(&self) -> Vec<QuestionView> {
        let open = self.questions.iter();
        open.map(|(id, question)| question_view(self, id, question))
            .collect()
    }
}

fn gone(sort: Sort) -> Problem {
    let what = "This question is no longer open.";
    let remedy = match sort {
        Sort::Code | Sort::Reason | Sort::Production => "Assume the role again.",
        Sort::Access => "The program can ask again.",
    };
    Problem::new(ProblemCode::Cancelled, what, remedy)
}
