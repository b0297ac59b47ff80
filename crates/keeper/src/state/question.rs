//! The open questions to the user: one table for codes, reasons, production and the access of programs.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::state::consent::{AccessRequest, Permissions};
use crate::state::production::{Confirmed, ProductionPrompt};
use crate::state::prompt::CodePrompt;
use crate::state::reason::{GivenReason, ReasonPrompt};
use rolecall_core::asker::history::Verdict;
use rolecall_core::plan::PlanPreference;
use rolecall_core::role::reason::Reason;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::view::notice::Notice;

/// How long a question to the user about what they do waits for its answer.
pub(crate) const PROMPT_LIFE: SignedDuration = SignedDuration::from_secs(120);
/// How long a question waits for its answer. SDKs wait at least a minute for a `credential_process`.
/// <https://pkg.go.dev/github.com/aws/aws-sdk-go-v2/credentials/processcreds#pkg-constants>
pub(crate) const QUESTION_LIFE: SignedDuration = SignedDuration::from_secs(45);

/// The open questions, and the IDs that they share. The first answer to a question is its only one.
#[derive(Default)]
pub(crate) struct Questions {
    last: u64,
    table: BTreeMap<u64, Question>,
    /// Until when a terminal shows the questions for a role's code.
    attended: BTreeMap<Name, Timestamp>,
    pub(crate) permissions: Permissions,
    /// For whom the user confirmed production.
    pub(crate) confirmed: Confirmed,
    /// The last reason that was used for each role.
    pub(crate) used_reasons: BTreeMap<Name, GivenReason>,
    /// The notifications that show the questions.
    pub(crate) shown: Vec<Notice>,
}

/// A question, and the number of callers that wait for its answer.
pub(crate) struct Question {
    pub(crate) kind: Kind,
    /// When it is closed without an answer of the user.
    pub(crate) deadline: Timestamp,
    waiting: usize,
    answer: Option<Answer>,
}

/// What is asked.
pub(crate) enum Kind {
    Code(CodePrompt),
    Reason(ReasonPrompt),
    Production(ProductionPrompt),
    Access(AccessRequest),
}

/// The kind of a question, without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Code,
    Reason,
    Production,
    Access,
}

impl Sort {
    /// Returns how long such a question waits for its answer, at first and after each extension.
    pub(crate) fn life(self) -> SignedDuration {
        match self {
            Self::Code | Self::Reason | Self::Production => PROMPT_LIFE,
            Self::Access => QUESTION_LIFE,
        }
    }
}

/// The end of a question.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Code(MfaCode),
    /// To use the code in another way.
    OtherPlan(PlanPreference),
    Reason(Reason),
    /// The role may be assumed.
    Confirmed,
    Access(Verdict),
    Cancelled,
    /// Nobody waits for the answer any more.
    Withdrawn,
    /// The deadline passed.
    Expired,
}

impl Kind {
    pub(crate) fn sort(&self) -> Sort {
        match self {
            Self::Code(_) => Sort::Code,
            Self::Reason(_) => Sort::Reason,
            Self::Production(_) => Sort::Production,
            Self::Access(_) => Sort::Access,
        }
    }
}

impl Answer {
    /// Returns what this answer means for a program's request.
    pub(crate) fn verdict(&self, request: &AccessRequest) -> Verdict {
        match (self, &request.view.tree) {
            // There is no tree to allow.
            (Self::Access(Verdict::Granted), None) => Verdict::Accepted,
            (Self::Access(verdict), _) => *verdict,
            (
                Self::Code(_)
                | Self::OtherPlan(_)
                | Self::Reason(_)
                | Self::Confirmed
                | Self::Cancelled
                | Self::Withdrawn
                | Self::Expired,
                _,
            ) => Verdict::Unanswered,
        }
    }
}

impl Questions {
    /// Opens a question with one caller that waits for it.
    pub(crate) fn open(&mut self, kind: Kind, deadline: Timestamp) -> u64 {
        self.last += 1;
        let question = Question {
            kind,
            deadline,
            waiting: 1,
            answer: None,
        };
        self.table.insert(self.last, question);
        self.last
    }

    /// Lets one more caller wait for the first open question that this finds.
    pub(crate) fn join(&mut self, is_meant: impl Fn(&Kind) -> bool) -> Option<u64> {
        let mut open = self.table.iter_mut().filter(|(_, it)| it.answer.is_none());
        let (id, question) = open.find(|(_, it)| is_meant(&it.kind))?;
        question.waiting += 1;
        Some(*id)
    }

