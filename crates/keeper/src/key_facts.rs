//! What IAM knows of the access keys: when they were created and last used. It is read when somebody looks at the keys,
//! with each key for itself. Reminders to replace a key come from the same facts.

use jiff::{SignedDuration, Timestamp};

use super::Owner;
use crate::state::gate::Gate;
use crate::state::keys::KeyFacts;
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::requester::Requester;
use rolecall_core::calls::iam::ListedKey;
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::key_age::KeyAge;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::Partition;
use rolecall_core::view::notice::Notice;

/// How long facts are good. Who looks again soon sees the same.
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// The most keys to ask about.
pub(super) const KEYS_MAX: usize = 16;

/// What IAM said of a key.
pub(super) struct ListedFacts {
    pub(super) listed: ListedKey,
    /// When it was last used, or why that is not known.
    pub(super) used_at: Result<Option<Timestamp>, StsError>,
}

impl Owner {
    /// Asks IAM about the access keys, if that was not done just now. Without an answer of AWS, the last facts stay. A
    /// program learns nothing of keys that no program may use; `asker` is the program that asks, if one does.
    ///
    /// # Errors
    /// If nothing may be sent to AWS.
    pub(super) async fn refresh_keys(&self, asker: Option<&Requester>) -> Result<(), Problem> {
        self.iam()?;
        let _gate = self.enter(Gate::KeyFacts).await;
        let keys = self.lock().keys.list.clone();
        let wanted = keys.iter().filter(|key| self.is_wanted(key, asker));
        for key in wanted.take(KEYS_MAX) {
            let fetched = self.io(|ports| ports.keychain.fetch_quietly(&key.id)).await;
            let Ok(secret) = fetched else {
                continue;
            };
            let caller = Caller::of_key(&key.id, secret);
            let partition = key.known_partition();
            match self.key_facts(key, &caller, partition).await {
                Ok(_) | Err(StsError::Refused(_)) => {}
                // The others have no answer either.
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    fn is_wanted(&self, key: &AccessKey, asker: Option<&Requester>) -> bool {
        let now = self.ports.clock.now();
        let read_at = {
            let state = self.lock();
            state.keys.facts.get(&key.id).map(|facts| facts.read_at)
        };
        let is_fresh = read_at.is_some_and(|at| now.duration_since(at).abs() < FRESH);
        let subject = Subject::Key(key.name.clone());
        !is_fresh && self.check_read(&subject, asker).is_ok()
    }

    /// Asks IAM about a key that signs, and notes the answer. Returns `None` if IAM does not list it.
    pub(super) async fn key_facts(
        &self,
        key: &AccessKey,
        caller: &Caller,
        partition: Partition,
    ) -> Result<Option<ListedFacts>, StsError> {
        let listed = self.io(|ports| ports.iam.access_keys(caller, partition));
        let listed = match listed.await {
            Ok(listed) => listed,
            Err(error) => {
                if matches!(error, StsError::Refused(_)) {
                    self.note_facts(key, None, true);
                }
                return Err(error);
            }
        };
        let Some(listed) = listed.into_iter().find(|it| it.id == key.id.as_str()) else {
            return Ok(None);
        };
        let id = listed.id.clone();
        let used_at = self
            .io(|ports| ports.iam.last_used(caller, &id, partition))
            .await;
        self.note_facts(key, used_at.as_ref().ok().copied(), false);
        self.note_creation(key, listed.created_at).await;
        Ok(Some(ListedFacts { listed, used_at }))
    }

    fn note_facts(&self, key: &AccessKey, used_at: Option<Option<Timestamp>>, is_denied: bool) {
        let read_at = self.ports.clock.now();
        self.update(|state| {
            let facts = KeyFacts {
                used_at,
                is_denied,
                read_at,
            };
            state.keys.facts.insert(key.id.clone(), facts);
        });
    }

    async fn note_creation(&self, key: &AccessKey, created_at: Timestamp) {
        if key.created_at == Some(created_at) {
            return;
        }
        let set = |key: &mut AccessKey| key.created_at = Some(created_at);
        // If it cannot be written, it is read again when somebody looks at the keys.
        let _ = self.edit_key(key, &set).await;
    }

    /// Changes the entry of a key, if it is listed.
    async fn edit_key(
        &self,
        key: &AccessKey,
        change: &dyn Fn(&mut AccessKey),
    ) -> Result<(), Problem> {
        let _gate = self.enter(Gate::Keys).await;
        self.edit_keys(&|keys| {
            keys.iter_mut()
                .filter(|it| it.id == key.id)
                .for_each(change);
            Ok(())
        })
        .await
    }

    /// Shows the reminders that are due, if a person sees them. Each is noted first, so that a crash in between shows none
    /// twice. While somebody changes the keys, which may take a dialog of the keychain, they wait.
    pub(super) async fn remind_of_keys(&self, now: Timestamp) {
        if !self.ports.notifier.reaches_a_person() || !self.ports.clock.is_confirmed() {
            return;
        }
        let due = {
            let state = self.lock();
            match state.gates.contains(&Gate::Keys) {
                true => Vec::new(),
                false => state.old_keys(now),
            }
        };
        for (key, age) in due {
            let set = |key: &mut AccessKey| key.reminded_at = Some(now);
            if self.edit_key(&key, &set).await.is_ok() {
                let notice = Notice::key_is_old(&key.name, age);
                self.io(|ports| ports.notifier.show(&notice)).await;
            }
        }
    }
}

impl super::State {
    /// Returns the keys of which a reminder is due, and their ages. A key whose rotation is not over is none.
    fn old_keys(&self, now: Timestamp) -> Vec<(AccessKey, KeyAge)> {
        let limit = self.settings.current.rotate_after;
        let is_rotating = |key: &AccessKey| {
            let mut rotations = self.keys.rotations.list.iter();
            rotations.any(|it| it.is_about(&key.id))
        };
        let keys = self.keys.list.iter().filter(|key| !is_rotating(key));
        keys.filter_map(|key| Some((key.clone(), key.reminder(limit, now)?)))
            .collect()
    }
}
