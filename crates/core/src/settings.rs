//! Settings, read from `settings.toml`. Every setting has a default, so the file may be absent.

mod edit;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use toml_edit::{Item, TableLike};

use crate::catalogue::{fault, parse_toml};
use crate::consent::{Consent, Consents};
use crate::duration::{TokenDuration, parse_seconds};
use crate::name::Name;
use crate::problem::Problem;
use crate::region::Region;
use crate::sanitise;
use crate::shell::Shell;
use crate::team::{Team, TeamPlace};

pub use edit::{with_consent, with_temporary_profile, without_temporary_profile};

/// The longest lead time of a warning, in seconds: as long as the longest session.
const LEAD_MAX_S: u64 = 43_200;
/// How long a copied export block may stay in the clipboard, in seconds.
const CLEAR_S: std::ops::RangeInclusive<u64> = 5..=3_600;

/// What the user can set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `[aws] endpoint_url`: where all AWS calls go; only loopback.
    pub endpoint_url: Option<String>,
    /// `[aws] region`: the region of roles that name none.
    pub region: Option<Region>,
    /// `[aws] ca_bundle`: a PEM file of certificate authorities trusted beside the system's.
    pub ca_bundle: Option<String>,
    /// `[aws] fips`: whether STS is called at its FIPS endpoints.
    pub fips: bool,
    /// `[aws] dual_stack`: whether STS is called at its endpoints for IPv4 and IPv6.
    pub dual_stack: bool,
    /// `[aws] proxy`: the HTTP proxy for AWS calls.
    pub proxy: Option<String>,
    /// `[notifications] lead_times`: how long before an expiry warnings come, longest first.
    pub lead_times: Vec<SignedDuration>,
    /// `[clipboard] clear_after`: when a copied export block leaves the clipboard.
    pub clipboard_clear: SignedDuration,
    /// `[mfa] process`: the program that gives codes, and its arguments; empty if a person gives them. No other file
    /// can name one.
    pub mfa_process: Vec<String>,
    /// `[mfa] session`: how long one code counts where it is shared by several roles.
    pub mfa_session: TokenDuration,
    /// `[export] shell`: the shell whose export block a plain copy gives.
    pub shell: Shell,
    /// `[temporary_profiles] roles`: the roles whose sessions are also written into AWS's credentials file.
    pub temporary_profiles: Vec<Name>,
    /// `[production] confirm`: whether a role marked as production takes a second click.
    pub confirm_production: bool,
    /// `[agent] start`: whether the command line starts the agent when no Rolecall runs.
    pub agent_start: AgentStart,
    /// `[ask]`: whether programs that ask for a role are asked about.
    pub ask: Consents,
    /// `[teams.NAME]`: the team catalogues.
    pub teams: Vec<Team>,
}

/// When the command line starts the agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgentStart {
    /// Where there is no display, and so no tray to start instead.
    #[default]
    WithoutDisplay,
    /// Whenever no Rolecall runs.
    Always,
    /// Never.
    Never,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            region: None,
            ca_bundle: None,
            fips: false,
            dual_stack: false,
            proxy: None,
            lead_times: vec![SignedDuration::from_mins(10), SignedDuration::from_mins(2)],
            clipboard_clear: SignedDuration::from_secs(30),
            mfa_process: Vec::new(),
            mfa_session: TokenDuration::HALF_DAY,
            shell: Shell::default(),
            temporary_profiles: Vec::new(),
            confirm_production: false,
            agent_start: AgentStart::default(),
            ask: Consents::default(),
            teams: Vec::new(),
        }
    }
}

/// Reads `settings.toml`. `path` is what messages call the file.
///
/// # Errors
/// The first thing that is wrong, with file, line and column.
pub fn read(text: &str, path: &str) -> Result<Settings, Problem> {
    let document = parse_toml(text, path)?;
    let mut settings = Settings::default();
    for (section, item) in document.iter() {
        let span = document.as_table().key(section).and_then(|key| key.span());
        let Some(table) = item.as_table_like() else {
            return Err(fault(
                text,
                path,
                span,
                "A setting stands outside a section.",
                KNOWN,
            ));
        };
        for (key, item) in table.iter() {
            set(&mut settings, section, key, item).map_err(|(what, remedy)| {
                fault(text, path, place_of(table, key, item), &what, &remedy)
            })?;
        }
    }
    Ok(settings)
}

