//! Explains errors of AWS: what is known about the failed request, and follow-up calls for more details.

use super::hand_out::no_session;
use super::keys::unknown_key;
use super::mfa::FRESH;
use super::{Owner, State};
use crate::state::refused::Refused;
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::requester::Requester;
use rolecall_core::calls::sts::{AssumeRole, Caller, StsError};
use rolecall_core::explain::diagnosis::{self, Answer, MfaProof, SentRequest, Signer, changes};
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::plan::{self, Plan};
use rolecall_core::role::Role;
use rolecall_core::value::arn::Arn;
use rolecall_core::value::diagnosis::{Diagnosis, FurtherCall, FurtherCallKind};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::Region;
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::sanitise;

impl Owner {
    /// Makes the follow-up calls for more details about why AWS denied a role, with the credentials that each names,
    /// and adds the results to the role's problem. The calls are read-only. A call that is denied says which permission
    /// it needs.
    ///
    /// # Errors
    /// If no call was denied, the credentials are not available, or the requesting program may not have them used.
    pub(super) async fn explain_further(
        &self,
        name: &Name,
        requester: Option<&Requester>,
    ) -> Result<(), Problem> {
        let (refused, diagnosis) = self.refused(name)?;
        let mut signers = Vec::new();
        for further in &diagnosis.further_calls {
            let signer = signer_of(&self.lock(), further, &refused.sent)?;
            self.check_read(&signer, requester)?;
            signers.push(signer);
        }
        let mut answers = Vec::new();
        for (further, signer) in diagnosis.further_calls.iter().zip(&signers) {
            answers.push(self.further(further, signer, &refused).await?);
        }
        let deeper = diagnosis.with_answers(&refused.sent, answers, self.ports.clock.now());
        self.update(|state| {
            let failed = state.sessions.failures.get_mut(name);
            let same = |problem: &&mut Problem| {
                problem
                    .diagnosis
                    .as_deref()
                    .is_some_and(|it| refused.is_of(it))
            };
            if let Some(problem) = failed.filter(same) {
                if let Some(cause) = deeper.causes.first() {
                    problem.remedy = cause.sentence();
                }
                problem.diagnosis = Some(Box::new(deeper));
            }
        });
        Ok(())
    }

    fn refused(&self, name: &Name) -> Result<(Refused, Diagnosis), Problem> {
        let nothing = |what: String| {
            Problem::new(
                ProblemCode::NoSession,
                what,
                "There are no more details to request.",
            )
        };
        let shown = sanitise::echo(name.as_str());
        let state = self.lock();
        let diagnosis = state
            .sessions
            .failures
            .get(name)
            .and_then(|it| it.diagnosis.as_deref());
        let diagnosis = diagnosis.ok_or_else(|| {
            nothing(format!(
                "AWS did not refuse \"{shown}\" when it was last asked."
            ))
        })?;
        let refused = state
            .sessions
            .refused
            .values()
            .find(|it| it.is_of(diagnosis));
        match refused.filter(|_| !diagnosis.further_calls.is_empty()) {
            Some(refused) => Ok((refused.clone(), diagnosis.clone())),
            None => Err(nothing(format!(
                "No call would tell more about \"{shown}\"."
            ))),
        }
    }

    /// Makes one call. An error response of AWS is a result too.
    async fn further(
        &self,
        further: &FurtherCall,
        signer: &Subject,
        refused: &Refused,
    ) -> Result<Result<Answer, StsError>, Problem> {
        let (iam, sent) = (self.iam()?, &refused.sent);
        let caller = self.credentials_of(signer).await?;
        let home = || {
            Region::parse(
                sent.role
                    .as_ref()
                    .map_or("us-east-1", |it| it.partition().home_region),
            )
        };
        let region = Region::parse(&sent.region).or_else(|_| home())?;
        let unasked = || StsError::Incomplete("the request is not known".to_owned());
        Ok(match further.call {
            FurtherCallKind::GetRole => match &sent.role {
                Some(role) => self.io(|_| iam.role(&caller, role)).await.map(|described| {
                    self.note_described(role, &described);
                    Answer::Trust(described.trust_policy)
                }),
                None => Err(unasked()),
            },
            FurtherCallKind::SimulatePrincipalPolicy => match diagnosis::question(sent) {
                Some(question) => {
                    let simulated = self.io(|_| iam.simulate(&caller, &question)).await;
                    simulated.map(Answer::Simulation)
                }
                None => Err(unasked()),
            },
            FurtherCallKind::DecodeAuthorizationMessage => {
                match diagnosis::encoded(&refused.refusal.message) {
                    Some(text) => {
                        let decoded = self.io(|_| iam.decode(&caller, text, &region)).await;
                        decoded.map(Answer::Decoded)
                    }
                    None => Err(unasked()),
                }
            }
            FurtherCallKind::GetAccessKeyInfo => {
                let id = &sent.access_key_id;
                let account = self.io(|_| iam.account_of_key(&caller, id, &region)).await;
                account.map(Answer::KeyAccount)
            }
        })
    }

