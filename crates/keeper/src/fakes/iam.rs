//! The IAM for all tests.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::ring;
use crate::memory::lock;
use crate::ports::Iam;
use rolecall_core::calls::iam::{DescribedRole, Simulation, SimulationResult};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::explain::diagnosis;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::region::Region;
use rolecall_core::value::role_arn::RoleArn;

/// An IAM that returns the results that the test sets, one after another, and then times out.
#[derive(Debug, Default)]
pub struct FakeIam {
    answers: Mutex<VecDeque<Result<diagnosis::Answer, StsError>>>,
    calls: Mutex<Vec<String>>,
    maximum: Mutex<Option<SessionDuration>>,
}

impl FakeIam {
    /// Sets the result of the next call.
    pub fn answer_next(&self, answer: Result<diagnosis::Answer, StsError>) {
        lock(&self.answers).push_back(answer);
    }

    /// Describes every role with this maximum duration from now on.
    pub fn describe_maximum(&self, maximum: Option<SessionDuration>) {
        *lock(&self.maximum) = maximum;
    }

    /// Returns the calls so far: the action, and the access key that signed.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.calls).clone()
    }

    fn next(&self, action: &str, caller: &Caller) -> Result<diagnosis::Answer, StsError> {
        lock(&self.calls).push(format!("{action} {}", caller.access_key_id));
        ring();
        let host = "fake".to_owned();
        lock(&self.answers)
            .pop_front()
            .unwrap_or(Err(StsError::TimedOut { host }))
    }
}

fn other_answer<T>() -> Result<T, StsError> {
    Err(StsError::Incomplete(
        "the answer to another call".to_owned(),
    ))
}

impl Iam for FakeIam {
    fn role(&self, caller: &Caller, _role: &RoleArn) -> Result<DescribedRole, StsError> {
        match self.next("iam:GetRole", caller)? {
            diagnosis::Answer::Trust(trust_policy) => Ok(DescribedRole {
                trust_policy,
                maximum: *lock(&self.maximum),
            }),
            _ => other_answer(),
        }
    }
    fn simulate(&self, caller: &Caller, _: &Simulation) -> Result<Vec<SimulationResult>, StsError> {
        match self.next("iam:SimulatePrincipalPolicy", caller)? {
            diagnosis::Answer::Simulation(results) => Ok(results),
            _ => other_answer(),
        }
    }
    fn decode(&self, caller: &Caller, _: &str, _: &Region) -> Result<String, StsError> {
        match self.next("sts:DecodeAuthorizationMessage", caller)? {
            diagnosis::Answer::Decoded(text) => Ok(text),
            _ => other_answer(),
        }
    }
    fn account_of_key(&self, caller: &Caller, _: &str, _: &Region) -> Result<String, StsError> {
        match self.next("sts:GetAccessKeyInfo", caller)? {
            diagnosis::Answer::KeyAccount(account) => Ok(account),
            _ => other_answer(),
        }
    }
}
