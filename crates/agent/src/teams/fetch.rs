//! A conditional GET of a team catalogue. Redirects are not followed, and no user data is sent.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use rolecall_core::catalogue::FILE_MAX;
use rolecall_core::settings::Settings;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;

use crate::sts::wire;

/// The timeout of the whole answer.
const FETCH_TIMEOUT: Duration = Duration::from_secs(20);

/// The answer of the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The catalogue has not changed.
    Unchanged,
    /// The new catalogue.
    Text { text: String, etag: Option<String> },
}

/// Fetches a catalogue, unless it still has this `etag`.
///
/// # Errors
/// Why it could not be fetched.
pub(super) fn fetch(url: &str, etag: Option<&str>, settings: &Settings) -> Result<Answer, Problem> {
    if let Some(problem) = &settings.destination_fault {
        // Proxy and certificates are shared with AWS calls.
        return Err(problem.clone());
    }
    let offline = |reason: String| {
        let what = format!(
            "The team catalogue at {} cannot be fetched: {reason}.",
            sanitise::echo(url)
        );
        Problem::new(
            ProblemCode::Offline,
            what,
            "Rolecall tries again in an hour. Roles that were fetched earlier stay in use.",
        )
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // The time is looked at after each step, since a server that sends without end keeps each step busy.
        .event_interval(1)
        .build()
        .map_err(|error| offline(error.to_string()))?;
    let got = runtime
        .block_on(async { tokio::time::timeout(FETCH_TIMEOUT, get(url, etag, settings)).await });
    match got {
        Ok(answer) => answer.map_err(offline),
        Err(_) => Err(offline("no answer within 20 seconds".to_owned())),
    }
}

async fn get(url: &str, etag: Option<&str>, settings: &Settings) -> Result<Answer, String> {
    let connector = wire::plain_connector(settings)?;
    let mut request = HttpRequest::new(SdkBody::empty());
    request
        .set_uri(url)
        .map_err(|_| "the URL is not valid".to_owned())?;
    request
        .headers_mut()
        .insert("accept", "application/toml, text/plain;q=0.9, */*;q=0.1");
    request.headers_mut().insert(
        "user-agent",
        concat!("rolecall/", env!("CARGO_PKG_VERSION")),
    );
    if let Some(etag) = etag.filter(|etag| is_header(etag)) {
        request
            .headers_mut()
            .insert("if-none-match", etag.to_owned());
    }
    let mut answer = connector.call(request).await.map_err(|error| {
        wire::insecurity(&error).map_or_else(
            || "no connection".to_owned(),
            |reason| format!("the secure connection failed: {reason}"),
        )
    })?;
    match answer.status().as_u16() {
        200 => {}
        304 if etag.is_some() => return Ok(Answer::Unchanged),
        301 | 302 | 303 | 307 | 308 => return Err("it has moved; use its new address".to_owned()),
        401 | 403 => return Err("it requires signing in".to_owned()),
        404 => return Err("there is nothing at this address".to_owned()),
        status => return Err(format!("the server answered {status}")),
    }
    let etag = answer
        .headers()
        .get("etag")
        .filter(|etag| is_header(etag))
        .map(str::to_owned);
    let mut stream = ByteStream::new(answer.take_body());
    let mut bytes = Vec::new();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part.map_err(|_| "the answer broke off".to_owned())?);
        if bytes.len() > FILE_MAX {
            return Err("it is larger than 4 MiB".to_owned());
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    if text.trim_start().starts_with('<') {
        return Err("it is a web page, perhaps a sign-in page".to_owned());
    }
    Ok(Answer::Text { text, etag })
}

fn is_header(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
}
