//! Reads addresses of the console, such as a colleague sends: which account, region, role and page they mean.

use crate::console::hosts::{ConsoleHosts, HOSTS};
use crate::value::arn::Arn;
use crate::value::input::InputError;
use crate::value::region::{PARTITIONS, Partition, Region};
use crate::value::sanitise;
use crate::value::url_text::decode;

/// The maximum length of an address. Those of CloudWatch have long queries in them.
const LENGTH_MAX: usize = 4_096;
/// How many addresses can be inside each other.
const DEPTH_MAX: u8 = 2;
/// The domains of the access portals of IAM Identity Center.
/// <https://docs.aws.amazon.com/singlesignon/latest/userguide/createshortcutlink.html>
const PORTALS: [&str; 3] = ["awsapps.com", "awsapps.cn", "app.aws"];

/// What an address of the console means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleLink {
    /// Its partition.
    pub partition: Partition,
    /// Its region.
    pub region: Option<Region>,
    /// Its account, if the address says it.
    pub account: Option<LinkAccount>,
    /// The name of the role in IAM, if the address says it.
    pub role_name: Option<String>,
    /// The address of its page for any session. `None` for the home page.
    pub page: Option<String>,
}

/// An account in an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkAccount {
    /// Its ID.
    pub id: String,
    /// How the address says it.
    pub said_by: SaidBy,
}

/// How an address says an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaidBy {
    /// The page is of this account.
    Address,
    /// The page is about a resource in this account, which can be shared with others.
    Resource,
}

impl ConsoleLink {
    /// Reads an address.
    ///
    /// # Errors
    /// If it is not one of the AWS console.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        Self::parse_at(text.trim(), 0)
    }

    fn parse_at(text: &str, depth: u8) -> Result<Self, InputError> {
        let address = Address::parse(text)?;
        let labels: Vec<&str> = address.host.split('.').collect();
        for hosts in HOSTS {
            if let Some(before) = labels_before(&labels, hosts.console) {
                return Self::of_console(&address, hosts, before);
            }
            if let Some(before) = labels_before(&labels, hosts.sign_in) {
                return Ok(Self::of_sign_in(&address, hosts, before, depth));
            }
        }
        let is_portal = |it: &&str| labels_before(&labels, it).is_some();
        match PORTALS.iter().any(is_portal) {
            true => Self::of_portal(&address, depth),
            false => Err(not_a_console()),
        }
    }

    fn of_console(
        address: &Address<'_>,
        hosts: ConsoleHosts,
        before: &[&str],
    ) -> Result<Self, InputError> {
        let partition = partition_of(hosts);
        let (session, rest) = match before {
            [first, rest @ ..] if account_of_label(first).is_some() => (Some(*first), rest),
            rest => (None, rest),
        };
        if rest.len() > 2 {
            return Err(not_a_console());
        }
        let of_host = rest.iter().find_map(|label| region_in(label, partition));
        let of_query = address.value("region");
        let region = of_host.or_else(|| region_in(&of_query?, partition));
        let account = session.and_then(account_of_label).map(|id| LinkAccount {
            id,
            said_by: SaidBy::Address,
        });
        let host = rest.iter().copied().chain([hosts.console]);
        let host = host.collect::<Vec<_>>().join(".");
        Ok(Self {
            partition,
            region,
            account: account.or_else(|| address.account()),
            role_name: None,
            page: Some(format!("https://{host}{}", address.rest)),
        })
    }

    /// Reads an address of sign-in: with the account before it, for another role, or on the way to a page.
    fn of_sign_in(address: &Address<'_>, hosts: ConsoleHosts, before: &[&str], depth: u8) -> Self {
        let partition = partition_of(hosts);
        let next = address.value("redirect_uri").filter(|_| depth < DEPTH_MAX);
        if let Some(link) = next.and_then(|next| Self::parse_at(&next, depth + 1).ok()) {
            return link;
        }
        let of_host = before.iter().find(|label| is_account(label));
        let account = of_host.map(|id| (*id).to_owned());
        let account = account.or_else(|| address.value("account").filter(|id| is_account(id)));
        Self {
            partition,
            region: before.iter().find_map(|label| region_in(label, partition)),
            account: account.map(|id| LinkAccount {
                id,
                said_by: SaidBy::Address,
            }),
            role_name: address.value("roleName"),
            page: None,
        }
    }

    /// Reads a shortcut link of an access portal.
    fn of_portal(address: &Address<'_>, depth: u8) -> Result<Self, InputError> {
        let id = address.value("account_id").filter(|id| is_account(id));
        let destination = address.value("destination").filter(|_| depth < DEPTH_MAX);
        let page = match destination {
            Some(text) => Some(Self::parse_at(&text, depth + 1)?),
            None => None,
        };
        if id.is_none() && page.is_none() {
            return Err(not_a_console());
        }
        let account = id.map(|id| LinkAccount {
            id,
            said_by: SaidBy::Address,
        });
        let page = page.unwrap_or(Self {
            partition: PARTITIONS[0],
            region: None,
            account: None,
            role_name: None,
            page: None,
        });
        Ok(Self {
            account: account.or(page.account),
            role_name: address.value("role_name"),
            ..page
        })
    }
}

