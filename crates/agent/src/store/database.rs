//! The SQLite file: schema, checks, and failures.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, params};

use crate::descriptors;
use crate::disk::{self, Access};

/// One step per schema version; a file's `user_version` is the number of applied steps. Never change a step.
const MIGRATIONS: [&str; 7] = [
    "CREATE TABLE sessions (
        role TEXT NOT NULL PRIMARY KEY,
        sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE warnings (
        session BLOB NOT NULL,
        lead_s INTEGER NOT NULL,
        noted_at_s INTEGER NOT NULL,
        PRIMARY KEY (session, lead_s)
    ) STRICT, WITHOUT ROWID;",
    "CREATE TABLE mfa_sessions (
        key TEXT NOT NULL,
        device TEXT NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (key, device)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sent_codes (
        code BLOB NOT NULL PRIMARY KEY,
        sent_at_s INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;",
    "CREATE TABLE history (
        id INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        since_ms INTEGER NOT NULL,
        count INTEGER NOT NULL,
        role TEXT NOT NULL,
        request TEXT NOT NULL,
        process TEXT NOT NULL,
        pid INTEGER NOT NULL,
        program TEXT NOT NULL,
        parents TEXT NOT NULL,
        verdict TEXT NOT NULL,
        aws_call INTEGER NOT NULL,
        failure TEXT
    ) STRICT;
    CREATE INDEX history_at ON history (at_ms);",
    "CREATE TABLE usages (
        role TEXT NOT NULL PRIMARY KEY,
        weight REAL NOT NULL
    ) STRICT, WITHOUT ROWID;",
    "CREATE TABLE duration_limits (
        role_arn TEXT NOT NULL PRIMARY KEY,
        refused_s INTEGER NOT NULL,
        allowed_s INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;",
    "ALTER TABLE duration_limits RENAME TO refused_durations;
    CREATE TABLE duration_limits (
        role_arn TEXT NOT NULL PRIMARY KEY,
        refused_s INTEGER,
        allowed_s INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO duration_limits (role_arn, refused_s, allowed_s)
        SELECT role_arn, refused_s, allowed_s FROM refused_durations;
    DROP TABLE refused_durations;
    CREATE TABLE maximum_tries (
        role_arn TEXT NOT NULL PRIMARY KEY,
        tried_at_s INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;",
    "ALTER TABLE history ADD COLUMN sandboxed INTEGER NOT NULL DEFAULT 0;",
];

/// A rollback journal, synced at every step: after a crash the file has the old row or the new one, and committed rows
/// survive a power loss. Deleted rows are overwritten.
const PRAGMAS: &str = "PRAGMA journal_mode = DELETE;
    PRAGMA synchronous = EXTRA;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;";

/// Fails if the table does not have the expected columns.
const HISTORY_COLUMNS_CHECK: &str = "SELECT id, at_ms, since_ms, count, role, request, process, pid, program, parents, \
     verdict, aws_call, failure, sandboxed FROM history";

/// How often a file must look damaged.
const CHECKS: u32 = 3;

/// The open file.
pub(super) struct Database(pub(super) Connection);

/// Why the file could not be read or written.
#[derive(Debug)]
pub(super) enum Fault {
    /// The content is damaged, or not from Rolecall.
    Damaged(String),
    /// A newer version wrote it.
    Newer,
    /// The disk failed.
    Disk(io::Error),
    /// It is not a file.
    NotAFile,
    /// Another process uses it.
    Busy,
    /// Any other SQLite error.
    Other(String),
}

impl Database {
    /// Opens the file, or creates a private one. Waits at most `busy_limit` for another process that uses it. A file
    /// counts as damaged only if it can be read from end to end and looks damaged each time: an error of the disk looks
    /// like damage to SQLite's check.
    pub(super) fn open(path: &Path, busy_limit: Duration) -> Result<Self, Fault> {
        prepare(path)?;
        let mut checks = 1;
        loop {
            // Other errors in an SQLite file mean damage.
            let detail = match Self::connect(path, busy_limit) {
                Err(Fault::Damaged(detail) | Fault::Other(detail)) => detail,
                result => return result,
            };
            read_all(path).map_err(Fault::Disk)?;
            if checks == CHECKS {
                return Err(Fault::Damaged(detail));
            }
            checks += 1;
        }
    }

    fn connect(path: &Path, busy_limit: Duration) -> Result<Self, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(busy_limit)?;
        connection.execute_batch(PRAGMAS)?;
        check(&connection)?;
        migrate(&mut connection)?;
        Ok(Self(connection))
    }

    /// Waits at most this long for another process that uses the file.
    pub(super) fn wait_at_most(&self, busy_limit: Duration) -> Result<(), Fault> {
        Ok(self.0.busy_timeout(busy_limit)?)
    }

    /// Returns every role with its sealed session.
    pub(super) fn sessions(&mut self) -> Result<Vec<(String, Vec<u8>)>, Fault> {
        let mut query = self
            .0
            .prepare("SELECT role, sealed FROM sessions ORDER BY role")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn save(&mut self, role: &str, sealed: &[u8]) -> Result<(), Fault> {
        self.0.execute(
            "INSERT INTO sessions (role, sealed) VALUES (?1, ?2)
             ON CONFLICT (role) DO UPDATE SET sealed = excluded.sealed",
            params![role, sealed],
        )?;
        Ok(())
    }

    pub(super) fn forget(&mut self, role: &str) -> Result<(), Fault> {
        self.0
            .execute("DELETE FROM sessions WHERE role = ?1", [role])?;
        Ok(())
    }

    /// Returns the usage of each role.
    pub(super) fn usages(&mut self) -> Result<Vec<(String, f64)>, Fault> {
        let mut query = self.0.prepare("SELECT role, weight FROM usages")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn note_usage(&mut self, role: &str, weight: f64) -> Result<(), Fault> {
        self.0.execute(
            "INSERT OR REPLACE INTO usages (role, weight) VALUES (?1, ?2)",
            params![role, weight],
        )?;
        Ok(())
    }

    /// Returns the known maximum session durations: role, refused duration if there was one, and allowed duration, in
    /// seconds.
    pub(super) fn duration_limits(&mut self) -> Result<Vec<(String, Option<u32>, u32)>, Fault> {
        let mut query = self
            .0
            .prepare("SELECT role_arn, refused_s, allowed_s FROM duration_limits")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns every MFA session, sealed, with its key and device.
    pub(super) fn mfa_sessions(&mut self) -> Result<Vec<(String, String, Vec<u8>)>, Fault> {
        let mut query = self
            .0
            .prepare("SELECT key, device, sealed FROM mfa_sessions ORDER BY key, device")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn note_duration_limit(
        &mut self,
        role_arn: &str,
        refused_s: Option<u32>,
        allowed_s: u32,
    ) -> Result<(), Fault> {
        self.0.execute(
            "INSERT OR REPLACE INTO duration_limits (role_arn, refused_s, allowed_s) VALUES (?1, ?2, ?3)",
            params![role_arn, refused_s, allowed_s],
        )?;
        Ok(())
    }

    pub(super) fn forget_duration_limit(&mut self, role_arn: &str) -> Result<(), Fault> {
        self.0.execute(
            "DELETE FROM duration_limits WHERE role_arn = ?1",
            [role_arn],
        )?;
        Ok(())
    }

    /// Returns when IAM was last asked for the maximum duration of each role, in seconds since 1970.
    pub(super) fn maximum_tries(&mut self) -> Result<Vec<(String, i64)>, Fault> {
        let mut query = self
            .0
            .prepare("SELECT role_arn, tried_at_s FROM maximum_tries")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn note_maximum_try(&mut self, role_arn: &str, at: Timestamp) -> Result<(), Fault> {
        self.0.execute(
            "INSERT OR REPLACE INTO maximum_tries (role_arn, tried_at_s) VALUES (?1, ?2)",
            params![role_arn, at.as_second()],
        )?;
        Ok(())
    }

    pub(super) fn save_mfa(&mut self, key: &str, device: &str, sealed: &[u8]) -> Result<(), Fault> {
        self.0.execute(
            "INSERT OR REPLACE INTO mfa_sessions (key, device, sealed) VALUES (?1, ?2, ?3)",
            params![key, device, sealed],
        )?;
        Ok(())
    }

    pub(super) fn forget_mfa(&mut self, key: &str, device: &str) -> Result<(), Fault> {
        self.0.execute(
            "DELETE FROM mfa_sessions WHERE key = ?1 AND device = ?2",
            params![key, device],
        )?;
        Ok(())
    }

    pub(super) fn was_code_sent(&mut self, code: &[u8], since: Timestamp) -> Result<bool, Fault> {
        let noted = self
            .0
            .query_row(
                "SELECT 1 FROM sent_codes WHERE code = ?1 AND sent_at_s > ?2",
                params![code, since.as_second()],
                |_| Ok(()),
            )
            .optional()?;
        Ok(noted.is_some())
    }

    /// Records a code, and deletes those sent before `oldest`.
    pub(super) fn note_code_sent(
        &mut self,
        code: &[u8],
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<(), Fault> {
        let change = self
            .0
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        change.execute(
            "DELETE FROM sent_codes WHERE sent_at_s < ?1",
            [oldest.as_second()],
        )?;
        change.execute(
            "INSERT OR REPLACE INTO sent_codes (code, sent_at_s) VALUES (?1, ?2)",
            params![code, now.as_second()],
        )?;
        Ok(change.commit()?)
    }

    pub(super) fn was_warned(&mut self, session: &[u8], lead_s: i64) -> Result<bool, Fault> {
        let noted = self
            .0
            .query_row(
                "SELECT 1 FROM warnings WHERE session = ?1 AND lead_s = ?2",
                params![session, lead_s],
                |_| Ok(()),
            )
            .optional()?;
        Ok(noted.is_some())
    }

    /// Records a warning, and deletes those from before `oldest`.
    pub(super) fn note_warned(
        &mut self,
        session: &[u8],
        lead_s: i64,
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<(), Fault> {
        let change = self
            .0
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        change.execute(
            "DELETE FROM warnings WHERE noted_at_s < ?1",
            [oldest.as_second()],
        )?;
        change.execute(
            "INSERT OR REPLACE INTO warnings (session, lead_s, noted_at_s) VALUES (?1, ?2, ?3)",
            params![session, lead_s, now.as_second()],
        )?;
        Ok(change.commit()?)
    }
}

/// Creates the folder and the file with private permissions, which SQLite would not do, and checks that the file is
/// writable, since SQLite would silently open it read-only.
fn prepare(path: &Path) -> Result<(), Fault> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(Fault::NotAFile),
        Ok(_) | Err(_) => {}
    }
    if let Some(dir) = path.parent() {
        disk::create_private_dir(dir).map_err(Fault::Disk)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(Fault::Disk)?;
    for (path, mode) in [(path.parent().unwrap_or(path), 0o700), (path, 0o600)] {
        disk::keep_private(path, mode);
    }
    Ok(())
}

/// Reads the whole file, and fails if the disk does.
fn read_all(path: &Path) -> io::Result<()> {
    io::copy(&mut fs::File::open(path)?, &mut io::sink()).map(drop)
}

fn check(connection: &Connection) -> Result<(), Fault> {
    if version(connection)? > MIGRATIONS.len() {
        return Err(Fault::Newer);
    }
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match verdict.as_str() {
        // The file is writable, so its header is marked as read-only for older programs.
        "ok" if connection.is_readonly(rusqlite::MAIN_DB)? => {
            Err(Fault::Damaged("marked as read-only".into()))
        }
        "ok" => Ok(()),
        _ => Err(Fault::Damaged(verdict)),
    }
}

fn version(connection: &Connection) -> Result<usize, Fault> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    usize::try_from(version).map_err(|_| Fault::Damaged(format!("version {version} of the schema")))
}

fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    let done = version(connection)?;
    if done < MIGRATIONS.len() {
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for step in &MIGRATIONS[done..] {
            change.execute_batch(step)?;
        }
        let version = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        change.pragma_update(None, "user_version", version)?;
        change.commit()?;
    }
    for query in [
        "SELECT role, sealed FROM sessions",
        "SELECT session, lead_s, noted_at_s FROM warnings",
        "SELECT key, device, sealed FROM mfa_sessions",
        "SELECT code, sent_at_s FROM sent_codes",
        HISTORY_COLUMNS_CHECK,
        "SELECT role, weight FROM usages",
        "SELECT role_arn, refused_s, allowed_s FROM duration_limits",
        "SELECT role_arn, tried_at_s FROM maximum_tries",
    ] {
        connection.prepare(query)?;
    }
    Ok(())
}

/// Renames a damaged file and its journal, and returns the new name.
pub(super) fn put_aside(path: &Path, now: Timestamp) -> Result<PathBuf, Fault> {
    let named = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let stamp = format!(".corrupt-{}", now.strftime("%Y%m%dT%H%M%SZ"));
    let aside = named(&stamp);
    fs::rename(path, &aside).map_err(Fault::Disk)?;
    match fs::rename(named("-journal"), named(&format!("{stamp}-journal"))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Fault::Disk(error)),
        Ok(()) | Err(_) => Ok(aside),
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(text),
            Some(ErrorCode::DiskFull) => Self::Disk(io::ErrorKind::StorageFull.into()),
            Some(ErrorCode::ReadOnly) => Self::Disk(io::ErrorKind::ReadOnlyFilesystem.into()),
            Some(ErrorCode::CannotOpen) if !descriptors::are_left() => {
                Self::Disk(io::Error::other("too many files are open"))
            }
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::Disk(io::ErrorKind::PermissionDenied.into())
            }
            Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory) => {
                Self::Disk(io::Error::other(text))
            }
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Busy,
            Some(_) | None => Self::Other(text),
        }
    }
}

impl Fault {
    /// Returns the fault as a problem; `shown` is the display path.
    pub(super) fn problem(&self, shown: &str) -> Problem {
        let problem =
            |what: String, remedy: &str| Problem::new(ProblemCode::StorageFailed, what, remedy);
        match self {
            Self::Disk(error) => disk::problem(error, shown, Access::Keep),
            Self::Newer => problem(
                format!("{shown} was written by a newer version. It was not changed."),
                "Update this version. Until then sessions do not survive a restart.",
            ),
            Self::NotAFile => problem(
                format!("{shown} is not a file."),
                "Move it away. Until then sessions do not survive a restart.",
            ),
            Self::Busy => problem(
                format!("{shown} is in use by another program."),
                "Close it, then try again.",
            ),
            Self::Damaged(detail) | Self::Other(detail) => problem(
                format!("{shown} could not be used."),
                "Active sessions keep working, but do not survive a restart.",
            )
            .with_detail(detail),
        }
    }
}
