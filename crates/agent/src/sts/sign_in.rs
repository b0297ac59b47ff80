//! The request for a sign-in token of the console: a form over the same route as calls to AWS. Redirects are not
//! followed.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::console::sign_in::{TokenRequest, token_in};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::SignInEndpoint;

use super::answer_text::media_type;
use super::failure::{self, MESSAGE_MAX};
use super::route::host_of;
use super::{AwsSts, wire};

/// The timeout of the request, with its answer.
const TIMEOUT: Duration = Duration::from_secs(15);
const FORM: &str = "application/x-www-form-urlencoded";

impl SignInEndpoint for AwsSts {
    fn token(&self, request: &TokenRequest) -> Result<Secret, StsError> {
        let route = self.route();
        route.check_known()?;
        let url = request.place.federation();
        let host = host_of(&url);
        let insecure = |reason: String| StsError::Insecure {
            host: host.clone(),
            reason,
        };
        let connector = wire::connector_of(&route).map_err(insecure)?;
        let request = post(&url, &request.form)?;
        let next_hop = route.used_proxy().map_or_else(|| host.clone(), host_of);
        self.run(async move {
            let answered = tokio::time::timeout(TIMEOUT, send(&connector, request)).await;
            let answered = answered.unwrap_or(Err(Failure::TimedOut));
            let (answer, body) = answered.map_err(|failure| failure.into_error(host, next_hop))?;
            read(&answer, &body)
        })
    }
}

fn post(url: &str, form: &Secret) -> Result<HttpRequest, StsError> {
    let unusable = |_| StsError::Unreachable {
        host: host_of(url),
        reason: "the URL is not valid".to_owned(),
    };
    let mut request = HttpRequest::new(SdkBody::from(form.expose()));
    request.set_method("POST").map_err(unusable)?;
    request.set_uri(url).map_err(unusable)?;
    let headers = request.headers_mut();
    headers.insert("content-type", FORM);
    headers.insert("accept", "application/json");
    let agent = concat!("rolecall/", env!("CARGO_PKG_VERSION"));
    headers.insert("user-agent", agent);
    Ok(request)
}

/// Why there is no complete answer.
enum Failure {
    TimedOut,
    Connection(ConnectorError),
    Broken(ConnectorError),
}

impl Failure {
    fn into_error(self, host: String, next_hop: String) -> StsError {
        match self {
            Self::TimedOut => StsError::TimedOut { host },
            Self::Connection(error) if error.is_timeout() => StsError::TimedOut { host: next_hop },
            Self::Connection(error) => match wire::insecurity(&error) {
                Some(reason) => StsError::Insecure { host, reason },
                None => StsError::Unreachable {
                    host: next_hop,
                    reason: failure::causes(&error),
                },
            },
            Self::Broken(error) => match failure::bad_answer(&error) {
                Some(reason) => StsError::NotSts(reason.to_string()),
                None => StsError::Incomplete(failure::causes(&error)),
            },
        }
    }
}

async fn send(
    connector: &SharedHttpConnector,
    request: HttpRequest,
) -> Result<(HttpResponse, Vec<u8>), Failure> {
    let mut answer = connector.call(request).await.map_err(Failure::Connection)?;
    let body = wire::read(answer.take_body()).await;
    Ok((answer, body.map_err(Failure::Broken)?))
}

/// Returns the token of an answer.
fn read(answer: &HttpResponse, body: &[u8]) -> Result<Secret, StsError> {
    let status = answer.status().as_u16();
    let kind = answer.headers().get("content-type").unwrap_or_default();
    let kind = media_type(kind);
    let is_page = kind == "text/html";
    match (status, std::str::from_utf8(body)) {
        (200, Ok(text)) if !is_page => token_in(text).ok_or_else(|| {
            let size = body.len();
            StsError::Incomplete(format!("no SigninToken in {size} bytes of {kind}"))
        }),
        (200..=399, _) => Err(StsError::NotSts(format!("HTTP {status} with {kind}"))),
        (_, text) => Err(StsError::Refused(Refusal {
            status,
            code: "SignInRefused".to_owned(),
            message: text.map(words_of).unwrap_or_default(),
            request_id: None,
            skew: None,
        })),
    }
}

/// Returns the words of a page without its markup, shortened.
fn words_of(page: &str) -> String {
    let body = page.split_once("<body").map_or(page, |(_, body)| body);
    let mut is_markup = page.len() != body.len();
    let mut words = String::new();
    for c in body.chars() {
        match c {
            '<' => is_markup = true,
            '>' if is_markup => {
                is_markup = false;
                words.push(' ');
            }
            _ if is_markup => {}
            c => words.push(c),
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ").chars().take(MESSAGE_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_error_page_have_no_markup() {
        let page = "<html><head><style>x{}</style></head><body class=\"a\"><h1>400</h1><p>Bad\n request.</p></body>";
        assert_eq!(words_of(page), "400 Bad request.");
        assert_eq!(words_of("plain  text"), "plain text");
        assert_eq!(words_of(""), "");
    }
}
