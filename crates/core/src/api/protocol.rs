//! What the command line and the running application say to each other over the local socket.
//!
//! One frame asks, one frame answers: a length (u32, big endian), then JSON. One round trip per connection; where the
//! user is asked whether a program may have what it wants, a frame that says so comes before the answer.

use std::fmt;
use std::io::{self, Read, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::api::host::HostView;
use crate::api::import::{DryRun, ImportItem, ImportSource};
use crate::asker::consent::Reply;
use crate::asker::history::{Line, Query};
use crate::aws_files::connection::{EditView, Step, Which};
use crate::role::limits::LimitsView;
use crate::session::shell::Shell;
use crate::value::problem::{Problem, ProblemCode};
use crate::view::snapshot::{KeyView, PromptView, QuestionView, SessionView, Snapshot};

/// The version both ends must speak.
pub const VERSION: u32 = 1;
/// The longest request, in bytes.
pub const REQUEST_MAX: usize = 64 << 10;
/// The longest answer, in bytes: a snapshot of ten thousand roles from every place fits.
pub const ANSWER_MAX: usize = 64 << 20;
/// How many bytes are kept of a frame that is skipped.
const HEAD: usize = 64;
/// The folder of the socket below the runtime directory, for the user's own set.
pub const OWN_DIR: &str = "rolecall";
/// The folder of the socket below the runtime directory, for the practice set.
pub const PRACTICE_DIR: &str = "rolecall-practice";
/// The socket's name in its folder.
pub const SOCKET_NAME: &str = "agent.sock";
/// The file beside the socket that is locked while a program starts there or takes over: whoever finds nobody at the
/// socket waits for it.
pub const STARTING_LOCK: &str = "starting.lock";

/// One question.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The protocol's version.
    pub v: u32,
    /// The version of the asking program.
    pub client: String,
    /// What is asked.
    pub call: Call,
}

