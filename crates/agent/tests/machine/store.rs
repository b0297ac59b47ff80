//! The sealed store on a real disk, and with the real keychain.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use rolecall_agent::keychain::OsKeychain;
use rolecall_agent::seal::KeychainSeal;
use rolecall_agent::store::SealedStore;
use rolecall_core::session::Session;
use rolecall_core::value::duration::{DurationLimit, KnownBy, SessionDuration};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::Store;

use crate::desktop::{Bus, Services, on_desktop, unlock_keyring};
use crate::state_folder::{CANARY, Disk, pair, paths_below, session, start, tokens};

#[test]
fn sessions_survive_a_restart() {
    let disk = Disk::new();
    let store = disk.store();
    store.save(&session("guest", "first")).expect("saves");
    store.save(&session("Kunde \"Ä\"", "other")).expect("saves");
    let second = Session {
        endpoint_url: Some("http://127.0.0.1:4566".into()),
        ..session("guest", "second")
    };
    store.save(&second).expect("saves");

    let loaded = disk.store().load().expect("loads");
    let guest = &loaded[1];
    assert_eq!(
        (
            guest.role.as_str(),
            guest.source.as_str(),
            guest.role_arn.as_str()
        ),
        ("guest", "user", "arn:aws:iam::808768216571:role/guest")
    );
    assert_eq!(guest.identity, session("guest", "").identity);
    assert_eq!(guest.endpoint_url, second.endpoint_url);
    assert_eq!(loaded[0].endpoint_url, None);
    assert_eq!(
        (guest.issued_at, guest.expires_at()),
        (start(), session("guest", "").expires_at())
    );
    assert_eq!(guest.id(), "ASIACANARYCANARYCANA");
    assert_eq!(guest.credentials.secret_access_key.expose(), CANARY);
    assert_eq!(
        tokens(&disk.store()),
        [pair("Kunde \"Ä\"", "other"), pair("guest", "second")]
    );

    store.forget(&guest.role).expect("forgets");
    assert_eq!(tokens(&disk.store()), [pair("Kunde \"Ä\"", "other")]);
}

#[test]
fn r39_the_maximum_duration_of_a_role_survives_a_restart() {
    let disk = Disk::new();
    let life = |text| SessionDuration::parse(text).expect("a duration");
    let arn = "arn:aws:iam::808768216571:role/guest";
    for known_by in [KnownBy::Refusal(life("12h")), KnownBy::Role] {
        let allowed = life("8h");
        let limit = DurationLimit { allowed, known_by };
        disk.store()
            .note_duration_limit(arn, Some(limit))
            .expect("kept");
        let kept = disk.store().duration_limits().expect("read");
        assert_eq!(kept, [(arn.to_owned(), limit)]);
    }
    disk.store()
        .note_duration_limit(arn, None)
        .expect("forgotten");
    assert_eq!(disk.store().duration_limits(), Ok(Vec::new()));

    disk.store().note_maximum_try(arn, start()).expect("kept");
    assert_eq!(
        disk.store().maximum_tries(),
        Ok(vec![(arn.to_owned(), start())])
    );
}

#[test]
fn t34_only_the_role_of_a_session_is_readable_on_disk() {
    let disk = Disk::new();
    disk.store().save(&session("guest", CANARY)).expect("saves");
    disk.store().note_warned("ASIACANARYCANARYCANA", 600);
    let bytes = fs::read(disk.file()).expect("a file");
    for text in [CANARY, "ASIACANARY", "808768216571", "2026-11"] {
        assert!(
            !bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes()),
            "{text}"
        );
    }
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(
        (mode(&disk.file()), mode(&disk.paths.state_dir)),
        (0o600, 0o700)
    );
    assert_eq!(disk.names(), ["state.db"]);
}

#[test]
fn r36_a_warning_is_remembered_across_a_restart_and_dropped_when_old() {
    let disk = Disk::new();
    disk.store().note_warned("ASIA1", 600);
    let store = disk.store();
    assert!(store.was_warned("ASIA1", 600));
    assert!(!store.was_warned("ASIA1", 120));
    assert!(!store.was_warned("ASIA2", 600));

    disk.clock.advance(SignedDuration::from_hours(25));
    store.note_warned("ASIA2", 600);
    assert!(!disk.store().was_warned("ASIA1", 600));
    assert!(disk.store().was_warned("ASIA2", 600));
}

