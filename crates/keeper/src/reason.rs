//! Asking why: a prompt for the reason that a role wants, and the last one for tools, which cannot be asked.

use jiff::{SignedDuration, Timestamp};

use super::assume::ended_meanwhile;
use super::prompt::PROMPT_LIFE;
use super::{Owner, State};
use crate::assume::Asker;
use crate::state::reason::{Answer, GivenReason, ReasonPrompt};
use rolecall_core::plan::Chain;
use rolecall_core::role::Role;
use rolecall_core::role::reason::{Reason, ReasonRule};
use rolecall_core::value::input::InputError;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;

/// How long a reason counts for tools that come without a person: a day's work.
const REASON_LIFE: SignedDuration = SignedDuration::from_hours(12);

impl State {
    /// Returns a prompt that has no answer yet: the first one counts.
    fn open_reason_prompt(&mut self, id: u64) -> Result<&mut ReasonPrompt, Problem> {
        let prompt = self.reason_prompts.get_mut(&id);
        let open = prompt.filter(|it| it.answer.is_none());
        open.ok_or_else(prompt_gone)
    }

    /// Takes the reason of a session of the last run back.
    pub(super) fn take_reason_back(&mut self, role: &Name, text: &str, at: Timestamp) {
        let role = self.catalogue.role(role);
        let rule =
            role.and_then(|role| Some((role.unlimited_name().clone(), role.reason.clone()?)));
        let Some((name, rule)) = rule else { return };
        if let Ok(reason) = rule.check(text) {
            let is_fresh = false;
            self.reasons.insert(
                name,
                GivenReason {
                    reason,
                    at,
                    is_fresh,
                },
            );
        }
    }
}

impl Owner {
    /// Notes why a role is about to be assumed, for it and every role on the way that wants a reason and takes this one.
    ///
    /// # Errors
    /// If there is no such role, none of them wants a reason, or this is none that they take.
    pub(super) fn give_reason(&self, role: &Name, text: &str) -> Result<(), Problem> {
        let now = self.ports.clock.now();
        self.update(|state| {
            let role = state
                .catalogue
                .role(role)
                .ok_or_else(|| state.catalogue.refusal(role))?;
            let chain = Chain::of(role, &state.catalogue, &state.keys);
            let roles = chain.map_or_else(|_| vec![role.clone()], |chain| chain.roles);
            let wanting = roles
                .iter()
                .filter_map(|role| Some((role, role.reason.as_ref()?)));
            let given: Vec<(Name, Result<Reason, InputError>)> = wanting
                .map(|(role, rule)| (role.unlimited_name().clone(), rule.check(text)))
                .collect();
            if given.iter().all(|(_, reason)| reason.is_err()) {
                let refused = given.into_iter().rev().find_map(|(_, reason)| reason.err());
                return Err(refused.map_or_else(|| wants_none(role), Problem::from));
            }
            for (name, reason) in given {
                let Ok(reason) = reason else { continue };
                let (at, is_fresh) = (now, true);
                state.reasons.insert(
                    name,
                    GivenReason {
                        reason,
                        at,
                        is_fresh,
                    },
                );
            }
            Ok(())
        })
    }

    /// Answers a prompt for a reason.
    ///
    /// # Errors
    /// If the role does not take this reason, or the prompt is gone.
    pub(super) fn answer_reason(&self, id: u64, text: &str) -> Result<(), Problem> {
        self.update(|state| {
            let prompt = state.open_reason_prompt(id)?;
            prompt.answer = Some(Answer::Reason(prompt.rule.check(text)?));
            Ok(())
        })
    }

    /// Cancels a prompt for a reason and the assumption that waits for it.
    ///
    /// # Errors
    /// If the prompt is gone.
    pub(super) fn cancel_reason(&self, id: u64) -> Result<(), Problem> {
        self.update(|state| {
            state.open_reason_prompt(id)?.answer = Some(Answer::Cancel);
            Ok(())
        })
    }

    /// Returns the reason to assume a role with: the one given for it, else one that a person is asked for; for a tool
    /// the last one, if it is not too old.
    pub(super) async fn reason_for(
        &self,
        role: &Role,
        asker: Asker,
        attempt: u64,
    ) -> Result<Option<Reason>, Problem> {
        let Some(rule) = &role.reason else {
            return Ok(None);
        };
        let now = self.ports.clock.now();
        let name = role.unlimited_name();
        let given = {
            let mut state = self.lock();
            let given = state.reasons.get_mut(name);
            given.map(|given| {
                let is_fresh = std::mem::replace(&mut given.is_fresh, false);
                GivenReason {
                    is_fresh,
                    ..given.clone()
                }
            })
        };
        // What the role takes may have changed since.
        let given = given.filter(|given| rule.check(given.reason.as_str()).is_ok());
        match (given, asker) {
            (Some(given), Asker::Person) if given.is_fresh => Ok(Some(given.reason)),
            (Some(given), Asker::Tool) if now.duration_since(given.at) <= REASON_LIFE => {
                Ok(Some(given.reason))
            }
            (_, Asker::Tool) => Err(no_reason(role)),
            (given, Asker::Person) => {
                let last = given.map(|given| given.reason.as_str().to_owned());
                let reason = self.ask_why(role, rule, last, attempt).await?;
                let given = GivenReason {
                    reason: reason.clone(),
                    at: now,
                    is_fresh: false,
                };
                self.lock().reasons.insert(name.clone(), given);
                Ok(Some(reason))
            }
        }
    }

    async fn ask_why(
        &self,
        role: &Role,
        rule: &ReasonRule,
        last: Option<String>,
        attempt: u64,
    ) -> Result<Reason, Problem> {
        let deadline = self.ports.clock.now() + PROMPT_LIFE;
        let prompt = ReasonPrompt {
            role: role.name.clone(),
            rule: rule.clone(),
            last,
            deadline,
            answer: None,
        };
        let id = self.update(|state| {
            state.last_prompt += 1;
            state.reason_prompts.insert(state.last_prompt, prompt);
            state.last_prompt
        });
        let answer = self.until(Some(deadline), |state| {
            let prompt = state.reason_prompts.get(&id);
            let answer = prompt.and_then(|prompt| prompt.answer.clone());
            let is_wanted = state.attempts.is_running(attempt);
            answer.or_else(|| (!is_wanted).then_some(Answer::Unwanted))
        });
        let answer = answer.await;
        self.update(|state| drop(state.reason_prompts.remove(&id)));
        let cancelled = |what| {
            Err(Problem::new(
                ProblemCode::Cancelled,
                what,
                "Nothing changed.",
            ))
        };
        match answer {
            Some(Answer::Reason(reason)) => Ok(reason),
            Some(Answer::Unwanted) => Err(ended_meanwhile()),
            Some(Answer::Cancel) => cancelled("The question for the reason was cancelled."),
            None => cancelled("Nobody gave a reason within two minutes."),
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
        "Assume it in Rolecall, or with: rolecall assume ROLE --reason TEXT. The reason then counts for 12 hours.",
    )
}

fn prompt_gone() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "The question is no longer open.",
        "Assume the role again.",
    )
}
