//! Notes on which of AWS's files Rolecall edited, wherever they are, and which files and folders it made for that. A reset
//! finds them by these notes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use rolecall_core::aws_files::AwsFile;

use crate::disk;

/// The file with the notes, in the state folder.
const NAME: &str = "aws-files.txt";
/// The most bytes that are read of it.
const FILE_MAX: usize = 1 << 20;

/// What the notes say.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// The files that were edited.
    pub(crate) edited: Vec<(AwsFile, PathBuf)>,
    /// The files and folders that did not exist before.
    pub(crate) made: Vec<PathBuf>,
}

/// Notes an edit that is about to begin. Without the note, a reset finds the file only if it is at its usual place.
pub(super) fn note_edit(state_dir: &Path, file: AwsFile, path: &Path) {
    let missing = path
        .ancestors()
        .take_while(|it| fs::symlink_metadata(it).is_err());
    let made = missing.map(|path| line("made", path));
    let edited = line(word(file), path);
    let known = lines(state_dir);
    let new: Vec<String> = made
        .chain([edited])
        .flatten()
        .filter(|line| !known.contains(line))
        .collect();
    if new.is_empty() {
        return;
    }
    let written = disk::open_log(&state_dir.join(NAME))
        .and_then(|mut notes| notes.write_all(format!("{}\n", new.join("\n")).as_bytes()));
    if let Err(error) = written {
        tracing::warn!(%error, "the edit of an AWS file was not noted");
    }
}

/// Returns the notes.
pub(crate) fn read(state_dir: &Path) -> Notes {
    let mut notes = Notes::default();
    for line in lines(state_dir) {
        let Some((kind, path)) = line.split_once(' ') else {
            continue;
        };
        let path = PathBuf::from(path);
        let file = [AwsFile::Config, AwsFile::Credentials]
            .into_iter()
            .find(|file| word(*file) == kind);
        match (file, kind, path.is_absolute()) {
            (Some(file), _, true) => notes.edited.push((file, path)),
            (None, "made", true) => notes.made.push(path),
            _ => {}
        }
    }
    notes
}

fn lines(state_dir: &Path) -> Vec<String> {
    let bytes = disk::read(&state_dir.join(NAME), FILE_MAX).ok().flatten();
    let text = String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Returns the line of a note; `None` for a path that is no text of one line.
fn line(kind: &str, path: &Path) -> Option<String> {
    let path = path.to_str().filter(|path| !path.contains('\n'))?;
    Some(format!("{kind} {path}"))
}

fn word(file: AwsFile) -> &'static str {
    match file {
        AwsFile::Config => "config",
        AwsFile::Credentials => "credentials",
    }
}
