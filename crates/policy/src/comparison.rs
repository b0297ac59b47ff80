//! Reads and compares the operands of conditions: numbers, dates, addresses, bytes.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::LazyLock;

use data_encoding::{BASE64_NOPAD, Encoding};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::context::ContextValue;

/// Compares two decimal numbers of any length; `None` if one is not a number.
pub(super) fn numbers(left: &str, right: &str) -> Option<Ordering> {
    Some(Decimal::parse(left)?.compare(&Decimal::parse(right)?))
}

struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let is_zero = whole.is_empty() && fraction.is_empty();
        Some(Self {
            negative: negative && !is_zero,
            whole,
            fraction,
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
        }
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        (self.whole.len().cmp(&other.whole.len()))
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction))
    }
}

/// Compares a context value with a policy's date; `None` if one is not a date.
pub(super) fn dates(value: &ContextValue, operand: &str) -> Option<Ordering> {
    let value = match value {
        ContextValue::Date(date) => *date,
        ContextValue::Text(text) | ContextValue::Number(text) => date(text)?,
        ContextValue::Flag(_) | ContextValue::Ip(_) => return None,
    };
    Some(value.cmp(&date(operand)?))
}

/// Reads [W3C's ISO 8601 profile](https://www.w3.org/TR/NOTE-datetime) or seconds since the epoch.
fn date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // The profile separates date and time with a T.
    if text.contains(char::is_whitespace) {
        return None;
    }
    let is_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if is_digits && text.len() != 4 {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let civil = match text.len() {
        4 => format!("{text}-01-01").parse::<Date>().ok()?.into(),
        7 => format!("{text}-01").parse::<Date>().ok()?.into(),
        _ => text.parse::<DateTime>().ok()?,
    };
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Returns whether IAM accepts a text as the operand of a date operator. Some of these are not a time that exists.
pub(super) fn is_date(text: &str) -> bool {
    date(text).is_some() || is_loose_date(&text.trim().to_ascii_lowercase())
}

/// IAM checks the range of each number of a date, but not how many digits it has.
fn is_loose_date(text: &str) -> bool {
    let within = |digits: &str, range: std::ops::RangeInclusive<i64>| {
        digits.parse().is_ok_and(|number| range.contains(&number))
    };
    if !text.contains(['t', '-']) {
        return within(text, 0..=i64::MAX);
    }
    if text.contains(char::is_whitespace) {
        return false;
    }
    let (day, time) = text.split_once('t').unwrap_or((text, ""));
    let (sign, day) = day.split_at(usize::from(day.starts_with('-')));
    let day: Vec<&str> = day.split('-').collect();
    let is_day = within(&format!("{sign}{}", day[0]), -292_275_054..=292_278_993)
        && day.get(1).is_none_or(|month| within(month, 1..=12))
        && day.get(2).is_none_or(|day| within(day, 1..=31))
        && day.len() <= 3;
    let (clock, zone) = match time.split_once(['z', '+']) {
        Some((clock, zone)) => (clock, Some(zone)),
        None => (time, None),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let clock: Vec<&str> = clock.split(':').collect();
    let is_clock = time.is_empty()
        || within(clock[0], 0..=23)
            && clock[1..].iter().all(|part| within(part, 0..=59))
            && clock.len() <= 3
            && within(fraction, 0..=999_999_999);
    is_day && is_clock && zone.is_none_or(is_zone)
}

/// Returns whether a text is empty, as after `Z`, or hours and perhaps minutes.
fn is_zone(text: &str) -> bool {
    let within = |digits: &str, most: u8| {
        digits.len() == 2 && digits.parse::<u8>().is_ok_and(|number| number <= most)
    };
    match text.split_once(':') {
        None => text.is_empty() || within(text, 23),
        Some((hours, minutes)) => within(hours, 23) && within(minutes, 59),
    }
}

/// Returns whether an address is in a CIDR range. An address without a prefix length is a range of one address.
pub(super) fn address_in(value: &ContextValue, range: &str) -> bool {
    let address = match value {
        ContextValue::Ip(address) => Some(*address),
        ContextValue::Text(text) => text.trim().parse().ok(),
        ContextValue::Number(_) | ContextValue::Flag(_) | ContextValue::Date(_) => None,
    };
    address.is_some_and(|address| in_range(address, range.trim()).unwrap_or(false))
}

fn in_range(address: IpAddr, range: &str) -> Option<bool> {
    let (base, prefix) = match range.split_once('/') {
        Some((base, prefix)) => (base, Some(prefix.parse::<u32>().ok()?)),
        None => (range, None),
    };
    let (address, base, width) = match (address, base.parse().ok()?) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return Some(false),
    };
    let host_bits = u32::checked_sub(width, prefix.unwrap_or(width))?;
    let network = |bits: u128| bits.checked_shr(host_bits).unwrap_or(0);
    Some(network(address) == network(base))
}

/// Compares a value's bytes, plain or base64-encoded, with a policy's base64 text.
pub(super) fn bytes_equal(value: &str, operand: &str) -> bool {
    let Some(expected) = base64(operand) else {
        return false;
    };
    value.as_bytes() == expected || base64(value).is_some_and(|bytes| bytes == expected)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    BASE64.decode(digits.as_bytes()).ok()
}

/// Base64 without padding. Trailing bits of the last digit that do not fill a byte are ignored.
static BASE64: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = BASE64_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification.encoding().expect("base64 without a check")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_numbers_beyond_what_floats_hold() {
        assert_eq!(
            numbers("9007199254740993", "9007199254740992"),
            Some(Ordering::Greater)
        );
        assert_eq!(numbers("007.50", "7.5"), Some(Ordering::Equal));
        assert_eq!(numbers("-0", "0"), Some(Ordering::Equal));
        assert_eq!(numbers("-2", "-10"), Some(Ordering::Greater));
        assert_eq!(numbers("0.5", "0.45"), Some(Ordering::Greater));
        assert_eq!(numbers("1e3", "1000"), None);
        assert_eq!(numbers("", "0"), None);
    }

    #[test]
    fn reads_every_date_format_of_the_profile_and_epoch_seconds() {
        let noon = Some("2026-11-22T12:00:00Z".parse().unwrap());
        assert_eq!(date("2026-11-22T14:00:00+02:00"), noon);
        assert_eq!(date("2026-11-22T12:00Z"), noon);
        assert_eq!(date("2026-11-22T12:00:00"), noon);
        assert_eq!(date("1795348800"), noon);
        assert_eq!(
            date("2026-11-22"),
            Some("2026-11-22T00:00:00Z".parse().unwrap())
        );
        assert_eq!(
            date("2026-11"),
            Some("2026-11-01T00:00:00Z".parse().unwrap())
        );
        assert_eq!(date("2026"), Some("2026-01-01T00:00:00Z".parse().unwrap()));
        assert_eq!(date("soon"), None);
        assert_eq!(date("99999999999999999999"), None);
    }

    #[test]
    fn accepts_the_dates_that_iam_accepts() {
        for text in [
            "2026",
            "2026-11",
            "2026-11-22",
            "2026-11-22T12:00:00Z",
            "2026-11-22T12:00:00-05:00",
            "2016-12-13t2:00:00.593194+23",
            "2016-12-13T21:20:37.593194+00:00",
            "01T",
            "-292275054",
            "2026-02-31",
            "0",
            "1700000000",
            "9223372036854775807",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "",
            "never",
            "tomorrow",
            "sdfdsf",
            "234-13",
            "2026-13-01",
            "2026-11-32",
            "2026-11-22T24:00:00Z",
            "2026-11-22T12:60:00Z",
            "2026-11-22T12:00:00Zulu",
            "2016-12-13t2:00:00.593194+1",
            "2016-12-13t2:00:00.1999999999+10:59",
            "9223372036854775808",
            "2026-11-22-01",
            "22/11/2026",
            "-292275055",
            "12:00",
            "2013-06-30 00:00:00",
            "2013-06-30 00:00:00Z",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn reads_ranges_of_both_address_families() {
        let within = |address: &str, range: &str| address_in(&address.into(), range);
        assert!(within("203.0.113.7", "203.0.113.200/24"));
        assert!(within("8.8.8.8", "0.0.0.0/0"));
        assert!(within("2001:db8::7", "2001:DB8::/32"));
        assert!(within("::1", "::1"));
        assert!(!within("::1", "0.0.0.0/0"));
        assert!(!within("203.0.113.7", "203.0.113.0/33"));
        assert!(!within("203.0.113.7", "203.0.113.0/-1"));
        assert!(!within("host", "0.0.0.0/0"));
    }

    #[test]
    fn compares_bytes_by_their_base64_form() {
        assert!(bytes_equal(
            "BinaryValueInBase64",
            "QmluYXJ5VmFsdWVJbkJhc2U2NA=="
        ));
        assert!(bytes_equal(
            "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
            "QmluYXJ5VmFsdWVJbkJhc2U2NA=="
        ));
        assert!(!bytes_equal("other", "QmluYXJ5VmFsdWVJbkJhc2U2NA=="));
        assert!(!bytes_equal("x", "not base64"));
    }
}
