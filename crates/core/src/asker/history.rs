//! The history of requests: who requested which session, and what was decided. It never has a secret.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::asker::consent::Subject;
use crate::asker::requester::{Isolation, Requester};
use crate::value::name::Name;
use crate::value::problem::ProblemCode;

/// The maximum number of lines to keep.
pub const ENTRIES_MAX: u32 = 20_000;
/// How long to keep a line.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// A request that repeats within this time is counted on the same line.
const REPEATS_WITHIN: SignedDuration = SignedDuration::from_mins(5);
/// How many of the last lines are searched for the same request. This many tools can alternate.
const RECENT: usize = 32;

/// What was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum RequestKind {
    /// The line of a `credential_process`.
    Credentials,
    /// An export block for a shell.
    Env,
    /// The environment of a program to start.
    Exec,
    /// The container-credentials endpoint.
    Endpoint,
    /// A sign-in to the AWS console.
    Console,
    /// A session, without its credentials.
    Assume,
    /// An export block in the clipboard.
    Copy,
    /// A temporary profile in AWS's credentials file.
    Profile,
    /// The line of a `credential_process` for an access key itself.
    Key,
    /// An access key in plaintext, put back into AWS's own file.
    PutBack,
    /// What a change of IAM would do, read with a session of the role.
    Preview,
    /// What a change of IAM would do, read with the access key.
    PreviewWithKey,
    /// A setup kit that is applied or taken back with a session of the role.
    Setup,
    /// A setup kit that is applied or taken back with the access key.
    SetupWithKey,
    /// A revocation or its undo, with a session of the role.
    Revoke,
    /// A revocation or its undo, with the access key itself.
    RevokeWithKey,
    /// A change of the access keys of a key's user: a new one, or the deactivation or deletion of one.
    Rotate,
}

/// What a request leads to. Permission for one does not hold for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// A session is used.
    Use,
    /// Users, roles, policies or access keys are changed in IAM.
    ChangeIam,
    /// A secret is written where every program can read it.
    Plaintext,
}

impl RequestKind {
    /// Returns what a request of this kind leads to.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Credentials
            | Self::Env
            | Self::Exec
            | Self::Console
            | Self::Endpoint
            | Self::Assume
            | Self::Copy
            | Self::Profile
            | Self::Key
            | Self::Preview
            | Self::PreviewWithKey => Purpose::Use,
            Self::Rotate => Purpose::ChangeIam,
            Self::PutBack => Purpose::Plaintext,
            Self::Setup | Self::SetupWithKey | Self::Revoke | Self::RevokeWithKey => {
                Purpose::ChangeIam
            }
        }
    }
}

/// What was decided about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Verdict {
    /// The policy allows it without a question.
    Allowed,
    /// The user requested it in the tray, the window or a notification.
    Clicked,
    /// The user allowed it this time.
    Accepted,
    /// The user allowed it for its process tree.
    Granted,
    /// The user denied it.
    Denied,
    /// Nobody answered.
    Unanswered,
    /// It was denied at once, because nobody could be asked.
    #[serde(rename = "unasked")]
    NobodyToAsk,
    /// It was denied without a question, because there were too many questions or the user had just denied one.
    Limited,
    /// The policy allows no program to use it.
    Never,
    /// It came from a container or sandbox.
    #[serde(rename = "apart")]
    Sandboxed,
    /// There is no such role or access key.
    Unknown,
}

impl Verdict {
    /// Returns whether the request is allowed.
    pub fn is_allowed(self) -> bool {
        match self {
            Self::Allowed | Self::Clicked | Self::Accepted | Self::Granted => true,
            Self::Denied
            | Self::Unanswered
            | Self::NobodyToAsk
            | Self::Limited
            | Self::Never
            | Self::Sandboxed
            | Self::Unknown => false,
        }
    }
}

/// A request for the session of a role or of an access key.
#[derive(Debug, Clone)]
pub struct Request {
    /// The name of the role, or of the access key if `kind` is for keys.
    pub name: Name,
    /// What was requested.
    pub kind: RequestKind,
    /// Who requested it; `None` is the user in the tray, the window or a notification.
    pub requester: Option<Requester>,
}