/// What can be asked. Nothing returns a long-term secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// Everything that is shown.
    Snapshot,
    /// What is shown of sessions alone: a snapshot without roles and keys, however many there are.
    Sessions,
    /// Everything that is shown, with the roles that are found alone, best first.
    Search {
        /// What is looked for in names, accounts, their aliases, groups and ARNs.
        text: String,
    },
    /// The names of the roles that are found, best first.
    Names {
        /// What is looked for; all roles if it is empty.
        search: String,
    },
    /// Assume a role, or renew its session.
    Assume {
        /// The role's name.
        role: String,
        /// The authenticator's code, where the terminal asked for it.
        code: Option<WireSecret>,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
    },
    /// Make the calls that tell more about why AWS refused a role; the next snapshot holds what they told.
    LookDeeper {
        /// The role's name.
        role: String,
    },
    /// End a session here and forget it: the role's, or else that of the access key of this name.
    End {
        /// The name.
        role: String,
    },
    /// End the session of an access key here and forget it.
    EndKey {
        /// The key's name.
        key: String,
    },
    /// The export block of a session, assuming the role if need be.
    Env {
        /// The role's name.
        role: String,
        /// The shell.
        shell: Shell,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
    },
    /// The variables of a session for a program to start, assuming the role if need be.
    Environment {
        /// The role's name.
        role: String,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
    },
    /// The line of a `credential_process`, renewing the session if need be.
    Credentials {
        /// The role's name.
        role: String,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
    },
    /// The name under which sessions of a role with limits are asked for in every other call.
    Limited {
        /// The role's name.
        role: String,
        /// The limits.
        limits: LimitsView,
    },
    /// Check that a role, or one on the way to it, takes this reason. Nothing is kept.
    CheckReason {
        /// The role's name.
        role: String,
        /// The reason.
        reason: String,
    },
    /// The body of a container-credentials endpoint's answer. It is given within two seconds, and asks nobody: a session
    /// that is due for renewal is renewed behind it.
    ContainerCredentials {
        /// The role's name.
        role: String,
    },
    /// Renew a session that an endpoint serves, if it is due. It is done behind the answer.
    KeepFresh {
        /// The role's name.
        role: String,
    },
    /// Verify an access key and keep it.
    AddKey {
        /// The name to give it.
        name: String,
        /// Its id.
        access_key_id: String,
        /// Its secret.
        secret: WireSecret,
    },
    /// Give an access key another name.
    RenameKey {
        /// Its present name.
        name: String,
        /// The name to give it.
        new_name: String,
    },
    /// Import the keys and roles of another program on this machine.
    #[serde(rename = "move_in")]
    Import {
        /// The program.
        from: ImportSource,
        /// Leapp's workspace file, if it is not where Leapp keeps it.
        file: Option<std::path::PathBuf>,
        /// Whether to only report what would be imported.
        #[serde(rename = "rehearse")]
        dry_run: DryRun,
    },
    /// Import the roles of a catalogue file.
    #[serde(rename = "take_roles")]
    ImportRoles {
        /// The file's text.
        text: String,
        /// What messages call the file.
        path: String,
        /// The access key or role that they are assumed from, wherever they name none of their own file or of ours.
        source: Option<String>,
        /// Whether to only report what would be imported.
        #[serde(rename = "rehearse")]
        dry_run: DryRun,
    },
    /// Forget an access key.
    RemoveKey {
        /// Its name.
        name: String,
    },
    /// Keep the seed of an authenticator beside an access key, and take codes from it.
    AddTotp {
        /// The key's name.
        key: String,
        /// The device's serial.
        serial: String,
        /// The seed, or an `otpauth` link that holds it.
        seed: WireSecret,
    },
    /// Forget the seed beside an access key.
    RemoveTotp {
        /// The key's name.
        key: String,
    },
    /// The prompt for a code that a role waits for, if there is one. Whoever asks attends to it at a terminal for the
    /// next seconds, so that the window stays as it is.
    Attend {
        /// The role's name.
        role: String,
    },
    /// Answer a prompt.
    AnswerPrompt {
        /// Which.
        id: u64,
        /// The authenticator's code.
        code: WireSecret,
    },
    /// Use a prompt's code for the other plan that it offers.
    SwitchPrompt {
        /// Which.
        id: u64,
    },
    /// Cancel a prompt, and what waits for it.
    CancelPrompt {
        /// Which.
        id: u64,
    },
    /// Let no code count any more that was given with an access key.
    EndMfa {
        /// The key's name.
        key: String,
    },
    /// The history of requests, newest first.
    History(Query),
    /// Write profiles for roles into AWS's config file, or show what that would change.
    Connect {
        /// The roles.
        which: Which,
        /// What comes before a role's name in its profile's.
        prefix: String,
        /// Whether to write.
        step: Step,
    },
    /// Remove profiles that `Connect` wrote, or show what that would change.
    Disconnect {
        /// The roles or profiles.
        which: Which,
        /// Whether to write.
        step: Step,
    },
    /// The line of a `credential_process` for an access key itself, whose secret never leaves the keychain.
    KeyCredentials {
        /// The key's name.
        key: String,
    },
    /// Move the key of a profile of AWS's files to the keychain, or show what that would change.
    MoveKey {
        /// The profile.
        profile: String,
        /// What to call the key; as the profile if absent.
        name: Option<String>,
        /// Whether to write.
        step: Step,
    },
    /// Put a key that `MoveKey` moved back into its profile, or show what that would change.
    PutKeyBack {
        /// The profile.
        profile: String,
        /// Whether to write.
        step: Step,
    },
    /// Open the window, or bring it to the front.
    ShowWindow,
    /// Which program answers.
    Host,
    /// Open the sealed file of keys, or make it.
    Unlock {
        /// Its passphrase.
        passphrase: WireSecret,
        /// Which file is meant.
        file: SealedFileTarget,
    },
    /// Name the endpoint that serves a role in the name of the asking process, which was just allowed the role.
    Serve {
        /// The role's name.
        role: String,
        /// The endpoint's process id.
        process: u32,
    },
    /// The questions whether a program may have a role, where no desktop asks them. Whoever asks watches for them at a
    /// terminal for the next seconds.
    Questions,
    /// Answer one of them, from a terminal.
    Reply {
        /// Which.
        id: u64,
        /// The answer.
        reply: Reply,
    },
    /// End the program, if it is one without a display.
    Stop,
    /// Answer what waits, save everything and end, if it is one without a display: the asking one takes its place.
    HandOver,
}

/// Which sealed file a passphrase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealedFileTarget {
    /// The existing one.
    #[serde(rename = "there")]
    Existing,
    /// One that is to be made, and keeps new keys from then on.
    New,
}

/// One answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Response {
    /// The protocol's version.
    pub v: u32,
    /// The version of the application.
    pub app: String,
    /// What was asked for, or why not.
    pub result: Result<Answer, Problem>,
}

