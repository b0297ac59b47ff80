//! The history of requests on a real disk.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rolecall_core::asker::history::{Line, Query, Request, RequestKind, Verdict};
use rolecall_core::asker::requester::{Ancestor, Requester};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_keeper::fakes::process;
use rolecall_keeper::ports::Store;

use crate::state_folder::{Disk, pair, session, start, tokens};

/// The released schema before the history was added.
const BEFORE: &str = "
    CREATE TABLE sessions (role TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE warnings (
        session BLOB NOT NULL, lead_s INTEGER NOT NULL, noted_at_s INTEGER NOT NULL, PRIMARY KEY (session, lead_s)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE mfa_sessions (
        key TEXT NOT NULL, device TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (key, device)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sent_codes (code BLOB NOT NULL PRIMARY KEY, sent_at_s INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 2;";

fn line(role: &str, at: Timestamp, verdict: Verdict) -> Line {
    let process = |pid, name| Ancestor {
        session: 3,
        ..process(pid, name)
    };
    let lineage = [
        process(9, "rolecall"),
        process(8, "aws"),
        process(3, "bash"),
    ];
    let request = Request {
        name: Name::parse(role).expect("a name"),
        kind: RequestKind::Credentials,
        requester: Some(Requester::new(&lineage, &[])),
    };
    let failure = (verdict == Verdict::Denied).then_some(ProblemCode::NotAllowed);
    Line {
        failure,
        ..Line::new(&request, at, verdict)
    }
}

fn all() -> Query {
    Query {
        role: None,
        since: None,
        limit: 100,
    }
}

fn hours(count: i64) -> Timestamp {
    start() + SignedDuration::from_hours(count)
}

#[test]
fn a_history_survives_a_restart_and_a_repeat_is_counted_on_its_line() {
    let disk = Disk::new();
    let store = disk.store();
    store.record(line("Kunde \"Ä\"", start(), Verdict::Denied));
    store.record(line("guest", hours(1), Verdict::Allowed));
    store.flush();
    store.record(line("guest", hours(1), Verdict::Allowed));
    let before = store.history(&all()).expect("readable");
    assert_eq!(before.len(), 2);
    assert_eq!(
        (before[0].count, before[1].failure),
        (2, Some(ProblemCode::NotAllowed))
    );
    assert_eq!(
        (before[0].process.as_str(), before[0].parents.as_slice()),
        ("aws", ["bash".to_owned()].as_slice())
    );
    drop(store);

    let store = disk.store();
    assert_eq!(store.history(&all()).expect("readable"), before);
    store.record(line("guest", hours(2), Verdict::Granted));
    assert_eq!(
        store.history(&all()).expect("readable").len(),
        3,
        "rows of the previous run are kept"
    );
    let of_guest = Query {
        role: Some("guest".into()),
        since: Some(hours(2)),
        limit: 9,
    };
    assert_eq!(store.history(&of_guest).expect("readable").len(), 1);
    assert_eq!(disk.names(), ["state.db"]);
}

#[expect(
    clippy::disallowed_methods,
    reason = "waits for another thread, with a deadline"
)]
#[test]
fn recorded_lines_are_written_soon_without_a_call() {
    let disk = Disk::new();
    let store = disk.store();
    store.record(line("guest", start(), Verdict::Allowed));
    let begun = Instant::now();
    let written = |path: &Path| {
        fs::read(path).is_ok_and(|bytes| bytes.windows(5).any(|part| part == b"guest"))
    };
    while !written(&disk.file()) {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "nothing was written"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn recording_does_not_wait_for_a_file_in_use() {
    let disk = Disk::new();
    let store = disk.store();
    store.save(&session("guest", "first")).expect("saves");
    let other = rusqlite::Connection::open(disk.file()).expect("opens");
    other.execute_batch("BEGIN EXCLUSIVE").expect("holds it");
    let (done, is_done) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            (0..10_000).for_each(|_| store.record(line("guest", start(), Verdict::Allowed)));
            done.send(())
        });
        let waited = is_done.recv_timeout(Duration::from_secs(60));
        waited.expect("all recorded, while the file is in use");
        other.execute_batch("ROLLBACK").expect("lets go");
    });
}

