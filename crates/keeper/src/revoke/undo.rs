//! Takes revocations back: removes what Rolecall put, and puts back what was there before.

use serde_json::json;

use super::aim::Aim;
use super::signer::Signer;
use super::{check_shown, refused};
use crate::Owner;
use crate::digest::digest;
use crate::journal::SETTLING;
use crate::state::gate::Gate;
use rolecall_core::calls::sts::Caller;
use rolecall_core::revoke::{
    Previous, Record, RevocationTarget, Stage, UndoAction, UndoItem, UndoStep, UndoView, With,
    is_same, only_denies, permission,
};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;

impl Owner {
    /// Takes back all that Rolecall put on a role or user, or shows what this would do. A policy that somebody changed
    /// since stays as it is.
    ///
    /// # Errors
    /// If Rolecall put nothing there, no credentials of the account are here, or AWS refuses.
    pub(crate) async fn undo_revocation(
        &self,
        target: &RevocationTarget,
        step: &UndoStep,
    ) -> Result<UndoView, Problem> {
        self.check_destination()?;
        self.await_restored().await;
        let _gate = self.enter(Gate::Revocations).await;
        let aim = self.aim_of_undo(target)?;
        let records = self.revocations().await?;
        let own = |record: &Record| record.holder == aim.holder.arn();
        let records: Vec<Record> = records.into_iter().filter(own).collect();
        if let Some(forged) = records.iter().find(|record| !record.is_genuine()) {
            return Err(not_ours(forged));
        }
        if records.is_empty() {
            return Err(nothing_put(&aim));
        }
        let (with, shown) = match step {
            UndoStep::Preview { with } => (with.clone(), None),
            UndoStep::Write { by, digest } => (With::Exactly(by.clone()), Some(digest)),
        };
        let chosen = self.signer(&aim, &with)?;
        let signer = &chosen.signer;
        let caller = self.credentials_of(&signer.subject()?).await?;
        let mut items = Vec::new();
        for record in &records {
            let action = self.undo_planned(&aim, signer, &caller, record).await?;
            items.push(UndoItem {
                policy_name: record.policy_name.clone(),
                action,
            });
        }
        let digest = digest(&json!([aim.holder.arn(), signer.by, signer.id(), items]));
        if let Some(shown) = shown {
            check_shown(&digest, shown)?;
            for (record, item) in records.iter().zip(&items) {
                self.lift_revocation(&aim, signer, &caller, record, &item.action)
                    .await?;
            }
        }
        Ok(UndoView {
            digest,
            holder: aim.holder.arn().to_owned(),
            by: chosen.signer.by.clone(),
            choices: chosen.choices,
            items,
            permission: permission(&aim.holder),
        })
    }

    /// The session that was revoked is gone, so that an undo is aimed at its role.
    pub(super) fn aim_of_undo(&self, target: &RevocationTarget) -> Result<Aim, Problem> {
        match target {
            RevocationTarget::Session(name) => self.aim(&RevocationTarget::Role(name.clone())),
            RevocationTarget::Role(_) | RevocationTarget::Key(_) => self.aim(target),
        }
    }

    /// Returns what the undo of one policy does, by what AWS has now.
    async fn undo_planned(
        &self,
        aim: &Aim,
        signer: &Signer,
        caller: &Caller,
        record: &Record,
    ) -> Result<UndoAction, Problem> {
        let read = self
            .read_policy(caller, &aim.holder, &record.policy_name)
            .await;
        let found = read.map_err(|error| refused::problem(&error, &aim.holder, signer))?;
        let is_previous = |found: &str| match &record.previous {
            Previous::Policy(previous) => is_same(found, previous),
            Previous::None | Previous::Unread => false,
        };
        let is_older = found.as_deref().is_none_or(is_previous);
        if is_older && self.may_be_unsettled_record(record) {
            return Err(unsettled(record));
        }
        Ok(match (found, &record.previous) {
            (Some(found), Previous::Policy(previous)) if is_same(&found, &record.document) => {
                match only_denies(previous) {
                    true => UndoAction::PutBack(previous.clone()),
                    false => UndoAction::Suspect(previous.clone()),
                }
            }
            (Some(found), _) if is_same(&found, &record.document) => UndoAction::Remove(found),
            (Some(found), _) if is_previous(&found) => UndoAction::Nothing,
            (Some(found), _) => UndoAction::Changed(found),
            // Somebody removed it.
            (None, _) => UndoAction::Nothing,
        })
    }

    /// Returns whether AWS may still show what was there before a revocation, or a call whose answer was lost may still
    /// arrive.
    fn may_be_unsettled_record(&self, record: &Record) -> bool {
        let age = self.ports.clock.now().duration_since(record.at).abs();
        match record.stage {
            Stage::Putting | Stage::Done => age < SETTLING,
            Stage::Undoing => false,
        }
    }

    async fn lift_revocation(
        &self,
        aim: &Aim,
        signer: &Signer,
        caller: &Caller,
        record: &Record,
        action: &UndoAction,
    ) -> Result<(), Problem> {
        let name = &record.policy_name;
        let undoing = match action {
            UndoAction::Changed(_) | UndoAction::Suspect(_) => return Ok(()),
            UndoAction::Nothing => {
                return self.restore_revocation(record, None).await;
            }
            UndoAction::Remove(_) | UndoAction::PutBack(_) => {
                self.stage_revocation(record, Stage::Undoing).await?
            }
        };
        let done = match action {
            UndoAction::PutBack(previous) => {
                self.put_policy(caller, &aim.holder, name, previous).await
            }
            UndoAction::Remove(_)
            | UndoAction::Nothing
            | UndoAction::Changed(_)
            | UndoAction::Suspect(_) => self.delete_policy(caller, &aim.holder, name).await,
        };
        match done {
            Ok(()) => self.restore_revocation(&undoing, None).await,
            Err(error) if error.is_definite() => {
                self.stage_revocation(&undoing, record.stage).await?;
                Err(refused::problem(&error, &aim.holder, signer))
            }
            Err(error) => Err(refused::unknown(&error, signer, &aim.command_name())),
        }
    }
}

fn nothing_put(aim: &Aim) -> Problem {
    let what = format!(
        "Rolecall has no revocation of {} to take back.",
        echo(aim.holder.arn())
    );
    let remedy = "A policy that somebody else put can be removed in the IAM console.";
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

fn not_ours(record: &Record) -> Problem {
    let what = format!(
        "revocations.json in Rolecall's state folder has a record of the policy {} on {} that Rolecall did not write. \
         Nothing was changed.",
        echo(&record.policy_name),
        echo(&record.holder)
    );
    let remedy =
        "Another program may have changed the file. Remove the record, or move the file away.";
    Problem::new(ProblemCode::InvalidFile, what, remedy)
}

fn unsettled(record: &Record) -> Problem {
    let what = format!(
        "AWS does not show the policy {} yet, which Rolecall put a moment ago. Nothing was changed now.",
        echo(&record.policy_name)
    );
    let remedy = "Wait half a minute, then try again.";
    Problem::new(ProblemCode::TimedOut, what, remedy)
}
