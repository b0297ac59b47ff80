//! `roles.toml`: read, and edited as the window and the command line do.
//!
//! Input: a role as the window sends it (JSON), and the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::catalogue::{Reading, read, with_role, with_source_renamed, without_role};
use rolecall_core::role::RoleDraft;
use rolecall_core::value::name::Name;
use rolecall_fuzz::bounds;
use rolecall_fuzz::parts::texts;
use rolecall_fuzz::sample;

const PATH: &str = "roles.toml";
/// Each role is edited by itself.
const EDITS_MAX: usize = 4;

fuzz_target!(|input: &[u8]| {
    let Some([draft, file]) = texts(input) else {
        return;
    };
    bounds::within(input.len(), || {
        let Ok(reading) = read(file, PATH) else {
            return;
        };
        for (name, draft) in names_of(&reading).take(EDITS_MAX) {
            edit(file, &reading, name, draft);
        }
        if let Ok(draft) = serde_json::from_str::<RoleDraft>(draft) {
            add(file, &reading, &draft);
        }
    });
});

fn names_of(reading: &Reading) -> impl Iterator<Item = (&Name, &RoleDraft)> {
    let names = reading.roles.iter().map(|role| &role.name);
    names.zip(&reading.drafts)
}

/// Returns the roles other than this one, as written.
fn others<'a>(reading: &'a Reading, name: &Name) -> Vec<&'a RoleDraft> {
    let others = names_of(reading).filter(|(it, _)| *it != name);
    others.map(|(_, draft)| draft).collect()
}

fn edit(file: &str, reading: &Reading, name: &Name, draft: &RoleDraft) {
    let is_once = names_of(reading).filter(|(it, _)| *it == name).count() == 1;
    if !is_once || draft.name != name.as_str() {
        return;
    }
    let gone = without_role(file, PATH, name).expect("a role of the file");
    let after = read(&gone, PATH).expect("TOML");
    assert_eq!(others(&after, name), others(reading, name));
    assert!(names_of(&after).all(|(it, _)| it != name));

    let same = with_role(file, PATH, Some(name), draft).expect("a valid role");
    let after = read(&same, PATH).expect("TOML");
    assert_eq!(others(&after, name), others(reading, name));
    let checked = draft.check().expect("a valid role");
    assert!(after.roles.contains(&checked), "the role is as it was");
    let again = with_role(&same, PATH, Some(name), draft).expect("a valid role");
    assert_eq!(again, same, "an edit without a change changes nothing");

    let new = sample::name("another-source");
    let renamed = with_source_renamed(file, PATH, &checked.source, &new).expect("TOML");
    let after = read(&renamed, PATH).expect("TOML");
    assert!(after.roles.iter().all(|role| role.source != checked.source));
}

fn add(file: &str, reading: &Reading, draft: &RoleDraft) {
    let Ok(new) = with_role(file, PATH, None, draft) else {
        return;
    };
    let role = draft.check().expect("what was written is valid");
    let after = read(&new, PATH).expect("TOML");
    assert!(after.roles.contains(&role), "{new}");
    assert_eq!(others(&after, &role.name), others(reading, &role.name));
    let gone = without_role(&new, PATH, &role.name).expect("the role that was added");
    let after = read(&gone, PATH).expect("TOML");
    assert_eq!(after.drafts, reading.drafts);
}
