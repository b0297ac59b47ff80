//! Where a call comes from: public addresses, VPCs and VPC endpoints.

use std::net::IpAddr;

use crate::value::input::InputError;
use crate::value::sanitise::echo;

/// Returns a public address or range, such as `203.0.113.7` or `203.0.113.0/24`.
///
/// # Errors
/// Says what is wrong with it, or why AWS would never see a call from there.
pub(super) fn source_ip(text: &str) -> Result<String, InputError> {
    let refuse = |what: String, remedy: &str| Err(InputError::new("source_ip", what, remedy));
    let example = "Write it as 203.0.113.7 or 203.0.113.0/24.";
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(ip) = address.parse::<IpAddr>() else {
        return refuse(format!("\"{}\" is not an IP address.", echo(text)), example);
    };
    let longest = if ip.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => longest,
        Some(digits) => match digits.parse::<u32>() {
            Ok(prefix) if prefix <= longest && !digits.starts_with('+') => prefix,
            _ => {
                let what = format!(
                    "\"{}\" is not a range: the part after / is 0 to {longest}.",
                    echo(text)
                );
                return refuse(what, example);
            }
        },
    };
    if prefix == 0 {
        let what = format!("\"{}\" is every address.", echo(text));
        return refuse(what, "Leave it out, or name your own range.");
    }
    if is_private(ip) {
        let what = format!(
            "\"{}\" is a private address, and AWS sees public ones.",
            echo(text)
        );
        return refuse(what, "Use your public address, or the VPC.");
    }
    Ok(text.to_owned())
}

/// Returns the ID of a VPC or VPC endpoint with its condition key.
///
/// # Errors
/// If it is neither.
pub(super) fn source_vpc(text: &str) -> Result<(&'static str, String), InputError> {
    let kind = |prefix| text.strip_prefix(prefix).filter(|rest| is_id(rest));
    if kind("vpc-").is_some() {
        return Ok(("aws:SourceVpc", text.to_owned()));
    }
    if kind("vpce-").is_some() {
        return Ok(("aws:SourceVpce", text.to_owned()));
    }
    let what = format!("\"{}\" is not the ID of a VPC or VPC endpoint.", echo(text));
    let remedy = "Write it as vpc-0abc1234 or vpce-0abc1234.";
    Err(InputError::new("source_vpc", what, remedy))
}

fn is_id(rest: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (8..=17).contains(&rest.len()) && rest.bytes().all(is_hex)
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ranges_are_those_that_aws_can_see() {
        for good in ["203.0.113.7", "203.0.113.0/24", "2001:db8::/32"] {
            assert_eq!(source_ip(good).expect(good), good);
        }
        for (bad, part) in [
            ("203.0.113", "not an IP address"),
            ("203.0.113.0/33", "0 to 32"),
            ("203.0.113.0/", "0 to 32"),
            ("0.0.0.0/0", "every address"),
            ("10.0.0.0/8", "private"),
            ("fd00::1", "private"),
            ("२०३.0.113.7", "not an IP address"),
        ] {
            let error = source_ip(bad).expect_err(bad);
            assert!(error.what.contains(part), "{error}");
        }
    }

    #[test]
    fn vpcs_and_their_endpoints_have_keys_of_their_own() {
        assert_eq!(
            source_vpc("vpc-0abc1234").expect("a VPC").0,
            "aws:SourceVpc"
        );
        assert_eq!(
            source_vpc("vpce-0123456789abcdef0").expect("an endpoint").0,
            "aws:SourceVpce"
        );
        for bad in ["vpc-", "vpc-xyz12345", "subnet-0abc1234", "VPC-0abc1234"] {
            assert!(source_vpc(bad).is_err(), "{bad}");
        }
    }
}
