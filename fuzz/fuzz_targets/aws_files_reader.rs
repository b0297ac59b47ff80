//! `~/.aws/config` and `~/.aws/credentials`, as they are read.
//!
//! Input: the bytes of both files, with a separator between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::aws_files::{
    AwsFile, Document, FileNotice, KeychainKeys, LineKind, Reading, roles, roles_with_keys, text,
};
use rolecall_core::value::sanitise::is_hidden;
use rolecall_fuzz::bounds;
use rolecall_fuzz::canary::{self, assert_hidden};
use rolecall_fuzz::parts::halves;

/// So many notices, and one that counts the rest.
const NOTICES_MAX: usize = 101;

fuzz_target!(|input: &[u8]| {
    let (config, credentials) = halves(input);
    let read = (
        text(AwsFile::Config, config),
        text(AwsFile::Credentials, credentials),
    );
    let (Ok(config), Ok(credentials)) = read else {
        assert!(std::str::from_utf8(input).is_err(), "text is accepted");
        return;
    };
    bounds::within(input.len(), || check(config, credentials));
});

fn check(config: &str, credentials: &str) {
    for text in [config, credentials] {
        let document = Document::parse(text);
        let lines = document.lines().iter();
        let lines: String = lines.flat_map(|line| [line.text, line.ending]).collect();
        let without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
        assert_eq!(lines, without_mark, "every byte is kept");
    }
    let reading = roles(config, credentials);
    check_reading(&reading, config, credentials);
    let without_keys = roles_with_keys(config, credentials, &KeychainKeys::of(&[]));
    check_reading(&without_keys, config, credentials);
    let process = "credential_process";
    let has_process = [config, credentials]
        .iter()
        .any(|text| text.to_ascii_lowercase().contains(process));
    let mut roles = without_keys.roles.iter();
    assert!(
        roles.all(|it| it.problem.is_some()) || has_process,
        "a role needs a key"
    );
}

fn check_reading(reading: &Reading, config: &str, credentials: &str) {
    assert!(reading.notices.len() <= NOTICES_MAX);
    for FileNotice { file, line, text } in reading.notices.iter().chain(&reading.faults) {
        assert!(!text.chars().any(is_hidden), "{text:?}");
        let lines = match file {
            AwsFile::Config => config,
            AwsFile::Credentials => credentials,
        };
        let count = lines.split('\n').count();
        assert!(line.is_none_or(|line| (1..=count).contains(&line)));
    }
    let mut usable = reading.roles.iter().filter(|it| it.problem.is_none());
    assert!(
        usable.all(|it| it.role().is_ok()),
        "a role without a problem is valid"
    );
    if !is_canary_elsewhere(config) && !is_canary_elsewhere(credentials) {
        assert_hidden(&format!("{reading:?}"));
    }
}

/// Returns whether the canary is somewhere else than in the value of a secret, such as in the name of a profile.
fn is_canary_elsewhere(text: &str) -> bool {
    let document = Document::parse(text);
    let others = document.lines().iter().filter(|line| match line.kind {
        LineKind::Property { key, .. } => ["aws_secret_access_key", "aws_session_token"]
            .iter()
            .all(|secret| !key.eq_ignore_ascii_case(secret)),
        _ => true,
    });
    let others: Vec<&str> = others.map(|line| line.text).collect();
    canary::is_in(&others.join("\n"))
}
