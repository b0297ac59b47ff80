//! Edits of AWS's files: Rolecall shows an edit, asks whether to write it, and writes it.

use std::cell::{Cell, OnceCell};

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::aws_files::Changed;
use rolecall_core::aws_files::connection::{EditView, Step};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use super::other_files::OtherFiles;
use crate::arguments::WriteMode;
use crate::client::{Client, unexpected};
use crate::environment::Environment;
use crate::terminal;

/// Makes edits, and says once if AWS's tools in this terminal read other files.
pub(super) struct Editing<'a> {
    client: &'a Client,
    environment: &'a Environment,
    mode: WriteMode,
    other: OnceCell<Option<OtherFiles>>,
    has_noted: Cell<bool>,
}

impl<'a> Editing<'a> {
    /// Returns what makes edits in this mode.
    pub(super) fn new(client: &'a Client, environment: &'a Environment, mode: WriteMode) -> Self {
        Self {
            client,
            environment,
            mode,
            other: OnceCell::new(),
            has_noted: Cell::new(false),
        }
    }

    /// Returns the environment of this command.
    pub(super) fn environment(&self) -> &Environment {
        self.environment
    }

    /// Returns the application.
    pub(super) fn client(&self) -> &Client {
        self.client
    }

    /// Returns the files that AWS's tools in this terminal read instead, after the first edit.
    pub(super) fn other_files(&self) -> Option<&OtherFiles> {
        let find = || OtherFiles::find(self.client, self.environment);
        self.other.get_or_init(find).as_ref()
    }

    /// Returns the note about the other files, the first time.
    pub(super) fn note(&self) -> Option<String> {
        let note = self.other_files()?.note();
        (!self.has_noted.replace(true)).then_some(note)
    }

    /// Shows an edit, asks for consent unless the mode gives it, writes the file, and returns the result.
    ///
    /// # Errors
    /// If the file cannot be written, or the user cannot be asked.
    pub(super) fn run(
        &self,
        call: impl Fn(Step) -> Call,
        written: impl Fn(&EditView) -> String,
    ) -> Result<String, Problem> {
        if self.mode == WriteMode::Write {
            let edit = self.ask(call(Step::Write))?;
            let result = match edit.difference.is_empty() {
                true => nothing_to_change(&edit),
                false => written(&edit),
            };
            return Ok(described(&edit, &result));
        }
        let preview = self.ask(call(Step::Preview))?;
        if preview.difference.is_empty() {
            return Ok(described(&preview, &nothing_to_change(&preview)));
        }
        if self.mode == WriteMode::DryRun {
            let end = format!("{}{UNCHANGED}", copy_note(&preview));
            return Ok(described(&preview, &end));
        }
        if !is_confirmed(&preview)? {
            return Ok(UNCHANGED.to_owned());
        }
        let edit = self.ask(call(Step::Write))?;
        Ok(written(&edit))
    }

    fn ask(&self, call: Call) -> Result<EditView, Problem> {
        match self.client.ask(call) {
            Ok(Answer::Edit(mut edit)) => {
                edit.notes.extend(self.note());
                Ok(*edit)
            }
            Ok(_) => Err(unexpected()),
            Err(problem) => {
                if let Some(note) = self.note() {
                    terminal::tell(&note);
                }
                Err(problem)
            }
        }
    }
}

const UNCHANGED: &str = "Nothing was written.";

/// Shows an edit and asks whether to write it.
fn is_confirmed(preview: &EditView) -> Result<bool, Problem> {
    if !terminal::is_present() {
        let what = "Nothing was written: there is no terminal to ask on.";
        let remedy = "Use --yes to write, or --dry-run to see what would change.";
        return Err(Problem::new(ProblemCode::Cancelled, what, remedy));
    }
    terminal::tell(&described(preview, copy_note(preview).trim_end()));
    terminal::is_agreed("Write this?")
}

/// Returns an edit as text: the file, its changed lines, notes, and the result.
fn described(edit: &EditView, end: &str) -> String {
    let mut lines = Vec::new();
    if !edit.difference.is_empty() {
        lines.push(format!("{}:", visible(&edit.path)));
    }
    lines.extend(edit.difference.iter().map(|change| match change {
        Changed::Added(text) => format!("+ {}", visible(text)).trim_end().to_owned(),
        Changed::Removed(text) => format!("- {}", visible(text)).trim_end().to_owned(),
    }));
    lines.extend(edit.notes.iter().map(|note| format!("! {}", visible(note))));
    lines.extend((!end.is_empty()).then(|| end.to_owned()));
    lines.join("\n")
}

/// Returns a line with the path of the file's copy; empty if the edit makes no copy.
fn copy_note(edit: &EditView) -> String {
    let path = edit.backup.as_deref().map(visible);
    let note =
        path.map(|path| format!("A copy of the file without the secret is kept at {path}.\n"));
    note.unwrap_or_default()
}

fn nothing_to_change(edit: &EditView) -> String {
    match edit.profiles.is_empty() {
        true => "There is nothing to change.".to_owned(),
        false => format!("There is nothing to change in {}.", names(edit)),
    }
}

/// Returns the names of the profiles in an edit.
pub(super) fn names(edit: &EditView) -> String {
    let names = edit.profiles.iter().map(|name| visible(name));
    names.collect::<Vec<_>>().join(", ")
}
