//! Regions and partitions, which determine the endpoint for a role.

use std::fmt;

use crate::value::input::InputError;
use crate::value::nearest::nearest;
use crate::value::sanitise;

/// A part of AWS with accounts, endpoints and a console of its own.
///
/// From the SDKs' `partitions.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partition {
    /// Its name in ARNs.
    pub name: &'static str,
    /// The region whose STS endpoint is used for roles without a region.
    pub home_region: &'static str,
    /// The prefixes of its region names.
    region_prefixes: &'static [&'static str],
    /// The known regions. AWS adds more over time.
    pub regions: &'static [&'static str],
}

/// The regions that every account of the commercial partition has. Newer ones must be enabled.
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
const ENABLED_BY_DEFAULT: [&str; 17] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
];

/// Returns whether an account must enable the region before it can use it.
pub fn is_opt_in(region: &str) -> bool {
    let [commercial, ..] = PARTITIONS;
    let is_commercial = (commercial.region_prefixes.iter()).any(|start| region.starts_with(start))
        && PARTITIONS[1..].iter().all(|other| {
            !other
                .region_prefixes
                .iter()
                .any(|start| region.starts_with(start))
        });
    is_commercial && !ENABLED_BY_DEFAULT.contains(&region)
}

/// All partitions, the commercial one first.
pub const PARTITIONS: [Partition; 8] = [
    partition(
        "aws",
        "us-east-1",
        &[
            "us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-",
        ],
        &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    ),
    partition(
        "aws-cn",
        "cn-north-1",
        &["cn-"],
        &["cn-north-1", "cn-northwest-1"],
    ),
    partition(
        "aws-us-gov",
        "us-gov-west-1",
        &["us-gov-"],
        &["us-gov-east-1", "us-gov-west-1"],
    ),
    partition(
        "aws-eusc",
        "eusc-de-east-1",
        &["eusc-"],
        &["eusc-de-east-1"],
    ),
    partition(
        "aws-iso",
        "us-iso-east-1",
        &["us-iso-"],
        &["us-iso-east-1", "us-iso-west-1"],
    ),
    partition(
        "aws-iso-b",
        "us-isob-east-1",
        &["us-isob-"],
        &["us-isob-east-1", "us-isob-west-1"],
    ),
    partition(
        "aws-iso-e",
        "eu-isoe-west-1",
        &["eu-isoe-"],
        &["eu-isoe-west-1"],
    ),
    partition(
        "aws-iso-f",
        "us-isof-south-1",
        &["us-isof-"],
        &["us-isof-east-1", "us-isof-south-1"],
    ),
];

const fn partition(
    name: &'static str,
    home_region: &'static str,
    region_prefixes: &'static [&'static str],
    regions: &'static [&'static str],
) -> Partition {
    Partition {
        name,
        home_region,
        region_prefixes,
        regions,
    }
}

impl Partition {
    /// Returns the partition with this name.
    pub fn named(name: &str) -> Option<Self> {
        PARTITIONS.into_iter().find(|p| p.name == name)
    }

    /// Returns whether `region` is in this partition.
    pub fn has(&self, region: &Region) -> bool {
        Self::of(region) == Some(*self)
    }

    /// Returns the partition of a region, which is the one with the longest matching prefix.
    pub fn of(region: &Region) -> Option<Self> {
        let fit = |p: &Partition| {
            let fitting = p
                .region_prefixes
                .iter()
                .filter(|prefix| region.as_str().starts_with(**prefix));
            fitting.map(|prefix| prefix.len()).max()
        };
        PARTITIONS
            .into_iter()
            .filter_map(|p| fit(&p).map(|length| (length, p)))
            .max_by_key(|(l, _)| *l)
            .map(|(_, p)| p)
    }
}

/// Returns whether a name stands for a partition's global endpoints, such as `aws-global`. The SDKs then call STS as without
/// a region.
pub fn is_global(name: &str) -> bool {
    let partition = name.strip_suffix("-global");
    partition.is_some_and(|partition| Partition::named(partition).is_some())
}

/// The name of a region, such as `eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Region(String);

