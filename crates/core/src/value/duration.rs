//! Durations of sessions.

use std::fmt;

use crate::value::input::InputError;
use crate::value::sanitise;

/// The minimum duration of a session in STS, in seconds.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub const SHORTEST_S: u32 = 900;
/// The maximum duration of a session in STS, in seconds. A role's own maximum can be lower.
pub const LONGEST_S: u32 = 43_200;
/// The default of STS, and the maximum in role chaining, in seconds.
pub const HOUR_S: u32 = 3_600;

/// The duration of a session: 900 to 43,200 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionDuration(u32);

impl SessionDuration {
    /// One hour: the default of STS and the maximum in role chaining.
    pub const HOUR: Self = Self(HOUR_S);

    /// Parses `1h`, `45m`, `1h30m`, `900s` or a number of seconds.
    ///
    /// # Errors
    /// Says the range if it is out of range, and the formats if it cannot be parsed.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let seconds = parse_seconds(text.trim()).ok_or_else(|| {
            let what = format!("\"{}\" is not a duration.", sanitise::echo(text));
            InputError::new(
                "duration",
                what,
                "Write it as 1h, 45m, 1h30m or 3600 (seconds), from 15m to 12h.",
            )
        })?;
        Self::from_seconds(seconds)
    }

    /// Returns a duration of `seconds`.
    ///
    /// # Errors
    /// If it is not from 900 to 43,200.
    pub fn from_seconds(seconds: u64) -> Result<Self, InputError> {
        match u32::try_from(seconds) {
            Ok(seconds @ SHORTEST_S..=LONGEST_S) => Ok(Self(seconds)),
            _ => {
                let what = format!("A session cannot last {seconds} seconds.");
                Err(InputError::new(
                    "duration",
                    what,
                    "Allowed: 900 to 43200 seconds (15 minutes to 12 hours).",
                ))
            }
        }
    }

    /// Returns the seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// Returns the next lower maximum that a role may have, down to the hour that every role allows.
    pub fn next_lower(self) -> Option<Self> {
        const LADDER_H: [u32; 5] = [8, 4, 3, 2, 1];
        let lower = LADDER_H.into_iter().map(|hours| Self(hours * HOUR_S));
        lower.into_iter().find(|step| *step < self)
    }
}

/// What is known about the maximum duration of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationLimit {
    /// The maximum duration.
    pub allowed: SessionDuration,
    /// How the maximum is known.
    pub known_by: KnownBy,
}

/// A duration setting that a role does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReducedDuration {
    /// The duration setting.
    pub wanted: SessionDuration,
    /// The maximum duration, as far as is known.
    pub allowed: SessionDuration,
}

/// How the maximum duration of a role is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownBy {
    /// AWS rejected this longer duration. A duration between the two may be allowed.
    Refusal(SessionDuration),
    /// From the role's `MaxSessionDuration` in IAM.
    Role,
}

impl fmt::Display for SessionDuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&span(i64::from(self.0)))
    }
}

/// The maximum duration of a session token, in seconds. For a root user it is one hour.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub const TOKEN_LONGEST_S: u32 = 129_600;

/// The duration of a session token: 900 to 129,600 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenDuration(u32);

impl TokenDuration {
    /// One hour.
    pub const HOUR: Self = Self(HOUR_S);
    /// The minimum duration.
    pub const SHORTEST: Self = Self(SHORTEST_S);
    /// Twelve hours: the default of STS.
    pub const HALF_DAY: Self = Self(43_200);

    /// Parses the formats of [`SessionDuration::parse`].
    ///
    /// # Errors
    /// Says the formats and the range.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let seconds = parse_seconds(text.trim()).and_then(|seconds| u32::try_from(seconds).ok());
        match seconds {
            Some(seconds @ SHORTEST_S..=TOKEN_LONGEST_S) => Ok(Self(seconds)),
            _ => {
                let what = format!(
                    "\"{}\" is not a duration from 15m to 36h.",
                    sanitise::echo(text)
                );
                let remedy = "Write it as 12h, 45m, 1h30m or 3600 (seconds).";
                Err(InputError::new("duration", what, remedy))
            }
        }
    }

    /// Returns the seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for TokenDuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&span(i64::from(self.0)))
    }
}

/// Parses a duration such as `10m`, `1h30m`, `90s` or a number of seconds. Returns `None` for other texts.
pub fn parse_seconds(text: &str) -> Option<u64> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mut rest = text;
    let mut total = 0_u64;
    for (unit, length) in [('h', 3600_u64), ('m', 60), ('s', 1)] {
        if let Some((number, after)) = rest.split_once(unit) {
            let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            let count: u64 = if digits {
                number.parse().ok()?
            } else {
                return None;
            };
            total = total.checked_add(count.checked_mul(length)?)?;
            rest = after;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(total)
}

/// Returns `seconds` in the two largest units, rounded down to minutes if it is at least one minute: `1h 5m`, `42m`,
/// `30s`.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    }
}

