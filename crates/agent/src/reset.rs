//! Takes everything of Rolecall off this machine: items of the keychain, files, and what it wrote into AWS's files.
//!
//! ```text
//! plan (changes nothing) ─► the user confirms ─► remove: AWS's files ─► keychain ─► files ─► folders
//! ```
//!
//! It removes only what has a name that Rolecall gives, never follows a link, and goes on after a failure. So it can be
//! repeated after an interruption, until nothing is left.

mod aws_sections;
mod keychain_items;
mod mentions;
mod own_folders;
mod parents;

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rolecall_core::api::protocol::{Call, PRACTICE_DIR};
use rolecall_core::api::reset::{Kept, Removal, ResetOutcome, ResetPlace, ResetPlan};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use crate::aws_files::AwsFilesWriter;
use crate::hand_over;
use crate::instance::{self, ANSWER, Instance};
use crate::keychain::OsKeychain;
use crate::paths::Paths;
use crate::secret_store::Asking;
use crate::{in_use, socket};

use aws_sections::AwsSections;
use keychain_items::KeychainItems;
use own_folders::Found;

pub use own_folders::Keep;

/// A reset of one user's machine.
pub struct Reset {
    paths: Paths,
    keep: Keep,
    keychain: OsKeychain,
}

impl Reset {
    /// Returns a reset of what is at these paths. Nothing is accessed yet.
    pub fn new(paths: Paths, keep: Keep) -> Self {
        Self {
            paths,
            keep,
            keychain: OsKeychain::new(),
        }
    }

    /// Returns what would be removed, and what stays. It changes nothing and opens no dialog.
    pub fn plan(&self) -> ResetPlan {
        self.plan_with(&KeychainItems::find(
            &self.paths,
            &self.keychain,
            Asking::Quiet,
        ))
    }

    fn plan_with(&self, items: &KeychainItems) -> ResetPlan {
        let aws = AwsSections::find(&self.paths);
        let found = own_folders::find(&self.paths, self.keep);
        let (sections, mut kept) = aws.plan();
        let mut removals: Vec<Removal> = items.removals().collect();
        removals.extend(sections);
        let files = self.all_files(&found);
        let emptied = self.emptied_folders(&aws, &found, &files);
        let paths = files.iter().chain(&found.folders).chain(&emptied);
        removals.extend(paths.map(|path| self.file_removal(path)));
        kept.extend(items.kept());
        kept.extend(items.copies(&aws));
        kept.extend(found.kept.iter().map(|(path, why)| Kept {
            what: self.paths.shown(path),
            why: why.clone(),
        }));
        kept.extend(mentions::find(&self.paths));
        ResetPlan {
            lost: items.lost(&aws),
            removals,
            kept,
            unread_keys: items.unread.clone(),
        }
    }

    /// Removes what the user confirmed. What cannot be removed is in the outcome.
    ///
    /// # Errors
    /// If another program uses it, or more would be lost than the user confirmed. Nothing is removed then.
    pub fn remove(&self, confirmed: &ResetPlan) -> Result<ResetOutcome, Problem> {
        let mut folders = self.parents();
        let _alone = self.claim()?;
        let items = KeychainItems::find(&self.paths, &self.keychain, Asking::MayPrompt);
        let plan = self.plan_with(&items);
        let is_unread = plan.unread_keys.is_some() && confirmed.unread_keys.is_none();
        if is_unread || plan.lost.iter().any(|lost| !confirmed.lost.contains(lost)) {
            return Err(changed());
        }
        let aws = AwsSections::find(&self.paths);
        let (removed, left) = aws.remove();
        let mut outcome = ResetOutcome { removed, left };
        match items.unlisted {
            None => {
                self.remove_items(&plan, confirmed, &mut outcome);
                outcome.left.extend(items.unfindable());
            }
            Some(error) => outcome.left.push(not_listed(error)),
        }
        let found = own_folders::find(&self.paths, self.keep);
        folders.extend(self.parents());
        for path in self.beside_aws() {
            self.note(&path, fs::remove_file(&path), &mut outcome);
        }
        // Empty now, and the notes on these folders go with our files.
        remove_empty(aws.made.clone());
        for path in &found.files {
            self.note(path, fs::remove_file(path), &mut outcome);
        }
        for dir in &found.folders {
            self.note(dir, fs::remove_dir(dir), &mut outcome);
        }
        remove_empty(folders);
        Ok(outcome)
    }

    fn remove_items(&self, plan: &ResetPlan, confirmed: &ResetPlan, outcome: &mut ResetOutcome) {
        for item in &plan.removals {
            let Some(account) = &item.account else {
                continue;
            };
            let failure = match confirmed.has_item(account) {
                true => self
                    .keychain
                    .remove_account(account)
                    .err()
                    .map(Problem::from),
                false => Some(changed()),
            };
            match failure {
                None => outcome.removed += 1,
                Some(problem) => outcome.left.push(Kept {
                    what: item.what.clone(),
                    why: format!("{problem} Then repeat: rolecall reset"),
                }),
            }
        }
    }

    fn note(&self, path: &Path, result: io::Result<()>, outcome: &mut ResetOutcome) {
        match result {
            Ok(()) => outcome.removed += 1,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => outcome.left.push(Kept {
                what: self.paths.shown(path),
                why: why_not_removed(&error),
            }),
        }
    }

