//! The sealed store on a real disk, and with the real keychain.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::desktop::{Bus, Services, on_desktop, unlock_keyring};
use crate::small_disk::on_small_disk;
use jiff::{SignedDuration, Timestamp};
use rolecall_agent::keychain::{Asking, OsKeychain};
use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::seal::{KeychainSeal, SealKey, SealKeys};
use rolecall_agent::store::SealedStore;
use rolecall_core::credentials::Credentials;
use rolecall_core::fakes::{FakeClock, Fakes};
use rolecall_core::name::Name;
use rolecall_core::ports::{KeychainError, Store};
use rolecall_core::problem::ProblemCode;
use rolecall_core::secret::Secret;
use rolecall_core::session::Session;

const CANARY: &str = "CanaryCanaryCanaryCanaryCanaryCanary+/==";

/// A key that is there, or is not.
struct FixedSeal(Mutex<Result<u8, KeychainError>>);

impl SealKeys for FixedSeal {
    fn existing(&self, _asking: Asking) -> Result<Arc<SealKey>, KeychainError> {
        let byte = self.0.lock().expect("unpoisoned").clone()?;
        Ok(Arc::new(SealKey::new([byte; 32])))
    }
    fn existing_or_new(&self) -> Result<Arc<SealKey>, KeychainError> {
        self.existing(Asking::Quiet)
    }
}

/// One state folder, which survives the stores on it.
struct Disk {
    _dir: Option<tempfile::TempDir>,
    paths: Paths,
    seal: Arc<FixedSeal>,
    clock: Arc<FakeClock>,
}

impl Disk {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let disk = Self::at(dir.path());
        Self {
            _dir: Some(dir),
            ..disk
        }
    }

    fn at(dir: &Path) -> Self {
        Self {
            _dir: None,
            paths: paths_below(dir),
            seal: Arc::new(FixedSeal(Mutex::new(Ok(7)))),
            clock: Fakes::at(start()).clock,
        }
    }

    /// Returns the store as after a restart.
    fn store(&self) -> SealedStore {
        SealedStore::new(self.paths.clone(), self.seal.clone(), self.clock.clone())
    }

    fn set_key(&self, key: Result<u8, KeychainError>) {
        *self.seal.0.lock().expect("unpoisoned") = key;
    }

    fn file(&self) -> PathBuf {
        self.paths.state_path()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.paths.state_dir).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    }
}

fn paths_below(dir: &Path) -> Paths {
    Paths::new(&Environment {
        home: Some(dir.to_owned()),
        ..Environment::default()
    })
    .expect("paths")
}

fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

fn session(role: &str, token: &str) -> Session {
    Session {
        role: Name::parse(role).expect("a name"),
        role_arn: "arn:aws:iam::808768216571:role/guest".into(),
        source: Name::parse("user").expect("a name"),
        identity: "arn:aws:sts::808768216571:assumed-role/guest/user".into(),
        issued_at: start(),
        credentials: Arc::new(Credentials {
            access_key_id: "ASIACANARYCANARYCANA".into(),
            secret_access_key: Secret::new(CANARY.into()),
            session_token: Secret::new(token.into()),
            expires_at: start() + SignedDuration::from_hours(1),
        }),
    }
}

fn tokens(store: &SealedStore) -> Vec<(String, String)> {
    let sessions = store.load().expect("loads");
    sessions
        .iter()
        .map(|session| {
            let token = session.credentials.session_token.expose();
            (session.role.to_string(), token.to_owned())
        })
        .collect()
}

fn pair(role: &str, token: &str) -> (String, String) {
    (role.to_owned(), token.to_owned())
}

