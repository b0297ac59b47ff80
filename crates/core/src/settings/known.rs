//! All settings: the section of each, its guards, and how its value is read.

use toml_edit::Item;

use super::Settings;
use super::guard::Guard;
use super::quiet_hours::QuietHours;
use super::value::{self, Wrong};
use crate::asker::consent::Consent;
use crate::value::nearest::may_be_misspelled;

/// One setting.
struct Setting {
    section: &'static str,
    name: &'static str,
    /// What is guarded while the value cannot be read. Without guards, the default applies.
    guards: &'static [Guard],
    /// Reads and applies the value.
    set: Set,
}

type Set = fn(&mut Settings, &Item, &str) -> Result<(), Wrong>;

/// The section with a table for each team. The user chooses the names of the tables.
const TEAMS: &str = "teams";

const POLICY: &[Guard] = &[Guard::Policy];
const DESTINATION: &[Guard] = &[Guard::Destination];

static SETTINGS: [Setting; 26] = [
    setting("aws", "endpoint_url", DESTINATION, |to, item, name| {
        let url = |text: &str| value::loopback_url(text).map(Some);
        put_text(&mut to.endpoint_url, item, name, url)
    }),
    setting("aws", "region", DESTINATION, |to, item, name| {
        let region = |text: &str| value::region(text).map(Some);
        put_text(&mut to.region, item, name, region)
    }),
    setting("aws", "ca_bundle", DESTINATION, |to, item, name| {
        let path = |text: &str| Ok(Some(text.to_owned()));
        put_text(&mut to.ca_bundle, item, name, path)
    }),
    setting("aws", "proxy", DESTINATION, |to, item, name| {
        let url = |text: &str| value::proxy_url(text).map(Some);
        put_text(&mut to.proxy, item, name, url)
    }),
    setting("aws", "fips", DESTINATION, |to, item, name| {
        put(&mut to.fips, value::switch(item, name))
    }),
    setting("aws", "dual_stack", DESTINATION, |to, item, name| {
        put(&mut to.dual_stack, value::switch(item, name))
    }),
    setting("notifications", "lead_times", &[], |to, item, _| {
        put(&mut to.lead_times, value::lead_times(item))
    }),
    setting("notifications", "quiet_hours", &[], |to, item, name| {
        let hours = |text: &str| QuietHours::parse(text).map(Some);
        put_text(&mut to.quiet_hours, item, name, hours)
    }),
    setting("clipboard", "clear_after", &[], |to, item, name| {
        put_text(&mut to.clipboard_clear, item, name, value::clear_after)
    }),
    setting("mfa", "process", &[], |to, item, _| {
        put(&mut to.mfa_process, value::words(item))
    }),
    setting("mfa", "session", &[Guard::CodeLife], |to, item, name| {
        put_text(&mut to.mfa_session, item, name, value::code_life)
    }),
    setting("export", "shell", &[], |to, item, name| {
        put_text(&mut to.shell, item, name, value::shell)
    }),
    setting("console", "browser", &[], |to, item, name| {
        put_text(&mut to.browser, item, name, value::browser)
    }),
    setting("console", "duration", &[], |to, item, name| {
        let duration = |text: &str| value::console_duration(text).map(Some);
        put_text(&mut to.console_duration, item, name, duration)
    }),
    setting("console", "sign_in", &[], |to, item, name| {
        put_text(&mut to.sign_in_method, item, name, value::sign_in)
    }),
    setting("console", "sign_out_first", &[], |to, item, name| {
        put(&mut to.sign_out_first, value::switch(item, name))
    }),
    setting(
        "production",
        "confirm",
        &[Guard::Production],
        |to, item, name| put(&mut to.confirm_production, value::switch(item, name)),
    ),
    setting(
        "production",
        "allow_yes",
        &[Guard::Production],
        |to, item, name| put(&mut to.allow_yes, value::switch(item, name)),
    ),
    setting("production", "duration", &[], |to, item, name| {
        let duration = |text: &str| value::production_duration(text).map(Some);
        put_text(&mut to.production_duration, item, name, duration)
    }),
    setting("agent", "start", &[Guard::AgentStart], |to, item, name| {
        put_text(&mut to.agent_start, item, name, value::agent_start)
    }),
    setting("ask", "default", POLICY, |to, item, name| {
        put_text(&mut to.ask.default, item, name, value::consent)
    }),
    setting(
        "ask",
        "containers",
        &[Guard::Containers],
        |to, item, name| put_text(&mut to.ask.containers, item, name, value::consent),
    ),
    // Tables, whose entries the reader reads one by one.
    setting("ask", "roles", POLICY, |_, _, name| {
        Err(value::not_a_table(name))
    }),
    setting("ask", "keys", POLICY, |_, _, name| {
        Err(value::not_a_table(name))
    }),
    setting("keys", "rotate_after", &[], |to, item, name| {
        put_text(&mut to.rotate_after, item, name, value::rotate_after)
    }),
    setting("temporary_profiles", "roles", &[], |to, item, _| {
        put(&mut to.temporary_profiles, value::role_names(item))
    }),
];