impl Request {
    /// Returns the role or key whose policy applies.
    pub fn subject(&self) -> Subject {
        let name = self.name.clone();
        match self.kind {
            RequestKind::Credentials
            | RequestKind::Env
            | RequestKind::Exec
            | RequestKind::Console
            | RequestKind::Endpoint
            | RequestKind::Assume
            | RequestKind::Copy
            | RequestKind::Profile
            | RequestKind::Preview
            | RequestKind::Setup
            | RequestKind::Revoke => Subject::Role(name),
            RequestKind::Key
            | RequestKind::PutBack
            | RequestKind::PreviewWithKey
            | RequestKind::SetupWithKey
            | RequestKind::Rotate
            | RequestKind::RevokeWithKey => Subject::Key(name),
        }
    }
}

/// One line of the history: a request and its repetitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "HistoryLine"))]
pub struct Line {
    /// The time of the last request.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    /// The time of the first request.
    #[cfg_attr(test, ts(type = "string"))]
    pub since: Timestamp,
    /// The number of requests.
    pub count: u32,
    /// The name of the role or access key, depending on `request`.
    pub role: String,
    /// What was requested.
    pub request: RequestKind,
    /// The name of the process of the last request; empty for the user in the tray, the window or a notification.
    pub process: String,
    /// The process ID; 0 if unknown.
    pub pid: u32,
    /// The path of the program; empty if unknown.
    pub program: String,
    /// The names of the parent processes, the nearest first.
    pub parents: Vec<String>,
    /// Whether the process ran in a container or sandbox.
    #[serde(default)]
    pub sandboxed: bool,
    /// What was decided.
    pub verdict: Verdict,
    /// Whether AWS was called for it.
    pub aws_call: bool,
    /// Why the request failed, if it did.
    pub failure: Option<ProblemCode>,
}

impl Line {
    /// Returns the line of one request at `at`.
    pub fn new(request: &Request, at: Timestamp, verdict: Verdict) -> Self {
        let requester = request.requester.as_ref();
        let process = requester.map(Requester::process);
        Self {
            at,
            since: at,
            count: 1,
            role: request.name.to_string(),
            request: request.kind,
            process: requester
                .map(Requester::name)
                .unwrap_or_default()
                .to_owned(),
            pid: process.map(|process| process.pid).unwrap_or_default(),
            program: process
                .map(|process| process.program.clone())
                .unwrap_or_default(),
            parents: requester
                .map(|requester| {
                    requester
                        .parents()
                        .iter()
                        .map(|it| it.name.clone())
                        .collect()
                })
                .unwrap_or_default(),
            sandboxed: requester.is_some_and(|it| it.isolation == Isolation::Sandboxed),
            verdict,
            aws_call: false,
            failure: None,
        }
    }

    /// Returns whether `later` repeats this request.
    fn is_repeated_by(&self, later: &Self) -> bool {
        let together = later.at.duration_since(self.at).abs() <= REPEATS_WITHIN;
        together
            && (&self.role, self.request, self.verdict)
                == (&later.role, later.request, later.verdict)
            && (&self.process, &self.program, &self.parents)
                == (&later.process, &later.program, &later.parents)
            && self.sandboxed == later.sandboxed
            && (self.aws_call, self.failure) == (later.aws_call, later.failure)
    }

    fn repeat(&mut self, later: &Self) {
        self.at = self.at.max(later.at);
        self.count = self.count.saturating_add(later.count);
        self.pid = later.pid;
    }
}

/// Selects lines, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "HistoryQuery"))]
pub struct Query {
    /// Only lines of this role or access key, even if it no longer exists.
    pub role: Option<String>,
    /// Only lines from this time on.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub since: Option<Timestamp>,
    /// The maximum number of lines.
    pub limit: u32,
}

impl Query {
    /// Returns whether the query selects `line`.
    pub fn selects(&self, line: &Line) -> bool {
        self.role.as_ref().is_none_or(|role| *role == line.role)
            && self.since.is_none_or(|since| line.at >= since)
    }
}

/// The newest lines. A repeated request is counted on its line.
#[derive(Debug, Default)]
pub struct Recent {
    lines: VecDeque<Numbered>,
    last: u64,
}

/// A line, its number, and whether it changed since the last call of [`Recent::take_changed`].
#[derive(Debug)]
struct Numbered {
    number: u64,
    line: Line,
    changed: bool,
}

impl Recent {
    /// Adds a line, or counts it on an equal one.
    pub fn add(&mut self, line: Line) {
        let mut recent = self.lines.iter_mut().rev().take(RECENT);
        if let Some(same) = recent.find(|it| it.line.is_repeated_by(&line)) {
            same.line.repeat(&line);
            same.changed = true;
            return;
        }
        self.last += 1;
        self.lines.push_back(Numbered {
            number: self.last,
            line,
            changed: true,
        });
    }

