//! The protocol between the command line and the running application over the local socket.
//!
//! One frame is the request, one is the response. A frame is a length (u32, big endian) followed by JSON. Each
//! connection has one request. If the user is asked first, a frame that says so comes before the response.

use std::fmt;
use std::io::{self, Read, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::api::host::HostView;
use crate::api::import::{DryRun, ImportItem, ImportSource};
use crate::api::version_0_1_0;
use crate::asker::consent::Reply;
use crate::asker::history::{Line, Query};
use crate::aws_files::connection::{EditView, Step, Which};
use crate::role::limits::LimitsView;
use crate::session::shell::Shell;
use crate::value::problem::{Problem, ProblemCode};
use crate::view::question::{CodeView, ConsentView};
use crate::view::snapshot::{KeyView, SessionView, Snapshot};

/// The version that both ends must use.
pub const VERSION: u32 = 1;
/// The maximum length of a request, in bytes.
pub const REQUEST_MAX: usize = 64 << 10;
/// The maximum length of a response in bytes, enough for a snapshot with ten thousand roles of every origin.
pub const ANSWER_MAX: usize = 64 << 20;
/// How many bytes are kept of a frame that is skipped.
const HEAD: usize = 64;
/// The folder of the socket below the runtime directory, for the user's own data.
pub const OWN_DIR: &str = "rolecall";
/// The folder of the socket below the runtime directory, for the practice account.
pub const PRACTICE_DIR: &str = "rolecall-practice";
/// The socket's name in its folder.
pub const SOCKET_NAME: &str = "agent.sock";
/// The file next to the socket that is locked while a program starts or takes over. A client that finds no program at
/// the socket waits for the lock.
pub const STARTING_LOCK: &str = "starting.lock";

/// One request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The protocol's version.
    pub v: u32,
    /// The version of the client.
    pub client: String,
    /// The call.
    pub call: Call,
}

/// All calls. None returns a long-term secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// Everything that is shown.
    Snapshot,
    /// The snapshot without roles and keys.
    Sessions,
    /// The snapshot with only the roles that match a search, best first.
    Search {
        /// The text to search for in names, accounts, account aliases, groups and ARNs.
        text: String,
    },
    /// The names of the roles that match a search, best first.
    Names {
        /// The text to search for, or empty for all roles.
        search: String,
    },
    /// Assume a role, or renew its session.
    Assume {
        /// The role's name.
        role: String,
        /// The MFA code, if the terminal asked for it.
        code: Option<WireSecret>,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
    },
    /// Make the follow-up calls for more details about why AWS denied a role. The next snapshot has the results.
    ExplainFurther {
        /// The role's name.
        role: String,
    },
    /// End the session of the role or, if it has none, of the access key with this name.
    End {
        /// The name.
        role: String,
    },
    /// End the session of an access key.
    EndKey {
        /// The key's name.
        key: String,
    },
    /// The export block of a session. Assumes the role if needed.
    Env {
        /// The role's name.
        role: String,
        /// The shell.
        shell: Shell,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
    },
    /// The variables of a session for a program to start. Assumes the role if needed.
    Environment {
        /// The role's name.
        role: String,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
    },
    /// The line of a `credential_process`. Renews the session if needed.
    Credentials {
        /// The role's name.
        role: String,
        /// Why: for each role on the way, the last of these that it takes counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
    },
    /// The name that represents sessions of a role with limits in other calls.
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
    /// The response body of a container credentials endpoint. It is returned within two seconds and without a prompt. A
    /// session that is due is renewed in the background.
    ContainerCredentials {
        /// The role's name.
        role: String,
    },
    /// Renew a session that an endpoint serves, if it is due. The renewal runs in the background.
    KeepFresh {
        /// The role's name.
        role: String,
    },
    /// Verify and store an access key.
    AddKey {
        /// The new name.
        name: String,
        /// The key ID.
        access_key_id: String,
        /// Its secret.
        secret: WireSecret,
    },
    /// Rename an access key.
    RenameKey {
        /// The current name.
        name: String,
        /// The new name.
        new_name: String,
    },
    /// Import the keys and roles of another program on this machine.
    #[serde(rename = "move_in")]
    Import {
        /// The program.
        from: ImportSource,
        /// Leapp's workspace file, if it is not in its default location.
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
        /// The path of the file as shown in messages.
        path: String,
        /// The access key or role that they are assumed from, unless they name one of their file or a known one.
        source: Option<String>,
        /// Whether to only report what would be imported.
        #[serde(rename = "rehearse")]
        dry_run: DryRun,
    },
    /// Remove an access key.
    RemoveKey {
        /// Its name.
        name: String,
    },
    /// Store the seed of an MFA device for an access key, and generate codes from it.
    AddTotp {
        /// The key's name.
        key: String,
        /// The device's serial.
        serial: String,
        /// The seed, or an `otpauth` link with it.
        seed: WireSecret,
    },
    /// Remove the seed for an access key.
    RemoveTotp {
        /// The key's name.
        key: String,
    },
    /// The prompt for a code that a role waits for, if there is one. The caller shows it at a terminal for the next
    /// seconds, so that the window does not open.
    Attend {
        /// The role's name.
        role: String,
    },
    /// Answer a prompt.
    AnswerPrompt {
        /// The ID.
        id: u64,
        /// The authenticator's code.
        code: WireSecret,
    },
    /// Switch a prompt to its alternative plan.
    SwitchPrompt {
        /// The ID.
        id: u64,
    },
    /// Cancel a prompt and the attempts that wait for it.
    CancelPrompt {
        /// The ID.
        id: u64,
    },
    /// End the MFA sessions of an access key.
    EndMfa {
        /// The key's name.
        key: String,
    },
    /// The history of requests, newest first.
    History(Query),
    /// Write profiles for roles to AWS's config file, or show what this would change.
    Connect {
        /// The roles.
        which: Which,
        /// The prefix of the profiles' names.
        prefix: String,
        /// Whether to write.
        step: Step,
    },
    /// Remove profiles that `Connect` wrote, or show what this would change.
    Disconnect {
        /// The roles or profiles.
        which: Which,
        /// Whether to write.
        step: Step,
    },
    /// The line of a `credential_process` with a session of an access key, whose secret never leaves the keychain.
    KeyCredentials {
        /// The key's name.
        key: String,
    },
    /// Move the key of a profile of AWS's files to the keychain, or show what this would change.
    MoveKey {
        /// The profile.
        profile: String,
        /// The name of the key. The default is the profile's name.
        name: Option<String>,
        /// Whether to write.
        step: Step,
    },
    /// Put a key that `MoveKey` moved back into its profile, or show what this would change.
    PutKeyBack {
        /// The profile.
        profile: String,
        /// Whether to write.
        step: Step,
    },
    /// Open the window, or bring it to the front.
    ShowWindow,
    /// Information about the program that serves the socket.
    Host,
    /// Open or create the sealed file of keys.
    Unlock {
        /// Its passphrase.
        passphrase: WireSecret,
        /// Whether to open or create the file.
        file: SealedFileTarget,
    },
    /// Name the endpoint that serves a role on behalf of the calling process, which was just allowed the role.
    Serve {
        /// The role's name.
        role: String,
        /// The endpoint's process ID.
        process: u32,
    },
    /// The questions whether a program may use a role, if the desktop does not ask them. The caller watches for them at
    /// a terminal for the next seconds.
    Questions,
    /// Answer a question from a terminal.
    Reply {
        /// The ID.
        id: u64,
        /// The answer.
        reply: Reply,
    },
    /// End the program, if it is the agent.
    Stop,
    /// Answer waiting requests, save everything and end, if it is the agent. The calling program takes over.
    HandOver,
}

