//! The IAM for all tests.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use jiff::Timestamp;

use super::ring;
use crate::memory::lock;
use crate::ports::Iam;
use rolecall_core::calls::iam::{DescribedRole, ListedKey, Simulation, SimulationResult};
use rolecall_core::calls::sts::{Caller, Refusal, StsError};
use rolecall_core::explain::diagnosis;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::region::{Partition, Region};
use rolecall_core::value::role_arn::RoleArn;

/// An IAM that returns the results that the test sets, one after another, and then times out.
#[derive(Debug, Default)]
pub struct FakeIam {
    answers: Mutex<VecDeque<Result<diagnosis::Answer, StsError>>>,
    calls: Mutex<Vec<String>>,
    maximum: Mutex<Option<SessionDuration>>,
    keys: Mutex<Vec<ListedKey>>,
    used: Mutex<BTreeMap<String, Timestamp>>,
    devices: Mutex<Option<Vec<String>>>,
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

    /// Lists these access keys from now on. Without any, the call is denied.
    pub fn list_keys(&self, keys: &[ListedKey]) {
        *lock(&self.keys) = keys.to_vec();
    }

    /// Lists these MFA devices from now on. Until then, the call is denied.
    pub fn list_devices(&self, devices: &[&str]) {
        *lock(&self.devices) = Some(devices.iter().map(|it| (*it).to_owned()).collect());
    }

    /// Says when an access key was last used.
    pub fn use_at(&self, access_key_id: &str, at: Timestamp) {
        lock(&self.used).insert(access_key_id.to_owned(), at);
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

fn denied() -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: "AccessDenied".to_owned(),
        ..Refusal::default()
    })
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
    fn access_keys(&self, caller: &Caller, _: Partition) -> Result<Vec<ListedKey>, StsError> {
        lock(&self.calls).push(format!("iam:ListAccessKeys {}", caller.access_key_id));
        match lock(&self.keys).clone() {
            keys if keys.is_empty() => Err(denied()),
            keys => Ok(keys),
        }
    }
    fn mfa_devices(&self, caller: &Caller, _: Partition) -> Result<Vec<String>, StsError> {
        lock(&self.calls).push(format!("iam:ListMFADevices {}", caller.access_key_id));
        lock(&self.devices).clone().ok_or_else(denied)
    }
    fn last_used(
        &self,
        caller: &Caller,
        access_key_id: &str,
        _: Partition,
    ) -> Result<Option<Timestamp>, StsError> {
        lock(&self.calls).push(format!("iam:GetAccessKeyLastUsed {}", caller.access_key_id));
        Ok(lock(&self.used).get(access_key_id).copied())
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
