//! `marks.toml`: labels of roles and accounts, read and edited.
//!
//! Input: a role's name, its labels (JSON), an account's labels (JSON), and the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::catalogue::marks::{
    AccountMarks, Marks, MarksReading, RoleMarks, read, with_account, with_role, with_role_renamed,
};
use rolecall_fuzz::bounds;
use rolecall_fuzz::parts::texts;

const PATH: &str = "marks.toml";
const ACCOUNT: &str = "111122223333";

fuzz_target!(|input: &[u8]| {
    let Some([name, role, account, file]) = texts(input) else {
        return;
    };
    bounds::within(input.len(), || {
        let Ok(before) = read(file, PATH) else {
            return;
        };
        if let Ok(marks) = serde_json::from_str(role) {
            label_role(file, &before.marks, name, &marks);
        }
        if let Ok(marks) = serde_json::from_str(account) {
            label_account(file, &marks);
        }
        if let Ok(renamed) = with_role_renamed(file, PATH, name, "renamed") {
            read(&renamed, PATH).expect("TOML");
        }
    });
});

fn label_role(file: &str, before: &Marks, name: &str, marks: &RoleMarks) {
    let Ok(edited) = with_role(file, PATH, name, marks) else {
        return;
    };
    let MarksReading {
        marks: after,
        faults,
    } = read(&edited, PATH).expect("TOML");
    let labels = after.of(name, ACCOUNT);
    assert_eq!(labels.favourite, marks.favourite, "{edited}");
    assert_eq!(
        labels.colour,
        marks.colour.or(before.account(ACCOUNT).colour)
    );
    let group = marks
        .group
        .as_deref()
        .map(str::trim)
        .filter(|it| !it.is_empty());
    assert_eq!(labels.group.as_deref(), group);
    // An entry that is not understood may be meant to mark production.
    if let Some(production) = marks.production
        && faults.is_empty()
    {
        assert_eq!(labels.production, production);
    }
    assert_eq!(after.account(ACCOUNT), before.account(ACCOUNT));
    let again = with_role(&edited, PATH, name, marks).expect("the same labels");
    assert_eq!(again, edited, "an edit without a change changes nothing");
}

fn label_account(file: &str, marks: &AccountMarks) {
    let Ok(edited) = with_account(file, PATH, ACCOUNT, marks) else {
        return;
    };
    let after = read(&edited, PATH).expect("TOML").marks.account(ACCOUNT);
    assert_eq!(
        (after.colour, after.production),
        (marks.colour, marks.production)
    );
    let alias = marks
        .alias
        .as_deref()
        .map(str::trim)
        .filter(|it| !it.is_empty());
    assert_eq!(after.alias.as_deref(), alias);
}
