//! The sealed store on disks and files that fail.

use std::fs;

use rolecall_core::value::problem::ProblemCode;
use rolecall_keeper::ports::Store;

use crate::small_disk::on_small_disk;
use crate::state_folder::{Disk, pair, session, tokens};

#[test]
fn b81_a_file_of_a_newer_version_is_not_changed() {
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
fn r24_a_file_that_is_not_a_database_is_put_aside_and_reported_once() {
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
    // A changed version number is a valid file of a newer version.
    let version = 60..64;
    let places = (0..100).chain((100..good.len()).step_by(151));
    for at in places.filter(|at| !version.contains(at)) {
        let mut flipped = good.clone();
        flipped[at] ^= 0xff;
        for bytes in [&flipped[..], &good[..at]] {
            fs::write(disk.file(), bytes).expect("writes");
            let store = disk.store();
            // The store works in every case, with or without the old sessions.
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
fn b41_a_path_that_is_not_a_file_is_reported_and_never_blocks() {
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
fn r22_a_failing_disk_is_reported_and_works_again_later() {
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
fn r22_a_full_disk_keeps_the_old_session_and_is_reported() {
    on_small_disk(
        "damage::r22_a_full_disk_keeps_the_old_session_and_is_reported",
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
fn r23_a_read_only_disk_is_reported_and_the_store_works_again_later() {
    on_small_disk(
        "damage::r23_a_read_only_disk_is_reported_and_the_store_works_again_later",
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

#[test]
fn a_file_that_another_program_holds_is_waited_for_once() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    let other = rusqlite::Connection::open(disk.file()).expect("opens");
    other.execute_batch("BEGIN EXCLUSIVE").expect("holds it");
    let store = disk.store();
    #[expect(clippy::disallowed_methods, reason = "measures how long it waits")]
    let begun = std::time::Instant::now();
    for _ in 0..3 {
        let problem = store.load().expect_err("in use");
        assert!(problem.what.contains("in use"), "{problem}");
        store.load_mfa().expect_err("in use");
        store.usages().expect_err("in use");
        store.duration_limits().expect_err("in use");
        store.note_warned("ASIA1", 600);
        store.save(&session("guest", "second")).expect_err("in use");
    }
    // Eighteen waits of two seconds each would take 36.
    assert!(begun.elapsed().as_secs() < 18, "{:?}", begun.elapsed());
    assert_eq!(disk.names(), ["state.db"]);
    other.execute_batch("ROLLBACK").expect("lets go");
    assert_eq!(tokens(&store), [pair("guest", "first")]);
}