/// The sealed file that a passphrase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealedFileTarget {
    /// The existing file.
    #[serde(rename = "there")]
    Existing,
    /// A new file, in which new keys are stored from then on.
    New,
}

/// One response.
#[derive(Debug, Serialize, Deserialize)]
pub struct Response {
    /// The protocol's version.
    pub v: u32,
    /// The version of the application.
    pub app: String,
    /// The answer, or the problem.
    pub result: Result<Answer, Problem>,
}

/// All answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Done, without a result.
    Done,
    /// The user is asked first. The response follows in another frame within this time.
    Asking {
        /// How long the user has, in seconds.
        seconds: u32,
        /// The question, if the calling program must ask it at its own terminal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Box<ConsentView>>,
    },
    /// The open questions.
    Questions(Vec<ConsentView>),
    /// Everything that is shown.
    Snapshot(#[serde(serialize_with = "version_0_1_0::snapshot")] Box<Snapshot>),
    /// The lines of the history.
    History(Vec<Line>),
    /// The session that was assumed.
    Session(Box<SessionView>),
    /// The name of a role.
    Name(String),
    /// The names of roles.
    Names(Vec<String>),
    /// The access key that was stored.
    Key(Box<KeyView>),
    /// The report of an import.
    #[serde(rename = "moved")]
    Imported(Vec<ImportItem>),
    /// The open prompt, if there is one.
    Prompt(Option<Box<CodeView>>),
    /// Text for a shell or an SDK, with credentials.
    Text(WireSecret),
    /// The variables of a session, with credentials.
    Environment(Box<WireEnvironment>),
    /// The program that answers.
    Host(Box<HostView>),
    /// An edit of one of AWS's files.
    Edit(Box<EditView>),
}

/// The variables of a session for the environment of a program, the same as in its export block.
#[derive(Debug, Serialize, Deserialize)]
pub struct WireEnvironment {
    /// When the session expires.
    pub expires_at: Timestamp,
    /// Names to remove.
    pub unset: Vec<String>,
    /// Names and values to set.
    pub set: Vec<(String, WireSecret)>,
}

/// Secret text for the socket. This is the only type of a secret that can be serialised.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct WireSecret(String);

impl WireSecret {
    /// Wraps a secret for the socket.
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
    /// The other end closed the connection or was too slow.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The length is 0 or over the limit.
    #[error("a frame of {0} bytes is not allowed")]
    Size(usize),
    /// Not the JSON that was expected. The error does not contain the text, because it may contain a secret.
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
/// Says the versions of both programs.
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
