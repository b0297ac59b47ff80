//! What is known about the keys of a user before a rotation begins or continues. It changes nothing.

use crate::Owner;
use rolecall_core::aws_files::{AwsFile, profiles_with_key};
use rolecall_core::calls::iam::ListedKey;
use rolecall_core::rotation::{
    Direction, Rotation, RotationPlan, RotationStage, RotationView, UserKeyView, command,
};
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;

use super::problems;
use super::signer::KeySigner;

impl Owner {
    /// Returns what is known about the keys of the user of an access key.
    ///
    /// # Errors
    /// If there is no such key, or IAM does not list the keys.
    pub(crate) async fn rotation_plan(&self, name: &Name) -> Result<RotationPlan, Problem> {
        let key = self.key(name)?;
        problems::check_not_root(&key)?;
        self.iam()?;
        let rotation = self.rotation_of(&key.id).await?;
        let mut by = KeySigner::of(&key);
        let listed = self.listed_keys(&mut by).await?;
        let is_current = |it: &&ListedKey| it.id == key.id.as_str();
        let current = listed.iter().find(is_current);
        let current = current.ok_or_else(|| problems::not_listed(&key))?;
        let other = listed.iter().find(|it| !is_current(it));
        let lost = self.lost_key(rotation.as_ref(), &listed).await?;
        let other = other.filter(|it| Some(*it) != lost);
        let (current, other, lost) = (
            self.user_key(&mut by, current).await,
            match other {
                Some(other) => Some(self.user_key(&mut by, other).await),
                None => None,
            },
            match lost {
                Some(lost) => Some(self.user_key(&mut by, lost).await),
                None => None,
            },
        );
        let old = rotation.as_ref().map_or(&key.id, |it| &it.old_id);
        let flag = match rotation.as_ref().map(|it| it.direction) {
            None => "",
            Some(Direction::Forward) => "--resume",
            Some(Direction::Back) => "--undo",
        };
        let texts = self.io(|ports| {
            [AwsFile::Config, AwsFile::Credentials]
                .map(|file| ports.files.read_aws(file).map(|read| read.text))
        });
        let plaintext_profiles = match &texts.await {
            [Ok(config), Ok(credentials)] => {
                profiles_with_key(config.expose(), credentials.expose(), old)
            }
            _ => Vec::new(),
        };
        Ok(RotationPlan {
            key: name.to_string(),
            user_arn: key.user_arn.clone(),
            current,
            other,
            lost,
            rotation: rotation.as_ref().map(RotationView::of),
            command: command(name.as_str(), flag),
            plaintext_profiles,
            moved_profiles: self.profiles_moved_with(&key).await,
            now: self.ports.clock.now(),
        })
    }

    /// Returns the new key of a rotation that stopped, if its secret was lost.
    async fn lost_key<'k>(
        &self,
        rotation: Option<&Rotation>,
        listed: &'k [ListedKey],
    ) -> Result<Option<&'k ListedKey>, Problem> {
        let creating = rotation.filter(|it| it.stage == RotationStage::Creating);
        let Some(creating) = creating else {
            return Ok(None);
        };
        for fresh in listed {
            let is_known = creating.known_ids.contains(&fresh.id);
            if !is_known && self.kept_secret(&fresh.id).await?.is_none() {
                return Ok(Some(fresh));
            }
        }
        Ok(None)
    }

    /// Returns a key with its last use, if the user may read that.
    async fn user_key(&self, by: &mut KeySigner, listed: &ListedKey) -> UserKeyView {
        let used = self.signed(by, |iam, caller, partition| {
            iam.last_used(caller, &listed.id, partition)
        });
        let used_at = used.await.ok().flatten();
        let state = self.lock();
        let mut keys = state.keys.list.iter();
        let here = keys.find(|key| key.id.as_str() == listed.id);
        UserKeyView {
            id: listed.id.clone(),
            is_active: listed.is_active,
            created_at: listed.created_at,
            used_at,
            name: here.map(|key| key.name.to_string()),
        }
    }

    async fn profiles_moved_with(&self, key: &AccessKey) -> Vec<String> {
        let moved = self.io(|ports| ports.aws.moved_keys()).await;
        let moved = moved.unwrap_or_default().into_iter();
        moved
            .filter(|taken| taken.key_id == key.id)
            .map(|taken| taken.profile)
            .collect()
    }
}

/// Returns the view of the rotation of a key, as it is now.
pub(crate) fn rotation_view(state: &crate::State, key: &AccessKey) -> Option<RotationView> {
    let rotations = &state.keys.rotations;
    let running = rotations.running.as_ref();
    let found = rotations.list.iter().find(|it| it.is_about(&key.id))?;
    let is_running = running.is_some_and(|id| found.is_about(id));
    Some(RotationView {
        is_running,
        is_back: found.direction == Direction::Back,
        waiting: rotations.waiting.clone().filter(|_| is_running),
        ..RotationView::of(found)
    })
}
