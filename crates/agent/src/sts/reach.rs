//! Whether STS answers at all, for which no access key is needed.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use jiff::SignedDuration;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::value::region::Region;
use rolecall_keeper::ports::Clock;

use super::AwsSts;
use super::failure;
use super::route::Hosts;
use super::wire::Wire;

/// The timeout of the call.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// A call that STS refuses, because it has no signature.
const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

impl AwsSts {
    /// Sends a call without a signature.
    pub(super) fn reach_once(&self, region: &Region) -> Result<(), StsError> {
        let route = self.route();
        route.check(region)?;
        let hosts = route.hosts(region);
        let url = route.url(region).trim_end_matches('/').to_owned() + "/";
        let request = unsigned(&url, &hosts)?;
        let clock = self.clock.clone();
        let wire = Wire::new(&route, region, Arc::clone(&clock))?;
        self.run(async move { send(wire, request, &hosts, clock.offset()).await })
    }
}

fn unsigned(url: &str, hosts: &Hosts) -> Result<HttpRequest, StsError> {
    let unusable = |error: &dyn Error| StsError::Unreachable {
        host: hosts.host.clone(),
        reason: error.to_string(),
    };
    let mut request = HttpRequest::new(SdkBody::from(BODY));
    request
        .set_method("POST")
        .map_err(|error| unusable(&error))?;
    request.set_uri(url).map_err(|error| unusable(&error))?;
    request
        .headers_mut()
        .insert("content-type", "application/x-www-form-urlencoded");
    Ok(request)
}

async fn send(
    wire: Wire,
    request: HttpRequest,
    hosts: &Hosts,
    skew: SignedDuration,
) -> Result<(), StsError> {
    let answered = tokio::time::timeout(CALL_TIMEOUT, wire.call(request)).await;
    let Ok(answered) = answered else {
        return Err(StsError::TimedOut {
            host: hosts.host.clone(),
        });
    };
    let answer = answered.map_err(|error| no_answer(&error, hosts))?;
    match answer.status().is_success() {
        true => Ok(()),
        false => Err(StsError::Refused(refusal(&answer, skew))),
    }
}

fn no_answer(error: &ConnectorError, hosts: &Hosts) -> StsError {
    if error.is_timeout() {
        return StsError::TimedOut {
            host: hosts.host.clone(),
        };
    }
    match failure::bad_answer(error) {
        Some(bad_answer) => failure::of_bad_answer(bad_answer, hosts),
        None => failure::no_connection(hosts.host.clone(), failure::causes(error)),
    }
}

/// Returns the refusal, of which only that there is one matters.
fn refusal(answer: &HttpResponse, skew: SignedDuration) -> Refusal {
    Refusal {
        status: answer.status().as_u16(),
        skew: answer.headers().get("date").map(|_| skew),
        ..Refusal::default()
    }
}