/// The parts of an address.
struct Address<'a> {
    host: &'a str,
    /// Path, query and fragment.
    rest: &'a str,
}

impl<'a> Address<'a> {
    fn parse(text: &'a str) -> Result<Self, InputError> {
        let is_plain = text.len() <= LENGTH_MAX && text.bytes().all(|it| it.is_ascii_graphic());
        let rest = text.strip_prefix("https://").filter(|_| is_plain);
        let rest = rest.ok_or_else(not_a_console)?;
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let host = authority.strip_suffix(":443").unwrap_or(authority);
        let is_host = host.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)
        });
        match is_host && !rest.contains('\\') {
            true => Ok(Self { host, rest }),
            false => Err(not_a_console()),
        }
    }

    /// Returns the first value with this name in the query, or in the fragment.
    fn value(&self, name: &str) -> Option<String> {
        let mut pairs = self.rest.split(['?', '&', '#', ';']);
        pairs.find_map(|pair| {
            let (own, value) = pair.split_once('=')?;
            (own.eq_ignore_ascii_case(name) && !value.is_empty()).then(|| decode(value))
        })
    }

    /// Returns the account that a parameter names, or the first ARN with an account.
    fn account(&self) -> Option<LinkAccount> {
        let named = ["account_id", "accountId", "account"];
        let named = named.iter().find_map(|name| self.value(name));
        if let Some(id) = named.filter(|id| is_account(id)) {
            let said_by = SaidBy::Address;
            return Some(LinkAccount { id, said_by });
        }
        // Addresses inside addresses are encoded twice.
        let text = decode(&decode(self.rest));
        let mut arns = text.match_indices("arn:").map(|(at, _)| &text[at..]);
        let id = arns.find_map(|arn| Arn::account_of(arn).filter(|id| is_account(id)))?;
        Some(LinkAccount {
            id: id.to_owned(),
            said_by: SaidBy::Resource,
        })
    }
}

/// Returns the labels of a host before a domain, if it ends with the domain.
fn labels_before<'a>(labels: &'a [&'a str], domain: &str) -> Option<&'a [&'a str]> {
    let at = labels.len().checked_sub(domain.split('.').count())?;
    let (before, end) = labels.split_at(at);
    end.iter().copied().eq(domain.split('.')).then_some(before)
}

fn partition_of(hosts: ConsoleHosts) -> Partition {
    Partition::named(hosts.partition).unwrap_or(PARTITIONS[0])
}

fn region_in(text: &str, partition: Partition) -> Option<Region> {
    let region = Region::parse(text).ok()?;
    partition.has(&region).then_some(region)
}

/// Returns the account of a host's label with multi-session support, such as `111122223333-abcdef12`.
/// <https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/multisession.html>
fn account_of_label(label: &str) -> Option<String> {
    let (account, suffix) = label.split_once('-').unwrap_or((label, "a"));
    let is_suffix = !suffix.is_empty() && suffix.bytes().all(|it| it.is_ascii_alphanumeric());
    (is_account(account) && is_suffix).then(|| account.to_owned())
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit())
}

fn not_a_console() -> InputError {
    InputError::new(
        "url",
        "This is not an address of the AWS console.",
        "Copy it from the browser, such as https://eu-west-1.console.aws.amazon.com/s3/home.",
    )
}

