//! What Rolecall wrote into AWS's files: its own sections, and the lines that replaced keys which it moved to the
//! keychain. Every other byte stays.

use std::fs;
use std::path::{Path, PathBuf};

use rolecall_core::api::reset::{Kept, Removal, ResetPlace};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::aws_files::{
    AwsFile, Document, Edited, Editor, FILE_MAX, Profile, Profiles, TakenKey,
};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::echo;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::AwsWriter;

use crate::aws_files::AwsFilesWriter;
use crate::aws_files::notes::{self, Notes};
use crate::disk;
use crate::file_edit;
use crate::paths::Paths;

use super::mentions;

/// AWS's files that may have something of Rolecall, and what was moved out of them.
pub(super) struct AwsSections<'a> {
    paths: &'a Paths,
    files: Vec<(AwsFile, PathBuf)>,
    /// Files and folders that did not exist before Rolecall wrote.
    pub(super) made: Vec<PathBuf>,
    moved: Vec<TakenKey>,
    unreadable: Vec<Kept>,
}

impl<'a> AwsSections<'a> {
    /// Looks up which files there are: those of the environment, the usual ones, and those that Rolecall noted.
    pub(super) fn find(paths: &'a Paths) -> Self {
        let Notes { edited, made } = notes::read(&paths.state_dir);
        let mut files = Vec::new();
        for file in [AwsFile::Config, AwsFile::Credentials] {
            files.push((file, paths.aws_path(file).to_owned()));
            files.push((file, paths.usual_aws_path(file)));
        }
        files.extend(edited);
        let mut unique: Vec<(AwsFile, PathBuf)> = Vec::new();
        for file in files {
            if !unique.contains(&file) {
                unique.push(file);
            }
        }
        let moved = AwsFilesWriter::new(paths.clone()).moved_keys();
        let (moved, unreadable) = match moved {
            Ok(moved) => (moved, Vec::new()),
            Err(problem) => (Vec::new(), vec![kept("The list of moved keys", &problem)]),
        };
        Self {
            paths,
            files: unique,
            made,
            moved,
            unreadable,
        }
    }

    /// Returns what is removed from each file, and what stays.
    pub(super) fn plan(&self) -> (Vec<Removal>, Vec<Kept>) {
        let (mut removals, mut stays) = (Vec::new(), self.unreadable.clone());
        for (file, path) in &self.files {
            let shown = self.paths.shown(path);
            let text = match self.text(path) {
                Ok(Some(text)) => text,
                Ok(None) => continue,
                Err(problem) => {
                    stays.push(kept(&shown, &problem));
                    continue;
                }
            };
            let (rest, what) = self.without(*file, text.expose());
            removals.extend(what.into_iter().map(|what| removal(&shown, &what)));
            if rest.is_empty() && self.is_made(path) {
                let what = "the file itself, which Rolecall created";
                removals.push(removal(&shown, what));
            } else if let Some(line) = mentions::line_of(&rest, &['#', ';']) {
                let why = "You added a profile that starts Rolecall. It stops working. Delete it yourself.";
                stays.push(Kept {
                    what: format!("{shown}, line {line}"),
                    why: why.to_owned(),
                });
            }
        }
        (removals, stays)
    }

    /// Removes it. Returns how many things were removed, and what could not be.
    pub(super) fn remove(&self) -> (usize, Vec<Kept>) {
        let (mut removed, mut left) = (0, Vec::new());
        for (file, path) in &self.files {
            match self.clean(*file, path) {
                Ok(count) => removed += count,
                Err(problem) => left.push(kept(&self.paths.shown(path), &problem)),
            }
        }
        (removed, left)
    }

    /// Returns the files that Rolecall made, and that are empty without its sections.
    pub(super) fn emptied_files(&self) -> Vec<PathBuf> {
        let of_ours = self.files.iter().filter(|(_, path)| self.is_made(path));
        let empty = of_ours.filter(|(file, path)| {
            let text = self.text(path).ok().flatten();
            text.is_some_and(|text| self.without(*file, text.expose()).0.is_empty())
        });
        empty.map(|(_, path)| path.clone()).collect()
    }