#[test]
fn old_and_excess_lines_are_deleted() {
    let disk = Disk::new();
    let store = disk.store();
    store.record(line(
        "old",
        start() - SignedDuration::from_hours(24 * 91),
        Verdict::Allowed,
    ));
    store.record(line("kept", start(), Verdict::Allowed));
    store.flush();
    let roles: Vec<String> = store
        .history(&all())
        .expect("readable")
        .into_iter()
        .map(|it| it.role)
        .collect();
    assert_eq!(roles, ["kept"]);

    let connection = rusqlite::Connection::open(disk.file()).expect("opens");
    let many = "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
        INSERT INTO history SELECT i, ?1, ?1, 1, 'r', 'env', '', 0, '', '[]', 'allowed', 0, NULL, 0 FROM n";
    connection
        .execute(many, [start().as_millisecond()])
        .expect("inserted");
    drop(connection);
    let store = disk.store();
    store.record(line("kept", hours(1), Verdict::Allowed));
    store.flush();
    let everything = Query {
        limit: u32::MAX,
        ..all()
    };
    assert_eq!(store.history(&everything).expect("readable").len(), 20_000);
}

#[test]
fn r24_a_file_of_the_previous_version_keeps_its_sessions_and_gets_a_history() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    let sealed: Vec<u8> = {
        let connection = rusqlite::Connection::open(disk.file()).expect("opens");
        connection
            .query_row("SELECT sealed FROM sessions", [], |row| row.get(0))
            .expect("a row")
    };
    fs::remove_file(disk.file()).expect("removed");
    let connection = rusqlite::Connection::open(disk.file()).expect("opens");
    connection.execute_batch(BEFORE).expect("the old schema");
    connection
        .execute("INSERT INTO sessions VALUES ('guest', ?1)", [sealed])
        .expect("a row");
    drop(connection);

    let store = disk.store();
    assert_eq!(tokens(&store), [pair("guest", "first")]);
    store.record(line("guest", start(), Verdict::Allowed));
    assert_eq!(store.history(&all()).expect("readable").len(), 1);
    assert_eq!(disk.names(), ["state.db"]);
}

#[test]
fn r24_a_file_of_a_newer_version_and_its_history_are_not_changed() {
    let disk = Disk::new();
    disk.store()
        .record(line("guest", start(), Verdict::Allowed));
    let connection = rusqlite::Connection::open(disk.file()).expect("opens");
    let version: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("a version");
    connection
        .pragma_update(None, "user_version", version + 1)
        .expect("updates");
    drop(connection);
    let before = fs::read(disk.file()).expect("a file");

    let store = disk.store();
    store.record(line("guest", hours(1), Verdict::Allowed));
    store.flush();
    assert!(
        store
            .history(&all())
            .expect_err("newer")
            .what
            .contains("newer version")
    );
    drop(store);
    assert_eq!(fs::read(disk.file()).expect("a file"), before);
}

#[test]
fn words_of_a_newer_version_are_skipped() {
    let disk = Disk::new();
    let store = disk.store();
    store.record(line("guest", start(), Verdict::Allowed));
    store.record(line("other", start(), Verdict::Allowed));
    store.flush();
    let connection = rusqlite::Connection::open(disk.file()).expect("opens");
    connection
        .execute(
            "UPDATE history SET verdict = 'pondered' WHERE role = 'other'",
            [],
        )
        .expect("updates");
    drop(connection);
    assert_eq!(store.history(&all()).expect("readable").len(), 1);
}

#[test]
fn the_history_is_shown_from_memory_while_the_file_cannot_be_used_and_is_written_later() {
    let disk = Disk::new();
    disk.store()
        .save(&session("guest", "first"))
        .expect("saves");
    let other = rusqlite::Connection::open(disk.file()).expect("opens");
    other.execute_batch("BEGIN EXCLUSIVE").expect("holds it");
    let store = disk.store();
    store
        .history(&all())
        .expect_err("nothing is in memory either");
    for (second, role) in (0..60).zip(["a", "b", "c"].into_iter().cycle()) {
        let at = start() + SignedDuration::from_hours(second);
        store.record(line(role, at, Verdict::Allowed));
    }
    for _ in 0..2 {
        let shown = store.history(&all()).expect("from memory");
        assert_eq!(shown.len(), 60);
    }
    other.execute_batch("ROLLBACK").expect("lets go");
    assert_eq!(store.history(&all()).expect("from the file").len(), 60);
    drop(store);
    assert_eq!(disk.store().history(&all()).expect("kept").len(), 60);
}