/// Returns the problem of an address that is not of the role's partition or account.
pub(super) fn elsewhere(of: &str, role: &str) -> InputError {
    let what = format!(
        "This address is of {}, and the role of {}.",
        sanitise::echo(of),
        sanitise::echo(role)
    );
    InputError::new(
        "url",
        what,
        "Find a role there with: rolecall console --url URL",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(text: &str) -> ConsoleLink {
        ConsoleLink::parse(text).expect(text)
    }

    /// Returns partition, region, account, and page without its scheme.
    fn parts(text: &str) -> (&'static str, String, String, String) {
        let link = link(text);
        let region = link.region.map(|it| it.to_string()).unwrap_or_default();
        let account = link.account.map(|it| it.id).unwrap_or_default();
        let page = link.page.unwrap_or_default();
        let page = page.trim_start_matches("https://").to_owned();
        (link.partition.name, region, account, page)
    }

    fn is(text: &str, partition: &'static str, region: &str, account: &str, page: &str) {
        let expected = (partition, region.into(), account.into(), page.into());
        assert_eq!(parts(text), expected, "{text}");
    }

    #[test]
    fn an_address_says_region_account_and_page() {
        is(
            "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#x/y",
            "aws",
            "eu-west-1",
            "",
            "eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#x/y",
        );
        is(
            "https://console.aws.amazon.com/ec2/home?region=us-east-2#Instances:",
            "aws",
            "us-east-2",
            "",
            "console.aws.amazon.com/ec2/home?region=us-east-2#Instances:",
        );
        is(
            "https://console.aws.amazon.com",
            "aws",
            "",
            "",
            "console.aws.amazon.com",
        );
        is(
            "https://s3.console.aws.amazon.com:443/s3/buckets/b",
            "aws",
            "",
            "",
            "s3.console.aws.amazon.com/s3/buckets/b",
        );
        is(
            "https://us-gov-west-1.console.amazonaws-us-gov.com/iam/home",
            "aws-us-gov",
            "us-gov-west-1",
            "",
            "us-gov-west-1.console.amazonaws-us-gov.com/iam/home",
        );
        is(
            "https://cn-north-1.console.amazonaws.cn/x",
            "aws-cn",
            "cn-north-1",
            "",
            "cn-north-1.console.amazonaws.cn/x",
        );
    }

    #[test]
    fn the_session_of_a_colleague_is_removed_and_its_account_kept() {
        is(
            "https://111122223333-abcdef12.us-east-1.console.aws.amazon.com/console/home?region=us-east-1",
            "aws",
            "us-east-1",
            "111122223333",
            "us-east-1.console.aws.amazon.com/console/home?region=us-east-1",
        );
        let account =
            link("https://111122223333-abcdef12.us-east-1.console.aws.amazon.com/").account;
        assert_eq!(account.map(|it| it.said_by), Some(SaidBy::Address));
    }

    #[test]
    fn an_arn_in_the_address_says_whose_resource_it_is() {
        let link = link(
            "https://eu-west-1.console.aws.amazon.com/sns/v3/home?region=eu-west-1#/topic/arn%3Aaws%3Asns%3Aeu-west-1%3A111122223333%3At",
        );
        let account = link.account.expect("an account");
        assert_eq!(
            (account.id.as_str(), account.said_by),
            ("111122223333", SaidBy::Resource)
        );
        let bucket = "https://console.aws.amazon.com/x?arn=arn:aws:s3:::bucket";
        assert_eq!(parts(bucket).2, "", "buckets have no account in their ARN");
    }

    #[test]
    fn shortcuts_and_sign_in_pages_say_account_and_role() {
        let shortcut = link(
            "https://d-1234567890.awsapps.com/start/#/console?account_id=111122223333&role_name=Admin&destination=https%3A%2F%2Feu-west-1.console.aws.amazon.com%2Fs3%2Fhome",
        );
        assert_eq!(shortcut.role_name.as_deref(), Some("Admin"));
        assert_eq!(
            shortcut.region.map(|it| it.to_string()).as_deref(),
            Some("eu-west-1")
        );
        assert_eq!(
            shortcut.account.map(|it| it.id).as_deref(),
            Some("111122223333")
        );
        is(
            "https://111122223333.signin.aws.amazon.com/console",
            "aws",
            "",
            "111122223333",
            "",
        );
        let switch = link(
            "https://signin.aws.amazon.com/switchrole?account=111122223333&roleName=guest&displayName=x",
        );
        assert_eq!(switch.role_name.as_deref(), Some("guest"));
        is(
            "https://eu-west-1.signin.aws.amazon.com/oauth?redirect_uri=https%3A%2F%2Feu-west-1.console.aws.amazon.com%2Flambda%2Fhome",
            "aws",
            "eu-west-1",
            "",
            "eu-west-1.console.aws.amazon.com/lambda/home",
        );
    }

    #[test]
    fn b86_t24_other_addresses_are_refused() {
        let long = format!("https://console.aws.amazon.com/{}", "x".repeat(5_000));
        for wrong in [
            "",
            "javascript:alert(1)",
            "https://evil/",
            "http://console.aws.amazon.com/",
            "https://console.aws.amazon.com.evil.example/",
            "https://evilconsole.aws.amazon.com/",
            "https://console.aws.amazon.com@evil.example/",
            "https://user@console.aws.amazon.com/",
            "https://console.aws.amazon.com:8443/",
            "https://console.aws.amazon.com\\@evil.example/",
            "https://evil.example/?x=https://console.aws.amazon.com/",
            "//console.aws.amazon.com/",
            "https://console.aws.amazon.com/a b",
            "https://console.aws.amazon.com/\r\nx",
            "https://a.b.c.console.aws.amazon.com/",
            "https://d-1.awsapps.com/start/#/console?account_id=111122223333&destination=https%3A%2F%2Fevil.example",
            "https://d-1.awsapps.com/start",
            &long,
        ] {
            let error = ConsoleLink::parse(wrong).expect_err(wrong);
            assert_eq!(error.what, "This is not an address of the AWS console.");
        }
    }
}
