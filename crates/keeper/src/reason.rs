//! Reasons: a prompt for roles that require one, and the last reason for tools, which cannot be prompted.

use jiff::Timestamp;

use super::assume::ended_meanwhile;
use super::intent::{Asker, Intent};
use super::prompt::cancelled;
use super::waiter::NOBODY;
use super::{Owner, State};
use crate::state::question::{Answer, Kind, PROMPT_LIFE};
use crate::state::reason::{GivenReason, REASON_LIFE, ReasonPrompt};
use rolecall_core::plan::Chain;
use rolecall_core::role::Role;
use rolecall_core::role::reason::{Reason, ReasonRule};
use rolecall_core::value::input::InputError;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;

impl State {
    /// Returns the answer to a question for a reason, if its role takes this one.
    pub(super) fn checked_reason(&self, id: u64, text: &str) -> Result<Answer, Problem> {
        let mut reasons = self.questions.reasons();
        let prompt = reasons.find_map(|(it, prompt)| (it == id).then_some(prompt));
        let rule = prompt.map(|prompt| &prompt.rule);
        let reason = rule.ok_or_else(Problem::internal)?.check(text)?;
        Ok(Answer::Reason(reason))
    }

    /// Takes the reason of a session of the last run back.
    pub(super) fn take_reason_back(&mut self, role: &Name, text: &str, at: Timestamp) {
        let role = self.roles.catalogue.role(role);
        let rule =
            role.and_then(|role| Some((role.unlimited_name().clone(), role.reason.clone()?)));
        let Some((name, rule)) = rule else { return };
        if let Ok(reason) = rule.check(text) {
            self.questions
                .used_reasons
                .insert(name, GivenReason { reason, at });
        }
    }
}

impl Owner {
    /// Checks that the role, or one on the way to it, takes each of these reasons.
    ///
    /// # Errors
    /// As [`Owner::check_reason`].
    pub(super) fn check_reasons(&self, role: &Name, reasons: &[String]) -> Result<(), Problem> {
        let mut reasons = reasons.iter();
        reasons.try_for_each(|reason| self.check_reason(role, reason))
    }

    /// Checks that the role, or one on the way to it, wants a reason and takes this one.
    ///
    /// # Errors
    /// If there is no such role, none of them wants a reason, or this is none that they take.
    pub(super) fn check_reason(&self, role: &Name, text: &str) -> Result<(), Problem> {
        let state = self.lock();
        let found = state.roles.catalogue.role(role);
        let role = found.ok_or_else(|| state.roles.catalogue.refusal(role))?;
        let chain = Chain::of(role, &state.roles.catalogue, &state.keys.list);
        let roles = chain.map_or_else(|_| vec![role.clone()], |chain| chain.roles);
        let rules = roles.iter().filter_map(|role| role.reason.as_ref());
        let checked: Vec<Result<Reason, InputError>> = rules.map(|rule| rule.check(text)).collect();
        if checked.iter().any(Result::is_ok) {
            return Ok(());
        }
        let refused = checked.into_iter().rev().find_map(Result::err);
        Err(refused.map_or_else(|| wants_none(role), Problem::from))
    }

    /// Returns the reason to assume a role with: the last that was brought and that it takes, else one that a person is
    /// asked for; for a tool the last one that was used, if it is not too old.
    pub(super) async fn reason_for(
        &self,
        role: &Role,
        intent: &Intent,
    ) -> Result<Option<Reason>, Problem> {
        let Some(rule) = &role.reason else {
            return Ok(None);
        };
        let now = self.ports.clock.now();
        let name = role.unlimited_name();
        let mut brought = intent.reasons.iter().rev();
        let brought = brought.find_map(|text| rule.check(text).ok());
        let used = self.lock().questions.used_reasons.get(name).cloned();
        // What the role takes may have changed since.
        let used = used.filter(|used| rule.check(used.reason.as_str()).is_ok());
        let reason = match (brought, intent.first_asker) {
            (Some(reason), Asker::Person | Asker::Tool | Asker::Renewal) => reason,
            (None, Asker::Tool | Asker::Renewal) => {
                let used = used.filter(|used| now.duration_since(used.at) <= REASON_LIFE);
                let used = used.ok_or_else(|| no_reason(role))?;
                return Ok(Some(used.reason));
            }
            (None, Asker::Person) => {
                let last = used.map(|used| used.reason.as_str().to_owned());
                self.ask_why(role, rule, last, intent.attempt).await?
            }
        };
        let used = GivenReason {
            reason: reason.clone(),
            at: now,
        };
        self.lock()
            .questions
            .used_reasons
            .insert(name.clone(), used);
        Ok(Some(reason))
    }

    async fn ask_why(
        &self,
        role: &Role,
        rule: &ReasonRule,
        last: Option<String>,
        attempt: u64,
    ) -> Result<Reason, Problem> {
        let prompt = ReasonPrompt {
            role: role.name.clone(),
            rule: rule.clone(),
            last,
        };
        let deadline = self.ports.clock.now() + PROMPT_LIFE;
        let id = self.open_question(Kind::Reason(prompt), deadline);
        let answer = self.await_answer(id, NOBODY, |state| {
            let is_wanted = state.sessions.attempts.is_running(attempt);
            (!is_wanted).then_some(Answer::Withdrawn)
        });
        match answer.await {
            Answer::Reason(reason) => Ok(reason),
            Answer::Withdrawn => Err(ended_meanwhile()),
            Answer::Expired => Err(cancelled("Nobody gave a reason in time.")),
            Answer::Cancelled
            | Answer::Code(_)
            | Answer::OtherPlan(_)
            | Answer::Confirmed
            | Answer::Access(_) => Err(cancelled("The question for the reason was cancelled.")),
        }
    }
}

fn wants_none(role: &Role) -> Problem {
    let what = format!(
        "\"{}\" asks for no reason.",
        sanitise::echo(role.name.as_str())
    );
    let remedy = "Leave it out, or set reason for the role in roles.toml.";
    Problem::new(ProblemCode::InvalidInput, what, remedy).with_detail("reason")
}

fn no_reason(role: &Role) -> Problem {
    let name = sanitise::echo(role.name.as_str());
    let what = format!("\"{name}\" wants a reason, and nobody is there to give one.");
    Problem::new(
        ProblemCode::ReasonNeeded,
        what,
        "Assume it in Rolecall, or with: rolecall assume ROLE --reason TEXT. The reason is valid for 12 hours.",
    )
}