impl Region {
    /// Parses a region: `[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}`.
    ///
    /// # Errors
    /// Says the format of a region.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = text.trim();
        if is_region(text) {
            return Ok(Self(text.to_owned()));
        }
        let what = format!("\"{}\" is not a region.", sanitise::echo(text));
        let lower = text.to_ascii_lowercase();
        let remedy = match suggestion(&lower) {
            Some(near) => format!("Did you mean {near}?"),
            None if is_global(&lower) => {
                "It stands for the global endpoints. Here, a region is needed, such as eu-west-1."
                    .to_owned()
            }
            None => "A region looks like eu-west-1 or us-gov-west-1.".to_owned(),
        };
        Err(InputError::new("region", what, remedy))
    }

    /// Returns the region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return false;
    };
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    (2..=4).contains(&first.len())
        && letters(first)
        && !middle.is_empty()
        && middle.iter().all(letters)
        && (1..=2).contains(&last.len())
        && last.bytes().all(|b| b.is_ascii_digit())
        && text.len() <= 32
}

/// Returns the known region that was probably meant.
fn suggestion(lower: &str) -> Option<&'static str> {
    let known = || PARTITIONS.iter().flat_map(|it| it.regions).copied();
    let lower = lower.replace(['_', ' '], "-");
    let with_number = format!("{lower}-1");
    known()
        .find(|region| *region == lower || *region == with_number)
        .or_else(|| nearest(&lower, known()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b31_rejects_what_is_not_a_region_and_suggests_one() {
        for (bad, hint) in [
            ("us-east", "us-east-1"),
            ("US-EAST-1", "us-east-1"),
            ("../x", "looks like"),
            ("mars", "looks like"),
            ("eu_west_1", "eu-west-1"),
            ("eu-west-l", "eu-west-1"),
            ("us-nowhere", "looks like"),
            ("aws-global", "global endpoints"),
        ] {
            let error = Region::parse(bad).expect_err("must be refused");
            assert!(error.remedy.contains(hint), "{bad}: {}", error.remedy);
        }
    }

    #[test]
    fn a_suggested_region_exists() {
        let parts = ["us", "eu", "aws", "mars", "cn", "west", "global", "1", "x"];
        let known = |name: &str| PARTITIONS.iter().any(|it| it.regions.contains(&name));
        for first in parts {
            for second in parts {
                let text = format!("{first}-{second}");
                let Err(error) = Region::parse(&text) else {
                    continue;
                };
                let meant = error.remedy.strip_prefix("Did you mean ");
                let meant = meant.map(|it| it.trim_end_matches('?'));
                assert!(meant.is_none_or(known), "{text}: {}", error.remedy);
            }
        }
    }

    #[test]
    fn each_partition_has_a_name_for_its_global_endpoints() {
        for name in ["aws-global", "aws-cn-global", "aws-us-gov-global"] {
            assert!(is_global(name), "{name}");
        }
        for name in ["global", "-global", "eu-global", "us-east-1", "aws"] {
            assert!(!is_global(name), "{name}");
        }
    }

    #[test]
    fn every_known_region_is_in_its_partition_and_includes_the_home_region() {
        for partition in PARTITIONS {
            for region in partition.regions {
                let region = Region::parse(region).expect("a region");
                assert!(partition.has(&region), "{region}");
            }
            assert!(partition.regions.contains(&partition.home_region));
        }
    }

    #[test]
    fn newer_regions_must_be_enabled() {
        for region in [
            "eu-south-1",
            "ap-east-1",
            "me-central-1",
            "mx-central-1",
            "ap-southeast-9",
        ] {
            assert!(is_opt_in(region), "{region}");
        }
        for region in [
            "",
            "eu-west-1",
            "us-east-1",
            "sa-east-1",
            "us-gov-west-1",
            "cn-north-1",
            "eusc-de-east-1",
        ] {
            assert!(!is_opt_in(region), "{region}");
        }
    }

    #[test]
    fn finds_the_partition_with_the_longest_prefix() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-isob-east-1", "aws-iso-b"),
        ] {
            let region = Region::parse(region).expect("a region");
            assert_eq!(Partition::of(&region).map(|p| p.name), Some(partition));
        }
    }
}
