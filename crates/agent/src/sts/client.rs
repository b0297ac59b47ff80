//! The SDK's client: built only from the settings, with our clock, timeouts and connection.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion};
use aws_sdk_sts::config::{Credentials, IdentityCache, Region, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::region::{self, Partition};
use rolecall_keeper::ports::Clock;

use super::route::{CONNECT, Route};
use super::wire::Wire;
use crate::clock::SystemClock;

/// The timeout of one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
/// The timeout of a call with all its attempts.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(20);

/// How often a call is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tries {
    /// Once: AWS accepts a code once, and of a change it must be known whether it was made.
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

/// Returns the configuration of a service's client for a route; each service has types of its own for the same.
///
/// The SDK's clock skew correction is disabled, since [`SystemClock`] tracks AWS's time. Identities are not cached, since
/// each call has its own credentials.
macro_rules! config {
    ($service:ident, $route:expr, $region:expr, $clock:expr) => {{
        let (route, clock): (&Route, &Arc<SystemClock>) = ($route, $clock);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let config = $service::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .app_name(AppName::new("Rolecall").expect("letters only"))
            .http_client(Wire::new(route, $region, clock.clone())?)
            .time_source(SigningTime(clock.clone()))
            .disable_clock_skew_correction(true)
            .sleep_impl(TokioSleep::new())
            .timeout_config(timeouts)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .use_fips(route.fips)
            .use_dual_stack(route.dual_stack)
            .identity_cache(IdentityCache::no_cache());
        match &route.endpoint_url {
            Some(url) => config.endpoint_url(url),
            None => config,
        }
    }};
}

/// Returns the configuration of a single call.
macro_rules! signed {
    ($service:ident, $caller:expr, $region:expr, $tries:expr) => {{
        let caller: &Caller = $caller;
        let token = caller.token.as_ref().map(|token| token.expose().to_owned());
        let credentials = Credentials::new(
            caller.access_key_id.as_str(),
            caller.secret.expose(),
            token,
            None,
            "rolecall",
        );
        let attempts = match $tries {
            Tries::Once => 1,
            Tries::Standard => 3,
        };
        $service::Config::builder()
            .region(Region::new($region.to_owned()))
            .credentials_provider(credentials)
            .retry_config(RetryConfig::standard().with_max_attempts(attempts))
    }};
}

/// Builds the client of STS for a route.
///
/// # Errors
/// If the certificate file or the proxy cannot be used.
pub(super) fn build(
    route: &Route,
    region: &region::Region,
    clock: &Arc<SystemClock>,
) -> Result<aws_sdk_sts::Client, StsError> {
    let config = config!(aws_sdk_sts, route, region, clock);
    Ok(aws_sdk_sts::Client::from_conf(config.build()))
}

/// Builds the client of IAM for a route.
///
/// # Errors
/// If the certificate file or the proxy cannot be used.
pub(super) fn build_iam(
    route: &Route,
    region: &region::Region,
    clock: &Arc<SystemClock>,
) -> Result<aws_sdk_iam::Client, StsError> {
    let config = config!(aws_sdk_iam, route, region, clock);
    Ok(aws_sdk_iam::Client::from_conf(config.build()))
}

/// The time for signing calls.
#[derive(Debug)]
struct SigningTime(Arc<SystemClock>);

impl TimeSource for SigningTime {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}

/// Returns the configuration of a single call of STS.
pub(super) fn signed_by(
    caller: &Caller,
    region: &region::Region,
    tries: Tries,
) -> aws_sdk_sts::config::Builder {
    signed!(aws_sdk_sts, caller, region.as_str(), tries)
}

/// Returns the configuration of a single call of IAM, whose endpoint is that of the partition.
pub(super) fn iam_signed_by(
    caller: &Caller,
    partition: Partition,
    tries: Tries,
) -> aws_sdk_iam::config::Builder {
    signed!(aws_sdk_iam, caller, partition.home_region, tries)
}

#[cfg(test)]
mod tests {
    use rolecall_core::value::region::{PARTITIONS, Region};

    use super::super::route::FIPS_REGIONS;
    use super::{Route, StsError};

    fn route(endpoint_url: Option<&str>, proxy: Option<&str>) -> Route {
        Route {
            endpoint_url: endpoint_url.map(str::to_owned),
            ca_bundle: None,
            proxy: proxy.map(str::to_owned),
            fips: false,
            dual_stack: false,
            is_known: true,
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

    /// The host of a region's FIPS and dual-stack endpoints; `None` where STS has none.
    fn special(region: &str, fips: bool, dual_stack: bool) -> Option<String> {
        let region = Region::parse(region).expect("a region");
        let route = Route {
            fips,
            dual_stack,
            ..route(None, None)
        };
        route.check(&region).ok().map(|()| route.host(&region))
    }

    #[test]
    fn every_partition_has_a_regional_endpoint() {
        for partition in PARTITIONS {
            let host = special(partition.home_region, false, false).expect("an endpoint");
            assert!(
                host.starts_with(&format!("sts.{}.", partition.home_region)),
                "{host}"
            );
        }
    }

    #[test]
    fn each_partition_has_its_own_iam() {
        let host =
            |endpoint: Option<&str>, partition| route(endpoint, None).iam_hosts(partition).host;
        let hosts = PARTITIONS.map(|partition| host(None, partition));
        assert_eq!(
            hosts[..2],
            ["iam.amazonaws.com", "iam.cn-north-1.amazonaws.com.cn"]
        );
        let mut unique = hosts.to_vec();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), PARTITIONS.len());
        assert!(hosts.iter().all(|host| host.starts_with("iam.")));
        let custom = host(Some("http://127.0.0.1:4566"), PARTITIONS[0]);
        assert_eq!(custom, "127.0.0.1:4566");
    }

    #[test]
    fn fips_and_dual_stack_endpoints_are_those_that_exist() {
        for (region, fips, dual_stack, host) in [
            (
                "us-east-1",
                true,
                false,
                Some("sts-fips.us-east-1.amazonaws.com"),
            ),
            ("us-west-2", true, true, Some("sts-fips.us-west-2.api.aws")),
            ("eu-west-1", false, true, Some("sts.eu-west-1.api.aws")),
            (
                "us-gov-west-1",
                true,
                false,
                Some("sts.us-gov-west-1.amazonaws.com"),
            ),
            ("eu-west-1", true, false, None),
            ("cn-north-1", true, false, None),
            ("eusc-de-east-1", true, false, None),
            (
                "us-iso-east-1",
                false,
                true,
                Some("sts.us-iso-east-1.api.aws.ic.gov"),
            ),
            ("us-isob-east-1", true, true, None),
        ] {
            assert_eq!(
                special(region, fips, dual_stack).as_deref(),
                host,
                "{region}"
            );
        }
    }

    #[test]
    fn a_missing_fips_endpoint_is_reported_with_those_that_exist() {
        let region = Region::parse("eu-west-1").expect("a region");
        let route = Route {
            fips: true,
            ..route(None, None)
        };
        let Err(StsError::NoEndpoint { kind, instead, .. }) = route.check(&region) else {
            panic!("there is none");
        };
        assert_eq!((kind, instead), ("FIPS", &FIPS_REGIONS[..]));
        let practice = Route {
            endpoint_url: Some("http://127.0.0.1:1".into()),
            ..route
        };
        assert_eq!(practice.check(&region), Ok(()));
    }

    #[test]
    fn names_the_proxy_without_its_password() {
        let region = Region::parse("eu-west-1").expect("a region");
        let route = route(None, Some("http://me:canary@proxy.example:3128/"));
        assert_eq!(route.hosts(&region).next_hop, "proxy.example:3128");
    }
}