    /// Returns the file, and the profile in it, that has the key in plaintext after the reset, so that its secret is not
    /// lost.
    pub(super) fn plaintext(&self, key_id: &str) -> Option<String> {
        self.files.iter().find_map(|(file, path)| {
            let text = self.text(path).ok().flatten()?;
            let text = Secret::new(self.without(*file, text.expose()).0);
            let (document, none) = (Document::parse(text.expose()), Document::parse(""));
            let (profiles, _) = match file {
                AwsFile::Config => Profiles::merge(&document, &none),
                AwsFile::Credentials => Profiles::merge(&none, &document),
            };
            let has_key = |profile: &&Profile<'_>| {
                let secret = profile.get("aws_secret_access_key");
                let secret = secret.map(|secret| Secret::new(secret.to_owned()));
                profile.get("aws_access_key_id") == Some(key_id)
                    && secret.is_some_and(|secret| KeyPair::parse(key_id, &secret).is_ok())
            };
            let profile = profiles.iter().find(has_key)?;
            let shown = self.paths.shown(path);
            Some(format!("{shown}, profile \"{}\"", echo(profile.name())))
        })
    }

    /// Returns the profile out of which a key was moved, if its lines are still there.
    pub(super) fn moved_from(&self, key_id: &str) -> Option<&str> {
        let is_it = |key: &&TakenKey| key.key_id.as_str() == key_id && self.is_out(key);
        let key = self.moved.iter().find(is_it)?;
        Some(&key.profile)
    }

    fn is_out(&self, key: &TakenKey) -> bool {
        let mut files = self.files.iter().filter(|(file, _)| *file == key.file);
        files.any(|(_, path)| {
            let text = self.text(path).ok().flatten();
            text.is_some_and(|text| key.is_out(text.expose()))
        })
    }

    fn clean(&self, file: AwsFile, path: &Path) -> Result<usize, Problem> {
        let Some(text) = self.text(path)? else {
            return Ok(0);
        };
        let (_, what) = self.without(file, text.expose());
        let mut removed = what.len();
        let paths = self.paths.clone().with_aws_path(file, path.to_owned());
        let writer = AwsFilesWriter::new(paths);
        if !what.is_empty() {
            let edit = |text: &str| {
                let mut edited = Edited::unchanged(text);
                edited.text = Secret::new(self.without(file, text).0);
                Ok(edited)
            };
            writer.edit_without_backup(file, &edit)?;
        }
        if self.is_made(path) && self.text(path)?.is_some_and(|it| it.expose().is_empty()) {
            removed += usize::from(writer.remove_if_empty(file)?);
        }
        Ok(removed)
    }

    /// Returns whether Rolecall made the file. A link that is there now is not ours.
    fn is_made(&self, path: &Path) -> bool {
        let is_file = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
        is_file && self.made.iter().any(|made| made == path)
    }

    fn text(&self, path: &Path) -> Result<Option<Secret>, Problem> {
        let shown = self.paths.shown(path);
        let bytes = disk::read(path, FILE_MAX).map_err(|fault| fault.problem(&shown))?;
        bytes
            .map(|bytes| file_edit::text(bytes, &shown))
            .transpose()
    }

    /// Returns the text without what Rolecall wrote, and what that was.
    fn without(&self, file: AwsFile, text: &str) -> (String, Vec<String>) {
        let mut editor = Editor::new(file, text);
        let temporary: Vec<&str> = editor
            .owned()
            .iter()
            .filter(|it| it.expiry.is_some())
            .map(|it| it.profile)
            .collect();
        let mut what: Vec<String> = editor
            .remove(|_| true)
            .into_iter()
            .map(|profile| section(profile, temporary.contains(&profile)))
            .collect();
        let mut rest = editor.finish().text.expose().to_owned();
        for key in self.moved.iter().filter(|key| key.file == file) {
            if let Some(without) = key.without_process(&rest) {
                rest = without;
                let profile = echo(&key.profile);
                what.push(format!(
                    "the credential_process of \"{profile}\", whose key Rolecall moved"
                ));
            }
        }
        (rest, what)
    }
}

fn section(profile: &str, is_temporary: bool) -> String {
    let profile = echo(profile);
    match is_temporary {
        true => format!("the temporary profile \"{profile}\""),
        false => format!("the profile \"{profile}\""),
    }
}

fn removal(shown: &str, what: &str) -> Removal {
    Removal {
        place: ResetPlace::AwsFile,
        what: format!("{shown}: {what}"),
        account: None,
    }
}

fn kept(what: &str, problem: &Problem) -> Kept {
    Kept {
        what: what.to_owned(),
        why: problem.to_string(),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::paths::Environment;
    use std::io::Write;
    use std::thread;

    #[test]
    fn a_file_that_another_program_has_just_truncated_stays() {
        let home = tempfile::tempdir().expect("a folder");
        let environment = Environment {
            home: Some(home.path().to_owned()),
            ..Environment::default()
        };
        let paths = Paths::new(&environment).expect("paths");
        let path = paths.aws_path(AwsFile::Config).to_owned();
        fs::create_dir(home.path().join(".aws")).expect("a folder");
        fs::create_dir_all(&paths.state_dir).expect("a folder");
        let mut file = fs::File::create(&path).expect("a file");
        let mut aws = AwsSections::find(&paths);
        aws.made.push(path.clone());
        file.set_modified(std::time::UNIX_EPOCH).expect("a date");
        thread::scope(|scope| {
            let removal = scope.spawn(|| aws.clean(AwsFile::Config, &path));
            // The other program writes once the file has lost its name.
            while path.exists() {
                thread::yield_now();
            }
            file.write_all(b"[mine]\n").expect("writes");
            assert_eq!(removal.join().expect("an end"), Ok(0));
        });
        assert_eq!(fs::read(&path).expect("a file"), b"[mine]\n");
        fs::write(&path, "").expect("writes");
        assert_eq!(aws.clean(AwsFile::Config, &path), Ok(1));
        assert!(!path.exists());
    }
}
