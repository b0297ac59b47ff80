//! `settings.toml`: read, and edited as the window and the command line do.
//!
//! Input: the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::settings::{
    Settings, SettingsReading, read, with_consent, with_temporary_profile,
    without_temporary_profile,
};
use rolecall_fuzz::{bounds, sample};

const PATH: &str = "settings.toml";

fuzz_target!(|file: &str| {
    bounds::within(file.len(), || {
        let Ok(reading) = read(file, PATH) else {
            return;
        };
        assert_eq!(read(file, PATH).as_ref(), Ok(&reading));
        for subject in [
            Subject::Role(sample::name("guest")),
            Subject::Key(sample::name("work")),
        ] {
            set_consent(file, &reading, &subject);
        }
        list_profile(file, &reading);
    });
});

fn set_consent(file: &str, before: &SettingsReading, subject: &Subject) {
    for consent in Consent::ALL {
        let Ok(edited) = with_consent(file, PATH, subject, Some(consent)) else {
            return;
        };
        let after = read(&edited, PATH).expect("TOML");
        assert_eq!(after.settings.ask.own(subject), Some(consent), "{edited}");
        let other = |settings: &Settings| Settings {
            ask: Default::default(),
            destination_fault: None,
            ..settings.clone()
        };
        assert_eq!(other(&after.settings), other(&before.settings));
        // It names a line, which may be another one by now.
        let is_cut_off = |settings: &Settings| settings.destination_fault.is_some();
        assert_eq!(is_cut_off(&after.settings), is_cut_off(&before.settings));
        let again = with_consent(&edited, PATH, subject, Some(consent)).expect("TOML");
        assert_eq!(again, edited, "an edit without a change changes nothing");
        let cleared = with_consent(&edited, PATH, subject, None).expect("TOML");
        let after = read(&cleared, PATH).expect("TOML");
        assert_eq!(after.settings.ask.own(subject), None, "{cleared}");
    }
}

fn list_profile(file: &str, before: &SettingsReading) {
    let role = sample::name("guest");
    let Ok(edited) = with_temporary_profile(file, PATH, &role) else {
        return;
    };
    let after = read(&edited, PATH).expect("TOML");
    let listed = &after.settings.temporary_profiles;
    assert!(
        listed.contains(&role) || after.faults.len() >= before.faults.len().max(1),
        "{edited}"
    );
    let cleared = without_temporary_profile(&edited, PATH, &role).expect("TOML");
    let after = read(&cleared, PATH).expect("TOML");
    assert!(!after.settings.temporary_profiles.contains(&role));
    assert_eq!(after.settings.ask, before.settings.ask);
}
