//! A key that moves from AWS's files to the keychain, and back: the file is then as it was, byte for byte.
//!
//! Input: the name of the profile, `config`, and `credentials`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::aws_files::{AwsFile, TakenKey, movable_key};
use rolecall_fuzz::bounds;
use rolecall_fuzz::parts::texts;

const PROCESS: &str = "/usr/bin/rolecall credentials --key work";

fuzz_target!(|input: &[u8]| {
    let Some([profile, config, credentials]) = texts(input) else {
        return;
    };
    bounds::within(input.len(), || {
        let Ok((file, pair)) = movable_key(config, credentials, profile) else {
            return;
        };
        let text = match file {
            AwsFile::Config => config,
            AwsFile::Credentials => credentials,
        };
        move_and_undo(file, text, profile, &pair);
    });
});

fn move_and_undo(file: AwsFile, text: &str, profile: &str, pair: &KeyPair) {
    let secret = pair.secret.expose();
    let count = |text: &str| text.matches(secret).count();
    let Ok((taken, edited)) = TakenKey::take(file, text, profile, pair, PROCESS) else {
        return;
    };
    let moved = edited.text.expose();
    assert_eq!(
        count(moved) + 1,
        count(text),
        "the secret is out of the file"
    );
    assert_eq!(count(&format!("{taken:?}")), 0, "not in the record");
    if count(text) == 1 {
        let shown = format!("{:?}", edited.difference);
        assert_eq!(count(&shown), 0, "not in the preview");
    }
    assert!(taken.is_out(moved));
    let record = serde_json::to_string(&taken).expect("JSON");
    let taken: TakenKey = serde_json::from_str(&record).expect("the same record");
    let back = taken
        .put_back(moved, &pair.secret)
        .expect("the file that was written");
    assert_eq!(back.text.expose(), text, "the file is as it was");
}