    /// Returns the lines that changed since the last call, each with its number, and drops the oldest unchanged lines.
    pub fn take_changed(&mut self) -> Vec<(u64, Line)> {
        let taken = self.lines.iter_mut().filter_map(|it| {
            let changed = std::mem::take(&mut it.changed);
            changed.then(|| (it.number, it.line.clone()))
        });
        let taken = taken.collect();
        self.keep(RECENT);
        taken
    }

    /// Takes back lines that [`Recent::take_changed`] returned, because they could not be written.
    pub fn take_back(&mut self, unwritten: Vec<(u64, Line)>) {
        for (number, line) in unwritten.into_iter().rev() {
            match self.lines.iter_mut().find(|it| it.number == number) {
                Some(kept) => kept.changed = true,
                None => self.lines.push_front(Numbered {
                    number,
                    line,
                    changed: true,
                }),
            }
        }
    }

    /// Drops all lines except the newest `count`.
    pub fn keep(&mut self, count: usize) {
        let excess = self.lines.len().saturating_sub(count);
        self.lines.drain(..excess);
    }

    /// Returns the lines that the query selects, newest first.
    pub fn find(&self, query: &Query) -> Vec<Line> {
        let mut found: Vec<Line> = self
            .lines
            .iter()
            .rev()
            .map(|it| &it.line)
            .filter(|line| query.selects(line))
            .cloned()
            .collect();
        found.sort_by_key(|line| std::cmp::Reverse(line.at));
        found.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(second: i64, role: &str, verdict: Verdict) -> Line {
        let request = Request {
            name: Name::parse(role).expect("a name"),
            kind: RequestKind::Credentials,
            requester: Some(Requester::default()),
        };
        Line::new(
            &request,
            Timestamp::from_second(second).expect("an instant"),
            verdict,
        )
    }

    fn all() -> Query {
        Query {
            role: None,
            since: None,
            limit: 100,
        }
    }

    #[test]
    fn a_thousand_requests_in_a_loop_are_one_line() {
        let mut recent = Recent::default();
        for second in 0..1000 {
            recent.add(line(
                second,
                if second % 2 == 0 { "a" } else { "b" },
                Verdict::Allowed,
            ));
        }
        let found = recent.find(&all());
        let counts: Vec<(&str, u32)> = found
            .iter()
            .map(|it| (it.role.as_str(), it.count))
            .collect();
        assert_eq!(counts, [("b", 500), ("a", 500)]);
        assert_eq!(
            (found[1].since.as_second(), found[1].at.as_second()),
            (0, 998)
        );
    }

    #[test]
    fn another_verdict_or_a_pause_starts_a_new_line() {
        let mut recent = Recent::default();
        recent.add(line(0, "a", Verdict::Allowed));
        recent.add(line(1, "a", Verdict::Denied));
        recent.add(line(500, "a", Verdict::Allowed));
        assert_eq!(recent.find(&all()).len(), 3);
    }

    #[test]
    fn only_changed_lines_are_taken_and_a_repeat_keeps_its_number() {
        let mut recent = Recent::default();
        recent.add(line(0, "a", Verdict::Allowed));
        recent.add(line(0, "b", Verdict::Allowed));
        assert_eq!(recent.take_changed().len(), 2);
        recent.add(line(1, "b", Verdict::Allowed));
        let changed = recent.take_changed();
        assert_eq!((changed[0].0, changed[0].1.count, changed.len()), (2, 2, 1));
        assert!(recent.take_changed().is_empty());
    }

    #[test]
    fn a_query_finds_by_role_time_and_number() {
        let mut recent = Recent::default();
        for second in [0, 10_000, 20_000] {
            recent.add(line(second, "a", Verdict::Allowed));
            recent.add(line(second, "b", Verdict::Allowed));
        }
        let of_a = Query {
            role: Some("a".into()),
            ..all()
        };
        assert_eq!(recent.find(&of_a).len(), 3);
        let since = Timestamp::from_second(10_000).ok();
        assert_eq!(
            recent
                .find(&Query {
                    since,
                    ..of_a.clone()
                })
                .len(),
            2
        );
        assert_eq!(
            recent.find(&Query { limit: 1, ..of_a })[0].at.as_second(),
            20_000
        );
    }
}
