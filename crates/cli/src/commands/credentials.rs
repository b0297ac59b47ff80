//! `credentials`: the contract of a `credential_process`.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::Call;
use rolecall_core::secret::Secret;

use crate::client::Client;

/// The most characters of the role's name in a message.
const NAME_MAX: usize = 40;

/// Returns the line.
///
/// # Errors
/// Why there are no credentials; see [`told`].
pub(super) fn run(client: &Client, role: &str) -> Result<Secret, Problem> {
    let role = role.to_owned();
    super::text(client, Call::Credentials { role })
}

/// Returns what is told of a failure: one line of at most 200 ASCII characters from fixed words, since SDKs copy it
/// into their errors and logs.
pub(crate) fn told(code: ProblemCode, role: &str) -> String {
    let name: String = role
        .chars()
        .take(NAME_MAX)
        .map(|c| {
            if c.is_ascii_graphic() && c != '"' || c == ' ' {
                c
            } else {
                '?'
            }
        })
        .collect();
    match reason(code) {
        Reason::OfRole(reason) => format!("rolecall: \"{name}\": {reason}"),
        Reason::OfRolecall(reason) => reason.to_owned(),
    }
}

enum Reason {
    OfRole(&'static str),
    OfRolecall(&'static str),
}

fn reason(code: ProblemCode) -> Reason {
    use Reason::{OfRole, OfRolecall};
    match code {
        ProblemCode::NotRunning => OfRolecall(
            "Rolecall is not running. Start rolecall-desktop, or on a machine without a display: rolecall agent",
        ),
        ProblemCode::ForeignPeer => OfRolecall(
            "Rolecall's socket is not yours alone. Run this as the user that Rolecall runs for, without sudo.",
        ),
        ProblemCode::VersionMismatch => {
            OfRolecall("Rolecall and its command line are of different versions. Restart Rolecall.")
        }
        ProblemCode::UnknownRole | ProblemCode::InvalidInput => {
            OfRole("there is no role of this name. See: rolecall list")
        }
        ProblemCode::InvalidFile
        | ProblemCode::InvalidSettings
        | ProblemCode::InvalidAwsFile
        | ProblemCode::StorageFailed => {
            OfRole("a file of Rolecall cannot be used. See: rolecall status")
        }
        ProblemCode::UnknownKey | ProblemCode::NameTaken | ProblemCode::UnusableSource => {
            OfRole("the role's source cannot be used. See: rolecall status")
        }
        ProblemCode::PlaintextKey => {
            OfRole("its key is in plaintext in AWS's files. Move it to the keychain in Rolecall")
        }
        ProblemCode::ReasonNeeded => {
            OfRole("the role wants a reason. Assume it in Rolecall, then try again")
        }
        ProblemCode::NoSession | ProblemCode::CodeNeeded | ProblemCode::Cancelled => {
            OfRole("the role waits for a person. Assume it in Rolecall, then try again")
        }
        ProblemCode::KeysSealed | ProblemCode::WrongPassphrase => {
            OfRolecall("The access keys are in a sealed file. Open it with: rolecall unlock")
        }
        ProblemCode::KeychainLocked
        | ProblemCode::KeychainAbsent
        | ProblemCode::KeychainFrozen
        | ProblemCode::KeychainDenied => {
            OfRole("the keychain gives no key. Unlock it, then try again")
        }
        ProblemCode::KeychainEmpty | ProblemCode::InvalidKey => {
            OfRole("the access key is not valid any more. Add it again in Rolecall")
        }
        ProblemCode::AccessDenied => {
            OfRole("AWS does not allow it. Rolecall's window says what is likely missing")
        }
        ProblemCode::ExpiredCredentials => {
            OfRole("the session it comes from has expired. Try again")
        }
        ProblemCode::CodeRejected => {
            OfRole("AWS did not accept the code. Assume the role in Rolecall")
        }
        ProblemCode::DurationTooLong => OfRole("the role does not allow a session this long"),
        ProblemCode::Throttled => OfRole("AWS is limiting requests. Try again in a minute"),
        ProblemCode::RegionDisabled => OfRole("STS is not active in the role's region"),
        ProblemCode::InvalidRequest => {
            OfRole("AWS did not accept the request. See: rolecall status")
        }
        ProblemCode::ClockSkewed => OfRole("this machine's clock is wrong. Set it, then try again"),
        ProblemCode::Offline => OfRole("AWS cannot be reached. Check the network, then try again"),
        ProblemCode::NotAws => {
            OfRole("something that is not AWS answered. Check network and proxy")
        }
        ProblemCode::WrongIdentity => {
            OfRole("AWS returned a different role; nothing was handed out")
        }
        ProblemCode::AwsFailed => OfRole("AWS had an error of its own. Try again in a minute"),
        ProblemCode::TimedOut => OfRole(
            "it took over 20 seconds. Rolecall may wait for a code: look there, then try again",
        ),
        ProblemCode::NotAllowed => {
            OfRole("the request was not allowed in Rolecall. Try again and allow it there")
        }
        ProblemCode::NobodyToAsk => OfRole(
            "nobody can be asked whether to allow it. Run in another terminal: rolecall answer",
        ),
        ProblemCode::OtherNamespace => OfRolecall(
            "Rolecall gives nothing to containers and sandboxes. See [ask] containers in settings.toml.",
        ),
        ProblemCode::ClipboardFailed | ProblemCode::NoTray | ProblemCode::Internal => {
            OfRole("a fault in Rolecall stopped this. Try again")
        }
    }
}
