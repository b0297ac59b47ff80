//! Maps the SDK's errors to those of the keeper.

use std::error::Error;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_keeper::ports::Clock;

use super::answer_text::BadAnswer;
use super::route::Hosts;
use crate::clock::SystemClock;
use crate::descriptors;

/// The limit of an AWS error message, in characters.
pub(super) const MESSAGE_MAX: usize = 4096;

/// Returns whether AWS may have refused because the call was signed at a wrong time.
pub(super) fn may_be_about_time(refusal: &Refusal) -> bool {
    const CODES: [&str; 4] = [
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestTimeTooSkewed",
    ];
    CODES.contains(&refusal.code.as_str())
}

/// Returns the error of a failed call.
pub(super) fn failure<E>(
    error: &SdkError<E, HttpResponse>,
    hosts: &Hosts,
    clock: &SystemClock,
) -> StsError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::TimeoutError(_) => StsError::TimedOut {
            host: hosts.host.clone(),
        },
        SdkError::DispatchFailure(failure) if failure.is_timeout() => StsError::TimedOut {
            host: hosts.next_hop.clone(),
        },
        SdkError::DispatchFailure(_) => match bad_answer(error) {
            Some(bad_answer) => of_bad_answer(bad_answer, hosts),
            None => unreachable(error, hosts),
        },
        SdkError::ServiceError(refused) if refused.raw().status().is_success() => incomplete(),
        SdkError::ServiceError(refused) => {
            StsError::Refused(refusal(refused.err().meta(), refused.raw(), clock))
        }
        SdkError::ResponseError(answer) if answer.raw().status().is_success() => incomplete(),
        SdkError::ResponseError(answer) => {
            StsError::Refused(refusal(&Default::default(), answer.raw(), clock))
        }
        _ => unreachable(error, hosts),
    }
}

fn incomplete() -> StsError {
    StsError::Incomplete("it cannot be parsed".to_owned())
}

fn unreachable(error: &(dyn Error + 'static), hosts: &Hosts) -> StsError {
    no_connection(hosts.next_hop.clone(), causes(error))
}

/// Returns the error of a call that reached nobody, which is not the network's fault if no files are left.
pub(super) fn no_connection(host: String, reason: String) -> StsError {
    match descriptors::are_left() {
        true => StsError::Unreachable { host, reason },
        false => StsError::TooManyFiles,
    }
}

/// Returns the messages of an error and its causes, without the SDK's wrappers.
pub(super) fn causes(error: &(dyn Error + 'static)) -> String {
    const WRAPPERS: [&str; 3] = ["dispatch failure", "io error", "other"];
    let chain = std::iter::successors(Some(error), |&error| error.source());
    let mut texts: Vec<String> = chain.map(ToString::to_string).collect();
    texts.dedup();
    texts.retain(|text| !WRAPPERS.contains(&text.as_str()));
    texts.join(": ")
}

pub(super) fn of_bad_answer(bad_answer: &BadAnswer, hosts: &Hosts) -> StsError {
    match bad_answer.clone() {
        BadAnswer::NotSts(reason) => StsError::NotSts(reason),
        BadAnswer::Incomplete(reason) => StsError::Incomplete(reason),
        BadAnswer::ErrorPage => StsError::NotSts("an error page".to_owned()),
        BadAnswer::Insecure(reason) => StsError::Insecure {
            host: hosts.host.clone(),
            reason,
        },
    }
}

pub(super) fn bad_answer<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a BadAnswer> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(bad_answer) = error.downcast_ref::<BadAnswer>() {
            return Some(bad_answer);
        }
        next = error.source();
    }
    None
}

fn refusal(
    metadata: &aws_sdk_sts::error::ErrorMetadata,
    answer: &HttpResponse,
    clock: &SystemClock,
) -> Refusal {
    let in_body = || text_of("RequestId", answer.body().bytes()?);
    let message = metadata.message().unwrap_or_default();
    Refusal {
        status: answer.status().as_u16(),
        code: metadata.code().unwrap_or_default().to_owned(),
        message: message.chars().take(MESSAGE_MAX).collect(),
        request_id: metadata.request_id().or_else(in_body).map(str::to_owned),
        skew: answer.headers().get("date").map(|_| clock.offset()),
    }
}

/// Returns the text of the first element called `tag`. AWS also sends the request ID as a header; test doubles may not.
fn text_of<'a>(tag: &str, body: &'a [u8]) -> Option<&'a str> {
    let body = std::str::from_utf8(body).ok()?;
    let (_, rest) = body.split_once(&format!("<{tag}>"))?;
    let (text, _) = rest.split_once('<')?;
    Some(text)
}
