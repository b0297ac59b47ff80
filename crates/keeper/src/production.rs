//! Confirms that a role which acts on production is assumed, by the name of its account: a gesture that is no reflex.
//!
//! A role with an active session is not confirmed again, and neither are automatic renewals. A program that uses the
//! session is another question: see `consent`.

use jiff::Timestamp;

use super::prompt::cancelled;
use super::waiter::Waiter;
use super::{Owner, State};
use crate::state::consent::Scope;
use crate::state::production::ProductionPrompt;
use crate::state::question::{Answer, Kind, PROMPT_LIFE, Sort};
use rolecall_core::asker::history::{Request, RequestKind, Verdict};
use rolecall_core::asker::requester::{Isolation, Requester};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;
use rolecall_core::view::question::ProductionView;

impl Owner {
    /// Asks the user at the window before a role that acts on production is assumed by a click.
    ///
    /// # Errors
    /// If the user does not confirm it.
    pub(super) async fn confirm_click(&self, request: &Request) -> Result<(), Problem> {
        let is_due = self.is_confirmation_due(request);
        match is_due {
            true => self.ask_account(&request.name, None, None).await,
            false => Ok(()),
        }
    }

    /// Checks that a program need not have the user confirm production first.
    ///
    /// # Errors
    /// If it must, with the code for that.
    pub(super) fn check_confirmed(&self, request: &Request) -> Result<(), Problem> {
        let Some(requester) = &request.requester else {
            return Ok(());
        };
        let now = self.ports.clock.now();
        let is_due = self.is_confirmation_due(request) && {
            let confirmed = &mut self.lock().questions.confirmed;
            !confirmed.has(&request.name, requester.tree(), now)
        };
        match is_due {
            true => Err(unconfirmed(&request.name)),
            false => Ok(()),
        }
    }

    /// Has the user confirm at a terminal, or in the window, that the requester's process tree may assume a role that
    /// acts on production. `yes` confirms it where the settings allow that.
    ///
    /// # Errors
    /// If there is no such role, the user does not confirm it, or there is no terminal.
    pub(super) async fn confirm_production(
        &self,
        role: &Name,
        yes: bool,
        requester: &Requester,
        waiter: &dyn Waiter,
    ) -> Result<(), Problem> {
        let request = Request {
            name: role.clone(),
            kind: RequestKind::Assume,
            requester: Some(requester.clone()),
        };
        let known = self.lock().roles.catalogue.role(role).map(drop);
        known.ok_or_else(|| self.lock().roles.catalogue.refusal(role))?;
        if !self.is_confirmation_due(&request) {
            return Ok(());
        }
        let scope = Scope::of(&request, requester);
        if yes {
            let is_allowed = self.lock().settings.current.allow_yes;
            return match is_allowed {
                true => {
                    self.note_confirmed(role, &scope, !self.ports.notifier.reaches_a_person());
                    Ok(())
                }
                false => Err(yes_is_not_allowed(role)),
            };
        }
        if !requester.has_terminal() || requester.isolation == Isolation::Sandboxed {
            return Err(unconfirmed(role));
        }
        self.ask_account(role, Some((scope, requester)), Some(waiter))
            .await
    }

    /// Answers the question with what the user typed: at the window, or at the terminal that asked.
    ///
    /// # Errors
    /// If it is not the account's name or ID, the question is no longer open, or another terminal asked.
    pub(super) fn answer_account(
        &self,
        id: u64,
        typed: &str,
        by: Option<&Requester>,
    ) -> Result<(), Problem> {
        let prompt = self.production_asked(id, by)?;
        if !prompt.view.is_confirmed_by(typed) {
            return Err(other_account(&prompt.view));
        }
        self.settle_question(id, Sort::Production, |_| Ok(Answer::Confirmed))?;
        if let (Some(scope), Ok(role)) = (&prompt.scope, Name::parse(&prompt.view.role)) {
            let is_person = by.is_none() || !self.ports.notifier.reaches_a_person();
            self.note_confirmed(&role, scope, is_person);
        }
        Ok(())
    }

    /// Cancels the question, at the window or at the terminal that asked.
    ///
    /// # Errors
    /// If the question is no longer open, or another terminal asked.
    pub(super) fn cancel_account(&self, id: u64, by: Option<&Requester>) -> Result<(), Problem> {
        self.production_asked(id, by)?;
        self.settle_question(id, Sort::Production, |_| Ok(Answer::Cancelled))
    }

    /// Returns an open question that somebody may answer.
    fn production_asked(
        &self,
        id: u64,
        by: Option<&Requester>,
    ) -> Result<ProductionPrompt, Problem> {
        let state = self.lock();
        state.check_open(id, Sort::Production)?;
        let prompt = state.questions.production(id).cloned();
        let prompt = prompt.ok_or_else(Problem::internal)?;
        let root = prompt.scope.as_ref().map(Scope::root);
        match by {
            Some(by) if root != Some(by.tree()) => Err(elsewhere()),
            Some(_) | None => Ok(prompt),
        }
    }

