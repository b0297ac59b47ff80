//! Desktop notifications: their texts and buttons.

use jiff::SignedDuration;

use crate::asker::consent::Reply;
use crate::value::arn::Arn;
use crate::value::duration::{ReducedDuration, time_left};
use crate::value::name::Name;
use crate::value::problem::Problem;
use crate::value::sanitise;
use crate::view::question::ConsentView;

/// If this many warnings or more are due at once, one notification reports all of them.
pub const DIGEST_FROM: usize = 3;

/// The maximum length of a remedy in a notification, in characters.
const REMEDY_MAX: usize = 120;

/// The maximum length of a role's name in a list, in characters.
const ROLE_IN_LIST_MAX: usize = 24;

/// The topic of a notification. A later one of the same topic replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// The session of a role.
    Session(Name),
    /// Several sessions.
    Digest,
    /// A program that waits for permission.
    Question(u64),
    /// Several programs that wait for permission.
    Questions,
    /// Temporary profiles in AWS's credentials file.
    TemporaryProfiles,
    /// The window.
    Window,
    /// The tray's menu.
    Menu,
}

/// The action of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeAction {
    /// Assumes the role again.
    Renew,
    /// Copies the export block.
    Copy,
    /// Answers a question.
    Reply(Reply),
    /// Opens the window.
    Open,
}

impl NoticeAction {
    /// All actions.
    pub const ALL: [Self; 6] = [
        Self::Renew,
        Self::Copy,
        Self::Reply(Reply::AllowOnce),
        Self::Reply(Reply::AllowTree),
        Self::Reply(Reply::Deny),
        Self::Open,
    ];

    /// Returns the key that the notification server sends back.
    pub fn key(self) -> &'static str {
        match self {
            Self::Renew => "renew",
            Self::Copy => "copy",
            Self::Reply(Reply::AllowOnce) => "allow-once",
            Self::Reply(Reply::AllowTree) => "allow-tree",
            Self::Reply(Reply::Deny) => "deny",
            Self::Open => "default",
        }
    }

    /// Returns the button's text.
    pub fn label(self) -> &'static str {
        match self {
            Self::Renew => "Renew",
            Self::Copy => "Copy for your shell",
            Self::Reply(reply) => reply.label(),
            Self::Open => "Open Rolecall",
        }
    }
}

/// The urgency of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Information.
    Low,
    /// Something expires soon.
    Normal,
    /// Something expired or failed.
    High,
    /// A program waits for an answer. The notification stays until there is one.
    Question,
}

/// A desktop notification. Its texts are plain; the adapter escapes them for its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The topic.
    pub topic: Topic,
    /// The first line.
    pub title: String,
    /// What happened and what to do.
    pub body: String,
    /// Its buttons.
    pub actions: Vec<NoticeAction>,
    /// The urgency.
    pub urgency: Urgency,
}

/// Returns the account and the session name of a session's ARN, or the text itself if it is not one.
fn account_and_session(identity: &str) -> String {
    let arn = Arn::split(identity);
    let parts = arn.and_then(|arn| Some((arn.account, arn.resource.rsplit_once('/')?.1)));
    match parts {
        Some((account, session)) => format!("Account {account}, session name {session}"),
        None => identity.to_owned(),
    }
}

impl Notice {
    /// Returns the notification for a session that was just assumed or renewed. `reduced` is set if the role allows
    /// less than its duration setting.
    pub fn assumed(
        role: &Name,
        identity: &str,
        left: SignedDuration,
        reduced: Option<ReducedDuration>,
    ) -> Self {
        let reduced = reduced.map(|it| format!(". AWS allows {}, not {}", it.allowed, it.wanted));
        Self {
            topic: Topic::Session(role.clone()),
            title: format!("{role} is ready for {}", time_left(left)),
            body: format!(
                "{}{}",
                account_and_session(identity),
                reduced.unwrap_or_default()
            ),
            actions: vec![NoticeAction::Copy, NoticeAction::Open],
            urgency: Urgency::Low,
        }
    }

    /// Returns the same notification with a note that the role acts on production.
    pub fn about_production(self) -> Self {
        Self {
            title: format!("Production: {}", self.title),
            ..self
        }
    }

    /// Returns the warning that a session expires soon.
    pub fn expiring(role: &Name, left: SignedDuration) -> Self {
        Self {
            topic: Topic::Session(role.clone()),
            title: format!("{role} expires in {}", time_left(left)),
            body: "Renew to keep working. Open terminals need a fresh copy.".to_owned(),
            actions: vec![NoticeAction::Renew, NoticeAction::Copy, NoticeAction::Open],
            urgency: Urgency::Normal,
        }
    }

