//! How long before the end of a session warnings come.

use jiff::SignedDuration;

use crate::value::duration::parse_seconds;
use crate::value::input::InputError;

/// The maximum lead time of a warning, in seconds, which is the maximum duration of a session.
const LEAD_MAX_S: u64 = 43_200;

/// How to write lead times.
pub(crate) const FORM: &str = "Write it as lead_times = [\"10m\", \"2m\"], each at most 12h.";

/// Returns lead times, longest first, each once; `None` if one is not a duration of up to 12 hours.
pub(crate) fn parse<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Vec<SignedDuration>> {
    let times = texts.map(|text| {
        let seconds = parse_seconds(text.trim()).filter(|it| (1..=LEAD_MAX_S).contains(it))?;
        i64::try_from(seconds).ok().map(SignedDuration::from_secs)
    });
    let mut times = times.collect::<Option<Vec<SignedDuration>>>()?;
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.dedup();
    Some(times)
}

/// Checks the lead times of a role; `None` if it has none of its own.
///
/// # Errors
/// If one of them is not valid.
pub(crate) fn of_role(texts: &[String]) -> Result<Option<Vec<SignedDuration>>, InputError> {
    if texts.is_empty() {
        return Ok(None);
    }
    let times = parse(texts.iter().map(String::as_str));
    let wrong = || InputError::new("lead_times", "A lead time is not a duration.", FORM);
    times.ok_or_else(wrong).map(Some)
}
