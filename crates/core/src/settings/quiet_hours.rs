//! The hours of the day in which no notification about a session comes.

use jiff::SignedDuration;

use crate::value::sanitise;

const DAY_MIN: u32 = 24 * 60;

/// The hours of the day in which no notification about a session comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// The minute of the day at which they begin.
    from: u32,
    /// The minute of the day at which they end, which may be the next day.
    to: u32,
}

impl QuietHours {
    /// Reads hours such as `22:00-07:00`.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub(super) fn parse(text: &str) -> Result<Self, (String, String)> {
        let ends = text.trim().split_once('-');
        let ends = ends.and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        match ends {
            Some((from, to)) if from != to => Ok(Self { from, to }),
            Some(_) | None => Err((
                format!("\"{}\" are no quiet hours.", sanitise::echo(text)),
                "Write them as quiet_hours = \"22:00-07:00\".".to_owned(),
            )),
        }
    }

    /// Returns how long they still last at a time of the day, which counts from midnight; `None` outside of them.
    pub fn left_at(self, time: SignedDuration) -> Option<SignedDuration> {
        let day = SignedDuration::from_mins(i64::from(DAY_MIN));
        let since = |minute: u32| {
            let passed = time - SignedDuration::from_mins(i64::from(minute));
            match passed.is_negative() {
                true => passed + day,
                false => passed,
            }
        };
        let long = SignedDuration::from_mins(i64::from((self.to + DAY_MIN - self.from) % DAY_MIN));
        let passed = since(self.from);
        (passed < long).then(|| long - passed)
    }
}

fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str| {
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64, minute: i64) -> SignedDuration {
        SignedDuration::from_mins(hour * 60 + minute)
    }

    #[test]
    fn they_may_go_past_midnight() {
        let night = QuietHours::parse("22:00-07:30").expect("hours");
        let left = [at(21, 59), at(22, 0), at(0, 0), at(7, 29), at(7, 30)];
        assert_eq!(
            left.map(|time| night.left_at(time)),
            [None, Some(at(9, 30)), Some(at(7, 30)), Some(at(0, 1)), None]
        );
        let noon = QuietHours::parse(" 12:00 - 13:00 ").expect("hours");
        assert_eq!(noon.left_at(at(12, 15)), Some(at(0, 45)));
        assert_eq!(noon.left_at(at(13, 0)), None);
    }

    #[test]
    fn what_are_no_hours_is_refused_with_what_is_allowed() {
        for text in [
            "",
            "22",
            "22:00",
            "22:00-22:00",
            "24:00-01:00",
            "1:60-2:00",
            "a-b",
            "-1:00-2:00",
            "٢٢:00-07:00",
        ] {
            let (_, remedy) = QuietHours::parse(text).expect_err(text);
            assert!(remedy.contains("22:00-07:00"));
        }
    }
}
