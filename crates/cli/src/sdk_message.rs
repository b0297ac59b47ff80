//! What an SDK reads about a failure: one line of fixed words, since SDKs copy it into their errors and logs.

use rolecall_core::value::problem::ProblemCode;

/// The most characters of a name in a message.
const NAME_MAX: usize = 40;

/// Returns the message: one line of at most 200 ASCII characters. `name` is the role or key that the SDK asks for.
pub(crate) fn message(code: ProblemCode, name: &str) -> String {
    match words(code) {
        Message::OfName(text) => format!("rolecall: \"{}\": {text}", plain(name)),
        Message::OfRolecall(text) => text.to_owned(),
    }
}

/// A message, by what it is about.
enum Message {
    /// The role or key: the message begins with its name.
    OfName(&'static str),
    /// Rolecall itself.
    OfRolecall(&'static str),
}

fn words(code: ProblemCode) -> Message {
    use Message::{OfName, OfRolecall};
    use ProblemCode as Code;
    match code {
        Code::NotRunning => OfRolecall(NOT_RUNNING),
        Code::ForeignPeer => OfRolecall(FOREIGN_PEER),
        Code::VersionMismatch => OfRolecall(VERSION_MISMATCH),
        Code::KeysSealed | Code::WrongPassphrase => OfRolecall(KEYS_SEALED),
        Code::OtherNamespace => OfRolecall(OTHER_NAMESPACE),
        Code::NoResources => OfRolecall(NO_RESOURCES),
        Code::UnknownRole | Code::InvalidInput => OfName(UNKNOWN_NAME),
        Code::InvalidFile | Code::InvalidSettings => OfName(UNUSABLE_FILE),
        Code::InvalidAwsFile | Code::StorageFailed => OfName(UNUSABLE_FILE),
        Code::UnknownKey | Code::NameTaken | Code::UnusableSource => OfName(UNUSABLE_SOURCE),
        Code::PlaintextKey => OfName(PLAINTEXT_KEY),
        Code::ReasonNeeded => OfName(REASON_NEEDED),
        Code::ConfirmationNeeded => OfName(PERSON_NEEDED),
        Code::NoSession | Code::CodeNeeded | Code::Cancelled => OfName(PERSON_NEEDED),
        Code::KeychainLocked | Code::KeychainAbsent => OfName(NO_KEYCHAIN),
        Code::KeychainFrozen | Code::KeychainDenied => OfName(NO_KEYCHAIN),
        Code::KeychainEmpty | Code::InvalidKey => OfName(INVALID_KEY),
        Code::AccessDenied => OfName(ACCESS_DENIED),
        Code::ExpiredCredentials => OfName(EXPIRED),
        Code::CodeRejected => OfName(CODE_REJECTED),
        Code::DurationTooLong => OfName(TOO_LONG),
        Code::Throttled => OfName(THROTTLED),
        Code::RegionDisabled => OfName(REGION_DISABLED),
        Code::InvalidRequest => OfName(INVALID_REQUEST),
        Code::ClockSkewed => OfName(CLOCK_SKEWED),
        Code::Offline => OfName(OFFLINE),
        Code::NotAws => OfName(NOT_AWS),
        Code::WrongIdentity => OfName(WRONG_IDENTITY),
        Code::AwsFailed => OfName(AWS_FAILED),
        Code::TimedOut => OfName(TIMED_OUT),
        Code::NotAllowed => OfName(NOT_ALLOWED),
        Code::NobodyToAsk => OfName(NOBODY_TO_ASK),
        Code::ClipboardFailed
        | Code::NoTray
        | Code::NoBus
        | Code::WindowFailed
        | Code::Updated
        | Code::Removed
        | Code::Internal => OfName(INTERNAL),
    }
}

const NOT_RUNNING: &str = "Rolecall is not running. Start rolecall-desktop, or on a machine without a display: rolecall agent";
const FOREIGN_PEER: &str = "Rolecall's socket belongs to another user. Use the account that Rolecall runs in, without sudo.";
const VERSION_MISMATCH: &str =
    "Rolecall and its command line have different versions. Restart Rolecall.";
const KEYS_SEALED: &str = "The access keys are in a sealed file. Unlock it with: rolecall unlock";
const OTHER_NAMESPACE: &str = "Rolecall gives no credentials to containers and sandboxes. See [ask] containers in settings.toml.";
const NO_RESOURCES: &str =
    "Rolecall has too many files open. Close some programs or restart Rolecall, then try again";
const UNKNOWN_NAME: &str = "there is no role with this name. See: rolecall list";
const UNUSABLE_FILE: &str = "Rolecall cannot use one of its files. See: rolecall status";
const UNUSABLE_SOURCE: &str = "the role's source cannot be used. See: rolecall status";
const PLAINTEXT_KEY: &str =
    "its key is in plaintext in AWS's files. Move it to the keychain in Rolecall";
const REASON_NEEDED: &str = "the role requires a reason. Assume it in Rolecall, then try again";
const PERSON_NEEDED: &str = "the role waits for you. Assume it in Rolecall, then try again";
const NO_KEYCHAIN: &str = "the keychain does not provide the key. Unlock it, then try again";
const INVALID_KEY: &str = "the access key is no longer valid. Add it again in Rolecall";
const ACCESS_DENIED: &str = "AWS denied access. Rolecall's window shows the likely causes";
const EXPIRED: &str = "the session of its source has expired. Try again";
const CODE_REJECTED: &str = "AWS rejected the MFA code. Assume the role in Rolecall";
const TOO_LONG: &str = "the role does not allow a session this long";
const THROTTLED: &str = "AWS limits requests. Try again in a minute";
const REGION_DISABLED: &str = "STS is not active in the role's region";
const INVALID_REQUEST: &str = "AWS rejected the request. See: rolecall status";
const CLOCK_SKEWED: &str = "this machine's clock is wrong. Set it, then try again";
const OFFLINE: &str = "AWS cannot be reached. Check the network, then try again";
const NOT_AWS: &str = "the answer did not come from AWS. Check network and proxy";
const WRONG_IDENTITY: &str = "AWS returned another role, so Rolecall gave no credentials";
const AWS_FAILED: &str = "AWS had an internal error. Try again in a minute";
const TIMED_OUT: &str =
    "no answer within 20 seconds. Rolecall may wait for a code: check there, then try again";
const NOT_ALLOWED: &str = "the request was not allowed in Rolecall. See why with: rolecall history";
const NOBODY_TO_ASK: &str =
    "Rolecall cannot ask you about it. Run in another terminal: rolecall answer";
const INTERNAL: &str = "Rolecall had an internal error. Try again";

fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_graphic() && c != '"' || c == ' ';
    let name = name.chars().take(NAME_MAX);
    name.map(|c| if is_plain(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The types of the window name every code.
    const TYPES: &str = include_str!("../../../ui/src/state/types.ts");

    fn codes() -> Vec<ProblemCode> {
        let named = TYPES.lines().find(|line| line.contains("type ProblemCode"));
        let names = named.expect("the codes").split('"').skip(1).step_by(2);
        let parse = |name: &str| serde_json::from_value(name.into()).expect("a code");
        names.map(parse).collect()
    }

    #[test]
    fn t10_one_short_line_of_ascii_for_every_problem() {
        let codes = codes();
        assert!(codes.len() > 40, "{codes:?}");
        let hostile = "\u{1b}]52;c;x\u{7}\r\nAWS_SECRET\u{202e}\u{200b}\"'`$(x) é".repeat(50);
        for code in codes {
            for name in ["guest", &hostile, ""] {
                let text = message(code, name);
                assert!(text.len() <= 200 && text.is_ascii(), "{code:?}: {text}");
                assert!(!text.contains(|it: char| it.is_control()), "{text:?}");
                let body = text.strip_prefix("rolecall: \"").unwrap_or("\": ");
                let quotes = body.matches('"').count();
                assert_eq!(quotes, 1, "only ours: {text}");
            }
        }
        assert!(hostile.contains('\u{1b}') && !hostile.is_ascii());
    }
}
