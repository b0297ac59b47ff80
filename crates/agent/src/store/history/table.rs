//! The history table.

use jiff::Timestamp;
use rolecall_core::asker::history::{ENTRIES_MAX, Line, Query};
use rusqlite::{Row, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::database::{Database, Fault};

const FIND: &str = "SELECT at_ms, since_ms, count, role, request, process, pid, program, parents, verdict, aws_call, failure,
    sandboxed FROM history WHERE at_ms >= ?1 AND (?2 IS NULL OR role = ?2) ORDER BY at_ms DESC, id DESC LIMIT ?3";

const WRITE: &str = "INSERT INTO history
    (id, at_ms, since_ms, count, role, request, process, pid, program, parents, verdict, aws_call, failure,
    sandboxed)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
    ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms, count = excluded.count, pid = excluded.pid";

const PRUNE: &str =
    "DELETE FROM history WHERE at_ms < ?1 OR id <= (SELECT max(id) FROM history) - ?2";

impl Database {
    /// Returns the ID of the newest row; 0 if there is none.
    pub(super) fn last_of_history(&mut self) -> Result<i64, Fault> {
        let query = "SELECT coalesce(max(id), 0) FROM history";
        Ok(self.0.query_row(query, [], |row| row.get(0))?)
    }

    /// Writes lines, each to the row with its number after `base`, and deletes those from before `oldest` and those
    /// that are too many.
    pub(super) fn write_history(
        &mut self,
        base: i64,
        lines: &[(u64, Line)],
        oldest: Timestamp,
    ) -> Result<(), Fault> {
        let change = self
            .0
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut write = change.prepare(WRITE)?;
        for (number, line) in lines {
            let id = base.saturating_add(i64::try_from(*number).unwrap_or(i64::MAX));
            write.execute(params![
                id,
                line.at.as_millisecond(),
                line.since.as_millisecond(),
                line.count,
                line.role,
                text(&line.request),
                line.process,
                line.pid,
                line.program,
                serde_json::to_string(&line.parents).unwrap_or_default(),
                text(&line.verdict),
                line.aws_call,
                line.failure.as_ref().map(text),
                line.sandboxed,
            ])?;
        }
        drop(write);
        change.execute(PRUNE, params![oldest.as_millisecond(), ENTRIES_MAX])?;
        Ok(change.commit()?)
    }

    /// Returns the matching lines, newest first. Lines with unknown words of a newer version are skipped.
    pub(super) fn history(&mut self, query: &Query) -> Result<Vec<Line>, Fault> {
        let since = query.since.map_or(i64::MIN, Timestamp::as_millisecond);
        let mut find = self.0.prepare(FIND)?;
        let rows = find.query_map(params![since, query.role, query.limit], |row| Ok(line(row)))?;
        let lines: Result<Vec<_>, rusqlite::Error> = rows.collect();
        Ok(lines?.into_iter().flatten().collect())
    }
}

fn line(row: &Row<'_>) -> Option<Line> {
    let instant = |at: usize| Timestamp::from_millisecond(row.get(at).ok()?).ok();
    let failure: Option<String> = row.get(11).ok()?;
    Some(Line {
        at: instant(0)?,
        since: instant(1)?,
        count: row.get(2).ok()?,
        role: row.get(3).ok()?,
        request: value(&row.get::<_, String>(4).ok()?)?,
        process: row.get(5).ok()?,
        pid: row.get(6).ok()?,
        program: row.get(7).ok()?,
        parents: serde_json::from_str(&row.get::<_, String>(8).ok()?).ok()?,
        verdict: value(&row.get::<_, String>(9).ok()?)?,
        aws_call: row.get(10).ok()?,
        failure: match failure {
            Some(code) => Some(value(&code)?),
            None => None,
        },
        sandboxed: row.get(12).ok()?,
    })
}

/// Returns the word for a value, as in the protocol.
fn text(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    let word = word.as_ref().and_then(serde_json::Value::as_str);
    word.unwrap_or_default().to_owned()
}

fn value<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}
