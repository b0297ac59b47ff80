//! Journals: files that say how far something in several steps came, so that it can be continued or undone after a crash.
//!
//! An entry is written before its step begins. Each change names the entry that it replaces, and is refused if the journal
//! has another one: two runs can never continue the same entry. A journal must not contain a secret.

use std::cell::Cell;

use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ports::{Files, Journal};
use rolecall_core::value::problem::{Problem, ProblemCode};

/// How long some of AWS's servers may not know a change of IAM, or a call whose answer was lost may still arrive.
pub(crate) const SETTLING: SignedDuration = SignedDuration::from_secs(20);
/// The version of the format.
const VERSION: u32 = 1;

/// What a journal says about one run.
pub trait Entry: Clone + PartialEq + Serialize + DeserializeOwned {
    /// The journal that it is in.
    const JOURNAL: Journal;
    /// What Rolecall can no longer do if the user moves the file away, as the end of "Rolecall can then no longer …".
    const LOSS: &'static str;

    /// Returns whether both are about the same run. A journal has one entry of each.
    fn is_same_run(&self, other: &Self) -> bool;
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<E> {
    version: u32,
    entries: Vec<E>,
}

/// Returns the entries of a journal, the oldest first.
///
/// # Errors
/// If the file cannot be read.
pub fn entries<E: Entry>(files: &dyn Files) -> Result<Vec<E>, Problem> {
    parse(&files.read_journal(E::JOURNAL)?)
}

/// Adds the entry of a new run.
///
/// # Errors
/// If the run has an entry already, or the file cannot be written.
pub fn begin<E: Entry>(files: &dyn Files, entry: &E) -> Result<(), Problem> {
    edit(files, |entries: &mut Vec<E>| {
        if entries.iter().any(|it| it.is_same_run(entry)) {
            return Err(changed::<E>());
        }
        entries.push(entry.clone());
        Ok(())
    })
}

/// Replaces an entry by a later one of the same run.
///
/// # Errors
/// If the journal no longer has `before`, or the file cannot be written. Nothing is changed then.
pub fn replace<E: Entry>(files: &dyn Files, before: &E, after: &E) -> Result<(), Problem> {
    edit(files, |entries: &mut Vec<E>| {
        let found = entries.iter_mut().find(|it| *it == before);
        *found.ok_or_else(changed::<E>)? = after.clone();
        Ok(())
    })
}

/// Removes the entry of a run that ended.
///
/// # Errors
/// If the journal no longer has `before`, or the file cannot be written. Nothing is changed then.
pub fn end<E: Entry>(files: &dyn Files, before: &E) -> Result<(), Problem> {
    edit(files, |entries: &mut Vec<E>| {
        let found = entries.iter().position(|it| it == before);
        entries.remove(found.ok_or_else(changed::<E>)?);
        Ok(())
    })
}

/// Changes several entries in one step, and returns what `change` returned. It is called again if another program wrote
/// meanwhile.
///
/// # Errors
/// The errors of `change`, and if the file cannot be read or written. Nothing is changed then.
pub fn edit<E: Entry, T>(
    files: &dyn Files,
    change: impl Fn(&mut Vec<E>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let result = Cell::new(None);
    files.edit_journal(E::JOURNAL, &|text| {
        let mut entries = parse(text)?;
        result.set(Some(change(&mut entries)?));
        let content = Content {
            version: VERSION,
            entries,
        };
        let text = serde_json::to_string_pretty(&content).map_err(|_| Problem::internal())?;
        Ok(text + "\n")
    })?;
    result.into_inner().ok_or_else(Problem::internal)
}

fn parse<E: Entry>(text: &str) -> Result<Vec<E>, Problem> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let content = serde_json::from_str::<Content<E>>(text);
    match content {
        Ok(content) if content.version == VERSION => Ok(content.entries),
        Ok(content) => Err(unreadable::<E>(format!("version {}", content.version))),
        Err(error) => Err(unreadable::<E>(error.to_string())),
    }
}

fn unreadable<E: Entry>(detail: String) -> Problem {
    let name = E::JOURNAL.file_name();
    let what = format!("{name} in Rolecall's state folder cannot be read.");
    let remedy = format!(
        "Move the file away. Rolecall can then no longer {}.",
        E::LOSS
    );
    Problem::new(ProblemCode::InvalidFile, what, remedy).with_detail(detail)
}

fn changed<E: Entry>() -> Problem {
    let name = E::JOURNAL.file_name();
    let what = format!("Another Rolecall changed {name} meanwhile.");
    Problem::new(
        ProblemCode::StorageFailed,
        what,
        "Nothing more was done here. Look at the present state, then try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryFiles;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Step {
        run: String,
        number: u32,
    }

    impl Entry for Step {
        const JOURNAL: Journal = Journal::Rotations;
        const LOSS: &'static str = "continue them";

        fn is_same_run(&self, other: &Self) -> bool {
            self.run == other.run
        }
    }

    fn step(run: &str, number: u32) -> Step {
        Step {
            run: run.to_owned(),
            number,
        }
    }

    #[test]
    fn a_run_is_followed_from_its_begin_to_its_end() {
        let files = MemoryFiles::default();
        assert_eq!(entries::<Step>(&files), Ok(vec![]));
        begin(&files, &step("a", 1)).expect("a new run");
        begin(&files, &step("b", 1)).expect("another run");
        replace(&files, &step("a", 1), &step("a", 2)).expect("the next step");
        assert_eq!(entries(&files), Ok(vec![step("a", 2), step("b", 1)]));
        end(&files, &step("a", 2)).expect("the end");
        assert_eq!(entries(&files), Ok(vec![step("b", 1)]));
    }

    #[test]
    fn nobody_continues_from_a_step_that_another_has_left() {
        let files = MemoryFiles::default();
        begin(&files, &step("a", 1)).expect("a new run");
        begin(&files, &step("a", 7)).expect_err("the same run");
        replace(&files, &step("a", 1), &step("a", 2)).expect("the next step");
        let problem = replace(&files, &step("a", 1), &step("a", 3)).expect_err("the old step");
        assert_eq!(problem.code, ProblemCode::StorageFailed);
        end(&files, &step("a", 1)).expect_err("the old step");
        assert_eq!(entries(&files), Ok(vec![step("a", 2)]));
    }

    #[test]
    fn a_journal_that_cannot_be_read_is_not_overwritten() {
        let files = MemoryFiles::default();
        for text in [
            "{",
            r#"{"version":2,"entries":[]}"#,
            r#"{"version":1,"entries":[{"run":1}]}"#,
        ] {
            files
                .edit_journal(Journal::Rotations, &|_| Ok(text.to_owned()))
                .expect("written");
            let problem = begin(&files, &step("a", 1)).expect_err("not readable");
            assert_eq!(problem.code, ProblemCode::InvalidFile);
            assert!(problem.remedy.ends_with("no longer continue them."));
            assert_eq!(
                files.read_journal(Journal::Rotations),
                Ok(text.to_owned()),
                "it stays"
            );
        }
    }
}
