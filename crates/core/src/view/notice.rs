//! Desktop notifications: their texts and buttons.

use jiff::SignedDuration;

use crate::asker::consent::Reply;
use crate::rotation::command;
use crate::value::arn::Arn;
use crate::value::duration::{ReducedDuration, time_left};
use crate::value::key_age::KeyAge;
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
    /// An access key that should be replaced.
    OldKey(Name),
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
    /// Puts the warning off for five minutes.
    Snooze,
    /// Lets the session end: no more warnings, and no automatic renewal.
    LetEnd,
    /// Answers a question.
    Reply(Reply),
    /// Opens the window.
    Open,
}

impl NoticeAction {
    /// All actions.
    pub const ALL: [Self; 8] = [
        Self::Renew,
        Self::Copy,
        Self::Snooze,
        Self::LetEnd,
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
            Self::Snooze => "snooze",
            Self::LetEnd => "let-end",
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
            Self::Snooze => "Snooze 5 min",
            Self::LetEnd => "Let it end",
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
    /// Something expired or failed, or what expires soon matters.
    High,
    /// What expired matters: it acts on production, or a program uses it.
    Critical,
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

    /// Returns the notification for a console that could not be opened.
    pub fn console_not_opened(role: &Name, problem: &Problem) -> Self {
        Self {
            title: format!("The console was not opened as {role}"),
            ..Self::failed(role, problem)
        }
    }

    /// Returns the notification that other users of this machine tried to get a sign-in.
    pub fn console_tried_by_others(role: &Name, users: &str) -> Self {
        Self {
            topic: Topic::Session(role.clone()),
            title: format!("Somebody else tried to open the console as {role}"),
            body: format!(
                "The user with the ID {users} on this machine requested the sign-in and got nothing."
            ),
            actions: vec![NoticeAction::Open],
            urgency: Urgency::High,
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
                "{}{}{}. Allow only if you started this. Rolecall can't verify the program.",
                question
                    .setup_text()
                    .map_or(String::new(), |setup| format!("{setup}. ")),
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

    /// Returns the notification for a program of Rolecall's that cannot be started, such as the window's.
    pub fn program_failed(problem: &Problem) -> Self {
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

    /// Returns the notification for a click on an entry of an old menu that cannot be done any more.
    pub fn menu_changed() -> Self {
        Self::not_done("The menu has changed".to_owned(), "Open the menu again.")
    }

    /// Returns the notification for a click on a role that no longer exists.
    pub fn role_gone(role: &Name) -> Self {
        let title = format!("The role {role} no longer exists");
        Self::not_done(title, "Open the menu again.")
    }

    /// Returns the notification for an answer to a question that is no longer open.
    pub fn question_closed() -> Self {
        let title = "The question has been answered or has timed out";
        Self::not_done(
            title.to_owned(),
            "A program that still needs access asks again.",
        )
    }

    /// Returns the notification for a click on an access key whose session has ended.
    pub fn key_session_ended(key: &Name) -> Self {
        let title = format!("The session of the access key {key} has ended meanwhile");
        Self::not_done(title, "Open the menu again.")
    }

    /// Returns the notification for a click on a session that has ended.
    pub fn session_ended(role: &Name) -> Self {
        let title = format!("The session of {role} has ended meanwhile");
        Self {
            topic: Topic::Session(role.clone()),
            actions: vec![NoticeAction::Renew, NoticeAction::Open],
            ..Self::not_done(title, "Renew to keep working.")
        }
    }

    /// Returns the notification for a click on a role that another click or program assumed.
    pub fn already_active(role: &Name) -> Self {
        Self {
            topic: Topic::Session(role.clone()),
            actions: vec![NoticeAction::Copy, NoticeAction::Open],
            ..Self::not_done(
                format!("{role} is already active"),
                "Its session is ready to use.",
            )
        }
    }

    fn not_done(title: String, next: &str) -> Self {
        Self {
            topic: Topic::Menu,
            title,
            body: format!("Nothing was done. {next}"),
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

    /// Returns the reminder to replace an access key.
    pub fn key_is_old(key: &Name, age: KeyAge) -> Self {
        Self {
            topic: Topic::OldKey(key.clone()),
            title: format!("The access key {key} is {} old", age.text()),
            body: format!(
                "Replace it on the page of access keys, or with: {}",
                command(key.as_str(), "")
            ),
            actions: vec![NoticeAction::Open],
            urgency: Urgency::Low,
        }
    }
}
