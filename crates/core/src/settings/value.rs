//! Parsers for the values of settings. Their errors say what is wrong and what is allowed.

use jiff::SignedDuration;
use toml_edit::Item;

use super::AgentStart;
use crate::asker::consent::Consent;
use crate::catalogue::team::{Team, TeamLocation};
use crate::console::sign_in::SignInMethod;
use crate::session::shell::Shell;
use crate::value::browser::Browser;
use crate::value::duration::{SessionDuration, TokenDuration, parse_seconds};
use crate::value::lead_times;
use crate::value::name::Name;
use crate::value::region::Region;
use crate::value::sanitise;

/// What is wrong, and what is allowed.
pub(super) type Wrong = (String, String);

/// The range of the time after which the clipboard is cleared, in seconds.
const CLEAR_S: std::ops::RangeInclusive<u64> = 5..=3_600;

/// The range of the age from which on a key should be replaced, in days.
const ROTATE_DAYS: std::ops::RangeInclusive<i64> = 1..=1_000;

/// The settings in the table of a team.
pub(super) const TEAM_FIELDS: &str = "from, source";

pub(super) fn team(name: &str, item: &Item) -> Result<Team, Wrong> {
    let wrong = |error: crate::value::input::InputError| (error.what, error.remedy);
    let known = format!("A team has: {TEAM_FIELDS}.");
    let fields = item.as_table_like().ok_or_else(|| {
        (
            format!("The team \"{}\" is not a table.", sanitise::echo(name)),
            known.clone(),
        )
    })?;
    let (mut location, mut source) = (None, None);
    for (field, item) in fields.iter() {
        let text = item.as_str().ok_or_else(|| {
            (
                format!("\"{}\" must be text in quotes.", sanitise::echo(field)),
                known.clone(),
            )
        })?;
        match field {
            "from" => location = Some(TeamLocation::parse(text)?),
            "source" => source = Some(Name::parse(text).map_err(wrong)?),
            _ => {
                return Err((
                    format!("A team has no field \"{}\".", sanitise::echo(field)),
                    known,
                ));
            }
        }
    }
    let location = location.ok_or_else(|| {
        let what = format!("The team \"{}\" has no \"from\".", sanitise::echo(name));
        (
            what,
            "Set from to an https URL or the full path of a file.".to_owned(),
        )
    })?;
    Ok(Team {
        name: Name::parse(name).map_err(wrong)?,
        location,
        source,
    })
}

pub(super) fn switch(item: &Item, key: &str) -> Result<bool, Wrong> {
    item.as_bool().ok_or_else(|| {
        (
            format!("\"{key}\" must be true or false, without quotes."),
            format!("Write it as {key} = true."),
        )
    })
}

/// Accepts only `http://` with a loopback address and a port, because an endpoint receives every signed call.
pub(super) fn loopback_url(text: &str) -> Result<String, Wrong> {
    let text = text.trim().trim_end_matches('/');
    let authority = text.strip_prefix("http://");
    let host_and_port = authority.and_then(|rest| rest.rsplit_once(':'));
    let loopback = |host: &str| {
        host == "localhost"
            || host == "[::1]"
            || host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|address| address.is_loopback())
    };
    match host_and_port {
        Some((host, port)) if loopback(host) && port.parse::<u16>().is_ok() => Ok(text.to_owned()),
        _ => Err((
            format!(
                "The endpoint \"{}\" is not on this machine.",
                sanitise::echo(text)
            ),
            "Use a loopback address, such as http://127.0.0.1:4566: every signed call goes there."
                .into(),
        )),
    }
}

pub(super) fn proxy_url(text: &str) -> Result<String, Wrong> {
    let plain = !text
        .chars()
        .any(|c| c.is_whitespace() || sanitise::is_hidden(c));
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    match rest {
        Some(rest) if plain && !rest.is_empty() => Ok(text.to_owned()),
        _ => Err((
            "The proxy is not a URL.".into(),
            "Write it as http://HOST:PORT.".into(),
        )),
    }
}

/// Reads a program and its arguments. Each word is passed to the program unchanged, without a shell.
pub(super) fn words(item: &Item) -> Result<Vec<String>, Wrong> {
    let form = || {
        (
            "\"process\" must be a list of words in quotes.".to_owned(),
            "Write it as process = [\"ykman\", \"oath\", \"accounts\", \"code\", \"--single\", \"aws\"]."
                .to_owned(),
        )
    };
    let array = item.as_array().ok_or_else(form)?;
    let words = array.iter().map(|word| word.as_str().map(str::to_owned));
    words.collect::<Option<Vec<String>>>().ok_or_else(form)
}

pub(super) fn lead_times(item: &Item) -> Result<Vec<SignedDuration>, Wrong> {
    let wrong = |what: &str| (what.to_owned(), lead_times::FORM.to_owned());
    let array = item
        .as_array()
        .ok_or_else(|| wrong("\"lead_times\" must be a list."))?;
    let texts = array.iter().map(|text| text.as_str().unwrap_or_default());
    lead_times::parse(texts).ok_or_else(|| wrong("A lead time is not a duration."))
}

