//! The connection to STS: TLS and proxy of the settings, and a check of every answer before the SDK parses it.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::Timestamp;
use rolecall_core::calls::sts::StsError;
use rolecall_core::settings::Settings;
use rolecall_core::value::region::Region;

use super::answer_text::{self, ANSWER_MAX, BadAnswer};
use super::route::{CONNECT, Route};
use super::trust;
use crate::clock::SystemClock;

/// How long an idle connection is kept, as GetCallerIdentity follows AssumeRole. Short, so that an idle process neither
/// wakes up nor uses a connection that died during suspend.
const POOL_TIMEOUT: Duration = Duration::from_secs(5);

/// The HTTP client of the SDK.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    connector: SharedHttpConnector,
    clock: Arc<SystemClock>,
}

impl Wire {
    /// Returns a connection for a route. Proxy environment variables are ignored.
    ///
    /// # Errors
    /// If the certificate file or the proxy cannot be used.
    pub(super) fn new(
        route: &Route,
        region: &Region,
        clock: Arc<SystemClock>,
    ) -> Result<Self, StsError> {
        let insecure = |reason: String| StsError::Insecure {
            host: route.host(region),
            reason,
        };
        let tls = tls(route).map_err(insecure)?;
        Ok(Self {
            connector: connector(tls, proxy(route, region)?),
            clock,
        })
    }
}

/// Returns a connection to any host, with the settings' certificate authorities and proxy.
///
/// # Errors
/// If the certificate file or the proxy cannot be used.
pub(crate) fn plain_connector(settings: &Settings) -> Result<SharedHttpConnector, String> {
    connector_of(&Route {
        endpoint_url: None,
        ..Route::from(settings)
    })
}

/// Returns a connection to any host over a route.
///
/// # Errors
/// If the certificate file or the proxy cannot be used.
pub(super) fn connector_of(route: &Route) -> Result<SharedHttpConnector, String> {
    let proxy = match route.used_proxy() {
        Some(url) => ProxyConfig::https(url)
            .map_err(|_| "the proxy in settings.toml is not a URL".to_owned())?,
        None => ProxyConfig::disabled(),
    };
    Ok(connector(tls(route)?, proxy))
}

fn tls(route: &Route) -> Result<TlsContext, String> {
    let trust = trust::store(route)?;
    let tls = TlsContext::builder().with_trust_store(trust).build();
    tls.map_err(|error| error.to_string())
}

fn connector(tls: TlsContext, proxy: ProxyConfig) -> SharedHttpConnector {
    let connector = Connector::builder()
        .connector_settings(
            HttpConnectorSettings::builder()
                .connect_timeout(CONNECT)
                .build(),
        )
        .pool_idle_timeout(POOL_TIMEOUT)
        .proxy_config(proxy)
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build();
    SharedHttpConnector::new(connector)
}

fn proxy(route: &Route, region: &Region) -> Result<ProxyConfig, StsError> {
    let Some(url) = route.used_proxy() else {
        return Ok(ProxyConfig::disabled());
    };
    ProxyConfig::https(url).map_err(|_| StsError::Unreachable {
        host: route.hosts(region).next_hop,
        reason: "the proxy in settings.toml is not a URL".to_owned(),
    })
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.connector.call(request);
        let clock = self.clock.clone();
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(without_retry_if_insecure)?;
            let date = answer.headers().get("date").and_then(http_date);
            let checked = checked(answer).await?;
            if let Some(date) = date {
                clock.observe(date);
            }
            Ok(checked)
        })
    }
}

/// Reads a complete answer, up to a limit, and rejects it if it is not from STS.
async fn checked(answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let status = answer.status().as_u16();
    let kind = answer.headers().get("content-type").unwrap_or_default();
    let kind = answer_text::media_type(kind).to_owned();
    answer_text::check_status(status).map_err(refused)?;
    let mut answer = answer;
    let body = read(answer.take_body()).await?;
    let body = match answer_text::check(status, &kind, &body) {
        Ok(()) => body,
        Err(BadAnswer::ErrorPage) => Vec::new(),
        Err(bad_answer) => return Err(refused(bad_answer)),
    };
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

/// Reads a complete body, up to a limit.
pub(super) async fn read(body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    let mut stream = ByteStream::new(body);
    let mut read = Vec::with_capacity(8 << 10);
    while let Some(part) = stream.next().await {
        let part = part.map_err(|error| {
            let reason = format!("it broke off after {} bytes: {error}", read.len());
            ConnectorError::io(BadAnswer::Incomplete(reason).into())
        })?;
        if read.len() + part.len() > ANSWER_MAX {
            return Err(refused(BadAnswer::NotSts(
                "it is over 256 KiB long".to_owned(),
            )));
        }
        read.extend_from_slice(&part);
    }
    Ok(read)
}

fn refused(bad_answer: BadAnswer) -> ConnectorError {
    ConnectorError::other(bad_answer.into(), None)
}

/// Prevents the SDK from retrying an untrusted certificate.
fn without_retry_if_insecure(error: ConnectorError) -> ConnectorError {
    match insecurity(&error) {
        Some(reason) => refused(BadAnswer::Insecure(reason)),
        None => error,
    }
}

/// Returns why TLS failed, if it did.
pub(crate) fn insecurity(error: &ConnectorError) -> Option<String> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls.to_string());
        }
        next = match error.downcast_ref::<io::Error>() {
            // `source` would skip the error inside.
            Some(error) => error.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    None
}

fn http_date(text: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(date.timestamp())
}