    /// Lets a process tree assume a role. `gives` also permits it to use the session, as an answer to the question about
    /// programs does: only an answer that no program can give.
    fn note_confirmed(&self, role: &Name, scope: &Scope, gives: bool) {
        let now = self.ports.clock.now();
        let mut state = self.lock();
        let questions = &mut state.questions;
        questions.confirmed.note(role, scope.root(), now);
        if gives && scope.root().is_some() {
            questions.permissions.note(scope, Verdict::Granted, now);
        }
    }

    fn is_confirmation_due(&self, request: &Request) -> bool {
        let assumes = match request.kind {
            RequestKind::Assume | RequestKind::Env | RequestKind::Exec | RequestKind::Console => {
                true
            }
            RequestKind::Credentials
            | RequestKind::Endpoint
            | RequestKind::Copy
            | RequestKind::Profile
            | RequestKind::Key
            | RequestKind::PutBack
            | RequestKind::Preview
            | RequestKind::PreviewWithKey
            | RequestKind::Setup
            | RequestKind::SetupWithKey
            | RequestKind::Revoke
            | RequestKind::RevokeWithKey
            | RequestKind::Rotate => false,
        };
        let now = self.ports.clock.now();
        assumes && self.lock().is_confirmation_due(&request.name, now)
    }

    async fn ask_account(
        &self,
        role: &Name,
        by: Option<(Scope, &Requester)>,
        waiter: Option<&dyn Waiter>,
    ) -> Result<(), Problem> {
        let deadline = self.ports.clock.now() + PROMPT_LIFE;
        let id = {
            let mut state = self.lock();
            let prompt = state.production_prompt(role, by, deadline);
            let is_same =
                |kind: &Kind| matches!(kind, Kind::Production(open) if open.asks_same(&prompt));
            state.questions.join(is_same).ok_or(prompt)
        };
        let id = id.unwrap_or_else(|prompt| self.open_question(Kind::Production(prompt), deadline));
        // What is assumed or no longer production meanwhile needs no answer.
        let instead = |state: &mut State| {
            let is_due = state.is_confirmation_due(role, deadline - PROMPT_LIFE);
            (!is_due).then_some(Answer::Confirmed)
        };
        let caller = waiter.map(|waiter| (waiter, deadline));
        match self.await_answer(id, caller, instead).await {
            Answer::Confirmed => Ok(()),
            Answer::Expired => Err(cancelled("Nobody confirmed production in time.")),
            Answer::Cancelled
            | Answer::Withdrawn
            | Answer::Code(_)
            | Answer::OtherPlan(_)
            | Answer::Reason(_)
            | Answer::Access(_) => Err(cancelled("Production was not confirmed.")),
        }
    }
}

impl State {
    fn is_confirmation_due(&self, role: &Name, now: Timestamp) -> bool {
        self.settings.current.confirm_production
            && self.is_production(role)
            && self.live(role, now).is_none()
    }

    fn production_prompt(
        &self,
        role: &Name,
        by: Option<(Scope, &Requester)>,
        deadline: Timestamp,
    ) -> ProductionPrompt {
        let known = self.roles.catalogue.role(role);
        let account_id = known.map_or("", |role| role.arn.account_id());
        let process = by.as_ref().map(|(_, requester)| {
            let root = requester.root().cloned();
            root.unwrap_or_else(|| requester.process().clone())
        });
        ProductionPrompt {
            view: ProductionView {
                id: 0,
                role: role.to_string(),
                account_id: account_id.to_owned(),
                account_name: self.marks.current.account(account_id).alias,
                process,
                at_terminal: by.is_some(),
                deadline,
            },
            scope: by.map(|(scope, _)| scope),
        }
    }
}

fn unconfirmed(role: &Name) -> Problem {
    let name = echo(role.as_str());
    let what = format!("\"{name}\" acts on production, and there is no terminal to confirm it at.");
    let remedy = "Assume it in Rolecall, or run this at a terminal. To confirm it with --yes, set allow_yes = true below [production] in settings.toml.";
    Problem::new(ProblemCode::ConfirmationNeeded, what, remedy)
}

fn yes_is_not_allowed(role: &Name) -> Problem {
    let name = echo(role.as_str());
    let what = format!("\"{name}\" acts on production, which --yes does not confirm.");
    let remedy = "Leave out --yes, or set allow_yes = true below [production] in settings.toml.";
    Problem::new(ProblemCode::NotAllowed, what, remedy)
}

fn other_account(question: &ProductionView) -> Problem {
    let what = "This is not the account.".to_owned();
    let remedy = format!("Type {}, or cancel.", echo(question.to_type()));
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}

fn elsewhere() -> Problem {
    let what = "Another terminal asked this.";
    Problem::new(
        ProblemCode::NotAllowed,
        what,
        "Answer it there, or in Rolecall.",
    )
}
