//! The route to AWS: endpoint, proxy and trusted certificates of the settings.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use aws_sdk_iam::config::endpoint as iam_endpoint;
use aws_sdk_iam::config::endpoint::ResolveEndpoint as _;
use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use rolecall_core::calls::sts::StsError;
use rolecall_core::settings::Settings;
use rolecall_core::value::region::{Partition, Region};

/// The timeout of a connection, including the handshake.
pub(super) const CONNECT: Duration = Duration::from_secs(3);

/// The settings for the route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) endpoint_url: Option<String>,
    pub(super) ca_bundle: Option<String>,
    pub(super) proxy: Option<String>,
    pub(super) fips: bool,
    pub(super) dual_stack: bool,
    /// Whether the settings define the route. If not, the keeper starts no calls, and this stops a call that was already
    /// started.
    pub(super) is_known: bool,
}

/// Where a call goes, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hosts {
    /// The host of the service.
    pub(super) host: String,
    /// The host of the connection: the proxy, if there is one.
    pub(super) next_hop: String,
}

/// The regions outside the government partitions with a FIPS endpoint of STS.
/// <https://docs.aws.amazon.com/general/latest/gr/sts.html>
pub(super) const FIPS_REGIONS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

impl From<&Settings> for Route {
    fn from(settings: &Settings) -> Self {
        Self {
            endpoint_url: settings.endpoint_url.clone(),
            ca_bundle: settings.ca_bundle.clone(),
            proxy: settings.proxy.clone(),
            fips: settings.fips,
            dual_stack: settings.dual_stack,
            is_known: settings.destination_fault.is_none(),
        }
    }
}

impl Route {
    /// Returns the host for a region, for messages.
    pub(super) fn host(&self, region: &Region) -> String {
        host_of(&self.url(region))
    }

    /// Returns the URL of STS in a region. If there is none, it is a text that is no URL.
    pub(super) fn url(&self, region: &Region) -> String {
        self.endpoint_url
            .clone()
            .or_else(|| self.regional_url(region))
            .unwrap_or_else(|| format!("STS in {region}"))
    }

    /// Checks that the settings define the route.
    ///
    /// # Errors
    /// [`StsError::Unreachable`].
    pub(super) fn check_known(&self) -> Result<(), StsError> {
        match self.is_known {
            true => Ok(()),
            false => Err(StsError::Unreachable {
                host: "AWS".to_owned(),
                reason: "the settings do not clearly define where calls go".to_owned(),
            }),
        }
    }

    /// Checks that STS has an endpoint of the requested kind in a region. The SDK's rules return a FIPS host for every region
    /// of a partition that has one.
    ///
    /// # Errors
    /// [`StsError::NoEndpoint`].
    pub(super) fn check(&self, region: &Region) -> Result<(), StsError> {
        self.check_known()?;
        if self.endpoint_url.is_some() {
            return Ok(());
        }
        let partition = Partition::of(region).map(|partition| partition.name);
        let has_fips = match partition {
            Some("aws") => FIPS_REGIONS.contains(&region.as_str()),
            Some("aws-us-gov") => true,
            Some(_) | None => false,
        };
        let resolves = self.regional_url(region).is_some();
        if resolves && (has_fips || !self.fips) {
            return Ok(());
        }
        Err(StsError::NoEndpoint {
            region: region.to_string(),
            kind: match (self.fips, self.dual_stack) {
                (true, true) => "FIPS dual-stack",
                (true, false) => "FIPS",
                (false, true) => "dual-stack",
                (false, false) => "regional",
            },
            instead: match partition {
                Some("aws") if self.fips => &FIPS_REGIONS,
                _ => &[],
            },
        })
    }

    /// Resolves the endpoint with the SDK's rules, which never wait.
    fn regional_url(&self, region: &Region) -> Option<String> {
        let parameters = Params::builder()
            .region(region.as_str())
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack)
            .build()
            .ok()?;
        let rules = DefaultResolver::new();
        let answer = pin!(rules.resolve_endpoint(&parameters));
        match answer.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(endpoint) => Some(endpoint.ok()?.url().to_owned()),
            Poll::Pending => None,
        }
    }

    /// Returns the proxy. A custom endpoint is on this machine, so none is used.
    pub(super) fn used_proxy(&self) -> Option<&str> {
        let proxy = self.proxy.as_deref();
        proxy.filter(|_| self.endpoint_url.is_none())
    }

    /// Returns where calls of STS go.
    pub(super) fn hosts(&self, region: &Region) -> Hosts {
        self.hosts_before(self.host(region))
    }

    /// Returns where calls of IAM go. Each partition has one endpoint.
    pub(super) fn iam_hosts(&self, partition: Partition) -> Hosts {
        let url = self.endpoint_url.clone();
        let url = url.or_else(|| self.iam_url(partition));
        let host = url.map_or_else(|| format!("IAM of {}", partition.name), |url| host_of(&url));
        self.hosts_before(host)
    }

    fn hosts_before(&self, host: String) -> Hosts {
        let next_hop = self.used_proxy().map_or_else(|| host.clone(), host_of);
        Hosts { host, next_hop }
    }

    fn iam_url(&self, partition: Partition) -> Option<String> {
        let parameters = iam_endpoint::Params::builder()
            .region(partition.home_region)
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack)
            .build()
            .ok()?;
        let rules = iam_endpoint::DefaultResolver::new();
        let answer = pin!(rules.resolve_endpoint(&parameters));
        match answer.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(endpoint) => Some(endpoint.ok()?.url().to_owned()),
            Poll::Pending => None,
        }
    }
}

/// Returns host and port of a URL, without the credentials of a proxy URL.
pub(super) fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host.to_owned()
}
