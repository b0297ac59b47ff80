//! One run of the command: shows what would happen, asks, and does it.

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::asker::by::By;
use rolecall_core::revoke::{RevocationTarget, RevocationView, RevokeStep, With};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use super::super::assume;
use super::super::output::json;
use super::text;
use crate::arguments::{Format, Invocation, RevokeOptions, WriteMode};
use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

/// One run of the command.
pub(super) struct Revoking<'a> {
    pub(super) client: &'a Client,
    pub(super) invocation: &'a Invocation,
    pub(super) options: &'a RevokeOptions,
}

impl Revoking<'_> {
    /// Revokes the sessions of a target.
    ///
    /// # Errors
    /// Why nothing was revoked.
    pub(super) fn sessions(&self, target: &RevocationTarget) -> Result<String, Problem> {
        let view = self.shown(target)?;
        let shown = text::described(&view, target, self.client.mode());
        match self.options.mode {
            WriteMode::DryRun => return self.result(&view, &format!("{shown}\n{UNCHANGED}")),
            WriteMode::Write => {}
            WriteMode::Confirm => {
                terminal_for_consent()?;
                terminal::tell(&shown);
                if !is_typed(target.name())? {
                    return Ok(UNCHANGED.to_owned());
                }
            }
        }
        let done = self.write(target, &view)?;
        let result = text::done(&done, target, self.client.mode());
        match self.options.mode {
            WriteMode::Write => self.result(&done, &format!("{shown}\n{result}")),
            WriteMode::Confirm | WriteMode::DryRun => self.result(&done, &result),
        }
    }

    fn result(&self, view: &RevocationView, text: &str) -> Result<String, Problem> {
        match self.options.format {
            Format::Json => json(view),
            Format::Text => Ok(text.to_owned()),
        }
    }

    /// Returns what would be done, with the credentials that the user chose.
    fn shown(&self, target: &RevocationTarget) -> Result<RevocationView, Problem> {
        if let Some(with) = &self.options.with {
            self.make_live(with)?;
            return self.preview(target, With::Named(with.clone()));
        }
        let view = self.preview(target, With::Any)?;
        match self.chosen(&view.choices)? {
            Some(by) if by != view.by => self.preview(target, With::Exactly(by)),
            Some(_) | None => Ok(view),
        }
    }

    /// Asks with which credentials to do it, if there are several and somebody can answer.
    pub(super) fn chosen(&self, choices: &[By]) -> Result<Option<By>, Problem> {
        let can_ask = self.options.mode == WriteMode::Confirm && terminal::is_present();
        if choices.len() < 2 || !can_ask {
            return Ok(None);
        }
        terminal::tell("With which credentials?");
        for (by, number) in choices.iter().zip(1..) {
            terminal::tell(&format!("  {number}  {}", text::credentials(by)));
        }
        loop {
            let answer = terminal::ask("Number [1]: ", Echo::On)?;
            let answer = match answer.expose() {
                "" => "1",
                answer => answer,
            };
            let number = answer.parse::<usize>().ok();
            let chosen = number.and_then(|number| choices.get(number.checked_sub(1)?));
            match chosen {
                Some(by) => return Ok(Some(by.clone())),
                None => terminal::tell(&format!("Type a number from 1 to {}.", choices.len())),
            }
        }
    }

    /// Assumes the role that signs, if it has no session yet.
    pub(super) fn make_live(&self, with: &str) -> Result<(), Problem> {
        let snapshot = self.client.snapshot()?;
        let is_role = snapshot.roles.iter().any(|role| role.name == with);
        let mut sessions = snapshot.sessions.iter();
        let is_live = sessions.any(|it| it.role == with && it.access_key_id.is_some());
        if is_role && !is_live {
            let assumed = assume::run(self.client, self.invocation, with, Format::Text)?;
            terminal::tell(&assumed);
        }
        Ok(())
    }

    /// Returns what would be done.
    pub(super) fn preview(
        &self,
        target: &RevocationTarget,
        with: With,
    ) -> Result<RevocationView, Problem> {
        self.ask(target, RevokeStep::Preview { with })
    }

    /// Does what was shown.
    pub(super) fn write(
        &self,
        target: &RevocationTarget,
        view: &RevocationView,
    ) -> Result<RevocationView, Problem> {
        let step = RevokeStep::Write {
            at: view.at,
            by: view.by.clone(),
            digest: view.digest.clone(),
        };
        self.ask(target, step)
    }

    fn ask(&self, target: &RevocationTarget, step: RevokeStep) -> Result<RevocationView, Problem> {
        let target = target.clone();
        match self.client.ask(Call::Revoke { target, step })? {
            Answer::Revocation(view) => Ok(*view),
            _ => Err(unexpected()),
        }
    }
}

/// What a command prints that did nothing.
pub(super) const UNCHANGED: &str = "Nothing was changed.";

/// Checks that somebody can confirm it.
pub(super) fn terminal_for_consent() -> Result<(), Problem> {
    if terminal::is_present() {
        return Ok(());
    }
    let what = "Nothing was changed: there is no terminal to confirm it on.";
    let remedy = "Use --yes to do it, or --dry-run to see what would happen.";
    Err(Problem::new(ProblemCode::Cancelled, what, remedy))
}

/// Asks for a word, and returns whether it was typed.
pub(super) fn is_typed(word: &str) -> Result<bool, Problem> {
    let question = format!("Type {} to do this: ", visible(word));
    let answer = terminal::ask(&question, Echo::On)?;
    Ok(answer.expose() == word)
}
