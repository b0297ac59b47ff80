//! The hosts of sign-in and console in each partition: the one table.

use crate::value::region::{Partition, Region};

/// The domains of a partition's sign-in and console. Each also has a host for every region: `REGION.DOMAIN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsoleHosts {
    /// The name of the partition.
    pub partition: &'static str,
    /// The domain of sign-in, from the endpoint rules of the service `signin` in AWS's SDKs.
    /// <https://docs.rs/crate/aws-sdk-signin/latest/source/src/config/endpoint/internals.rs>
    pub sign_in: &'static str,
    /// The domain of sign-in with FIPS, from the same rules, if there is one.
    pub fips_sign_in: Option<&'static str>,
    /// The domain of the console. <https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html>
    pub console: &'static str,
}

/// The hosts of all partitions. AWS publishes no console domain for the ISO partitions: it is derived from their sign-in
/// domain, as it is in all others.
pub const HOSTS: [ConsoleHosts; 8] = [
    hosts("aws", "signin.aws.amazon.com", "console.aws.amazon.com"),
    hosts("aws-cn", "signin.amazonaws.cn", "console.amazonaws.cn"),
    ConsoleHosts {
        fips_sign_in: Some("signin-fips.amazonaws-us-gov.com"),
        ..hosts(
            "aws-us-gov",
            "signin.amazonaws-us-gov.com",
            "console.amazonaws-us-gov.com",
        )
    },
    hosts(
        "aws-eusc",
        "signin.amazonaws-eusc.eu",
        "console.amazonaws-eusc.eu",
    ),
    hosts("aws-iso", "signin.c2shome.ic.gov", "console.c2shome.ic.gov"),
    hosts(
        "aws-iso-b",
        "signin.sc2shome.sgov.gov",
        "console.sc2shome.sgov.gov",
    ),
    hosts(
        "aws-iso-e",
        "signin.csphome.adc-e.uk",
        "console.csphome.adc-e.uk",
    ),
    hosts(
        "aws-iso-f",
        "signin.csphome.hci.ic.gov",
        "console.csphome.hci.ic.gov",
    ),
];

const fn hosts(
    partition: &'static str,
    sign_in: &'static str,
    console: &'static str,
) -> ConsoleHosts {
    ConsoleHosts {
        partition,
        sign_in,
        fips_sign_in: None,
        console,
    }
}

impl ConsoleHosts {
    /// Returns the hosts of a partition.
    pub fn of(partition: Partition) -> Self {
        let found = HOSTS.into_iter().find(|it| it.partition == partition.name);
        found.unwrap_or(HOSTS[0])
    }

    /// Returns the URL of sign-in for a region, without a slash at its end. `None` if there is no FIPS host and one is
    /// required.
    pub fn sign_in_url(&self, region: &Region, fips: bool) -> Option<String> {
        let domain = match fips {
            true => self.fips_sign_in?,
            false => self.sign_in,
        };
        // The only one of the SDKs' FIPS hosts without its region.
        if fips && region.as_str() == "us-gov-west-1" {
            return Some(format!("https://{domain}"));
        }
        Some(format!("https://{region}.{domain}"))
    }

    /// Returns the URL of the console for a region, without a slash at its end.
    pub fn console_url(&self, region: &Region) -> String {
        format!("https://{region}.{}", self.console)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::region::PARTITIONS;

    #[test]
    fn every_partition_has_hosts_of_its_own() {
        let names = PARTITIONS.map(|it| it.name);
        assert_eq!(HOSTS.map(|it| it.partition), names);
        for hosts in HOSTS {
            let others = HOSTS.iter().filter(|it| it.partition != hosts.partition);
            for other in others {
                assert_ne!(hosts.sign_in, other.sign_in);
                assert_ne!(hosts.console, other.console);
            }
        }
    }

    #[test]
    fn hosts_are_those_of_the_region() {
        for (region, sign_in, console) in [
            (
                "eu-west-1",
                "https://eu-west-1.signin.aws.amazon.com",
                "https://eu-west-1.console.aws.amazon.com",
            ),
            (
                "cn-north-1",
                "https://cn-north-1.signin.amazonaws.cn",
                "https://cn-north-1.console.amazonaws.cn",
            ),
            (
                "us-gov-west-1",
                "https://us-gov-west-1.signin.amazonaws-us-gov.com",
                "https://us-gov-west-1.console.amazonaws-us-gov.com",
            ),
            (
                "eusc-de-east-1",
                "https://eusc-de-east-1.signin.amazonaws-eusc.eu",
                "https://eusc-de-east-1.console.amazonaws-eusc.eu",
            ),
            (
                "us-iso-east-1",
                "https://us-iso-east-1.signin.c2shome.ic.gov",
                "https://us-iso-east-1.console.c2shome.ic.gov",
            ),
            (
                "us-isob-east-1",
                "https://us-isob-east-1.signin.sc2shome.sgov.gov",
                "https://us-isob-east-1.console.sc2shome.sgov.gov",
            ),
            (
                "eu-isoe-west-1",
                "https://eu-isoe-west-1.signin.csphome.adc-e.uk",
                "https://eu-isoe-west-1.console.csphome.adc-e.uk",
            ),
            (
                "us-isof-south-1",
                "https://us-isof-south-1.signin.csphome.hci.ic.gov",
                "https://us-isof-south-1.console.csphome.hci.ic.gov",
            ),
        ] {
            let region = Region::parse(region).expect("a region");
            let hosts = ConsoleHosts::of(Partition::of(&region).expect("a partition"));
            assert_eq!(hosts.sign_in_url(&region, false).as_deref(), Some(sign_in));
            assert_eq!(hosts.console_url(&region), console);
        }
    }

    #[test]
    fn only_the_government_partition_has_fips_hosts() {
        let url = |region: &str| {
            let region = Region::parse(region).expect("a region");
            let hosts = ConsoleHosts::of(Partition::of(&region).expect("a partition"));
            hosts.sign_in_url(&region, true)
        };
        assert_eq!(url("us-east-1"), None);
        assert_eq!(
            url("us-gov-west-1").as_deref(),
            Some("https://signin-fips.amazonaws-us-gov.com")
        );
        assert_eq!(
            url("us-gov-east-1").as_deref(),
            Some("https://us-gov-east-1.signin-fips.amazonaws-us-gov.com")
        );
    }
}