#[test]
fn r14_sessions_wait_for_a_locked_keychain_and_none_is_lost() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    let store = disk.store();
    disk.set_key(Err(KeychainError::Locked));
    let problem = store.load().expect_err("locked");
    assert_eq!(problem.code, ProblemCode::KeychainLocked);
    let problem = store.save(&session("guest", "second")).expect_err("locked");
    assert_eq!(problem.code, ProblemCode::KeychainLocked);
    disk.set_key(Ok(7));
    assert_eq!(tokens(&store), [pair("guest", "first")]);
}

#[test]
fn without_sessions_the_keychain_is_not_used() {
    let disk = Disk::new();
    disk.set_key(Err(KeychainError::Frozen));
    assert_eq!(tokens(&disk.store()), []);
}

#[test]
fn sessions_with_a_lost_key_are_reported_once_and_dropped() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    disk.set_key(Ok(8));
    let store = disk.store();
    let problem = store.load().expect_err("lost");
    assert!(problem.what.contains("cannot be opened"), "{problem}");
    assert_eq!(tokens(&store), []);
}

#[test]
fn old_sessions_are_deleted() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    disk.clock.advance(SignedDuration::from_hours(26));
    assert_eq!(tokens(&disk.store()), []);
    disk.clock.advance(SignedDuration::from_hours(-26));
    assert_eq!(tokens(&disk.store()), []);
}

#[test]
fn an_overwritten_session_leaves_nothing_behind() {
    let disk = Disk::new();
    let store = disk.store();
    store.save(&session("guest", "first")).expect("saves");
    let connection = rusqlite::Connection::open(disk.file()).expect("opens");
    let sealed: Vec<u8> = connection
        .query_row("SELECT sealed FROM sessions", [], |row| row.get(0))
        .expect("a row");
    drop(connection);
    store
        .forget(&Name::parse("guest").expect("a name"))
        .expect("forgets");
    let bytes = fs::read(disk.file()).expect("a file");
    assert!(!bytes.windows(32).any(|part| part == &sealed[..32]));
}

#[test]
fn the_key_is_in_the_keychain_and_no_secret_on_the_disk() {
    on_desktop(
        "store::the_key_is_in_the_keychain_and_no_secret_on_the_disk",
        Services::Keyring,
        |desktop| {
            let paths = paths_below(&desktop.root.join("home"));
            let clock = Fakes::at(start()).clock;
            let store = || {
                let seal = KeychainSeal::new(Arc::new(OsKeychain::new()));
                SealedStore::new(paths.clone(), Arc::new(seal), clock.clone())
            };
            store().save(&session("guest", CANARY)).expect("saves");
            store().save(&session("other", "second")).expect("saves");
            assert_eq!(Bus::session().labels(), ["Rolecall session seal"]);
            assert_eq!(
                tokens(&store()),
                [pair("guest", CANARY), pair("other", "second")]
            );
            assert_eq!(
                files_with(&desktop.root, CANARY.as_bytes()),
                Vec::<PathBuf>::new()
            );

            Bus::session().lock();
            let restarted = store();
            let problem = restarted.load().expect_err("locked");
            assert_eq!(problem.code, ProblemCode::KeychainLocked);
            unlock_keyring(desktop);
            assert_eq!(tokens(&restarted).len(), 2);
        },
    );
}

fn files_with(dir: &Path, text: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        let metadata = fs::symlink_metadata(&path).expect("there");
        if metadata.is_dir() {
            found.extend(files_with(&path, text));
        } else if metadata.is_file() {
            let bytes = fs::read(&path).expect("readable");
            if bytes.windows(text.len()).any(|part| part == text) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn r02_a_clock_that_nobody_confirmed_deletes_nothing() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    disk.clock.confirm(false);
    disk.clock.jump(SignedDuration::from_hours(24 * 365 * 60));
    let store = disk.store();
    store.note_warned("ASIA1", 600);
    assert_eq!(tokens(&store), [pair("guest", "first")]);
    assert_eq!(tokens(&disk.store()), [pair("guest", "first")]);
    disk.clock.confirm(true);
    assert_eq!(tokens(&disk.store()), []);
    assert_eq!(tokens(&disk.store()), []);
}
