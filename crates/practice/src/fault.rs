//! Faults that tests can inject.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A fault that applies to every action or to one.
///
/// Its text form is `[ACTION:]NAME[=ARGUMENT]`, e.g. `throttle=2` or `AssumeRole:truncate=120`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The action it applies to, e.g. `AssumeRole`, or `None` for every action.
    pub action: Option<String>,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// `throttle=N`: the next N calls are throttled.
    Throttle(u32),
    /// `latency=MS`: every response is delayed.
    Latency(u64),
    /// `skew=SECONDS`: the server's clock is ahead by this much, for every action.
    Skew(i64),
    /// `html`: a web page with status 200, as a captive portal returns it.
    Html,
    /// `redirect`: status 302 to a sign-in page.
    Redirect,
    /// `truncate=N`: the response ends after N bytes.
    Truncate(usize),
    /// `oversize=BYTES`: a body of this size, without a length.
    Oversize(u64),
    /// `endless`: a body without an end.
    Endless,
    /// `wrong-arn`: the response names another account and role.
    WrongArn,
    /// `no-expiration`: the response has no `Expiration`.
    NoExpiration,
    /// `past-expiration`: the credentials in the response expired an hour ago.
    PastExpiration,
    /// `region-disabled`: STS is not active in the region.
    RegionDisabled,
    /// `error-500`: an internal failure.
    InternalFailure,
    /// `reset`: the connection is reset instead of answered.
    Reset,
}

/// A text that is not a fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is no fault; they are throttle=N, latency=MS, skew=SECONDS, html, redirect, truncate=N, \
     oversize=BYTES, endless, wrong-arn, no-expiration, past-expiration, region-disabled, error-500, reset, \
     each optionally after ACTION:"
)]
pub struct FaultError(String);

impl Fault {
    /// Returns whether the fault applies to an action.
    pub(crate) fn applies_to(&self, action: &str) -> bool {
        self.action.as_deref().is_none_or(|own| own == action)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let error = || FaultError(text.chars().take(64).collect());
        let (action, fault) = match text.split_once(':') {
            Some((action, fault)) => (Some(action.to_owned()), fault),
            None => (None, text),
        };
        let (name, argument) = match fault.split_once('=') {
            Some((name, argument)) => (name, Some(argument)),
            None => (fault, None),
        };
        let kind = parse_kind(name, argument).ok_or_else(error)?;
        Ok(Self { action, kind })
    }
}

fn parse_kind(name: &str, argument: Option<&str>) -> Option<FaultKind> {
    Some(match (name, argument) {
        ("throttle", Some(times)) => FaultKind::Throttle(times.parse().ok()?),
        ("latency", Some(ms)) => FaultKind::Latency(ms.parse().ok()?),
        ("skew", Some(seconds)) => FaultKind::Skew(seconds.parse().ok()?),
        ("truncate", Some(at)) => FaultKind::Truncate(at.parse().ok()?),
        ("oversize", Some(bytes)) => FaultKind::Oversize(bytes.parse().ok()?),
        ("html", None) => FaultKind::Html,
        ("redirect", None) => FaultKind::Redirect,
        ("endless", None) => FaultKind::Endless,
        ("wrong-arn", None) => FaultKind::WrongArn,
        ("no-expiration", None) => FaultKind::NoExpiration,
        ("past-expiration", None) => FaultKind::PastExpiration,
        ("region-disabled", None) => FaultKind::RegionDisabled,
        ("error-500", None) => FaultKind::InternalFailure,
        ("reset", None) => FaultKind::Reset,
        _ => return None,
    })
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(action) = &self.action {
            write!(formatter, "{action}:")?;
        }
        match self.kind {
            FaultKind::Throttle(times) => write!(formatter, "throttle={times}"),
            FaultKind::Latency(ms) => write!(formatter, "latency={ms}"),
            FaultKind::Skew(seconds) => write!(formatter, "skew={seconds}"),
            FaultKind::Truncate(at) => write!(formatter, "truncate={at}"),
            FaultKind::Oversize(bytes) => write!(formatter, "oversize={bytes}"),
            FaultKind::Html => formatter.write_str("html"),
            FaultKind::Redirect => formatter.write_str("redirect"),
            FaultKind::Endless => formatter.write_str("endless"),
            FaultKind::WrongArn => formatter.write_str("wrong-arn"),
            FaultKind::NoExpiration => formatter.write_str("no-expiration"),
            FaultKind::PastExpiration => formatter.write_str("past-expiration"),
            FaultKind::RegionDisabled => formatter.write_str("region-disabled"),
            FaultKind::InternalFailure => formatter.write_str("error-500"),
            FaultKind::Reset => formatter.write_str("reset"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_round_trip() {
        for text in [
            "throttle=2",
            "AssumeRole:truncate=9",
            "skew=-3600",
            "error-500",
            "GetObject:reset",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_not_faults() {
        for text in [
            "",
            "slow",
            "throttle",
            "throttle=x",
            "html=1",
            ":",
            "latency=-1",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