/// What can be answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Done, and nothing to tell.
    Done,
    /// The user is asked first: the answer follows in another frame, this much later at most.
    Asking {
        /// How long the user has, in seconds.
        seconds: u32,
        /// The question, if the asking program is to put it at its own terminal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Box<QuestionView>>,
    },
    /// The open questions.
    Questions(Vec<QuestionView>),
    /// Everything that is shown.
    Snapshot(Box<Snapshot>),
    /// The lines of the history.
    History(Vec<Line>),
    /// The session that was assumed.
    Session(Box<SessionView>),
    /// The name of a role.
    Name(String),
    /// The names of roles.
    Names(Vec<String>),
    /// The access key that was kept.
    Key(Box<KeyView>),
    /// The report of an import.
    #[serde(rename = "moved")]
    Imported(Vec<ImportItem>),
    /// The prompt that waits, if one does.
    Prompt(Option<Box<PromptView>>),
    /// Text for a shell or an SDK; holds credentials.
    Text(WireSecret),
    /// The variables of a session; holds credentials.
    Environment(Box<WireEnvironment>),
    /// The program that answers.
    Host(Box<HostView>),
    /// An edit of one of AWS's files.
    Edit(Box<EditView>),
}

/// What a session puts into the environment of a program, as data: the same as its export block.
#[derive(Debug, Serialize, Deserialize)]
pub struct WireEnvironment {
    /// When the session ends.
    pub expires_at: Timestamp,
    /// Names to remove.
    pub unset: Vec<String>,
    /// Names and values to set.
    pub set: Vec<(String, WireSecret)>,
}

/// Secret text on its way through the socket: the only form of a secret that can be serialised.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct WireSecret(String);

impl WireSecret {
    /// Wraps a secret for the wire.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for WireSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for WireSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other end went away or was too slow.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The length is 0 or over the limit.
    #[error("a frame of {0} bytes is not allowed")]
    Size(usize),
    /// Not the JSON that was expected. Its text is not told, since it may hold a secret.
    #[error("the frame is not understood")]
    Content,
}

/// Writes one frame.
///
/// # Errors
/// [`FrameError::Io`].
pub fn write_frame<T: Serialize>(to: &mut impl Write, value: &T) -> Result<(), FrameError> {
    let mut frame = Zeroizing::new(Vec::with_capacity(8 << 10));
    frame.extend_from_slice(&[0; 4]);
    serde_json::to_writer(&mut *frame, value).map_err(|_| FrameError::Content)?;
    let length = u32::try_from(frame.len() - 4).map_err(|_| FrameError::Size(frame.len()))?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    to.write_all(&frame)?;
    Ok(to.flush()?)
}

/// Reads one frame of 1 to `max` bytes.
///
/// # Errors
/// Any of [`FrameError`].
pub fn read_frame<T: for<'de> Deserialize<'de>>(
    from: &mut impl Read,
    max: usize,
) -> Result<T, FrameError> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length == 0 || length > max {
        return Err(FrameError::Size(length));
    }
    let mut frame = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut frame)?;
    serde_json::from_slice(&frame).map_err(|_| FrameError::Content)
}

/// A frame of a connection that goes on after a frame that cannot be used.
#[derive(Debug)]
pub enum Received<T> {
    /// Its content.
    Content(T),
    /// Its first bytes, and why it was skipped.
    Skipped(Zeroizing<Vec<u8>>, FrameError),
}

/// Reads one frame of 1 to `max` bytes, or skips it if it is longer or not understood.
///
/// # Errors
/// If the other end went away.
pub fn receive_frame<T: for<'de> Deserialize<'de>>(
    from: &mut impl Read,
    max: usize,
) -> io::Result<Received<T>> {
    let mut header = [0; 4];
    from.read_exact(&mut header)?;
    let length = usize::try_from(u32::from_be_bytes(header)).unwrap_or(usize::MAX);
    let is_read = (1..=max).contains(&length);
    let mut frame = Zeroizing::new(vec![0; if is_read { length } else { length.min(HEAD) }]);
    from.read_exact(&mut frame)?;
    if is_read {
        if let Ok(content) = serde_json::from_slice(&frame) {
            return Ok(Received::Content(content));
        }
        frame.truncate(HEAD);
        return Ok(Received::Skipped(frame, FrameError::Content));
    }
    let rest = u64::try_from(length - frame.len()).unwrap_or(u64::MAX);
    if io::copy(&mut from.take(rest), &mut io::sink())? < rest {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Received::Skipped(frame, FrameError::Size(length)))
}

/// Checks that both ends speak the same version.
///
/// # Errors
/// Says both program versions.
pub fn check_version(theirs: u32, their_program: &str, our_program: &str) -> Result<(), Problem> {
    if theirs == VERSION {
        return Ok(());
    }
    let theirs_shown = crate::value::sanitise::echo(their_program);
    let what = format!(
        "Rolecall {our_program} and {theirs_shown} are not compatible (protocol {VERSION} and {theirs})."
    );
    Err(Problem::new(
        ProblemCode::VersionMismatch,
        what,
        "Quit Rolecall and start the newer version.",
    ))
}

#[cfg(test)]
mod tests;
