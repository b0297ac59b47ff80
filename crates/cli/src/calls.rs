//! How the command line sends each call: how long it waits, and what it may do on the way.

use std::time::Duration;

use rolecall_core::api::protocol::Call;

/// For what needs neither AWS nor a person.
const QUICK: Duration = Duration::from_secs(5);
/// For edits of AWS's files, which another program may be writing to.
const FILE_EDIT: Duration = Duration::from_secs(30);
/// For AWS and the keychain, whose own prompt may stay open for two minutes.
const KEYCHAIN: Duration = Duration::from_secs(150);
/// For a chain of roles and a prompt for a code.
const PERSON: Duration = Duration::from_secs(240);
/// For an endpoint, whose SDK waits two seconds.
const ENDPOINT: Duration = Duration::from_millis(1_900);
/// For a `credential_process`, since SDKs set no limit themselves.
const SDK: Duration = Duration::from_secs(20);

/// Returns how long the application may take to answer.
pub(crate) fn time_limit(call: &Call) -> Duration {
    match call {
        Call::Snapshot
        | Call::Sessions
        | Call::Search { .. }
        | Call::Names { .. }
        | Call::Limited { .. }
        | Call::GiveReason { .. }
        | Call::End { .. }
        | Call::EndKey { .. }
        | Call::History(_)
        | Call::Attend { .. }
        | Call::AnswerPrompt { .. }
        | Call::CancelPrompt { .. }
        | Call::SwitchPrompt { .. }
        | Call::EndMfa { .. }
        | Call::ShowWindow
        | Call::Host
        | Call::Stop
        | Call::HandOver
        | Call::Serve { .. }
        | Call::Questions
        | Call::Reply { .. }
        | Call::KeepFresh { .. } => QUICK,
        Call::Assume { .. } | Call::Env { .. } | Call::Environment { .. } => PERSON,
        Call::Credentials { .. } | Call::KeyCredentials { .. } => SDK,
        Call::ContainerCredentials { .. } => ENDPOINT,
        Call::Connect { .. } | Call::Disconnect { .. } => FILE_EDIT,
        Call::AddKey { .. }
        | Call::RenameKey { .. }
        | Call::RemoveKey { .. }
        | Call::AddTotp { .. }
        | Call::RemoveTotp { .. }
        | Call::LookDeeper { .. }
        | Call::Import { .. }
        | Call::ImportRoles { .. }
        | Call::MoveKey { .. }
        | Call::PutKeyBack { .. }
        | Call::Unlock { .. } => KEYCHAIN,
    }
}

/// Returns whether a call may be sent again after its answer was lost. A code works only once, and a key that was added
/// exists then.
pub(crate) fn is_repeatable(call: &Call) -> bool {
    match call {
        Call::Snapshot
        | Call::Sessions
        | Call::Search { .. }
        | Call::Names { .. }
        | Call::Limited { .. }
        | Call::GiveReason { .. }
        | Call::Env { .. }
        | Call::Environment { .. }
        | Call::Credentials { .. }
        | Call::KeyCredentials { .. }
        | Call::ContainerCredentials { .. }
        | Call::KeepFresh { .. }
        | Call::Assume { code: None, .. }
        | Call::LookDeeper { .. }
        | Call::ShowWindow
        | Call::History(_)
        | Call::Attend { .. }
        | Call::Questions
        | Call::Host => true,
        Call::Assume { code: Some(_), .. }
        | Call::End { .. }
        | Call::EndKey { .. }
        | Call::AnswerPrompt { .. }
        | Call::CancelPrompt { .. }
        | Call::SwitchPrompt { .. }
        | Call::EndMfa { .. }
        | Call::AddKey { .. }
        | Call::RenameKey { .. }
        | Call::RemoveKey { .. }
        | Call::AddTotp { .. }
        | Call::RemoveTotp { .. }
        | Call::Import { .. }
        | Call::Connect { .. }
        | Call::Disconnect { .. }
        | Call::MoveKey { .. }
        | Call::PutKeyBack { .. }
        | Call::ImportRoles { .. }
        | Call::Unlock { .. }
        | Call::Serve { .. }
        | Call::Reply { .. }
        | Call::Stop
        | Call::HandOver => false,
    }
}

/// Returns whether the agent may be started for a call. It may not for calls about a program that already runs.
pub(crate) fn may_start_the_agent(call: &Call) -> bool {
    !matches!(
        call,
        Call::Host
            | Call::Stop
            | Call::HandOver
            | Call::ShowWindow
            | Call::Attend { .. }
            | Call::Serve { .. }
            | Call::Reply { .. }
            | Call::KeepFresh { .. }
    )
}

/// Returns whether an SDK waits for the answer. Its program must be asked nothing, and its error output stays empty
/// unless the call fails.
pub(crate) fn is_from_an_sdk(call: &Call) -> bool {
    matches!(
        call,
        Call::Credentials { .. } | Call::KeyCredentials { .. } | Call::ContainerCredentials { .. }
    )
}
