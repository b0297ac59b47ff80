//! Moves a key in plaintext from AWS's files to the keychain, and back.
//!
//! ```text
//! read ─► verify ─► keychain, read back ─► session of the key ─► record the lines ─► edit: replace the two lines
//! ```
//!
//! The plaintext is removed only after all previous steps succeeded. The record of the lines and the backup of the
//! file, which are kept for the undo, do not contain the secret.

use super::{Owner, Ports};
use crate::ports::Keeping;
use crate::state::gate::Gate;
use rolecall_core::aws_files::connection::{EditView, Step};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::aws_files::{AwsFile, Edited, TakenKey, movable_key, process_line};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;
use rolecall_core::value::shell_word::shell_word;

/// A note on what the credentials of a moved key cannot do.
const LIMITS: &str = "AWS's tools then get a session of the key that renews itself. It can do what the user can, except \
                      calls to IAM, and GetFederationToken and GetSessionToken of STS.";
/// A note on the undo.
const BACK: &str =
    "The secret is then in plaintext in the file again. Rolecall keeps the key as well.";

impl Owner {
    /// Moves the key of a profile to the keychain, or shows what this would change in AWS's files. The name of the key
    /// is `name`, or by default the profile's.
    ///
    /// # Errors
    /// If the profile has no key that can be moved, AWS does not know the key, the keychain fails, or the file cannot be written. The plaintext is then kept.
    pub(super) async fn import_key(
        &self,
        profile: &str,
        name: Option<&Name>,
        step: Step,
    ) -> Result<EditView, Problem> {
        self.check_set()?;
        let _gate = self.enter(Gate::MovedKeys).await;
        let config = self.io(|ports| ports.files.read_aws(AwsFile::Config));
        let config = config.await?.text;
        let credentials = self.io(|ports| ports.files.read_aws(AwsFile::Credentials));
        let credentials = credentials.await?.text;
        let (file, pair) = movable_key(config.expose(), credentials.expose(), profile)?;
        let kept = self
            .lock()
            .keys
            .list
            .iter()
            .find(|key| key.id == pair.id)
            .map(|key| key.name.clone());
        let name = match (&kept, name) {
            (Some(kept), _) => kept.clone(),
            (None, Some(name)) => name.clone(),
            (None, None) => Name::parse(profile)?,
        };
        let program = self.ports.aws.command_line()?;
        let process = process_line(&program, &["credentials", "--key", name.as_str()])?;
        let text = match file {
            AwsFile::Config => &config,
            AwsFile::Credentials => &credentials,
        };
        let (taken, edited) = TakenKey::take(file, text.expose(), profile, &pair, &process)?;
        if step == Step::Write {
            match kept {
                None => drop(self.add_key(&name, &pair).await?),
                Some(_) => self.check_kept(&pair).await?,
            }
            self.key_credentials(&name).await?;
            self.io(|ports| note_moved(ports, &taken)).await?;
            self.take_out(&taken, &pair, &process).await?;
            self.reload_aws_files().await;
        }
        Ok(EditView {
            backup: Some(self.ports.aws.backup_path(file)),
            ..self.moved_view(file, profile, edited, LIMITS)
        })
    }

    /// Puts a key that [`Owner::import_key`] moved back into its profile, or shows what this would change.
    ///
    /// # Errors
    /// If no key of that profile was moved, the keychain fails, or the file was changed so that something would be lost.
    pub(super) async fn undo_import(&self, profile: &str, step: Step) -> Result<EditView, Problem> {
        self.check_set()?;
        let _gate = self.enter(Gate::MovedKeys).await;
        let moved = self.io(|ports| ports.aws.moved_keys()).await?;
        let taken = moved
            .iter()
            .find(|key| key.profile == profile)
            .ok_or_else(|| not_moved(profile))?;
        let secret = self
            .note_keychain(self.io(|ports| ports.keychain.fetch(&taken.key_id)).await)
            .await?;
        let back = |text: &str| match taken.is_back(text, &secret) {
            true => Ok(Edited::unchanged(text)),
            false => taken.put_back(text, &secret),
        };
        let edited = match step {
            Step::Preview => back(
                self.io(|ports| ports.files.read_aws(taken.file))
                    .await?
                    .text
                    .expose(),
            )?,
            Step::Write => {
                let edited = self
                    .io(|ports| ports.aws.edit(taken.file, Keeping::Backup, &back))
                    .await?;
                let forget = |keys: &mut Vec<TakenKey>| keys.retain(|key| key != taken);
                self.io(|ports| ports.aws.edit_moved_keys(&forget)).await?;
                self.reload_aws_files().await;
                edited
            }
        };
        Ok(self.moved_view(taken.file, profile, edited, BACK))
    }