    /// Returns all files to remove: those in our folders, and what a crash left beside AWS's files.
    fn all_files(&self, found: &Found) -> Vec<PathBuf> {
        let files = found.files.iter().cloned();
        files.chain(self.beside_aws()).collect()
    }

    /// Returns what a crash left beside AWS's files.
    fn beside_aws(&self) -> Vec<PathBuf> {
        AwsFilesWriter::new(self.paths.clone()).leftovers()
    }

    /// Returns the folders above ours that will be empty.
    fn emptied_folders(
        &self,
        aws: &AwsSections<'_>,
        found: &Found,
        files: &[PathBuf],
    ) -> Vec<PathBuf> {
        let folders = aws.made.iter().filter(|path| path.is_dir()).cloned();
        let candidates = self.parents().into_iter().chain(folders).collect();
        let removed = [found.folders.clone(), files.to_vec(), aws.emptied_files()].concat();
        parents::emptied(candidates, &removed)
    }

    /// Returns the folders above ours that were made with them.
    fn parents(&self) -> Vec<PathBuf> {
        let Paths {
            config_dir,
            state_dir,
            data_dir,
            ..
        } = &self.paths;
        let ours = [config_dir, state_dir, data_dir].into_iter();
        ours.flat_map(|dir| parents::made_with(dir, self.paths.home()))
            .collect()
    }

    fn file_removal(&self, path: &Path) -> Removal {
        Removal {
            place: ResetPlace::File,
            what: self.paths.shown(path),
            account: None,
        }
    }

    /// Keeps Rolecall from running until the result is dropped.
    fn claim(&self) -> Result<Alone, Problem> {
        let own = &self.paths.socket_dir;
        let practice = own.with_file_name(PRACTICE_DIR);
        let mut locks = Vec::new();
        for dir in [own, &practice] {
            if *dir == practice && !dir.exists() {
                continue;
            }
            let answers = || socket::ask(dir, Call::Host, ANSWER).is_ok();
            locks.push(instance::claim_or(dir, answers)?.ok_or_else(started_again)?);
        }
        let starting = hand_over::lock(own);
        let state = in_use::claim_alone(&self.paths)?;
        let found = own_folders::find(&self.paths, self.keep);
        if let Some(token) = found.endpoints.iter().find(|path| is_served(path)) {
            return Err(endpoint_runs(token));
        }
        Ok(Alone {
            _instances: locks,
            _starting: starting,
            _state: state,
        })
    }
}

/// Removes those of the folders that are empty. One that stays does no harm.
fn remove_empty(folders: Vec<PathBuf>) {
    for dir in parents::emptied(folders, &[]) {
        let _ = fs::remove_dir(dir);
    }
}

/// The locks against other instances.
struct Alone {
    _instances: Vec<Instance>,
    _starting: Option<hand_over::HandOverLock>,
    _state: Option<File>,
}

/// Returns the process of an endpoint's token file.
fn process_of(token: &Path) -> Option<i32> {
    let name = token.file_name()?.to_str()?;
    let number = name.strip_prefix("endpoint-")?.strip_suffix(".token")?;
    number.parse().ok()
}

#[cfg(unix)]
fn is_served(token: &Path) -> bool {
    let process = process_of(token).and_then(rustix::process::Pid::from_raw);
    process.is_some_and(|process| rustix::process::test_kill_process(process).is_ok())
}

#[cfg(not(unix))]
fn is_served(token: &Path) -> bool {
    process_of(token).is_some()
}

fn endpoint_runs(token: &Path) -> Problem {
    let process = process_of(token).unwrap_or_default();
    let what = format!("Nothing was removed: process {process} serves a session to a program.");
    let remedy = "Let that program finish, or end it, then try again.";
    Problem::new(ProblemCode::Cancelled, what, remedy)
}

fn started_again() -> Problem {
    let what = "Nothing was removed: Rolecall was started again.";
    let remedy =
        "Stop what starts it, such as a service (systemctl --user stop rolecall), then try again.";
    Problem::new(ProblemCode::Cancelled, what, remedy)
}

/// Returns what is left if the keychain shows none of its items. Asking for each of them would fail as well.
fn not_listed(error: KeychainError) -> Kept {
    Kept {
        what: "Rolecall's items in the keychain".to_owned(),
        why: format!("{} Then repeat: rolecall reset", Problem::from(error)),
    }
}

fn changed() -> Problem {
    let what = "Something was added since the list was shown.";
    let remedy = "To see it, repeat: rolecall reset";
    Problem::new(ProblemCode::Cancelled, what, remedy)
}

fn why_not_removed(error: &io::Error) -> String {
    let text = match error.kind() {
        ErrorKind::PermissionDenied => {
            "You may not remove it. Check the owner and the permissions of its folder, then repeat: rolecall reset"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "It is on a disk that cannot be written. Make it writable, then repeat: rolecall reset"
        }
        ErrorKind::DirectoryNotEmpty => "Another program has just put something there.",
        _ => return format!("{}. Repeat: rolecall reset", visible(&error.to_string())),
    };
    text.to_owned()
}
