//! The SDK's client: built from the settings alone, with our time, our deadlines and our connection.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion};
use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_sts::config::{self, Credentials, IdentityCache, StalledStreamProtectionConfig};
use aws_sdk_sts::{Client, Config};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use rolecall_core::call_fields::{MfaCode, MfaSerial};
use rolecall_core::ports::Clock;
use rolecall_core::region::Region;
use rolecall_core::settings::Settings;
use rolecall_core::sts::{Caller, StsError};

use super::wire::Wire;
use crate::clock::SystemClock;

/// How long a connection may take, the handshake included.
pub(super) const CONNECT: Duration = Duration::from_secs(3);
/// How long one try may take.
const ATTEMPT: Duration = Duration::from_secs(8);
/// How long a call may take with all its tries.
const OPERATION: Duration = Duration::from_secs(20);

/// The settings that say where calls go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) endpoint_url: Option<String>,
    pub(super) ca_bundle: Option<String>,
    pub(super) proxy: Option<String>,
}

impl From<&Settings> for Route {
    fn from(settings: &Settings) -> Self {
        Self {
            endpoint_url: settings.endpoint_url.clone(),
            ca_bundle: settings.ca_bundle.clone(),
            proxy: settings.proxy.clone(),
        }
    }
}

impl Route {
    /// Returns the host that is called for a region, for messages.
    pub(super) fn host(&self, region: &Region) -> String {
        let url = self
            .endpoint_url
            .clone()
            .or_else(|| regional_url(region))
            .unwrap_or_else(|| format!("STS in {region}"));
        host_of(&url)
    }

    /// Returns the host that is connected to: the proxy's if there is one.
    pub(super) fn next_hop(&self, region: &Region) -> String {
        match (&self.endpoint_url, &self.proxy) {
            (None, Some(proxy)) => host_of(proxy),
            (Some(_), _) | (None, None) => self.host(region),
        }
    }
}

/// Returns host and port of a URL, without a password that a proxy's URL may hold.
pub(super) fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host.to_owned()
}

/// Asks the SDK's own endpoint rules, which answer without waiting.
fn regional_url(region: &Region) -> Option<String> {
    let parameters = Params::builder().region(region.as_str()).build().ok()?;
    let rules = DefaultResolver::new();
    let answer = pin!(rules.resolve_endpoint(&parameters));
    match answer.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(endpoint) => Some(endpoint.ok()?.url().to_owned()),
        Poll::Pending => None,
    }
}

/// How often a call is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tries {
    /// Once: AWS takes a code once.
    Once,
    /// Up to three times, as the SDK's standard mode does.
    Standard,
}

impl Tries {
    /// Returns how often a call with this device and code is tried.
    pub(super) fn with(mfa: &Option<(MfaSerial, MfaCode)>) -> Self {
        match mfa {
            Some(_) => Self::Once,
            None => Self::Standard,
        }
    }
}

/// Builds the client for a route.
///
/// The SDK's own correction of clock skew is off: [`SystemClock`] is the one place that knows AWS's time. No identity
/// is cached, since each call names who signs.
///
/// # Errors
/// If the certificate file or the proxy cannot be used.
pub(super) fn build(
    route: &Route,
    region: &Region,
    clock: &Arc<SystemClock>,
) -> Result<Client, StsError> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .app_name(AppName::new("Rolecall").expect("letters only"))
        .http_client(Wire::new(route, region, clock.clone())?)
        .time_source(SigningTime(clock.clone()))
        .disable_clock_skew_correction(true)
        .sleep_impl(TokioSleep::new())
        .timeout_config(timeouts)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .identity_cache(IdentityCache::no_cache());
    let config = match &route.endpoint_url {
        Some(url) => config.endpoint_url(url),
        None => config,
    };
    Ok(Client::from_conf(config.build()))
}

/// The time that calls are signed with.
#[derive(Debug)]
struct SigningTime(Arc<SystemClock>);

impl TimeSource for SigningTime {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}

/// Returns what differs from call to call.
pub(super) fn signed_by(caller: &Caller, region: &Region, tries: Tries) -> config::Builder {
    let token = caller.token.as_ref().map(|token| token.expose().to_owned());
    let credentials = Credentials::new(
        caller.access_key_id.as_str(),
        caller.secret.expose(),
        token,
        None,
        "rolecall",
    );
    let attempts = match tries {
        Tries::Once => 1,
        Tries::Standard => 3,
    };
    Config::builder()
        .region(config::Region::new(region.as_str().to_owned()))
        .credentials_provider(credentials)
        .retry_config(RetryConfig::standard().with_max_attempts(attempts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(endpoint_url: Option<&str>, proxy: Option<&str>) -> Route {
        Route {
            endpoint_url: endpoint_url.map(str::to_owned),
            ca_bundle: None,
            proxy: proxy.map(str::to_owned),
        }
    }

    #[test]
    fn calls_the_regional_endpoint_of_the_partition() {
        for (region, host) in [
            ("eu-west-1", "sts.eu-west-1.amazonaws.com"),
            ("us-east-1", "sts.us-east-1.amazonaws.com"),
            ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
            ("eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"),
            ("us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"),
        ] {
            let region = Region::parse(region).expect("a region");
            assert_eq!(route(None, None).host(&region), host);
        }
    }

    #[test]
    fn names_the_proxy_without_its_password() {
        let region = Region::parse("eu-west-1").expect("a region");
        let route = route(None, Some("http://me:canary@proxy.example:3128/"));
        assert_eq!(route.next_hop(&region), "proxy.example:3128");
    }
}
