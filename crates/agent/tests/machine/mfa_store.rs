//! MFA across a restart: the encrypted sessions, and the log that prevents sending a code twice.

use std::fs;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::Store;
use rolecall_keeper::{Keeper, Ports};

use crate::state_folder::{CANARY, Disk, start};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const ROLES: &str = r#"
[roles.a]
arn = "arn:aws:iam::808768216571:role/a"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
mfa_code = "shared"

[roles.own]
arn = "arn:aws:iam::808768216571:role/own"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
mfa_code = "own"
"#;

fn serial(device: &str) -> MfaSerial {
    MfaSerial::parse(&format!("arn:aws:iam::177634097045:mfa/{device}")).expect("a serial")
}

fn code(text: &str) -> MfaCode {
    MfaCode::parse(text).expect("a code")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn mfa_session(device: &str, token: &str) -> MfaSession {
    MfaSession {
        key: AccessKeyId::parse(KEY).expect("an id"),
        serial: serial(device),
        issued_at: start(),
        credentials: Arc::new(Credentials {
            access_key_id: "ASIACANARYCANARYCANA".into(),
            secret_access_key: Secret::new(CANARY.into()),
            session_token: Secret::new(token.into()),
            expires_at: start() + SignedDuration::from_hours(12),
        }),
    }
}

fn stored(disk: &Disk) -> Vec<(String, String, Timestamp)> {
    let sessions = disk.store().load_mfa().expect("loads");
    let row = |session: &MfaSession| {
        let token = session.credentials.session_token.expose().to_owned();
        (session.serial.to_string(), token, session.issued_at)
    };
    sessions.iter().map(row).collect()
}

fn row(device: &str, token: &str) -> (String, String, Timestamp) {
    (serial(device).to_string(), token.to_owned(), start())
}

/// Returns a keeper after a start on this disk. The same fakes are the same keychain and the same AWS.
fn keeper_on(disk: &Disk, fakes: &Fakes) -> Arc<Keeper> {
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let ports = Ports {
        store: Arc::new(disk.store()),
        ..fakes.ports()
    };
    let keeper = Arc::new(Keeper::new(ports, Mode::Own));
    keeper.restore_sessions();
    keeper
}

fn with_key(disk: &Disk, fakes: &Fakes) -> Arc<Keeper> {
    let keeper = keeper_on(disk, fakes);
    let secret = Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into());
    let pair = KeyPair::parse(KEY, &secret).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    keeper
}

#[test]
fn mfa_sessions_survive_a_restart_each_for_its_device() {
    let disk = Disk::new();
    let store = disk.store();
    for (device, token) in [("user", "first"), ("phone", "other"), ("user", "second")] {
        store.save_mfa(&mfa_session(device, token)).expect("saves");
    }
    assert_eq!(
        stored(&disk),
        [row("phone", "other"), row("user", "second")]
    );

    let key = AccessKeyId::parse(KEY).expect("an id");
    disk.store()
        .forget_mfa(&key, &serial("phone"))
        .expect("forgets");
    assert_eq!(stored(&disk), [row("user", "second")]);

    disk.clock.advance(SignedDuration::from_hours(12));
    assert_eq!(stored(&disk), []);
    disk.clock.advance(SignedDuration::from_hours(-12));
    assert_eq!(stored(&disk), [], "expired sessions are deleted");
}

#[test]
fn t34_no_mfa_session_and_no_code_is_readable_on_disk() {
    let disk = Disk::new();
    let store = disk.store();
    store
        .save_mfa(&mfa_session("user", "TokenCanary"))
        .expect("saves");
    store.note_code_sent(&serial("user"), &code("739251"));
    let bytes = fs::read(disk.file()).expect("a file");
    for text in [CANARY, "TokenCanary", "ASIACANARY", "2026-11", "739251"] {
        let found = bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes());
        assert!(!found, "{text}");
    }
}

#[test]
fn an_unreadable_mfa_session_is_dropped_and_a_locked_keychain_loses_none() {
    let disk = Disk::new();
    disk.store()
        .save_mfa(&mfa_session("user", "first"))
        .expect("saves");
    disk.set_key(Err(KeychainError::Locked));
    let problem = disk.store().load_mfa().expect_err("locked");
    assert_eq!(problem.code, ProblemCode::KeychainLocked);
    disk.set_key(Ok(7));
    assert_eq!(stored(&disk), [row("user", "first")]);

    disk.set_key(Ok(8));
    assert_eq!(stored(&disk), [], "another key sealed it");
    disk.set_key(Ok(7));
    assert_eq!(stored(&disk), []);
}

#[test]
fn a_code_is_remembered_across_a_restart_for_its_device_as_long_as_aws_accepts_it() {
    let disk = Disk::new();
    disk.store()
        .note_code_sent(&serial("user"), &code("123456"));
    let store = disk.store();
    assert!(store.was_code_sent(&serial("user"), &code("123456")));
    assert!(!store.was_code_sent(&serial("user"), &code("123457")));
    assert!(!store.was_code_sent(&serial("phone"), &code("123456")));

    disk.clock.advance(SignedDuration::from_secs(110));
    assert!(disk.store().was_code_sent(&serial("user"), &code("123456")));
    disk.clock.advance(SignedDuration::from_secs(20));
    assert!(!disk.store().was_code_sent(&serial("user"), &code("123456")));
}

#[test]
fn no_code_is_sent_twice_across_a_restart_whatever_the_result() {
    let disk = Disk::new();
    let fakes = Fakes::at(start());
    let keeper = with_key(&disk, &fakes);
    fakes
        .sts
        .refuse_next(rolecall_core::calls::sts::StsError::TimedOut {
            host: "sts".to_owned(),
        });
    let lost = keeper.assume(&name("own"), Some(code("123456")));
    lost.expect_err("no answer");
    assert_eq!(fakes.sts.calls().len(), 1);
    drop(keeper);

    let keeper = keeper_on(&disk, &fakes);
    let problem = keeper
        .assume(&name("own"), Some(code("123456")))
        .expect_err("used");
    assert_eq!(
        (problem.code, problem.what.as_str()),
        (ProblemCode::CodeRejected, "This code was used already.")
    );
    assert_eq!(fakes.sts.calls().len(), 1, "it was not sent");
    keeper
        .assume(&name("own"), Some(code("654321")))
        .expect("the next one");
}

#[test]
fn a_verified_code_is_valid_after_a_restart() {
    let disk = Disk::new();
    let fakes = Fakes::at(start());
    let keeper = with_key(&disk, &fakes);
    keeper
        .assume(&name("a"), Some(code("123456")))
        .expect("assumed");
    drop(keeper);

    for clock in [&disk.clock, &fakes.clock] {
        clock.advance(SignedDuration::from_hours(2));
    }
    let keeper = keeper_on(&disk, &fakes);
    assert_eq!(keeper.snapshot().keys[0].mfa.len(), 1);
    keeper.assume(&name("a"), None).expect("no prompt");
    assert_eq!(fakes.sts.token_calls().len(), 1);

    keeper.end_mfa(&name("user")).expect("forgotten");
    assert_eq!(stored(&disk), []);
}
