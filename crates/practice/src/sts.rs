//! The Security Token Service, query protocol of 2011-06-15.

mod assume_role;
mod assume_role_request;
pub(crate) mod authorization;
mod constraint;
mod credentials;
pub(crate) mod parameters;
mod session_policy;
mod session_tags;
mod session_token;

use jiff::Timestamp;

use crate::account::Account;
use crate::call::Call;
use crate::caller::{Caller, Identity};
use crate::failure::Failure;
use crate::fault::FaultKind;
use crate::reply::Reply;
use crate::xml;
use credentials::WRONG_ARN;
use parameters::Parameters;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Returns the action that a call names, for the request count.
pub(crate) fn action(call: &Call) -> String {
    let action = Parameters::new(call)
        .optional("Action")
        .unwrap_or_default()
        .to_owned();
    let is_name = !action.is_empty()
        && action.len() <= 64
        && action.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_name {
        action
    } else {
        "unknown".to_owned()
    }
}

/// Answers a call whose signature is valid.
pub(crate) fn answer(
    account: &mut Account,
    call: &Call,
    caller: &Caller,
    now: Timestamp,
    faults: &[FaultKind],
    id: &str,
) -> Result<Reply, Failure> {
    let parameters = Parameters::new(call);
    let action = action(call);
    refuse_restricted(caller, &action)?;
    let result = match action.as_str() {
        "AssumeRole" => assume_role::answer(account, &parameters, caller, now, faults)?,
        "GetCallerIdentity" => caller_identity(account, caller, faults),
        "GetSessionToken" => session_token::answer(account, &parameters, caller, now, faults)?,
        "GetAccessKeyInfo" => access_key_info(account, &parameters, caller, now)?,
        "DecodeAuthorizationMessage" => decode_message(account, caller, now)?,
        _ => {
            let version = parameters.optional("Version").unwrap_or("2011-06-15");
            let text = format!("Could not find operation {action} for version {version}");
            return Err(Failure::new(400, "InvalidAction", text));
        }
    };
    let metadata = xml::element("ResponseMetadata", &xml::text("RequestId", id));
    let result = xml::element(&format!("{action}Result"), &result);
    let body =
        format!("<{action}Response xmlns=\"{NAMESPACE}\">{result}{metadata}</{action}Response>\n");
    Ok(Reply::new(200, "text/xml", body).with_header("x-amzn-requestid", id))
}

/// Returns the error document.
pub(crate) fn failed(failure: &Failure, id: &str) -> Reply {
    error_document(failure, id, NAMESPACE)
}

/// Returns the error document of a query protocol.
pub(crate) fn error_document(failure: &Failure, id: &str, namespace: &str) -> Reply {
    let kind = if failure.status < 500 {
        "Sender"
    } else {
        "Receiver"
    };
    let error = [
        xml::text("Type", kind),
        xml::text("Code", failure.code),
        xml::text("Message", &failure.message),
    ];
    let content = xml::element("Error", &error.concat()) + &xml::text("RequestId", id);
    let body = format!("<ErrorResponse xmlns=\"{namespace}\">{content}</ErrorResponse>\n");
    Reply::new(failure.status, "text/xml", body).with_header("x-amzn-requestid", id)
}

/// Credentials of `GetSessionToken` may only call two of STS's actions
/// ([guide](https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html)).
fn refuse_restricted(caller: &Caller, action: &str) -> Result<(), Failure> {
    let is_session_token = caller.session.is_some() && matches!(caller.identity, Identity::User(_));
    let is_permitted = matches!(
        action,
        "AssumeRole" | "GetCallerIdentity" | "GetSessionToken"
    );
    if is_session_token && !is_permitted {
        let text = format!("Cannot call {action} with session credentials");
        return Err(Failure::new(403, "AccessDenied", text));
    }
    Ok(())
}

fn caller_identity(account: &Account, caller: &Caller, faults: &[FaultKind]) -> String {
    let world = &account.world;
    let is_wrong = faults.contains(&FaultKind::WrongArn);
    let arn = if is_wrong {
        WRONG_ARN.to_owned()
    } else {
        caller.arn(world)
    };
    [
        xml::text("Arn", &arn),
        xml::text("UserId", &caller.user_id(world)),
        xml::text("Account", caller.account(world)),
    ]
    .concat()
}

fn access_key_info(
    account: &Account,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
) -> Result<String, Failure> {
    let world = &account.world;
    let key = parameters.optional("AccessKeyId").unwrap_or_default();
    caller.require(world, "sts:GetAccessKeyInfo", "*", now)?;
    match world.owner_of_key(key) {
        Some((place, _)) => Ok(xml::text("Account", &world.users[place].account)),
        None => Err(Failure::new(
            400,
            "ValidationError",
            "The access key ID is not valid.",
        )),
    }
}

/// Rejects every message, because none of the services here encodes messages.
fn decode_message(account: &Account, caller: &Caller, now: Timestamp) -> Result<String, Failure> {
    caller.require(&account.world, "sts:DecodeAuthorizationMessage", "*", now)?;
    let text = "The authorization message is not valid.";
    Err(Failure::new(
        400,
        "InvalidAuthorizationMessageException",
        text,
    ))
}
