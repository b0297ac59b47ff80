//! The maximum session duration of roles, from IAM. It is read in the background after a session was assumed, so that
//! nobody waits for it, and at most once a day, because denied calls appear in the account's logs.

use jiff::{SignedDuration, Timestamp};

use super::{Owner, State};
use rolecall_core::calls::iam::DescribedRole;
use rolecall_core::calls::sts::Caller;
use rolecall_core::role::Role;
use rolecall_core::session::Session;
use rolecall_core::value::duration::{DurationLimit, KnownBy};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::role_arn::RoleArn;

/// The minimum time between two calls to IAM for a role.
const BETWEEN_TRIES: SignedDuration = SignedDuration::from_hours(24);
/// How long the result is used. A role's owner may change the maximum.
const BELIEVED: SignedDuration = SignedDuration::from_hours(30 * 24);

impl State {
    /// Records that a role was just assumed, if its maximum is useful. A session in role chaining lasts one hour
    /// regardless of the maximum.
    pub(super) fn note_asked(
        &mut self,
        role: &Role,
        outcome: &Result<Session, Problem>,
        now: Timestamp,
    ) {
        let is_telling = match outcome {
            Ok(_) => true,
            Err(problem) => problem.code == ProblemCode::DurationTooLong,
        };
        let is_of_key = self.keys.list.iter().any(|key| key.name == role.source);
        let arn = role.arn.as_str();
        let patience = match self.durations.limits.get(arn).map(|limit| limit.known_by) {
            Some(KnownBy::Role) => BELIEVED,
            Some(KnownBy::Refusal(_)) | None => BETWEEN_TRIES,
        };
        let tried_at = self.durations.maximum_tries.get(arn);
        let is_left_alone = tried_at.is_some_and(|at| now.duration_since(*at).abs() < patience);
        if is_telling && is_of_key && !is_left_alone {
            self.durations.maximum_tries.insert(arn.to_owned(), now);
            self.durations.unread_maximums.push(role.clone());
        }
    }
}

impl Owner {
    /// Waits until there is a role whose maximum can be read from IAM.
    pub(super) async fn await_unread_maximum(&self) {
        self.until(None, |state| {
            (!state.durations.unread_maximums.is_empty()).then_some(())
        })
        .await;
    }

    /// Reads the maximum of the waiting roles from IAM. If that fails, the maximum is found out when AWS rejects a
    /// duration.
    pub(super) async fn read_maximums(&self) {
        let unread = std::mem::take(&mut self.lock().durations.unread_maximums);
        for role in &unread {
            let now = self.ports.clock.now();
            self.note_store(
                self.io(|ports| ports.store.note_maximum_try(role.arn.as_str(), now))
                    .await,
            );
            let Ok(Some(caller)) = self.caller_in_account(role).await else {
                continue;
            };
            let Ok(iam) = self.iam() else {
                return;
            };
            if let Ok(described) = self.io(|_| iam.role(&caller, &role.arn)).await {
                self.note_described(&role.arn, &described);
            }
        }
    }

    /// Stores the maximum that IAM returned for a role.
    pub(super) fn note_described(&self, role: &RoleArn, described: &DescribedRole) {
        if let Some(allowed) = described.maximum {
            let known_by = KnownBy::Role;
            self.note_limit(role, DurationLimit { allowed, known_by });
        }
    }

    /// Returns credentials in the role's account, because only these can read the role: the caller's, with its MFA
    /// session if there is one, or otherwise the role's own.
    async fn caller_in_account(&self, role: &Role) -> Result<Option<Caller>, KeychainError> {
        let key = {
            let state = self.lock();
            let source = state.keys.named(&role.source);
            let own = source.filter(|key| key.account_id == role.arn.account_id());
            let Some(key) = own else {
                let session = state.live(&role.name, self.ports.clock.now());
                return Ok(session.map(|session| Caller::from(&*session.credentials)));
            };
            let id = role
                .mfa_serial
                .clone()
                .map(|serial| (key.id.clone(), serial));
            if let Some(token) = id.and_then(|id| state.mfa.sessions.get(&id)) {
                return Ok(Some(Caller::from(&*token.credentials)));
            }
            key.clone()
        };
        let secret = self.io(|ports| ports.keychain.fetch(&key.id)).await?;
        Ok(Some(Caller::of_key(&key.id, secret)))
    }
}
