//! Revokes sessions that AWS issued earlier, and takes that back.
//!
//! ```text
//! aim ─► check ─► signer ─► existing policy ─► shown ─► record ─► put ─► record ─► end the sessions here
//! ```
//!
//! The record comes before the call, so that what a crash left half done is known and can be taken back.

mod aim;
mod policies;
mod records;
mod refused;
mod signer;
mod undo;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Owner;
use crate::digest::digest;
use crate::state::gate::Gate;
use aim::Aim;
use rolecall_core::asker::by::By;
use rolecall_core::asker::consent::Subject;
use rolecall_core::calls::sts::Caller;
use rolecall_core::revoke::{
    Existing, Previous, Reach, Record, RevocationTarget, RevocationView, RevokeStep, Stage, With,
    command, compact, is_same, only_denies, permission, time_of,
};
use rolecall_core::value::arn::Arn;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use signer::Signer;

/// How long a revocation that was shown can be done: sessions that AWS issues meanwhile are not revoked.
const SHOWN: SignedDuration = SignedDuration::from_mins(10);

impl Owner {
    /// Revokes sessions, or shows what this would do. Sessions on this machine that are revoked are ended.
    ///
    /// # Errors
    /// If nobody can revoke them, no credentials of the account are here, or AWS refuses. If AWS did not answer, the
    /// revocation is recorded as unfinished.
    pub(super) async fn revoke(
        &self,
        target: &RevocationTarget,
        step: &RevokeStep,
    ) -> Result<RevocationView, Problem> {
        self.check_destination()?;
        self.await_restored().await;
        let _gate = self.enter(Gate::Revocations).await;
        let aim = self.aim(target)?;
        aim.holder.check()?;
        let (with, shown) = match step {
            RevokeStep::Preview { with } => (with.clone(), None),
            RevokeStep::Write { at, by, digest } => {
                (With::Exactly(by.clone()), Some((*at, digest)))
            }
        };
        let chosen = self.signer(&aim, &with)?;
        let caller = self.credentials_of(&chosen.signer.subject()?).await?;
        let reach = self.reach(&aim).await?;
        let found = self.existing(&aim, &chosen.signer, &caller, &reach).await?;
        // AWS has answered by now, which set the clock.
        let now = self.ports.clock.now();
        let reach = match shown {
            None => reach.with_time(fresh_time(&reach, now)),
            Some((at, _)) => reach.with_time(checked_time(&reach, at, now)?),
        };
        check_needed(&found, &reach)?;
        check_replaceable(&found)?;
        let view = self.revocation_view(&aim, &chosen, &reach, found.clone());
        if let Some((_, digest)) = shown {
            check_shown(&view.digest, digest)?;
            self.put_revocation(&aim, &chosen.signer, &caller, &reach, &found)
                .await?;
            self.end_revoked(&aim, &reach).await;
        }
        Ok(view)
    }

    /// Returns the credentials that would sign a revocation or its undo, and the roles and keys that it is about, whose
    /// policies hold as well.
    ///
    /// # Errors
    /// If there is no such target, or no such credentials of its account.
    pub(super) async fn revocation_scope(
        &self,
        target: &RevocationTarget,
        with: &With,
    ) -> Result<(By, Vec<Subject>), Problem> {
        self.await_restored().await;
        let aim = self.aim(target).or_else(|_| self.aim_of_undo(target))?;
        let signer = self.signer(&aim, with)?.signer;
        let state = self.lock();
        let subjects = match target {
            RevocationTarget::Key(name) => vec![Subject::Key(Name::parse(name)?)],
            RevocationTarget::Role(_) | RevocationTarget::Session(_) => {
                let roles = state.roles.catalogue.roles().iter();
                let hit = roles.filter(|role| role.arn.as_str() == aim.holder.arn());
                hit.map(|role| Subject::Role(role.name.clone())).collect()
            }
        };
        Ok((signer.by, subjects))
    }

    /// Returns the sessions to revoke, with a time that is not known yet unless it is that of one session.
    async fn reach(&self, aim: &Aim) -> Result<Reach, Problem> {
        let Some(session) = &aim.session else {
            return Ok(Reach::everything(self.ports.clock.now()));
        };
        let user_id = self.user_id(session).await?;
        Ok(Reach::named(&user_id, session.issued_at))
    }

    fn revocation_view(
        &self,
        aim: &Aim,
        chosen: &signer::Chosen,
        reach: &Reach,
        existing: Existing,
    ) -> RevocationView {
        let (state, now) = (self.lock(), self.ports.clock.now());
        let hit = aim.hit(&state, reach, now);
        let (policy_name, document) = (reach.policy_name(), reach.document());
        let signer = &chosen.signer;
        RevocationView {
            digest: digest(&json!([
                aim.holder.arn(),
                policy_name,
                document,
                signer.by,
                signer.id(),
                existing
            ])),
            holder: aim.holder.arn().to_owned(),
            at: reach.time(),
            session_name: aim.session.as_ref().map(|session| {
                let name = session.identity.rsplit('/').next();
                name.unwrap_or_default().to_owned()
            }),
            by: signer.by.clone(),
            by_is_hit: signer.is_hit,
            choices: chosen.choices.clone(),
            living_on: aim.living_on(&state, &hit, now),
            hit: hit.into_iter().map(|(_, hit)| hit).collect(),
            existing,
            permission: permission(&aim.holder),
            command: command(&aim.holder, &policy_name, &document),
            policy_name,
            document,
        }
    }

