//! Moving keys in plaintext to the keychain and back: when the plaintext is removed, and what replaces it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::aws_files::AwsFile;
use rolecall_core::aws_files::connection::Step;
use rolecall_core::calls::sts::StsError;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::name::Name;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::{AwsWriter, Files, Keychain};

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct Set {
    fakes: Fakes,
    keeper: Arc<Keeper>,
    text: String,
}

impl Set {
    fn new() -> Self {
        let now = "2026-11-21T12:00:00Z".parse::<Timestamp>();
        let fakes = Fakes::at(now.expect("an instant"));
        let text = format!(
            "[own]\nregion = x\n[work]\naws_access_key_id={ID}\noutput = json\naws_secret_access_key = {SECRET}"
        );
        *fakes.files.aws_credentials.lock().expect("free") = text.clone();
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        Self {
            fakes,
            keeper,
            text,
        }
    }

    fn file(&self) -> String {
        let read = self
            .fakes
            .files
            .read_aws(AwsFile::Credentials)
            .expect("readable");
        read.text.expose().to_owned()
    }

    fn import(&self) {
        let moved = self.keeper.import_key("work", None, Step::Write);
        let backup = moved.expect("moved").backup;
        assert_eq!(backup.as_deref(), Some("backups/credentials.1"));
    }

    fn line(&self) -> String {
        let line = self
            .keeper
            .key_credentials(&name("work"))
            .expect("credentials");
        line.expose().to_owned()
    }
}

fn id() -> AccessKeyId {
    AccessKeyId::parse(ID).expect("an id")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

#[test]
fn a_moved_key_is_in_the_keychain_and_its_profile_gets_a_session_of_it() {
    let set = Set::new();
    let preview = set
        .keeper
        .import_key("work", None, Step::Preview)
        .expect("previews");
    assert_eq!(
        (set.file(), set.keeper.snapshot().keys.len()),
        (set.text.clone(), 0)
    );
    assert!(!format!("{preview:?}").contains(SECRET));
    assert!(
        preview.notes[0].contains("calls to IAM"),
        "{:?}",
        preview.notes
    );
    assert_eq!(preview.backup.as_deref(), Some("backups/credentials.1"));
    set.import();
    let file = set.file();
    assert!(!file.contains(SECRET) && !file.contains(ID), "{file}");
    let process =
        "\ncredential_process = /usr/bin/rolecall credentials --key work\noutput = json\n";
    assert!(file.contains(process), "{file}");
    assert_eq!(
        set.fakes.keychain.fetch(&id()).expect("kept").expose(),
        SECRET
    );
    let notes = set.fakes.files.moved_keys().expect("notes");
    assert!(
        !serde_json::to_string(&notes)
            .expect("JSON")
            .contains(SECRET)
    );
}

#[test]
fn b29_the_key_of_a_root_user_stays_in_its_file() {
    let set = Set::new();
    set.fakes.sts.call_as("arn:aws:iam::177634097045:root");
    let problem = set.keeper.import_key("work", None, Step::Write);
    let problem = problem.expect_err("refused");
    assert!(problem.to_string().contains("root user"), "{problem}");
    assert_eq!(set.file(), set.text);
    assert!(set.fakes.keychain.fetch(&id()).is_err());
    set.fakes.sts.call_as("arn:aws:iam::177634097045:user/user");
    set.import();
}

#[test]
fn undoing_restores_the_file_exactly() {
    let set = Set::new();
    set.import();
    set.keeper
        .undo_import("work", Step::Preview)
        .expect("previews");
    assert!(!set.file().contains(SECRET));
    set.keeper.undo_import("work", Step::Write).expect("undone");
    assert_eq!(set.file(), set.text);
    assert!(set.keeper.undo_import("work", Step::Write).is_err());
    set.import();
    assert!(!set.file().contains(SECRET), "it can go again");
}

#[test]
fn r17_the_plaintext_stays_until_all_previous_steps_succeeded() {
    let set = Set::new();
    set.fakes.keychain.fail_with(Some(KeychainError::Locked));
    assert!(set.keeper.import_key("work", None, Step::Write).is_err());
    assert_eq!(set.file(), set.text);
    set.fakes.keychain.fail_with(None);
    let host = "sts".to_owned();
    set.fakes.sts.refuse_next(StsError::TimedOut { host });
    let problem = set.keeper.import_key("work", None, Step::Write);
    assert!(problem.is_err(), "no session can be had");
    assert_eq!(set.file(), set.text);
    set.import();
    assert!(!set.file().contains(SECRET));
}

#[test]
fn d2_a_key_returns_a_session_that_is_shared_and_renewed() {
    let set = Set::new();
    set.import();
    let first = set.line();
    assert!(first.contains("ASIATOKEN") && !first.contains(SECRET));
    assert!(first.contains("2026-11-21T13:00:00Z"));
    set.fakes.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(set.line(), first);
    set.fakes.clock.advance(SignedDuration::from_mins(11));
    assert_ne!(set.line(), first);
    assert!(set.keeper.key_credentials(&name("nobody")).is_err());
}

#[test]
fn a_key_that_a_profile_needs_is_neither_removed_nor_renamed() {
    let set = Set::new();
    set.import();
    let remedy = "rolecall keys undo-import work";
    let problem = set.keeper.remove_key(&name("work")).expect_err("needed");
    assert!(problem.remedy.contains(remedy), "{problem}");
    let renamed = set.keeper.rename_key(&name("work"), &name("mine"));
    assert!(renamed.expect_err("needed").remedy.contains(remedy));
    set.keeper.undo_import("work", Step::Write).expect("undone");
    set.keeper.remove_key(&name("work")).expect("removed");
}
