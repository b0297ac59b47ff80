//! Looks at what there is in place of what a step makes.

use super::pace::is_absent;
use super::refusal;
use crate::Owner;
use rolecall_core::calls::iam_call::{IamAnswer, IamCall, IamRole, PolicyHolder};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::setup::{
    Before, EntryState, Found, Part, RoleTerms, Run, RunEntry, Step, same_document,
};
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

impl Owner {
    /// Returns what there is in place of what a step makes.
    ///
    /// # Errors
    /// If its account cannot be read.
    pub(super) async fn look(&self, run: &Run, step: &Step) -> Result<Found, Problem> {
        let caller = self.setup_caller(run, step).await?;
        let found = self.in_place(run, &caller, &step.makes).await;
        found.map_err(|(call, error)| refusal::of_call(&call, run, step, &error))
    }

    async fn in_place(
        &self,
        run: &Run,
        caller: &Caller,
        part: &Part,
    ) -> Result<Found, (IamCall, StsError)> {
        let call = match first_call(part) {
            Some(call) => call,
            None => return Ok(Found::Absent),
        };
        let Some(answer) = self.read(run, caller, call).await? else {
            return Ok(Found::Absent);
        };
        Ok(match (part, answer) {
            (Part::Role { arn, terms, .. }, IamAnswer::Role(role)) => found_role(arn, terms, role),
            (Part::Group { .. }, IamAnswer::Group(group)) => Found::Same { id: Some(group.id) },
            (Part::Member { group, .. }, IamAnswer::List(groups)) => listed(&groups, group),
            (Part::Attachment { arn, .. }, IamAnswer::List(arns)) => listed(&arns, arn),
            (Part::Inline { document, .. }, IamAnswer::Document(now)) => {
                match same_document(document, &now) {
                    true => Found::Same { id: None },
                    false => Found::Other {
                        id: None,
                        before: Before::Document(now),
                    },
                }
            }
            (Part::Policy { arn, document, .. }, IamAnswer::Policy(policy)) => {
                let call = IamCall::GetPolicyVersion {
                    arn: arn.clone(),
                    version: policy.version,
                };
                match self.read(run, caller, call).await? {
                    Some(IamAnswer::Document(now)) if same_document(document, &now) => {
                        Found::Same {
                            id: Some(policy.id),
                        }
                    }
                    Some(_) => Found::InTheWay {
                        what: format!("{} has another document", part.title()),
                    },
                    None => Found::Absent,
                }
            }
            _ => Found::Absent,
        })
    }

    async fn read(
        &self,
        run: &Run,
        caller: &Caller,
        call: IamCall,
    ) -> Result<Option<IamAnswer>, (IamCall, StsError)> {
        match self.iam_call(run, caller, &call).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err((call, error)),
        }
    }

    /// Returns a sentence with the policies that a role has already and no step of the kit makes.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) async fn other_policies(
        &self,
        run: &Run,
        steps: &[Step],
        step: &Step,
        found: &Found,
    ) -> Result<Option<String>, Problem> {
        let Part::Role { name, .. } = &step.makes else {
            return Ok(None);
        };
        if is_absent(found) {
            return Ok(None);
        }
        let holder = PolicyHolder::Role(name.clone());
        let caller = self.setup_caller(run, step).await?;
        let listed = self.policies_of(run, &caller, &holder).await;
        let mut names =
            listed.map_err(|(call, error)| refusal::of_call(&call, run, step, &error))?;
        let own: Vec<&str> = steps
            .iter()
            .filter_map(|it| own_policy(&it.makes, &holder))
            .collect();
        names.retain(|name| !own.contains(&name.as_str()));
        names.sort();
        Ok((!names.is_empty()).then(|| {
            format!(
                "It has other policies, which stay: {}.",
                visible(&names.join(", "))
            )
        }))
    }

    /// Returns the names of the policies of a role or group, and of what is attached to it.
    pub(super) async fn policies_of(
        &self,
        run: &Run,
        caller: &Caller,
        holder: &PolicyHolder,
    ) -> Result<Vec<String>, (IamCall, StsError)> {
        let mut names = Vec::new();
        for call in [
            IamCall::ListInline {
                holder: holder.clone(),
            },
            IamCall::ListAttached {
                holder: holder.clone(),
            },
        ] {
            if let Some(IamAnswer::List(list)) = self.read(run, caller, call).await? {
                names.extend(list);
            }
        }
        Ok(names)
    }
}