    /// Puts the policy, with a record before and after.
    async fn put_revocation(
        &self,
        aim: &Aim,
        signer: &Signer,
        caller: &Caller,
        reach: &Reach,
        found: &Existing,
    ) -> Result<(), Problem> {
        let record = Record {
            holder: aim.holder.arn().to_owned(),
            policy_name: reach.policy_name(),
            document: reach.document(),
            previous: match found {
                Existing::None => Previous::None,
                Existing::Ours(policy) | Existing::Other(policy) => {
                    Previous::Policy(policy.clone())
                }
                Existing::Unread => Previous::Unread,
            },
            by: signer.by.name().to_owned(),
            at: self.ports.clock.now(),
            stage: Stage::Putting,
        };
        let (record, before) = self.note_revocation(record).await?;
        let name = &record.policy_name;
        let put = self
            .put_policy(caller, &aim.holder, name, &compact(&record.document))
            .await;
        match put {
            Ok(()) => {
                self.stage_revocation(&record, Stage::Done).await?;
                // Sessions that are issued from now on are not revoked.
                self.until(Some(reach.time()), |_| None::<()>).await;
                Ok(())
            }
            Err(error) if error.is_definite() => {
                self.restore_revocation(&record, before).await?;
                Err(refused::problem(&error, &aim.holder, signer))
            }
            Err(error) => Err(refused::unknown(&error, signer, &aim.command_name())),
        }
    }

    /// Ends the sessions on this machine that were revoked.
    async fn end_revoked(&self, aim: &Aim, reach: &Reach) {
        let now = self.ports.clock.now();
        let hit = aim.hit(&self.lock(), reach, now);
        for (subject, _) in hit {
            // A session that ended meanwhile is as well.
            let _ = match &subject {
                Subject::Role(role) => self.end_now(role),
                Subject::Key(key) => {
                    let _ = self.end_mfa_now(key);
                    self.end_key(key)
                }
            };
        }
        self.soon_written().await;
    }

    /// Returns what AWS has under the name of the policy.
    async fn existing(
        &self,
        aim: &Aim,
        signer: &Signer,
        caller: &Caller,
        reach: &Reach,
    ) -> Result<Existing, Problem> {
        let name = reach.policy_name();
        let read = self.read_policy(caller, &aim.holder, &name).await;
        let found = match read {
            Ok(None) => return Ok(Existing::None),
            Ok(Some(found)) => found,
            Err(error) if error.is_denied() => return Ok(Existing::Unread),
            Err(error) => return Err(refused::problem(&error, &aim.holder, signer)),
        };
        let records = self.revocations().await?;
        let is_ours = records.iter().any(|record| {
            record.holder == aim.holder.arn()
                && record.policy_name == name
                && is_same(&record.document, &found)
        });
        Ok(match is_ours {
            true => Existing::Ours(found),
            false => Existing::Other(found),
        })
    }

    /// Returns how AWS calls a session: `AROA…:name`. AWS tells every session, whatever its policies say.
    async fn user_id(&self, session: &rolecall_core::session::Session) -> Result<String, Problem> {
        let (caller, sts) = (Caller::from(&*session.credentials), self.sts()?);
        let partition = Arn::partition_of(&session.role_arn).unwrap_or_default();
        let region = self.region_of_partition(partition)?;
        let identity = self.io(|_| sts.caller_identity(&caller, &region)).await;
        let identity = identity.map_err(|error| refused::no_identity(&error, session))?;
        Ok(identity.user_id)
    }
}

/// Checks that what is done is what was shown.
fn check_shown(now: &str, shown: &str) -> Result<(), Problem> {
    if now == shown {
        return Ok(());
    }
    let what =
        "This is no longer what was shown: something changed meanwhile. Nothing was changed now.";
    let remedy = "Run the command again, and look at what it shows.";
    Err(Problem::new(ProblemCode::Cancelled, what, remedy))
}

/// Checks that a policy of the same name only denies. Another one is not in the way of anybody, so that an undo would
/// have to give somebody permissions.
fn check_replaceable(found: &Existing) -> Result<(), Problem> {
    let Existing::Other(policy) = found else {
        return Ok(());
    };
    if only_denies(policy) {
        return Ok(());
    }
    let what = "AWS already has a policy of this name that allows something. Nothing was changed.";
    let remedy = "Give that policy another name in the IAM console.";
    Err(Problem::new(ProblemCode::InvalidRequest, what, remedy).with_detail(visible(policy)))
}

fn fresh_time(reach: &Reach, now: Timestamp) -> Timestamp {
    match reach {
        Reach::Before(_) => Reach::everything(now).time(),
        Reach::Named { until, .. } => *until,
    }
}

/// Returns the time that was shown, unless that was too long ago.
fn checked_time(reach: &Reach, at: Timestamp, now: Timestamp) -> Result<Timestamp, Problem> {
    match reach {
        Reach::Named { until, .. } => Ok(*until),
        Reach::Before(_) => {
            let latest = Reach::everything(now).time();
            let is_recent = at <= latest && latest.duration_since(at) <= SHOWN;
            is_recent.then_some(at).ok_or_else(|| {
                let what = "This revocation was shown too long ago. Nothing was changed.";
                Problem::new(ProblemCode::Cancelled, what, "Run the command again.")
            })
        }
    }
}

/// Checks that AWS does not deny later sessions already.
fn check_needed(found: &Existing, reach: &Reach) -> Result<(), Problem> {
    let (Existing::Ours(policy) | Existing::Other(policy)) = found else {
        return Ok(());
    };
    match time_of(policy).filter(|at| *at > reach.time()) {
        Some(at) => Err(Problem::new(
            ProblemCode::InvalidRequest,
            format!(
                "AWS already denies all sessions that were issued before {at}, which is later."
            ),
            "Nothing was changed.",
        )),
        None => Ok(()),
    }
}
