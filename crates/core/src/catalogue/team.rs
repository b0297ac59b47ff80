//! Team catalogues: files with roles that others maintain, read from a path or an HTTPS URL and never executed or
//! changed.

use std::collections::HashSet;

use crate::catalogue::{self, Reading};
use crate::role::Role;
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

/// The maximum length of a URL.
const URL_MAX: usize = 2_048;

/// A subscribed catalogue: `[teams.NAME]` in `settings.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its name in Rolecall.
    pub name: Name,
    /// `from`: its location.
    pub location: TeamLocation,
    /// `source`: the access key or role that its roles are assumed from, unless they name a role of the same file.
    pub source: Option<Name>,
}

/// The location of a team catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TeamLocation {
    /// A file's path. A leading `~/` stands for the home folder.
    File(String),
    /// An `https` URL, or an `http` URL on loopback for tests and tunnels.
    Url(String),
}

impl TeamLocation {
    /// Parses a path or a URL.
    ///
    /// # Errors
    /// Says what is wrong and what is allowed.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        let text = text.trim();
        let shown = sanitise::echo(text);
        let allowed = "Write https://HOST/PATH, or the full path of a file.".to_owned();
        if text
            .chars()
            .any(|c| c.is_control() || sanitise::is_hidden(c))
            || text.is_empty()
        {
            return Err((format!("\"{shown}\" is not a path or URL."), allowed));
        }
        match text.split_once("://") {
            Some(("https", rest)) if is_plain(rest) => Ok(Self::Url(text.to_owned())),
            Some(("http", rest)) if is_plain(rest) && is_loopback(rest) => {
                Ok(Self::Url(text.to_owned()))
            }
            Some(("http", _)) => Err((
                format!("\"{shown}\" is not encrypted."),
                "Use https://.".into(),
            )),
            Some(_) => Err((format!("\"{shown}\" is not an https URL."), allowed)),
            None if text.starts_with('/') || text.starts_with("~/") || is_windows_path(text) => {
                Ok(Self::File(text.to_owned()))
            }
            None => Err((format!("\"{shown}\" is not a full path."), allowed)),
        }
    }

    /// Returns the path or URL.
    pub fn text(&self) -> &str {
        match self {
            Self::File(path) => path,
            Self::Url(url) => url,
        }
    }
}

/// Accepts an authority that is a host and perhaps a port. A user name and password are rejected, because messages show
/// the URL, and so is any character at which two programs could see the end of the host at different places.
fn is_plain(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = rest.len() <= URL_MAX && !rest.chars().any(char::is_whitespace);
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    fits && !authority.is_empty() && authority.bytes().all(is_host)
}

fn is_loopback(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    matches!(host, "127.0.0.1" | "[::1]" | "localhost")
}

fn is_windows_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    cfg!(windows) && bytes.len() > 2 && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/')
}

/// Reads a team's file. It has the format of `roles.toml`. Each source is another role of the file, or stands for the
/// team's own source.
///
/// # Errors
/// If the file is not TOML.
pub fn read(team: &Team, text: &str) -> Result<Reading, Problem> {
    let mut reading = catalogue::read(text, team.location.text())?;
    let names: HashSet<Name> = reading.roles.iter().map(|role| role.name.clone()).collect();
    if let Some(source) = &team.source {
        let strangers = reading
            .roles
            .iter_mut()
            .filter(|role| !names.contains(&role.source));
        strangers.for_each(|role: &mut Role| role.source = source.clone());
    }
    Ok(reading)
}

/// Reads an answer of a team's server, which may be something else with status 200, such as a notice of maintenance.
///
/// # Errors
/// If it is no catalogue: it is not TOML, or holds no valid role and is not an empty table of roles.
pub fn read_answer(team: &Team, text: &str) -> Result<Reading, Problem> {
    let reading = read(team, text)?;
    let document = catalogue::parse_toml(text, team.location.text())?;
    let is_catalogue = document.contains_key("roles");
    match reading.faults.first() {
        Some((_, problem)) if reading.roles.is_empty() => Err(problem.clone()),
        None if !is_catalogue => Err(no_catalogue(team)),
        Some(_) | None => Ok(reading),
    }
}

fn no_catalogue(team: &Team) -> Problem {
    let location = sanitise::echo(team.location.text());
    Problem::new(
        ProblemCode::InvalidFile,
        format!("{location} answered with something that is not a catalogue of roles."),
        "Rolecall tries again in an hour. Roles that were fetched earlier stay in use.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b86_only_https_loopback_and_full_paths_are_locations() {
        for good in [
            "https://example.com/roles.toml",
            "https://example.com:8443/a?b=c",
            "http://127.0.0.1:8000/roles.toml",
            "/srv/roles.toml",
            "~/team/roles.toml",
        ] {
            assert!(TeamLocation::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "roles.toml",
            "../roles.toml",
            "http://example.com/roles.toml",
            "http://127.0.0.1.evil.example/roles.toml",
            "https://",
            r"https://example.com\@other.example.com/roles.toml",
            "https://example.com\"?.other.example.com/roles.toml",
            "https://exa:mple\"@example.com/roles.toml",
            "https:///path",
            "https://user:password@example.com/",
            "https://exa mple.com/",
            "file:///etc/passwd",
            "ftp://example.com/",
            "https://example.com/\u{202e}",
        ] {
            assert!(TeamLocation::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_source_that_is_not_a_role_of_the_file_is_the_teams() {
        let team = Team {
            name: Name::parse("platform").expect("a name"),
            location: TeamLocation::parse("/srv/roles.toml").expect("a location"),
            source: Some(Name::parse("user").expect("a name")),
        };
        let text = "[roles.a]\narn = \"arn:aws:iam::808768216571:role/a\"\nsource = \"key\"\n\
                    [roles.b]\narn = \"arn:aws:iam::808768216571:role/b\"\nsource = \"a\"\n\
                    [roles.c]\narn = \"arn:aws:iam::808768216571:role/c\"\nsource = \"a\"\nmfa_process = \"x\"\n";
        let reading = read(&team, text).expect("TOML");
        let sources: Vec<&str> = reading
            .roles
            .iter()
            .map(|role| role.source.as_str())
            .collect();
        assert_eq!(sources, ["user", "a"]);
        assert!(
            reading.faults[0]
                .1
                .what
                .starts_with("/srv/roles.toml, line 10"),
            "{:?}",
            reading.faults
        );
    }
}