    /// Returns the open question with this ID.
    pub(crate) fn get(&self, id: u64) -> Option<&Question> {
        self.table.get(&id).filter(|it| it.answer.is_none())
    }

    /// Returns the open question for a code with this ID.
    pub(crate) fn code_mut(&mut self, id: u64) -> Option<&mut CodePrompt> {
        let question = self.table.get_mut(&id);
        match question
            .filter(|it| it.answer.is_none())
            .map(|it| &mut it.kind)
        {
            Some(Kind::Code(prompt)) => Some(prompt),
            Some(Kind::Reason(_) | Kind::Production(_) | Kind::Access(_)) | None => None,
        }
    }

    /// Returns when a question is closed.
    pub(crate) fn deadline(&self, id: u64) -> Timestamp {
        let question = self.table.get(&id);
        question.map_or(Timestamp::MIN, |question| question.deadline)
    }

    /// Moves the deadline of an open question further away. Returns `false` if it is no longer open.
    pub(crate) fn extend(&mut self, id: u64, deadline: Timestamp) -> bool {
        let open = self.table.get_mut(&id).filter(|it| it.answer.is_none());
        open.map(|it| it.deadline = it.deadline.max(deadline))
            .is_some()
    }

    /// Closes a question with an answer for all callers that wait, and remembers what it permits. Returns `false` if the
    /// question is no longer open.
    pub(crate) fn answer(&mut self, id: u64, answer: Answer, now: Timestamp) -> bool {
        let open = self.table.get_mut(&id).filter(|it| it.answer.is_none());
        let Some(question) = open else {
            return false;
        };
        question.answer = Some(match &question.kind {
            Kind::Access(request) => {
                let verdict = answer.verdict(request);
                self.permissions.note(&request.scope, verdict, now);
                Answer::Access(verdict)
            }
            Kind::Code(_) | Kind::Reason(_) | Kind::Production(_) => answer,
        });
        true
    }

    /// Returns the answer to a question, if there is one.
    pub(crate) fn answer_to(&self, id: u64) -> Option<Answer> {
        self.table.get(&id).and_then(|it| it.answer.clone())
    }

    /// Records that a caller no longer waits. The last one removes the question. Returns whether it was still open then.
    pub(crate) fn leave(&mut self, id: u64) -> bool {
        let Some(question) = self.table.get_mut(&id) else {
            return false;
        };
        question.waiting = question.waiting.saturating_sub(1);
        if question.waiting > 0 {
            return false;
        }
        self.table
            .remove(&id)
            .is_some_and(|question| question.answer.is_none())
    }

    /// Returns the open questions, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Question)> {
        let open = self.table.iter().filter(|(_, it)| it.answer.is_none());
        open.map(|(id, question)| (*id, question))
    }

    /// Returns the open questions for a code, oldest first.
    pub(crate) fn codes(&self) -> impl DoubleEndedIterator<Item = (u64, &CodePrompt)> {
        self.iter()
            .filter_map(|(id, question)| match &question.kind {
                Kind::Code(prompt) => Some((id, prompt)),
                Kind::Reason(_) | Kind::Production(_) | Kind::Access(_) => None,
            })
    }

    /// Returns the open questions for a reason, oldest first.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = (u64, &ReasonPrompt)> {
        self.iter()
            .filter_map(|(id, question)| match &question.kind {
                Kind::Reason(prompt) => Some((id, prompt)),
                Kind::Code(_) | Kind::Production(_) | Kind::Access(_) => None,
            })
    }

    /// Returns the open question about production with this ID.
    pub(crate) fn production(&self, id: u64) -> Option<&ProductionPrompt> {
        match &self.get(id)?.kind {
            Kind::Production(prompt) => Some(prompt),
            Kind::Code(_) | Kind::Reason(_) | Kind::Access(_) => None,
        }
    }

    /// Returns the number of open questions about programs.
    pub(crate) fn access_count(&self) -> usize {
        let sorts = self.iter().map(|(_, question)| question.kind.sort());
        sorts.filter(|sort| *sort == Sort::Access).count()
    }

    /// Records that a terminal shows the questions for a role's code until this time.
    pub(crate) fn attend(&mut self, role: &Name, now: Timestamp, until: Timestamp) {
        self.attended.retain(|_, until| *until > now);
        self.attended.insert(role.clone(), until);
    }

    /// Returns whether a terminal shows the questions for a role's code.
    pub(crate) fn is_attended(&self, role: &Name, now: Timestamp) -> bool {
        self.attended.get(role).is_some_and(|until| *until > now)
    }
}