fn first_call(part: &Part) -> Option<IamCall> {
    Some(match part.clone() {
        Part::Role { name, .. } => IamCall::GetRole { role: name },
        Part::Group { name } => IamCall::GetGroup { group: name },
        Part::Member { user, .. } => IamCall::GroupsOf { user },
        Part::Attachment { holder, .. } => IamCall::ListAttached { holder },
        Part::Inline { holder, name, .. } => IamCall::GetInline {
            holder,
            policy: name,
        },
        Part::Policy { arn, .. } => IamCall::GetPolicy { arn },
        Part::Entry(_) => return None,
    })
}

fn found_role(arn: &str, terms: &RoleTerms, role: IamRole) -> Found {
    if role.arn != arn {
        return Found::InTheWay {
            what: format!("a role of this name exists with another path: {}", role.arn),
        };
    }
    let now = RoleTerms {
        trust: role.trust,
        // IAM leaves it out where it is an hour.
        longest_s: role.longest_s.unwrap_or(SessionDuration::HOUR.seconds()),
    };
    let id = Some(role.id);
    match terms.is_same(&now) {
        true => Found::Same { id },
        false => Found::Other {
            id,
            before: Before::Role(now),
        },
    }
}

fn listed(items: &[String], item: &str) -> Found {
    match items.iter().any(|it| it == item) {
        true => Found::Same { id: None },
        false => Found::Absent,
    }
}

/// Returns the name or ARN of the policy that a part gives to a role or group.
pub(super) fn own_policy<'a>(part: &'a Part, of: &PolicyHolder) -> Option<&'a str> {
    match part {
        Part::Attachment { holder, arn } if holder == of => Some(arn),
        Part::Inline { holder, name, .. } if holder == of => Some(name),
        Part::Attachment { .. }
        | Part::Inline { .. }
        | Part::Role { .. }
        | Part::Policy { .. }
        | Part::Group { .. }
        | Part::Member { .. }
        | Part::Entry(_) => None,
    }
}

/// Returns the entry of a step before anything is done. `others` is a sentence with the policies that a role has already.
///
/// # Errors
/// If something is in its way that cannot be changed.
pub(super) fn planned(
    step: Step,
    found: Found,
    others: Option<String>,
) -> Result<RunEntry, Problem> {
    let (state, before, note) = match found {
        Found::Absent => (EntryState::Planned, None, None),
        Found::Same { .. } => (EntryState::Stays, None, others),
        Found::Other { before, .. } => {
            let difference = difference(&step.makes, &before);
            let notes = [Some(difference), others].into_iter().flatten();
            let note = notes.collect::<Vec<_>>().join(" ");
            (EntryState::Changes, Some(before), Some(note))
        }
        Found::InTheWay { what } => return Err(refusal::in_the_way(&what, &step.account)),
    };
    Ok(RunEntry {
        step,
        state,
        was_there: false,
        before,
        id: None,
        at: None,
        note,
    })
}

/// Returns what is different now, as a sentence.
fn difference(part: &Part, before: &Before) -> String {
    match (part, before) {
        (Part::Role { terms, .. }, Before::Role(now)) => {
            let trust = !same_document(&terms.trust, &now.trust);
            let longest = format!("its longest session is {} s", now.longest_s);
            match (trust, terms.longest_s != now.longest_s) {
                (true, true) => format!("It has another trust policy, and {longest}."),
                (true, false) => "It has another trust policy.".to_owned(),
                (false, _) => format!("Now {longest}."),
            }
        }
        _ => "It has another document.".to_owned(),
    }
}