const KNOWN: &str = "Known: [aws] endpoint_url, region, ca_bundle, proxy, fips, dual_stack; [notifications] lead_times; \
                     [clipboard] clear_after; [mfa] process, session; [export] shell; [production] confirm; [agent] start; [ask] default, \
                     containers, roles, keys; [temporary_profiles] roles; [teams.NAME] from, source.";

fn place_of(table: &dyn TableLike, key: &str, item: &Item) -> Option<std::ops::Range<usize>> {
    item.span()
        .or_else(|| table.key(key).and_then(|key| key.span()))
}

fn set(
    settings: &mut Settings,
    section: &str,
    key: &str,
    item: &Item,
) -> Result<(), (String, String)> {
    let text = || {
        item.as_str().ok_or_else(|| {
            (
                format!("\"{key}\" must be text in quotes."),
                format!("{key} = \"…\""),
            )
        })
    };
    match (section, key) {
        ("aws", "endpoint_url") => settings.endpoint_url = Some(loopback_url(text()?)?),
        ("aws", "region") => {
            settings.region =
                Some(Region::parse(text()?).map_err(|error| (error.what, error.remedy))?);
        }
        ("aws", "ca_bundle") => settings.ca_bundle = Some(text()?.to_owned()),
        ("aws", "fips") => settings.fips = switch(item, key)?,
        ("aws", "dual_stack") => settings.dual_stack = switch(item, key)?,
        ("aws", "proxy") => settings.proxy = Some(proxy_url(text()?)?),
        ("notifications", "lead_times") => settings.lead_times = lead_times(item)?,
        ("clipboard", "clear_after") => settings.clipboard_clear = clear_after(text()?)?,
        ("mfa", "process") => settings.mfa_process = words(item)?,
        ("mfa", "session") => {
            settings.mfa_session =
                TokenDuration::parse(text()?).map_err(|error| (error.what, error.remedy))?;
        }
        ("export", "shell") => settings.shell = shell(text()?)?,
        ("temporary_profiles", "roles") => settings.temporary_profiles = role_names(item)?,
        ("production", "confirm") => {
            settings.confirm_production = item.as_bool().ok_or_else(|| {
                let what = "\"confirm\" must be true or false.".to_owned();
                (what, "confirm = true".to_owned())
            })?;
        }
        ("agent", "start") => settings.agent_start = agent_start(text()?)?,
        ("ask", "default") => settings.ask.default = consent(text()?)?,
        ("ask", "containers") => settings.ask.containers = consent(text()?)?,
        ("ask", "roles") => settings.ask.roles = consents(item, key)?,
        ("ask", "keys") => settings.ask.keys = consents(item, key)?,
        ("teams", name) => settings.teams.push(team(name, item)?),
        _ => {
            return Err((
                format!("Unknown setting \"{}\".", sanitise::echo(key)),
                KNOWN.to_owned(),
            ));
        }
    }
    Ok(())
}

fn team(name: &str, item: &Item) -> Result<Team, (String, String)> {
    let told = |error: crate::input::InputError| (error.what, error.remedy);
    let known = "A team has: from, source.".to_owned();
    let fields = item.as_table_like().ok_or_else(|| {
        (
            format!("The team \"{}\" is not a table.", sanitise::echo(name)),
            known.clone(),
        )
    })?;
    let (mut place, mut source) = (None, None);
    for (field, item) in fields.iter() {
        let text = item.as_str().ok_or_else(|| {
            (
                format!("\"{}\" must be text in quotes.", sanitise::echo(field)),
                known.clone(),
            )
        })?;
        match field {
            "from" => place = Some(TeamPlace::parse(text)?),
            "source" => source = Some(Name::parse(text).map_err(told)?),
            _ => {
                return Err((
                    format!("A team has no \"{}\".", sanitise::echo(field)),
                    known,
                ));
            }
        }
    }
    let place = place.ok_or_else(|| {
        let what = format!(
            "The team \"{}\" does not say where its catalogue is.",
            sanitise::echo(name)
        );
        (
            what,
            "Add from = \"https://…\" or the full path of a file.".to_owned(),
        )
    })?;
    Ok(Team {
        name: Name::parse(name).map_err(told)?,
        place,
        source,
    })
}

