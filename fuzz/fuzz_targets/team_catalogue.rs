//! A team's catalogue, as its server answers with it.
//!
//! Input: the location, the team's source, and the answer.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use rolecall_core::catalogue::team::{Team, TeamLocation, read, read_answer};
use rolecall_core::value::name::Name;
use rolecall_core::value::sanitise::is_hidden;
use rolecall_fuzz::parts::texts;
use rolecall_fuzz::{bounds, sample};

fuzz_target!(|input: &[u8]| {
    let Some([location, source, answer]) = texts(input) else {
        return;
    };
    bounds::within(input.len(), || {
        let location = location_of(location);
        let team = Team {
            name: sample::name("platform"),
            location,
            source: Name::parse(source).ok(),
        };
        check(&team, answer);
    });
});

fn location_of(text: &str) -> TeamLocation {
    let fallback = || TeamLocation::Url("https://example.com/roles.toml".to_owned());
    let Ok(location) = TeamLocation::parse(text) else {
        return fallback();
    };
    assert_eq!(TeamLocation::parse(location.text()), Ok(location.clone()));
    assert!(!location.text().chars().any(is_hidden));
    if let TeamLocation::Url(url) = &location {
        let is_safe = url.starts_with("https://") || url.starts_with("http://");
        // Whatever a reader takes for the end of the host, no user name is before it.
        let (_, rest) = url.split_once("://").unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !".-_:[]".contains(c));
        let next = end.and_then(|end| rest[end..].chars().next());
        assert!(is_safe && next.is_none_or(|c| "/?#".contains(c)), "{url}");
    }
    location
}

fn check(team: &Team, answer: &str) {
    let (accepted, reading) = (read_answer(team, answer), read(team, answer));
    let Ok(reading) = reading else {
        assert!(accepted.is_err(), "what cannot be read is not accepted");
        return;
    };
    if accepted.is_err() {
        assert!(
            reading.roles.is_empty(),
            "an answer with a role is accepted"
        );
    }
    let names: HashSet<&Name> = reading.roles.iter().map(|role| &role.name).collect();
    if let Some(source) = &team.source {
        let mut sources = reading.roles.iter().map(|role| &role.source);
        assert!(sources.all(|it| it == source || names.contains(it)));
    }
}