const fn setting(
    section: &'static str,
    name: &'static str,
    guards: &'static [Guard],
    set: Set,
) -> Setting {
    Setting {
        section,
        name,
        guards,
        set,
    }
}

fn put<T>(target: &mut T, value: Result<T, Wrong>) -> Result<(), Wrong> {
    *target = value?;
    Ok(())
}

fn put_text<T>(
    target: &mut T,
    item: &Item,
    name: &str,
    parse: impl Fn(&str) -> Result<T, Wrong>,
) -> Result<(), Wrong> {
    put(target, value::text(item, name).and_then(parse))
}

/// Applies one setting. Returns `None` if there is no setting with this name.
pub(super) fn set(
    settings: &mut Settings,
    section: &str,
    name: &str,
    item: &Item,
) -> Option<Result<(), Wrong>> {
    if section == TEAMS {
        return Some(value::team(name, item).map(|team| settings.teams.push(team)));
    }
    find(section, name).map(|known| (known.set)(settings, item, known.name))
}

/// Returns all sections with their settings, as a sentence.
pub(super) fn sentence() -> String {
    let own = sections().filter(|section| *section != TEAMS);
    let shown: Vec<String> = own
        .map(|section| {
            let names: Vec<&str> = of_section(section).map(|known| known.name).collect();
            format!("[{section}] {}", names.join(", "))
        })
        .collect();
    let teams = value::TEAM_FIELDS;
    format!("Known: {}; [{TEAMS}.NAME] {teams}.", shown.join("; "))
}

/// Returns whether a setting is known. Teams have names that the user chooses, and are none.
pub(super) fn is_setting(section: &str, name: &str) -> bool {
    find(section, name).is_some()
}

/// Returns whether a section is known.
pub(super) fn is_section(name: &str) -> bool {
    sections().any(|section| section == name)
}

/// Returns the guards of a setting whose value cannot be read.
pub(super) fn guards_of(section: &str, name: &str) -> Vec<Guard> {
    find(section, name).map_or_else(Vec::new, |known| known.guards.to_vec())
}

/// Returns the guards that an unknown setting may have been meant for.
pub(super) fn guards_meant(section: &str, name: Option<&str>, value: Option<&str>) -> Vec<Guard> {
    let owners = near_sections(section);
    let Some(name) = name else {
        return guards_of_sections(&owners);
    };
    let like_it = || {
        SETTINGS
            .iter()
            .filter(|known| may_be_misspelled(name, known.name))
            .map(|known| known.section)
    };
    let own: Vec<&str> = like_it()
        .filter(|section| owners.contains(section))
        .collect();
    if !own.is_empty() {
        return guards_of_sections(&own);
    }
    let is_policy = owners.is_empty() && value.is_some_and(|it| Consent::of_word(it).is_some());
    let policy = is_policy.then_some("ask");
    // Such as `ask = "never"` in another section, or the section `[teams.NAME.ask]`.
    let as_section = near_sections(name);
    let all: Vec<&str> = owners
        .iter()
        .copied()
        .chain(like_it())
        .chain(policy)
        .chain(as_section)
        .collect();
    guards_of_sections(&all)
}

/// Returns the sections that a name can mean: the one with this name, or otherwise those with a similar name.
fn near_sections(name: &str) -> Vec<&'static str> {
    if let Some(exact) = sections().find(|section| *section == name) {
        return vec![exact];
    }
    sections()
        .filter(|section| may_be_misspelled(name, section))
        .collect()
}

fn guards_of_sections(sections: &[&str]) -> Vec<Guard> {
    let mut guards = Vec::new();
    let all = sections.iter().flat_map(|section| of_section(section));
    for guard in all.flat_map(|known| known.guards) {
        if !guards.contains(guard) {
            guards.push(*guard);
        }
    }
    guards
}

/// Returns each section once.
fn sections() -> impl Iterator<Item = &'static str> {
    let groups = SETTINGS.chunk_by(|one, next| one.section == next.section);
    let own = groups.filter_map(|group| group.first().map(|known| known.section));
    own.chain([TEAMS])
}

fn of_section(section: &str) -> impl Iterator<Item = &'static Setting> {
    SETTINGS
        .iter()
        .filter(move |known| known.section == section)
}

fn find(section: &str, name: &str) -> Option<&'static Setting> {
    of_section(section).find(|known| known.name == name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sentence_has_each_setting_in_its_section() {
        assert_eq!(
            super::sentence(),
            "Known: [aws] endpoint_url, region, ca_bundle, proxy, fips, dual_stack; [notifications] lead_times, quiet_hours; \
             [clipboard] clear_after; [mfa] process, session; [export] shell; [console] browser, duration, sign_in, sign_out_first; [production] confirm, allow_yes, duration; [agent] start; \
             [ask] default, containers, roles, keys; [keys] rotate_after; [temporary_profiles] roles; [teams.NAME] from, source."
        );
    }
}
