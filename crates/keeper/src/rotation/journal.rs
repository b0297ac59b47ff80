//! The journal of rotations, and what is shown of it.

use crate::journal::{self, Entry};
use crate::ports::Journal;
use crate::{Concern, Owner};
use rolecall_core::rotation::{Rotation, RotationStage};
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::problem::Problem;

use super::problems;

impl Entry for Rotation {
    const JOURNAL: Journal = Journal::Rotations;
    const LOSS: &'static str = "continue or undo the rotations of access keys that stopped";

    fn is_same_run(&self, other: &Self) -> bool {
        self.old_id == other.old_id
    }
}

impl Owner {
    /// Reads the journal, and shows a rotation that stopped.
    pub(crate) async fn reload_rotations(&self) {
        let read = self.io(|ports| journal::entries(&*ports.files)).await;
        self.update(|state| {
            let problem = match read {
                Ok(rotations) => {
                    state.keys.rotations.list = rotations;
                    None
                }
                Err(problem) => Some(problem),
            };
            let problem = problem.or_else(|| {
                let rotations = &state.keys.rotations;
                let mut stopped = rotations.list.iter();
                let stopped = stopped.find(|it| it.stage != RotationStage::Deactivated)?;
                let is_stopped = rotations.running.is_none();
                let key = state.keys.list.iter().find(|key| stopped.is_about(&key.id));
                is_stopped.then(|| problems::stopped(key.map(|key| &key.name), stopped))
            });
            state.problems.set(Concern::Rotations, problem);
        });
    }

    /// Returns the rotation of a key that is not over.
    pub(crate) async fn rotation_of(&self, id: &AccessKeyId) -> Result<Option<Rotation>, Problem> {
        let rotations: Vec<Rotation> = self.io(|ports| journal::entries(&*ports.files)).await?;
        Ok(rotations.into_iter().find(|it| it.is_about(id)))
    }

    /// Notes a new rotation.
    pub(super) async fn note_begin(&self, rotation: Rotation) -> Result<Rotation, Problem> {
        let noted = self.io(|ports| journal::begin(&*ports.files, &rotation));
        noted.await?;
        self.reload_rotations().await;
        Ok(rotation)
    }

    /// Notes how far a rotation came.
    pub(super) async fn note_rotation(
        &self,
        before: &Rotation,
        after: Rotation,
    ) -> Result<Rotation, Problem> {
        let noted = self.io(|ports| journal::replace(&*ports.files, before, &after));
        noted.await?;
        self.reload_rotations().await;
        Ok(after)
    }

    /// Notes that a rotation is over.
    pub(super) async fn note_end(&self, rotation: &Rotation) -> Result<(), Problem> {
        let noted = self.io(|ports| journal::end(&*ports.files, rotation));
        noted.await?;
        self.reload_rotations().await;
        Ok(())
    }
}
