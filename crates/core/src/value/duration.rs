//! How long a session should last.

use std::fmt;

use crate::value::input::InputError;
use crate::value::sanitise;

/// The shortest session STS gives, in seconds.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub const SHORTEST_S: u32 = 900;
/// The longest session STS gives, in seconds; a role's own maximum may be lower.
pub const LONGEST_S: u32 = 43_200;
/// What STS gives when nothing is asked for, and the most it gives to a chained role, in seconds.
pub const HOUR_S: u32 = 3_600;

/// A session's wanted life: 900 to 43,200 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionDuration(u32);

impl SessionDuration {
    /// One hour: the default of STS and the cap of role chaining.
    pub const HOUR: Self = Self(HOUR_S);

    /// Reads `1h`, `45m`, `1h30m`, `900s` or plain seconds.
    ///
    /// # Errors
    /// Says the range if it is out of range, and the forms if it cannot be read.
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

    /// Returns the next lower life that a role may be set to allow, down to the hour that every role allows.
    pub fn next_lower(self) -> Option<Self> {
        const LADDER_H: [u32; 5] = [8, 4, 3, 2, 1];
        let lower = LADDER_H.into_iter().map(|hours| Self(hours * HOUR_S));
        lower.into_iter().find(|step| *step < self)
    }
}

/// The longest life that a role allows, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationLimit {
    /// The life that it allows.
    pub allowed: SessionDuration,
    /// Where that is known from.
    pub known_by: KnownBy,
}

/// A life that a role is set to and does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReducedDuration {
    /// The life that it is set to.
    pub wanted: SessionDuration,
    /// The life that it allows, as far as is known.
    pub allowed: SessionDuration,
}

/// Where the longest life that a role allows is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownBy {
    /// AWS refused this longer life. There may be one between the two that it allows.
    Refusal(SessionDuration),
    /// The role's `MaxSessionDuration`, which IAM told.
    Role,
}

impl fmt::Display for SessionDuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&span(i64::from(self.0)))
    }
}

/// The longest life of a session token, in seconds; a root user's is at most one hour.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub const TOKEN_LONGEST_S: u32 = 129_600;

/// A session token's wanted life: 900 to 129,600 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenDuration(u32);

impl TokenDuration {
    /// One hour.
    pub const HOUR: Self = Self(HOUR_S);
    /// The shortest that STS gives.
    pub const SHORTEST: Self = Self(SHORTEST_S);
    /// Twelve hours: what STS gives when nothing is asked for.
    pub const HALF_DAY: Self = Self(43_200);

    /// Reads the forms that [`SessionDuration::parse`] reads.
    ///
    /// # Errors
    /// Says the forms and the range.
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

/// Reads a span of time such as `10m`, `1h30m`, `90s` or plain seconds; `None` if it is none.
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

/// Returns `seconds` in the two largest units, rounded down to minutes from one minute on: `1h 5m`, `42m`, `30s`.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_people_write() {
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
    fn b17_refuses_the_rest() {
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
    fn a_session_token_lives_up_to_a_day_and_a_half() {
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
