//! The page of the console that a sign-in leads to.

use serde::{Deserialize, Serialize};

use crate::console::hosts::ConsoleHosts;
use crate::console::link::{self, ConsoleLink, SaidBy};
use crate::console::service::page_of;
use crate::value::input::InputError;
use crate::value::region::Region;
use crate::value::role_arn::RoleArn;

/// A page as requested: the home page, that of a service, or an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PageRequest {
    /// The service.
    #[serde(default)]
    pub service: Option<String>,
    /// The address of a page.
    #[serde(default)]
    pub url: Option<String>,
    /// The region, instead of the role's.
    #[serde(default)]
    pub region: Option<String>,
}

/// A page of the console, in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its address.
    pub url: String,
    /// Its region.
    pub region: Region,
}

impl Destination {
    /// Returns the page for a role. `usual` is the region of the role or of the settings, which another partition does
    /// not have.
    ///
    /// # Errors
    /// If there is no such page, or it belongs to another partition or account than the role.
    pub fn of(
        page: &PageRequest,
        role: &RoleArn,
        usual: Option<&Region>,
    ) -> Result<Self, InputError> {
        let partition = role.partition();
        let home = Region::parse(partition.home_region)?;
        let usual = usual.filter(|region| partition.has(region)).cloned();
        let usual = usual.unwrap_or(home);
        if let Some(url) = &page.url {
            return Self::of_link(&ConsoleLink::parse(url)?, role, usual);
        }
        let region = match &page.region {
            Some(text) => Region::parse(text)?,
            None => usual,
        };
        if !partition.has(&region) {
            let what = format!(
                "The region {region} is not in the role's partition \"{}\".",
                partition.name
            );
            let remedy = format!("Use a region such as {}.", partition.home_region);
            return Err(InputError::new("region", what, remedy));
        }
        let (path, fragment) = page_of(page.service.as_deref().unwrap_or("home"))?;
        Ok(Self::in_region(role, region, &path, fragment))
    }

    fn of_link(link: &ConsoleLink, role: &RoleArn, usual: Region) -> Result<Self, InputError> {
        let partition = role.partition();
        if link.partition != partition {
            let of = format!("the partition {}", link.partition.name);
            return Err(link::elsewhere(
                &of,
                &format!("the partition {}", partition.name),
            ));
        }
        let account = link.account.as_ref();
        if let Some(account) = account.filter(|it| it.said_by == SaidBy::Address)
            && account.id != role.account_id()
        {
            let of = format!("account {}", account.id);
            return Err(link::elsewhere(
                &of,
                &format!("account {}", role.account_id()),
            ));
        }
        let region = link.region.clone().unwrap_or(usual);
        Ok(match &link.page {
            Some(page) => Self {
                url: page.clone(),
                region,
            },
            None => Self::in_region(role, region, "console/home", ""),
        })
    }

    fn in_region(role: &RoleArn, region: Region, path: &str, fragment: &str) -> Self {
        let console = ConsoleHosts::of(role.partition()).console_url(&region);
        let mark = if fragment.is_empty() { "" } else { "#" };
        let url = format!("{console}/{path}?region={region}{mark}{fragment}");
        Self { url, region }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(page: &PageRequest, role: &str, usual: Option<&str>) -> Result<String, InputError> {
        let role = RoleArn::parse(role).expect("a role");
        let usual = usual.map(|it| Region::parse(it).expect("a region"));
        Destination::of(page, &role, usual.as_ref()).map(|it| it.url)
    }

    fn service(name: &str) -> PageRequest {
        PageRequest {
            service: Some(name.into()),
            ..PageRequest::default()
        }
    }

    fn address(text: &str) -> PageRequest {
        PageRequest {
            url: Some(text.into()),
            ..PageRequest::default()
        }
    }

    const GUEST: &str = "arn:aws:iam::808768216571:role/guest";

    #[test]
    fn a_page_is_in_the_roles_partition_and_region() {
        let home = PageRequest::default();
        for (role, usual, expected) in [
            (
                GUEST,
                Some("eu-west-1"),
                "https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1",
            ),
            (
                GUEST,
                Some("cn-north-1"),
                "https://us-east-1.console.aws.amazon.com/console/home?region=us-east-1",
            ),
            (
                "arn:aws-cn:iam::808768216571:role/x",
                None,
                "https://cn-north-1.console.amazonaws.cn/console/home?region=cn-north-1",
            ),
            (
                "arn:aws-us-gov:iam::808768216571:role/x",
                None,
                "https://us-gov-west-1.console.amazonaws-us-gov.com/console/home?region=us-gov-west-1",
            ),
            (
                "arn:aws-eusc:iam::808768216571:role/x",
                None,
                "https://eusc-de-east-1.console.amazonaws-eusc.eu/console/home?region=eusc-de-east-1",
            ),
        ] {
            assert_eq!(url(&home, role, usual).as_deref(), Ok(expected));
        }
        let logs = url(&service("logs"), GUEST, Some("eu-west-1"));
        assert_eq!(
            logs.as_deref(),
            Ok(
                "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups"
            )
        );
    }

    #[test]
    fn b86_a_page_of_another_partition_or_account_is_refused() {
        for wrong in [
            "https://cn-north-1.console.amazonaws.cn/",
            "https://111122223333-abcdef12.us-east-1.console.aws.amazon.com/",
            "https://evil.example/",
        ] {
            assert!(url(&address(wrong), GUEST, None).is_err(), "{wrong}");
        }
        let region = PageRequest {
            region: Some("cn-north-1".into()),
            ..service("s3")
        };
        assert!(url(&region, GUEST, None).is_err());
        let shared = "https://console.aws.amazon.com/x?arn=arn:aws:sns:eu-west-1:111122223333:t";
        assert_eq!(url(&address(shared), GUEST, None).as_deref(), Ok(shared));
    }
}
