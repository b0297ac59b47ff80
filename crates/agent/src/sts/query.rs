//! Calls to IAM with the AWS Query protocol: signed here, sent over the same connection as calls to STS.

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_sdk_sts::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use jiff::SignedDuration;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_core::calls::sts::{Caller, Refusal, StsError};
use rolecall_core::value::region::{PARTITIONS, Partition, Region};

use super::failure::{self, MESSAGE_MAX};
use super::route::{Route, host_of};
use super::wire::Wire;
use super::xml::error_fields;

/// The timeout of one call.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const VERSION: &str = "2010-05-08";
const FORM: &str = "application/x-www-form-urlencoded";

/// One call: its action and its parameters in order.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) action: &'static str,
    pub(super) parameters: Vec<(String, String)>,
}

/// Where a call goes.
pub(super) struct Destination {
    url: String,
    region: &'static str,
}

impl Destination {
    /// Returns the IAM endpoint of a partition, of which there is one.
    /// <https://docs.aws.amazon.com/general/latest/gr/iam-service.html>
    pub(super) fn of(partition: Partition, route: &Route) -> Self {
        let host = match partition.name {
            "aws" => "iam.amazonaws.com",
            "aws-cn" => "iam.cn-north-1.amazonaws.com.cn",
            "aws-us-gov" => "iam.us-gov.amazonaws.com",
            "aws-eusc" => "iam.eusc-de-east-1.amazonaws.eu",
            "aws-iso" => "iam.us-iso-east-1.c2s.ic.gov",
            "aws-iso-b" => "iam.us-isob-east-1.sc2s.sgov.gov",
            "aws-iso-e" => "iam.eu-isoe-west-1.cloud.adc-e.uk",
            _ => "iam.us-isof-south-1.csp.hci.ic.gov",
        };
        let url = match &route.endpoint_url {
            Some(url) => url.trim_end_matches('/').to_owned() + "/",
            None => format!("https://{host}/"),
        };
        Self {
            url,
            region: partition.home_region,
        }
    }

    /// Returns the STS endpoint of a region.
    pub(super) fn of_sts(region: &Region, route: &Route) -> Self {
        let partition = Partition::of(region).unwrap_or(PARTITIONS[0]);
        Self {
            url: route.url(region).trim_end_matches('/').to_owned() + "/",
            region: partition.home_region,
        }
    }
}

/// Returns a request without a signature.
///
/// # Errors
/// If the endpoint is not a URL.
pub(super) fn unsigned(body: &str, to: &Destination) -> Result<HttpRequest, StsError> {
    let unusable = |error: &dyn Error| StsError::Unreachable {
        host: host_of(&to.url),
        reason: error.to_string(),
    };
    let mut request = HttpRequest::new(SdkBody::from(body));
    request
        .set_method("POST")
        .map_err(|error| unusable(&error))?;
    request
        .set_uri(to.url.as_str())
        .map_err(|error| unusable(&error))?;
    request.headers_mut().insert("content-type", FORM);
    Ok(request)
}

/// Returns a signed request.
///
/// # Errors
/// If the endpoint is not a URL.
pub(super) fn request(
    query: &Query,
    to: &Destination,
    caller: &Caller,
    at: SystemTime,
) -> Result<HttpRequest, StsError> {
    let unusable = |error: &dyn Error| StsError::Unreachable {
        host: host_of(&to.url),
        reason: error.to_string(),
    };
    let body = form(query);
    let token = caller.token.as_ref().map(|token| token.expose().to_owned());
    let credentials = Credentials::new(
        caller.access_key_id.as_str(),
        caller.secret.expose(),
        token,
        None,
        "rolecall",
    );
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(to.region)
        .name("iam")
        .time(at)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| unusable(&error))?
        .into();
    let headers = [("content-type", FORM)].into_iter();
    let signable = SignableRequest::new(
        "POST",
        &to.url,
        headers,
        SignableBody::Bytes(body.as_bytes()),
    )
    .map_err(|error| unusable(&error))?;
    let (signature, _) = sign(signable, &parameters)
        .map_err(|error| unusable(&error))?
        .into_parts();
    let mut request = unsigned(&body, to)?;
    for header in signature.into_parts().0 {
        let value = header.value().to_owned();
        request.headers_mut().insert(header.name(), value);
    }
    Ok(request)
}

fn form(query: &Query) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut body = format!("Action={}&Version={VERSION}", query.action);
    for (name, value) in &query.parameters {
        body.push_str(&format!("&{}={}", encoded(name), encoded(value)));
    }
    body
}

/// Sends a request and returns the text of its answer.
///
/// # Errors
/// AWS's error, or why there was no answer.
pub(super) async fn send(
    wire: Wire,
    request: HttpRequest,
    to: &Destination,
    route: &Route,
    skew: SignedDuration,
) -> Result<String, StsError> {
    let host = host_of(&to.url);
    let answered = tokio::time::timeout(CALL_TIMEOUT, wire.call(request)).await;
    let Ok(answered) = answered else {
        return Err(StsError::TimedOut { host });
    };
    let answer = answered.map_err(|error| no_answer(&error, host, route, to))?;
    let text = String::from_utf8_lossy(answer.body().bytes().unwrap_or_default()).into_owned();
    if answer.status().is_success() {
        return Ok(text);
    }
    Err(StsError::Refused(refusal(&answer, &text, skew)))
}

fn no_answer(error: &ConnectorError, host: String, route: &Route, to: &Destination) -> StsError {
    if error.is_timeout() {
        return StsError::TimedOut { host };
    }
    match (failure::bad_answer(error), Region::parse(to.region)) {
        (Some(bad_answer), Ok(region)) => failure::of_bad_answer(bad_answer, route, &region),
        _ => StsError::Unreachable {
            host,
            reason: failure::causes(error),
        },
    }
}

fn refusal(answer: &HttpResponse, text: &str, skew: SignedDuration) -> Refusal {
    let fields = error_fields(text);
    let in_header = answer.headers().get("x-amzn-requestid").map(str::to_owned);
    Refusal {
        status: answer.status().as_u16(),
        code: fields.code,
        message: fields.message.chars().take(MESSAGE_MAX).collect(),
        request_id: in_header.or(fields.request_id),
        skew: answer.headers().get("date").map(|_| skew),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(endpoint_url: Option<&str>) -> Route {
        Route {
            endpoint_url: endpoint_url.map(str::to_owned),
            ca_bundle: None,
            proxy: None,
            fips: false,
            dual_stack: false,
            is_known: true,
        }
    }

    #[test]
    fn each_partition_has_its_own_iam() {
        let urls: Vec<String> = PARTITIONS
            .into_iter()
            .map(|partition| Destination::of(partition, &route(None)).url)
            .collect();
        assert_eq!(urls[0], "https://iam.amazonaws.com/");
        assert_eq!(urls[1], "https://iam.cn-north-1.amazonaws.com.cn/");
        let mut unique = urls.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), PARTITIONS.len());
    }

    #[test]
    fn a_custom_endpoint_answers_for_iam_too() {
        let to = Destination::of(PARTITIONS[0], &route(Some("http://127.0.0.1:4566")));
        assert_eq!(to.url, "http://127.0.0.1:4566/");
    }

    #[test]
    fn parameters_are_encoded() {
        let query = Query {
            action: "GetRole",
            parameters: vec![("A.1".into(), "x&y=ü +".into())],
        };
        assert_eq!(
            form(&query),
            "Action=GetRole&Version=2010-05-08&A%2E1=x%26y%3D%C3%BC%20%2B"
        );
    }
}