/// Returns a span in its largest unit, rounded down: `412 days`, `1 day`, `3 hours`, `5 minutes`, or `less than a minute`.
pub fn rough_span(span: jiff::SignedDuration) -> String {
    let minutes = span.as_mins();
    let (count, unit) = match minutes {
        ..1 => return "less than a minute".to_owned(),
        1..60 => (minutes, "minute"),
        60..1_440 => (minutes / 60, "hour"),
        1_440.. => (minutes / 1_440, "day"),
    };
    match count {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    }
}

/// Returns the time left as people say it: from a minute on, to the nearest minute, so that a session of an hour does
/// not start with 59 minutes.
pub fn time_left(left: jiff::SignedDuration) -> String {
    match left.as_secs() {
        seconds @ 60.. => span(seconds + 30),
        seconds => span(seconds),
    }
}

/// Returns how long [`time_left`] stays the same: until the nearest minute is another one. Below a minute it changes
/// every second.
pub fn time_left_changes_in(left: jiff::SignedDuration) -> jiff::SignedDuration {
    let nearest_m = (left.as_secs() + 30) / 60;
    let last_s = match left.as_secs() {
        ..60 => left.as_secs(),
        60..90 => 60,
        90.. => nearest_m * 60 - 30,
    };
    left - jiff::SignedDuration::from_secs(last_s) + jiff::SignedDuration::from_nanos(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_span_has_one_unit() {
        for (minutes, text) in [
            (0, "less than a minute"),
            (1, "1 minute"),
            (59, "59 minutes"),
            (60, "1 hour"),
            (1_439, "23 hours"),
            (1_440, "1 day"),
            (593_280, "412 days"),
        ] {
            assert_eq!(rough_span(jiff::SignedDuration::from_mins(minutes)), text);
        }
    }

    #[test]
    fn time_left_is_rounded_to_the_nearest_minute() {
        let cases = [
            (3598, "1h"),
            (3571, "1h"),
            (3569, "59m"),
            (599, "10m"),
            (119, "2m"),
            (89, "1m"),
            (60, "1m"),
            (59, "59s"),
            (0, "0s"),
            (-5, "0s"),
        ];
        for (seconds, text) in cases {
            let left = jiff::SignedDuration::from_secs(seconds);
            assert_eq!(time_left(left), text, "{seconds}");
        }
    }

    #[test]
    fn time_left_changes_when_it_says_so_and_not_before() {
        let nanosecond = jiff::SignedDuration::from_nanos(1);
        for millis in [
            3_600_000, 3_599_999, 3_570_000, 3_569_999, 90_000, 89_999, 60_000, 59_999, 1_500,
        ] {
            let left = jiff::SignedDuration::from_millis(millis);
            let same = time_left_changes_in(left) - nanosecond;
            assert!(same.is_positive() || same.is_zero(), "{millis}");
            assert_eq!(time_left(left - same), time_left(left), "{millis}");
            assert_ne!(
                time_left(left - same - nanosecond),
                time_left(left),
                "{millis}"
            );
        }
    }

    #[test]
    fn reads_the_common_formats() {
        for (text, seconds) in [
            ("1h", 3600),
            ("45m", 2700),
            ("1h30m", 5400),
            ("900", 900),
            ("900s", 900),
            ("12h", 43200),
        ] {
            assert_eq!(
                SessionDuration::parse(text).map(SessionDuration::seconds),
                Ok(seconds),
                "{text}"
            );
        }
    }

    #[test]
    fn b17_rejects_other_texts() {
        for bad in [
            "0",
            "899",
            "43201",
            "-5",
            "1e9",
            "3600.5",
            "1h30",
            "",
            "h",
            "99999999999999999999",
            "1m1h",
            "１h",
        ] {
            assert!(SessionDuration::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_session_token_lasts_up_to_36_hours() {
        let seconds = |text| TokenDuration::parse(text).map(TokenDuration::seconds);
        assert_eq!((seconds("15m"), seconds("36h")), (Ok(900), Ok(129_600)));
        assert!(seconds("899").is_err() && seconds("129601").is_err() && seconds("").is_err());
    }

    #[test]
    fn b19_steps_down_to_the_hour_that_every_role_allows() {
        let mut life = SessionDuration::parse("12h").expect("a duration");
        let mut steps = Vec::new();
        while let Some(lower) = life.next_lower() {
            life = lower;
            steps.push(life.to_string());
        }
        assert_eq!(steps, ["8h", "4h", "3h", "2h", "1h"]);
        let odd = SessionDuration::parse("90m").expect("a duration");
        assert_eq!(odd.next_lower(), Some(SessionDuration::HOUR));
        assert_eq!(SessionDuration::HOUR.next_lower(), None);
    }

    #[test]
    fn spans_read_naturally() {
        let spans: Vec<String> = [0, 59, 60, 3599, 3600, 3660, -4].map(span).into();
        assert_eq!(spans, ["0s", "59s", "1m", "59m", "1h", "1h 1m", "0s"]);
    }
}