    /// Returns the credentials of an access key, or of a role's live session.
    pub(super) async fn credentials_of(&self, subject: &Subject) -> Result<Caller, Problem> {
        match subject {
            Subject::Key(name) => {
                let key = self.lock().keys.named(name).cloned();
                let key = key.ok_or_else(|| unknown_key(name))?;
                self.key_caller(&key).await
            }
            Subject::Role(name) => {
                let session = self.lock().live(name, self.ports.clock.now()).cloned();
                let session = session.ok_or_else(|| no_session(name))?;
                Ok(Caller::from(&*session.credentials))
            }
        }
    }

    /// Explains why a call failed, with the possible follow-up calls, and keeps what those need.
    pub(super) fn explained(&self, role: &Role, error: &StsError, sent: &SentRequest) -> Problem {
        let attempt = Attempt {
            role: Some(role),
            source: role.source.as_str(),
            sent: Some(sent),
        };
        let mut problem = explain(error, attempt);
        let StsError::Refused(refusal) = error else {
            return problem;
        };
        let now = self.ports.clock.now();
        let mut state = self.lock();
        if let Some(diagnosis) = problem.diagnosis.as_deref_mut() {
            let in_account = |account: &str| credentials_in(&state, account, now);
            let other = other_key(&state, sent);
            diagnosis.further_calls =
                diagnosis::further_calls(refusal, diagnosis, sent, in_account, other);
        }
        let refused = Refused {
            sent: sent.clone(),
            refusal: refusal.clone(),
        };
        state.sessions.refused.insert(role.name.clone(), refused);
        problem
    }

    /// Returns the request of a call and its signer, for its explanation.
    pub(super) fn sent_request(&self, role: &Role, plan: &Plan, call: &AssumeRole) -> SentRequest {
        let state = self.lock();
        let (signer, access_key_id) = match plan.roles.as_slice() {
            [.., before, _] => {
                let session = state.sessions.by_role.get(&before.name);
                let signer = Signer::Session {
                    role: before.arn.clone(),
                    arn: session.map(|it| it.identity.clone()).unwrap_or_default(),
                };
                (
                    signer,
                    session.map(|it| it.id().to_owned()).unwrap_or_default(),
                )
            }
            _ => (
                Signer::User(plan.key.user_arn.clone()),
                plan.key.id.as_str().to_owned(),
            ),
        };
        let sent = SentRequest::of(call, role.source.as_str(), signer, &access_key_id);
        let now = self.ports.clock.now();
        let token = match plan.signer() {
            plan::Signer::MfaSession(serial) => {
                let id = (plan.key.id.clone(), serial.clone());
                state.mfa.sessions.get(&id)
            }
            plan::Signer::Key | plan::Signer::KeyWithCode(_) | plan::Signer::Role(_) => None,
        };
        SentRequest {
            mfa: token.map_or(sent.mfa, |token| match token.age_at(now) {
                // Equivalent to a code in the call itself.
                age if age <= FRESH => MfaProof::Code {
                    serial: token.serial.clone(),
                },
                age => MfaProof::Session {
                    age_s: age.as_secs(),
                },
            }),
            access_key_id: token.map_or(sent.access_key_id, |token| {
                token.credentials.access_key_id.clone()
            }),
            has_device: role.mfa_serial.is_some(),
            changed_since: state
                .sessions
                .worked
                .get(&role.name)
                .map(|before| changes(before, role)),
            ..sent
        }
    }
}

/// Returns what signs a follow-up call. A role and an access key can have the same name.
pub(super) fn signer_of(
    state: &State,
    further: &FurtherCall,
    sent: &SentRequest,
) -> Result<Subject, Problem> {
    let name = Name::parse(&further.by)?;
    let is_key = match (further.call, &sent.signer) {
        (FurtherCallKind::GetAccessKeyInfo, _) => true,
        (_, Signer::Session { .. }) if further.by == sent.source => false,
        (_, Signer::User(_)) if further.by == sent.source => true,
        (_, Signer::Unknown) if further.by == sent.source => state.keys.named(&name).is_some(),
        _ => {
            let account = sent.role.as_ref().map(RoleArn::account_id);
            let key = state.keys.named(&name);
            key.is_some_and(|key| Some(key.account_id.as_str()) == account)
        }
    };
    Ok(match is_key {
        true => Subject::Key(name),
        false => Subject::Role(name),
    })
}

/// Returns the name of credentials in an account: an access key, or a role with a live session.
pub(super) fn credentials_in(state: &State, account: &str, now: jiff::Timestamp) -> Option<String> {
    let key = state.keys.list.iter().find(|key| key.account_id == account);
    if let Some(key) = key {
        return Some(key.name.to_string());
    }
    let live = state.sessions.by_role.values().find(|session| {
        Arn::account_of(&session.role_arn) == Some(account)
            && session.remaining_at(now).is_positive()
    });
    live.map(|session| session.role.to_string())
}

/// Returns the name of another access key of the same partition.
fn other_key(state: &State, sent: &SentRequest) -> Option<String> {
    let signed = state
        .keys
        .list
        .iter()
        .find(|key| key.id.as_str() == sent.access_key_id)?;
    let other = state
        .keys
        .list
        .iter()
        .find(|key| key.id != signed.id && key.partition() == signed.partition());
    other.map(|key| key.name.to_string())
}