    /// Returns the notification for an expired session.
    pub fn expired(role: &Name) -> Self {
        Self {
            topic: Topic::Session(role.clone()),
            title: format!("{role} has expired"),
            body: "Renew to keep working.".to_owned(),
            actions: vec![NoticeAction::Renew, NoticeAction::Open],
            urgency: Urgency::High,
        }
    }

    /// Returns the notification for a failed AssumeRole or renewal.
    pub fn failed(role: &Name, problem: &Problem) -> Self {
        Self {
            topic: Topic::Session(role.clone()),
            title: format!("{role} could not be assumed"),
            body: match problem.remedy.chars().count() {
                0..=REMEDY_MAX => format!("{} {}", problem.what, problem.remedy),
                _ => format!("{} Open Rolecall for details.", problem.what),
            },
            actions: vec![NoticeAction::Open],
            urgency: Urgency::High,
        }
    }

    /// Returns the notification for an export block that could not be copied.
    pub fn not_copied(role: &Name, problem: &Problem) -> Self {
        Self {
            title: format!("{role} was not copied"),
            ..Self::failed(role, problem)
        }
    }

    /// Returns the notification that asks whether a program may use a role.
    pub fn question(question: &ConsentView) -> Self {
        let (first, tree) = (
            NoticeAction::Reply(Reply::AllowOnce),
            NoticeAction::Reply(Reply::AllowTree),
        );
        let allow = match question.tree {
            Some(_) => vec![first, tree],
            None => vec![first],
        };
        let rest = [NoticeAction::Reply(Reply::Deny), NoticeAction::Open];
        Self {
            topic: Topic::Question(question.id),
            title: format!(
                "{} wants access to {}",
                question.asker(),
                question.target(44)
            ),
            body: format!(
                "{}{}. Allow only if you started this. Rolecall can't verify the program.",
                question
                    .reach()
                    .map_or(String::new(), |reach| format!("{reach}. ")),
                question.origin()
            ),
            actions: [allow, rest.to_vec()].concat(),
            urgency: Urgency::Question,
        }
    }

    /// Returns one notification for several questions, which the user answers in the window or the tray's menu.
    pub fn questions(questions: &[ConsentView]) -> Self {
        let mut names: Vec<String> = questions
            .iter()
            .map(|it| format!("{} to {}", it.asker(), it.target(ROLE_IN_LIST_MAX)))
            .collect();
        names.dedup();
        Self {
            topic: Topic::Questions,
            title: format!("{} programs want access", questions.len()),
            body: format!("{}. Open Rolecall to answer.", names.join(", ")),
            actions: vec![NoticeAction::Open],
            urgency: Urgency::Question,
        }
    }

    /// Returns the notification for a window that cannot be opened.
    pub fn window_failed(problem: &Problem) -> Self {
        let detail = problem.detail.as_ref();
        let cause = detail.map_or(String::new(), |it| {
            format!(" Cause: {}.", sanitise::echo(it))
        });
        Self {
            topic: Topic::Window,
            title: problem.what.clone(),
            body: format!("{}{cause}", problem.remedy),
            actions: Vec::new(),
            urgency: Urgency::High,
        }
    }

    /// Returns the notification for a click on an entry that the menu no longer has.
    pub fn menu_changed() -> Self {
        Self {
            topic: Topic::Menu,
            title: "The menu had changed".to_owned(),
            body: "Nothing was done. Open the menu again.".to_owned(),
            actions: Vec::new(),
            urgency: Urgency::Low,
        }
    }

    /// Returns the notification that profiles left in AWS's credentials file by a crash were removed.
    pub fn temporary_profiles_removed(count: usize) -> Self {
        let (profiles, were) = match count {
            1 => ("profile", "was"),
            _ => ("profiles", "were"),
        };
        Self {
            topic: Topic::TemporaryProfiles,
            title: format!("{count} temporary {profiles} from the last run {were} removed"),
            body: "Rolecall quit before it could remove them from AWS's credentials file."
                .to_owned(),
            actions: vec![NoticeAction::Open],
            urgency: Urgency::Low,
        }
    }

    /// Returns one notification for several sessions that expire or expired.
    pub fn digest(roles: &[&Name]) -> Self {
        let names: Vec<String> = roles
            .iter()
            .take(4)
            .map(|role| sanitise::cut(role.as_str(), 32))
            .collect();
        let more = roles.len().saturating_sub(names.len());
        let tail = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        Self {
            topic: Topic::Digest,
            title: format!("{} sessions expire or have expired", roles.len()),
            body: format!("{}{tail}. Open Rolecall to renew them.", names.join(", ")),
            actions: vec![NoticeAction::Open],
            urgency: Urgency::Normal,
        }
    }
}