fn switch(item: &Item, key: &str) -> Result<bool, (String, String)> {
    item.as_bool().ok_or_else(|| {
        (
            format!("\"{key}\" must be true or false, without quotes."),
            format!("{key} = true"),
        )
    })
}

/// Accepts `http://` with a loopback address and a port, and nothing else: an endpoint gets every signed call.
fn loopback_url(text: &str) -> Result<String, (String, String)> {
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
            format!("The endpoint \"{}\" is not on this machine.", sanitise::echo(text)),
            "Only loopback is allowed, such as http://127.0.0.1:4566, since every signed call would go there.".into(),
        )),
    }
}

fn proxy_url(text: &str) -> Result<String, (String, String)> {
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

/// Reads a program and its arguments. No shell is involved: each word is handed over as it is.
fn words(item: &Item) -> Result<Vec<String>, (String, String)> {
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

fn lead_times(item: &Item) -> Result<Vec<SignedDuration>, (String, String)> {
    const FORM: &str = "Write it as lead_times = [\"10m\", \"2m\"], each at most 12h.";
    let array = item
        .as_array()
        .ok_or_else(|| ("\"lead_times\" must be a list.".to_owned(), FORM.to_owned()))?;
    let mut times = Vec::new();
    for value in array {
        let seconds = value
            .as_str()
            .and_then(parse_seconds)
            .filter(|seconds| (1..=LEAD_MAX_S).contains(seconds));
        let seconds = seconds.ok_or_else(|| {
            (
                "A lead time is not a span of time.".to_owned(),
                FORM.to_owned(),
            )
        })?;
        times.push(SignedDuration::from_secs(
            i64::try_from(seconds).unwrap_or(i64::MAX),
        ));
    }
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.dedup();
    Ok(times)
}

fn role_names(item: &Item) -> Result<Vec<Name>, (String, String)> {
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

fn clear_after(text: &str) -> Result<SignedDuration, (String, String)> {
    let seconds = parse_seconds(text.trim()).filter(|seconds| CLEAR_S.contains(seconds));
    seconds
        .and_then(|s| i64::try_from(s).ok())
        .map(SignedDuration::from_secs)
        .ok_or_else(|| {
            (
                "\"clear_after\" is not a span from 5s to 1h.".into(),
                "Write it as clear_after = \"30s\".".into(),
            )
        })
}

fn consent(text: &str) -> Result<Consent, (String, String)> {
    Consent::of_word(text).ok_or_else(|| {
        let what = format!("\"{}\" is no answer to who may ask.", sanitise::echo(text));
        (
            what,
            "Known: \"allow\", \"ask\", \"once\", \"never\".".into(),
        )
    })
}

fn consents(item: &Item, key: &str) -> Result<BTreeMap<Name, Consent>, (String, String)> {
    let form = || format!("Write each policy as NAME = \"once\" below [ask.{key}].");
    let table = item
        .as_table_like()
        .ok_or_else(|| (format!("\"{key}\" must be a table."), form()))?;
    let read = |(name, item): (&str, &Item)| {
        let name = Name::parse(name).map_err(|error| (error.what, error.remedy))?;
        let word = item.as_str().ok_or_else(|| {
            let what = format!(
                "\"{}\" must be text in quotes.",
                sanitise::echo(name.as_str())
            );
            (what, form())
        })?;
        Ok((name, consent(word)?))
    };
    table.iter().map(read).collect()
}

fn shell(text: &str) -> Result<Shell, (String, String)> {
    Shell::parse(text).map_err(|error| (error.what, error.remedy))
}

fn agent_start(text: &str) -> Result<AgentStart, (String, String)> {
    match text.trim() {
        "without_display" => Ok(AgentStart::WithoutDisplay),
        "always" => Ok(AgentStart::Always),
        "never" => Ok(AgentStart::Never),
        other => Err((
            format!(
                "\"{}\" is no answer to when the agent starts.",
                sanitise::echo(other)
            ),
            "Write start = \"without_display\", \"always\" or \"never\".".into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::Subject;

    #[test]
    fn an_empty_file_gives_the_defaults() {
        assert_eq!(read("", "settings.toml"), Ok(Settings::default()));
    }

    #[test]
    fn reads_every_setting() {
        let text = "[aws]\nendpoint_url = \"http://127.0.0.1:4566/\"\nregion = \"eu-west-1\"\nproxy = \"http://proxy:3128\"\nfips = true\ndual_stack = true\nca_bundle = \"/etc/ca.pem\"\n\
                    [notifications]\nlead_times = [\"2m\", \"14m\"]\n[clipboard]\nclear_after = \"10s\"\n[mfa]\nprocess = [\"pass\", \"otp\"]\nsession = \"36h\"\n[export]\nshell = \"fish\"\n[agent]\nstart = \"always\"\n";
        let settings = read(text, "settings.toml").expect("valid");
        assert_eq!(
            settings.endpoint_url.as_deref(),
            Some("http://127.0.0.1:4566")
        );
        assert!(settings.fips && settings.dual_stack);
        assert_eq!(
            settings.lead_times,
            [SignedDuration::from_mins(14), SignedDuration::from_mins(2)]
        );
        assert_eq!(
            (
                settings.clipboard_clear.as_secs(),
                settings.mfa_session.seconds(),
                settings.shell
            ),
            (10, 129_600, Shell::Fish)
        );
        assert_eq!(settings.mfa_process, ["pass", "otp"]);
        assert_eq!(settings.agent_start, AgentStart::Always);
    }

    #[test]
    fn t17_refuses_an_endpoint_that_is_not_loopback() {
        for url in [
            "http://169.254.169.254:80",
            "https://sts.evil.example",
            "http://127.0.0.1.evil:80",
            "http://127.0.0.1",
            "http://user@evil:80",
            "ftp://127.0.0.1:1",
            "http://127.0.0.1:80@evil:80",
            "http://127.0.0.1:80/x:1",
            "",
        ] {
            let problem = read(
                &format!("[aws]\nendpoint_url = \"{url}\"\n"),
                "settings.toml",
            )
            .expect_err(url);
            assert!(
                problem.what.starts_with("settings.toml, line 2, column 16"),
                "{}",
                problem.what
            );
        }
    }

    #[test]
    fn t03_reads_who_may_ask_for_which_role() {
        let text = "[ask]\ndefault = \"once\"\ncontainers = \"ask\"\n[ask.roles]\nguest = \"allow\"\n\"a b\" = \"never\"\n";
        let ask = read(text, "settings.toml").expect("valid").ask;
        let of = |name: &str| ask.of(&Subject::Role(Name::parse(name).expect("a name")));
        assert_eq!(
            (of("guest"), of("a b"), of("other")),
            (Consent::Allow, Consent::Never, Consent::Once)
        );
        assert_eq!(ask.containers, Consent::Ask);
        assert_eq!(Settings::default().ask.containers, Consent::Never);
        for wrong in [
            "default = \"yes\"",
            "default = true",
            "roles = 1",
            "roles.guest = 1",
            "roles.guest = \"\"",
        ] {
            let problem = read(&format!("[ask]\n{wrong}\n"), "settings.toml").expect_err(wrong);
            assert!(
                problem.what.starts_with("settings.toml, line 2"),
                "{}",
                problem.what
            );
        }
    }

    #[test]
    fn says_what_is_unknown() {
        let problem = read("[aws]\nregoin = \"x\"\n", "settings.toml").expect_err("unknown");
        assert!(
            problem.what.contains("Unknown setting \"regoin\""),
            "{}",
            problem.what
        );
    }
}