    /// Returns the name of the access key that [`Owner::undo_import`] puts back into a profile.
    ///
    /// # Errors
    /// If no key of that profile was moved, or it was removed since.
    pub(super) async fn moved_key(&self, profile: &str) -> Result<Name, Problem> {
        let moved = self.io(|ports| ports.aws.moved_keys()).await?;
        let taken = moved.iter().find(|key| key.profile == profile);
        let state = self.lock();
        let mut keys = state.keys.list.iter();
        let key = taken.and_then(|taken| keys.find(|key| key.id == taken.key_id));
        key.map(|key| key.name.clone())
            .ok_or_else(|| not_moved(profile))
    }

    /// Checks that no profile of AWS's files still gets its credentials from a key that is to be renamed or removed.
    pub(super) async fn check_not_moved(&self, name: &Name) -> Result<(), Problem> {
        let key = self.key(name)?;
        let moved = self.io(|ports| ports.aws.moved_keys()).await?;
        let of_key: Vec<&TakenKey> = moved.iter().filter(|it| it.key_id == key.id).collect();
        let uses = |ports: &Ports, taken: &TakenKey| {
            let read = ports.files.read_aws(taken.file);
            read.is_ok_and(|read| taken.is_out(read.text.expose()))
        };
        let found = self.io(|ports| of_key.iter().find(|taken| uses(ports, taken)));
        let Some(taken) = found.await else {
            return Ok(());
        };
        let profile = echo(&taken.profile);
        let what =
            format!("The profile \"{profile}\" of AWS's files gets its credentials from this key.");
        let remedy = format!(
            "Put the key back first: rolecall keys undo-import {}; or take the credential_process out of that profile.",
            shell_word(&profile)
        );
        Err(Problem::new(ProblemCode::UnusableSource, what, remedy))
    }

    /// Edits the file. The record is written again if the file was changed meanwhile.
    async fn take_out(
        &self,
        taken: &TakenKey,
        pair: &KeyPair,
        process: &str,
    ) -> Result<(), Problem> {
        self.io(|ports| {
            let edit = |text: &str| {
                if taken.is_out(text) {
                    return Ok(Edited::unchanged(text));
                }
                let (fresh, edited) =
                    TakenKey::take(taken.file, text, &taken.profile, pair, process)?;
                if fresh != *taken {
                    note_moved(ports, &fresh)?;
                }
                Ok(edited)
            };
            let keeping = Keeping::Without(&pair.secret);
            ports.aws.edit(taken.file, keeping, &edit).map(drop)
        })
        .await
    }

    /// Checks that the keychain has the secret that is about to be removed from the file.
    async fn check_kept(&self, pair: &KeyPair) -> Result<(), Problem> {
        let kept = self
            .note_keychain(self.io(|ports| ports.keychain.fetch(&pair.id)).await)
            .await?;
        if kept.expose() == pair.secret.expose() {
            return Ok(());
        }
        let what = "The keychain holds another secret under this access key's id.";
        let remedy = "Nothing was changed. Remove the key here, then move it again.";
        Err(Problem::new(ProblemCode::KeychainEmpty, what, remedy))
    }

    fn moved_view(&self, file: AwsFile, profile: &str, edited: Edited, note: &str) -> EditView {
        EditView {
            path: self.ports.files.aws_path(file),
            profiles: vec![profile.to_owned()],
            difference: edited.difference,
            notes: vec![note.to_owned()],
            backup: None,
        }
    }
}

/// Records a moved key, and replaces an earlier record of its profile.
fn note_moved(ports: &Ports, taken: &TakenKey) -> Result<(), Problem> {
    ports.aws.edit_moved_keys(&|moved| {
        moved.retain(|key| key.profile != taken.profile);
        moved.push(taken.clone());
    })
}

fn not_moved(profile: &str) -> Problem {
    let what = format!(
        "Rolecall has moved no key of the profile \"{}\".",
        echo(profile)
    );
    Problem::new(
        ProblemCode::UnknownKey,
        what,
        "See the access keys with: rolecall keys list",
    )
}
