//! Requests of programs that the user is asked about, and the permissions that the user gave.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::{Purpose, Request, Verdict};
use rolecall_core::asker::requester::{ProcessId, Requester};
use rolecall_core::setup::SetupAct;
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

/// What an answer of the user is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// What is requested.
    subject: Subject,
    /// What for.
    purpose: Purpose,
    /// The root of the requesting process tree; `None` for an unknown process.
    root: Option<ProcessId>,
}

/// A request of a program that the user is asked about.
pub(crate) struct AccessRequest {
    /// The question as it is shown, without its ID.
    pub(crate) view: ConsentView,
    pub(crate) scope: Scope,
}

/// The permissions and denials of the user, and how often the user was asked.
#[derive(Default)]
pub(crate) struct Permissions {
    granted: VecDeque<Scope>,
    denied: VecDeque<(Scope, Timestamp)>,
    /// The changes of IAM in several calls that may go on.
    begun: VecDeque<Begun>,
    asked: VecDeque<Timestamp>,
    /// Until when a terminal watches for questions.
    watched_until: Option<Timestamp>,
}

/// A change of IAM that takes several calls, for each of whose signers the user or its policy allowed it.
struct Begun {
    /// The digest of what was shown of it.
    digest: String,
    /// What may be done with it.
    act: SetupAct,
    /// The root of the process tree that may go on with it, or the process itself if that is unknown.
    root: ProcessId,
    /// What signs.
    signers: Vec<Subject>,
}

/// Who can answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The user, at the desktop or at a terminal.
    Somebody,
    /// Only a terminal that watches for questions, if there is one.
    OnlyWatchers,
}

impl Scope {
    pub(crate) fn of(request: &Request, requester: &Requester) -> Self {
        Self {
            subject: request.subject(),
            purpose: request.kind.purpose(),
            root: requester.tree(),
        }
    }
}

impl Scope {
    /// Returns the root of the process tree.
    pub(crate) fn root(&self) -> Option<ProcessId> {
        self.root
    }
}

/// Returns what goes on with a change of IAM: the process tree, or at least the process.
fn whole(requester: &Requester) -> Option<ProcessId> {
    requester.tree().or_else(|| requester.peer())
}

impl AccessRequest {
    /// Returns whether another request gets the same answer. An unknown process always gets its own, and so does each
    /// change of IAM.
    pub(crate) fn is_for(&self, scope: &Scope) -> bool {
        let is_shared = match scope.purpose {
            Purpose::Use | Purpose::Plaintext => scope.root.is_some(),
            Purpose::ChangeIam => false,
        };
        is_shared && self.scope == *scope
    }
}

impl Permissions {
    /// Records that a terminal watches for questions until this time.
    pub(crate) fn watch(&mut self, until: Timestamp) {
        self.watched_until = Some(until);
    }

    /// Drops all permissions and denials except these.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&Subject) -> bool) {
        self.granted.retain(|scope| is_kept(&scope.subject));
        self.denied.retain(|(scope, _)| is_kept(&scope.subject));
        self.begun
            .retain(|begun| begun.signers.iter().all(&is_kept));
    }

    /// Lets a process tree go on with a change of IAM that was allowed.
    pub(crate) fn begin(
        &mut self,
        digest: &str,
        act: SetupAct,
        requester: &Requester,
        signers: Vec<Subject>,
    ) {
        let Some(root) = whole(requester) else {
            return;
        };
        self.begun.push_back(Begun {
            digest: digest.to_owned(),
            act,
            root,
            signers,
        });
        let excess = self.begun.len().saturating_sub(GRANTS_MAX);
        self.begun.drain(..excess);
    }

    /// Returns whether a process tree may go on with a change of IAM.
    pub(crate) fn is_begun(&self, digest: &str, act: SetupAct, requester: &Requester) -> bool {
        let root = whole(requester);
        let mut begun = self.begun.iter();
        begun.any(|it| it.digest == digest && it.act == act && Some(it.root) == root)
    }

    /// Lets no process tree go on with a change of IAM any more.
    pub(crate) fn finish(&mut self, digest: &str) {
        self.begun.retain(|begun| begun.digest != digest);
    }

    /// Decides by an earlier answer of the user, if there is one.
    pub(crate) fn decided(
        &mut self,
        scope: &Scope,
        consent: Consent,
        now: Timestamp,
    ) -> Option<Verdict> {
        self.denied
            .retain(|(_, at)| now.duration_since(*at) < QUIET);
        let is_known = scope.root.is_some();
        if is_known && consent == Consent::Once && self.granted.contains(scope) {
            return Some(Verdict::Granted);
        }
        let is_denied = self.denied.iter().any(|(denied, _)| denied == scope);
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
    pub(crate) fn note(&mut self, scope: &Scope, verdict: Verdict, now: Timestamp) {
        match verdict {
            Verdict::Granted => {
                self.granted.push_back(scope.clone());
                let excess = self.granted.len().saturating_sub(GRANTS_MAX);
                self.granted.drain(..excess);
            }
            Verdict::Denied | Verdict::Unanswered => self.denied.push_back((scope.clone(), now)),
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
