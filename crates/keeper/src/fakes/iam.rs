//! The IAM for all tests.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use jiff::Timestamp;

use super::iam_account::IamAccount;
use super::policies::FakePolicies;
use super::ring;
use crate::memory::lock;
use crate::ports::Iam;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::{DescribedRole, ListedKey, Simulation, SimulationResult};
use rolecall_core::calls::iam_call::{IamAnswer, IamCall};
use rolecall_core::calls::sts::{Caller, Refusal, StsError};
use rolecall_core::explain::diagnosis;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::region::{Partition, Region};
use rolecall_core::value::role_arn::RoleArn;

/// What happens to a change of IAM.
#[derive(Debug, Clone)]
pub enum Fault {
    /// AWS refuses it.
    Refused(Refusal),
    /// AWS makes it, and the answer is lost.
    AnswerLost,
    /// It never arrives.
    CallLost,
}

/// An IAM that returns the results that the test sets, one after another, and then times out.
#[derive(Debug, Default)]
pub struct FakeIam {
    answers: Mutex<VecDeque<Result<diagnosis::Answer, StsError>>>,
    calls: Mutex<Vec<String>>,
    maximum: Mutex<Option<SessionDuration>>,
    keys: Mutex<Vec<ListedKey>>,
    used: Mutex<BTreeMap<String, Timestamp>>,
    devices: Mutex<Option<Vec<String>>>,
    /// The accounts, by the access key that signs there.
    accounts: Mutex<BTreeMap<String, IamAccount>>,
    /// How many more changes work, and what happens to the next one.
    fault: Mutex<Option<(usize, Fault)>>,
    /// The inline policies that signers without an account of their own find.
    pub policies: FakePolicies,
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

    /// Sets what an access key finds in IAM from now on. Without it, its calls are denied.
    pub fn set_account(&self, access_key_id: &str, account: IamAccount) {
        lock(&self.accounts).insert(access_key_id.to_owned(), account);
    }

    /// Lets this many changes work, and the next one meet this fault. Those after it work.
    pub fn fail_after(&self, changes: usize, fault: Fault) {
        *lock(&self.fault) = Some((changes, fault));
    }

    /// Returns whether a fault is still to come.
    pub fn has_fault(&self) -> bool {
        lock(&self.fault).is_some()
    }

    fn take_fault(&self) -> Option<Fault> {
        let mut fault = lock(&self.fault);
        match fault.take()? {
            (0, it) => Some(it),
            (left, it) => {
                *fault = Some((left - 1, it));
                None
            }
        }
    }

    /// Returns what an access key finds in IAM.
    pub fn account(&self, access_key_id: &str) -> Option<IamAccount> {
        lock(&self.accounts).get(access_key_id).cloned()
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
    fn call(&self, caller: &Caller, _: Partition, call: &IamCall) -> Result<IamAnswer, StsError> {
        let line = format!("iam:{} {}", call.action(), caller.access_key_id);
        lock(&self.calls).push(line);
        let fault = match call.only_reads() {
            true => None,
            false => self.take_fault(),
        };
        let answer = || match lock(&self.accounts).get_mut(&caller.access_key_id) {
            Some(account) => account.answer(call),
            None => self
                .policies
                .answer(caller, call)
                .unwrap_or_else(|| Err(denied())),
        };
        let host = "fake".to_owned();
        match fault {
            None => answer(),
            Some(Fault::Refused(refusal)) => Err(StsError::Refused(refusal)),
            Some(Fault::AnswerLost) => answer().and(Err(StsError::TimedOut { host })),
            Some(Fault::CallLost) => Err(StsError::TimedOut { host }),
        }
    }
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
    fn create_access_key(
        &self,
        caller: &Caller,
        _: Partition,
        _user: &str,
    ) -> Result<KeyPair, StsError> {
        lock(&self.calls).push(format!("iam:CreateAccessKey {}", caller.access_key_id));
        Err(denied())
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