pub(super) fn role_names(item: &Item) -> Result<Vec<Name>, Wrong> {
    const FORM: &str = "Write it as roles = [\"guest\"].";
    let wrong = || {
        (
            "\"roles\" must be a list of names.".to_owned(),
            FORM.to_owned(),
        )
    };
    let names = item.as_array().ok_or_else(wrong)?.iter().map(|name| {
        let name = Name::parse(name.as_str().ok_or_else(wrong)?);
        name.map_err(|error| (error.what, error.remedy))
    });
    names.collect()
}

pub(super) fn clear_after(text: &str) -> Result<SignedDuration, Wrong> {
    let seconds = parse_seconds(text.trim()).filter(|seconds| CLEAR_S.contains(seconds));
    seconds
        .and_then(|s| i64::try_from(s).ok())
        .map(SignedDuration::from_secs)
        .ok_or_else(|| {
            (
                "\"clear_after\" must be from 5s to 1h.".into(),
                "Write it as clear_after = \"30s\".".into(),
            )
        })
}

/// Accepts a number of days, such as `90d`, or `off`.
pub(super) fn rotate_after(text: &str) -> Result<Option<SignedDuration>, Wrong> {
    if text.trim() == "off" {
        return Ok(None);
    }
    let days = text.trim().strip_suffix('d');
    let days = days.and_then(|days| days.parse::<i64>().ok());
    let days = days.filter(|days| ROTATE_DAYS.contains(days));
    days.map(|days| Some(SignedDuration::from_hours(24 * days)))
        .ok_or_else(|| {
            (
                "\"rotate_after\" must be from 1d to 1000d, or \"off\".".into(),
                "Write it as rotate_after = \"90d\".".into(),
            )
        })
}

pub(super) fn consent(text: &str) -> Result<Consent, Wrong> {
    Consent::of_word(text).ok_or_else(|| {
        let what = format!("Unknown policy \"{}\".", sanitise::echo(text));
        (
            what,
            "Known: \"allow\", \"ask\", \"once\", \"never\".".into(),
        )
    })
}

/// Reads the policy of one role or access key in the table `table` below `[ask]`.
pub(super) fn policy(item: &Item, name: &str, table: &str) -> Result<Consent, Wrong> {
    let word = item.as_str().ok_or_else(|| {
        let what = format!("\"{}\" must be text in quotes.", sanitise::echo(name));
        (what, form(table))
    })?;
    consent(word)
}

pub(super) fn not_a_table(table: &str) -> Wrong {
    (format!("\"{table}\" must be a table."), form(table))
}

fn form(table: &str) -> String {
    format!("Write each policy as NAME = \"once\" below [ask.{table}].")
}

pub(super) fn region(text: &str) -> Result<Region, Wrong> {
    Region::parse(text).map_err(|error| (error.what, error.remedy))
}

pub(super) fn code_life(text: &str) -> Result<TokenDuration, Wrong> {
    TokenDuration::parse(text).map_err(|error| (error.what, error.remedy))
}

pub(super) fn browser(text: &str) -> Result<Browser, Wrong> {
    Browser::parse(text).map_err(|error| (error.what, error.remedy))
}

pub(super) fn console_duration(text: &str) -> Result<SessionDuration, Wrong> {
    SessionDuration::parse(text).map_err(|error| (error.what, error.remedy))
}

/// Accepts at most an hour, which is how long sessions last without the setting.
pub(super) fn production_duration(text: &str) -> Result<SessionDuration, Wrong> {
    let duration = console_duration(text)?;
    match duration <= SessionDuration::HOUR {
        true => Ok(duration),
        false => Err((
            format!("\"{}\" is longer than an hour.", sanitise::echo(text)),
            "Write duration = \"30m\", from 15m to 1h. A role's own duration can be longer.".into(),
        )),
    }
}

pub(super) fn sign_in(text: &str) -> Result<SignInMethod, Wrong> {
    match text.trim() {
        "form" => Ok(SignInMethod::Form),
        "redirect" => Ok(SignInMethod::Redirect),
        other => Err((
            format!("Unknown value \"{}\" for sign_in.", sanitise::echo(other)),
            "Write sign_in = \"form\" or \"redirect\".".into(),
        )),
    }
}

pub(super) fn text<'a>(item: &'a Item, key: &str) -> Result<&'a str, Wrong> {
    item.as_str().ok_or_else(|| {
        (
            format!("\"{key}\" must be text in quotes."),
            format!("Write it as {key} = \"…\"."),
        )
    })
}

pub(super) fn shell(text: &str) -> Result<Shell, Wrong> {
    Shell::parse(text).map_err(|error| (error.what, error.remedy))
}

pub(super) fn agent_start(text: &str) -> Result<AgentStart, Wrong> {
    match text.trim() {
        "without_display" => Ok(AgentStart::WithoutDisplay),
        "always" => Ok(AgentStart::Always),
        "never" => Ok(AgentStart::Never),
        other => Err((
            format!("Unknown value \"{}\" for start.", sanitise::echo(other)),
            "Write start = \"without_display\", \"always\" or \"never\".".into(),
        )),
    }
}
