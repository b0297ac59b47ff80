//! One conditional GET of a team catalogue. Redirects are not followed, and nothing of the user is sent.

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

/// How long the whole answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the server said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is still what the tag names.
    Unchanged,
    /// It is this now.
    Text { text: String, etag: Option<String> },
}

/// Asks for a catalogue, unless it is still what `etag` names.
///
/// # Errors
/// Why it could not be had.
pub(super) fn fetch(url: &str, etag: Option<&str>, settings: &Settings) -> Result<Answer, Problem> {
    if let Some(problem) = &settings.destination_fault {
        // The proxy and the certificates are those of AWS calls.
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
            "It is tried again in an hour; roles that were fetched before stay.",
        )
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| offline(error.to_string()))?;
    let got =
        runtime.block_on(async { tokio::time::timeout(PATIENCE, get(url, etag, settings)).await });
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
        .map_err(|_| "the URL is not understood".to_owned())?;
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
        301 | 302 | 303 | 307 | 308 => return Err("it has moved; write its new address".to_owned()),
        401 | 403 => return Err("it may not be read without signing in".to_owned()),
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
            return Err("it is over 4 MiB long".to_owned());
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