#[test]
fn sessions_survive_a_restart() {
    let disk = Disk::new();
    let store = disk.store();
    store.save(&session("guest", "first")).expect("saves");
    store.save(&session("Kunde \"Ä\"", "other")).expect("saves");
    store.save(&session("guest", "second")).expect("saves");

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
fn t34_nothing_of_a_session_but_its_role_is_readable_on_disk() {
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
fn without_sessions_the_keychain_is_not_asked() {
    let disk = Disk::new();
    disk.set_key(Err(KeychainError::Frozen));
    assert_eq!(tokens(&disk.store()), []);
}

#[test]
fn sessions_sealed_with_a_lost_key_are_told_once_and_dropped() {
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
fn sessions_that_ended_long_ago_leave_the_disk() {
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
fn b81_a_file_of_a_newer_version_is_left_as_it_is() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    let connection = rusqlite::Connection::open(disk.file()).expect("opens");
    connection
        .pragma_update(None, "user_version", 9)
        .expect("updates");
    drop(connection);
    let before = fs::read(disk.file()).expect("a file");

    let store = disk.store();
    assert!(
        store
            .load()
            .expect_err("newer")
            .what
            .contains("newer version")
    );
    assert!(store.save(&session("guest", "second")).is_err());
    store.note_warned("ASIA1", 600);
    assert!(store.was_warned("ASIA1", 600), "each warning once, even so");
    assert_eq!(fs::read(disk.file()).expect("a file"), before);
    assert_eq!(disk.names(), ["state.db"]);
}

#[test]
fn r24_what_is_no_database_is_put_aside_and_told_once() {
    for bytes in [&b"not a database"[..], &[0xff; 8192], b"SQLite format 3\0"] {
        let disk = Disk::new();
        fs::create_dir_all(&disk.paths.state_dir).expect("a folder");
        fs::write(disk.file(), bytes).expect("writes");
        let store = disk.store();
        let problem = store.load().expect_err("damaged");
        assert!(problem.what.contains("put aside as"), "{problem}");
        let names = disk.names();
        assert_eq!(names, ["state.db", "state.db.corrupt-20261121T120000Z"]);
        assert_eq!(
            fs::read(disk.paths.state_dir.join(&names[1])).expect("kept"),
            bytes
        );
        assert_eq!(tokens(&store), []);
        store.save(&session("guest", "first")).expect("saves");
        assert_eq!(tokens(&disk.store()), [pair("guest", "first")]);
    }
}

#[test]
fn r24_a_database_of_another_program_is_put_aside() {
    let disk = Disk::new();
    fs::create_dir_all(&disk.paths.state_dir).expect("a folder");
    let connection = rusqlite::Connection::open(disk.file()).expect("opens");
    connection
        .execute_batch("CREATE TABLE sessions (x); PRAGMA user_version = 1;")
        .expect("runs");
    drop(connection);
    assert!(disk.store().load().is_err());
    assert_eq!(tokens(&disk.store()), []);
}

#[test]
fn r24_no_flipped_byte_or_cut_breaks_the_store() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    disk.store().note_warned("ASIA1", 600);
    let good = fs::read(disk.file()).expect("a file");
    // The number of the version is what a newer version would have changed as well.
    let version = 60..64;
    let places = (0..100).chain((100..good.len()).step_by(151));
    for at in places.filter(|at| !version.contains(at)) {
        let mut flipped = good.clone();
        flipped[at] ^= 0xff;
        for bytes in [&flipped[..], &good[..at]] {
            fs::write(disk.file(), bytes).expect("writes");
            let store = disk.store();
            // What is left of the damage differs; that the store goes on does not.
            let _ = store.load();
            let _ = store.was_warned("ASIA1", 600);
            store.save(&session("other", "second")).expect("saves");
            let loaded = tokens(&disk.store());
            assert!(
                loaded.contains(&pair("other", "second")),
                "byte {at}: {loaded:?}"
            );
        }
    }
}

#[test]
fn b41_what_is_not_a_file_is_told_and_never_blocks() {
    let disk = Disk::new();
    fs::create_dir_all(disk.file()).expect("a folder");
    let problem = disk.store().load().expect_err("a folder");
    assert!(problem.what.contains("is not a file"), "{problem}");
    fs::remove_dir(disk.file()).expect("removes");
    rustix::fs::mkfifoat(rustix::fs::CWD, disk.file(), rustix::fs::Mode::RUSR).expect("a FIFO");
    let problem = disk.store().load().expect_err("a FIFO");
    assert!(problem.what.contains("is not a file"), "{problem}");
}

#[test]
fn r22_a_failing_disk_is_told_and_works_again_later() {
    let disk = Disk::new();
    fs::create_dir_all(disk.paths.state_dir.parent().expect("a parent")).expect("a folder");
    fs::write(&disk.paths.state_dir, "in the way").expect("writes");
    let store = disk.store();
    let problem = store
        .save(&session("guest", "first"))
        .expect_err("no folder");
    assert_eq!(problem.code, ProblemCode::StorageFailed);
    store.note_warned("ASIA1", 600);
    assert!(store.was_warned("ASIA1", 600));

    fs::remove_file(&disk.paths.state_dir).expect("removes");
    store.save(&session("guest", "second")).expect("saves");
    assert_eq!(tokens(&disk.store()), [pair("guest", "second")]);
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
fn the_keychain_keeps_the_seal_and_no_secret_lies_on_the_disk() {
    on_desktop(
        "store::the_keychain_keeps_the_seal_and_no_secret_lies_on_the_disk",
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
fn r22_a_full_disk_keeps_the_old_session_and_is_told() {
    on_small_disk(
        "store::r22_a_full_disk_keeps_the_old_session_and_is_told",
        |small| {
            let disk = Disk::at(&small.dir);
            let store = disk.store();
            store.save(&session("guest", "first")).expect("saves");
            let filler = small.fill();
            let long = "second".repeat(2_000);
            let problem = store.save(&session("guest", &long)).expect_err("full");
            assert!(problem.what.contains("no space left"), "{problem}");
            assert_eq!(tokens(&disk.store()), [pair("guest", "first")]);
            fs::remove_file(filler).expect("removes");
            store.save(&session("guest", &long)).expect("saves");
            assert_eq!(tokens(&disk.store()), [pair("guest", &long)]);
        },
    );
}

#[test]
fn r23_a_read_only_disk_is_told_and_the_store_goes_on_later() {
    on_small_disk(
        "store::r23_a_read_only_disk_is_told_and_the_store_goes_on_later",
        |small| {
            let disk = Disk::at(&small.dir);
            disk.store()
                .save(&session("guest", "first"))
                .expect("saves");
            small.remount("ro");
            let store = disk.store();
            let problem = store.load().expect_err("read-only");
            assert!(problem.what.contains("cannot be written"), "{problem}");
            assert!(store.save(&session("guest", "second")).is_err());
            small.remount("rw");
            assert_eq!(tokens(&store), [pair("guest", "first")]);
        },
    );
}
