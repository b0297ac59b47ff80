//! Replaces an access key by a new one. At every moment, the key that Rolecall uses is active in AWS and its secret is in
//! the keychain.
//!
//! Every step is noted in the journal before it begins. Where a rotation was interrupted, the next run finds out from IAM
//! and the keychain what was done.

mod back;
mod create;
mod forward;
mod journal;
mod lost;
mod pace;
mod plan;
mod problems;
mod signer;
mod switch;
mod verify;

pub(super) use plan::rotation_view;
pub(super) use problems::{being_replaced, rotating};

use super::Owner;
use crate::state::gate::Gate;
use rolecall_core::rotation::{Direction, Rotation, RotationAction, RotationView};
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;

/// The use of a rotation by one use case, until this is dropped.
struct Work<'a>(&'a Owner);

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.0.update(|state| {
            state.keys.rotations.running = None;
            state.keys.rotations.waiting = None;
        });
    }
}

impl Owner {
    /// Begins, continues or undoes the rotation of an access key, or ends it with the deletion of the old key. Returns the
    /// rotation if it is not over.
    ///
    /// # Errors
    /// If there is no such key or nothing of this kind to do, AWS refuses a step or does not answer, or the keychain or a
    /// file fails. What was done until then is noted, and can be continued or undone.
    pub(super) async fn rotate_key(
        &self,
        name: &Name,
        action: &RotationAction,
    ) -> Result<Option<RotationView>, Problem> {
        let _gate = self.enter(Gate::Rotation).await;
        let key = self.key(name)?;
        problems::check_not_root(&key)?;
        self.iam()?;
        let found = self.rotation_of(&key.id).await?;
        let _work = self.work_on(&key.id);
        let done = self.act(name, &key, action, found).await;
        match done {
            Err(problem) => Err(self.with_commands(name, problem).await),
            done => done,
        }
    }

    async fn act(
        &self,
        name: &Name,
        key: &AccessKey,
        action: &RotationAction,
        found: Option<Rotation>,
    ) -> Result<Option<RotationView>, Problem> {
        let (rotation, delete) = match (action, found) {
            (RotationAction::Begin { .. }, Some(found)) => {
                return Err(problems::unfinished(name, &found));
            }
            (RotationAction::Begin { delete }, None) => {
                let begun = self.begin_rotation(key, delete.as_deref()).await?;
                (self.create_key(key, &begun).await?, None)
            }
            (_, None) => return Err(problems::none(name)),
            (RotationAction::Resume { delete }, Some(found)) => (found, delete.as_deref()),
            (RotationAction::Undo { delete }, Some(found)) => {
                (self.turn_back(found).await?, delete.as_deref())
            }
            (RotationAction::DeleteOld, Some(found)) => {
                return self.delete_old_key(name, key, &found).await.map(|()| None);
            }
        };
        match rotation.direction {
            Direction::Forward => self.go_forward(name, rotation, delete).await.map(Some),
            Direction::Back => self.go_back(name, rotation, delete).await.map(|()| None),
        }
    }

    /// Returns the problem with how to go on, if the rotation is not over.
    async fn with_commands(&self, name: &Name, problem: Problem) -> Problem {
        let Ok(key) = self.key(name) else {
            return problem;
        };
        match self.rotation_of(&key.id).await {
            Ok(Some(rotation)) => {
                problems::with_commands(problem, name, &RotationView::of(&rotation))
            }
            Ok(None) | Err(_) => problem,
        }
    }

    /// Shows that somebody works on the rotation of a key.
    fn work_on(&self, id: &AccessKeyId) -> Work<'_> {
        self.update(|state| state.keys.rotations.running = Some(id.clone()));
        Work(self)
    }

    /// Returns the key with another ID, which is one of the same user.
    fn with_id(&self, name: &Name, id: &AccessKeyId) -> Result<AccessKey, Problem> {
        Ok(AccessKey {
            id: id.clone(),
            ..self.key(name)?
        })
    }

    async fn turn_back(&self, found: Rotation) -> Result<Rotation, Problem> {
        match found.direction {
            Direction::Back => Ok(found),
            Direction::Forward => self.note_rotation(&found, found.back()).await,
        }
    }
}
