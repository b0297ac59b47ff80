//! The inline policies for all tests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use super::ring;
use crate::memory::lock;
use rolecall_core::calls::iam_call::{IamAnswer, IamCall, PolicyHolder};
use rolecall_core::calls::sts::{Caller, Refusal, StsError};
use rolecall_core::revoke::Holder;

/// The kind and name of a holder, and the name of a policy.
type At = (&'static str, String, String);

/// The inline policies of an IAM, which keeps what it is given once a test opens it.
#[derive(Debug)]
pub struct FakePolicies {
    is_open: AtomicBool,
    documents: Mutex<BTreeMap<At, String>>,
    calls: Mutex<Vec<String>>,
    denied: Mutex<BTreeSet<&'static str>>,
    lost: Mutex<VecDeque<StsError>>,
    steps_left: AtomicI64,
}

impl Default for FakePolicies {
    fn default() -> Self {
        Self {
            is_open: AtomicBool::new(false),
            documents: Mutex::default(),
            calls: Mutex::default(),
            denied: Mutex::default(),
            lost: Mutex::default(),
            steps_left: AtomicI64::new(i64::MAX),
        }
    }
}

impl FakePolicies {
    /// Answers calls on inline policies from now on.
    pub fn open(&self) {
        self.is_open.store(true, Ordering::Release);
    }

    /// Puts a policy as somebody else does. The holder is an ARN.
    pub fn put(&self, holder: &str, name: &str, document: &str) {
        lock(&self.documents).insert(at_arn(holder, name), document.to_owned());
    }

    /// Removes a policy as somebody else does.
    pub fn take(&self, holder: &str, name: &str) {
        lock(&self.documents).remove(&at_arn(holder, name));
    }

    /// Returns a policy of a holder with this ARN.
    pub fn of(&self, holder: &str, name: &str) -> Option<String> {
        lock(&self.documents).get(&at_arn(holder, name)).cloned()
    }

    /// Answers a call on inline policies, if it is open.
    pub(super) fn answer(
        &self,
        caller: &Caller,
        call: &IamCall,
    ) -> Option<Result<IamAnswer, StsError>> {
        if !self.is_open.load(Ordering::Acquire) {
            return None;
        }
        Some(match call {
            IamCall::GetInline { holder, policy } => self.call("get", caller, |documents| {
                let found = documents.get(&at(holder, policy)).cloned();
                let found = found.ok_or_else(|| absent(policy))?;
                Ok(IamAnswer::Document(found))
            }),
            IamCall::PutInline {
                holder,
                policy,
                document,
            } => self.change("put", caller, |documents| {
                documents.insert(at(holder, policy), document.clone());
                Ok(())
            }),
            IamCall::DeleteInline { holder, policy } => {
                self.change("delete", caller, |documents| {
                    let removed = documents.remove(&at(holder, policy));
                    removed.map(drop).ok_or_else(|| absent(policy))
                })
            }
            _ => return None,
        })
    }

    /// Returns the calls so far: the action, and the access key that signed.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.calls).clone()
    }

    /// Denies an action from now on.
    pub fn deny(&self, action: &'static str) {
        lock(&self.denied).insert(action);
    }

    /// Performs the next change, but loses its answer.
    pub fn lose_next(&self, error: StsError) {
        lock(&self.lost).push_back(error);
    }

    /// Ends the program at a later step: each call has one before its effect and one after it. `None` is never.
    pub fn crash_after(&self, steps: Option<i64>) {
        self.steps_left
            .store(steps.unwrap_or(i64::MAX), Ordering::Release);
    }

    fn step(&self) {
        let left = self.steps_left.fetch_sub(1, Ordering::AcqRel);
        assert!(left > 0, "the program ends here, on purpose");
    }

    fn call<T>(
        &self,
        action: &'static str,
        caller: &Caller,
        effect: impl FnOnce(&mut BTreeMap<At, String>) -> Result<T, StsError>,
    ) -> Result<T, StsError> {
        lock(&self.calls).push(format!("{action} {}", caller.access_key_id));
        ring();
        self.step();
        if lock(&self.denied).contains(action) {
            return Err(refused("AccessDenied", "not authorized"));
        }
        let result = effect(&mut lock(&self.documents));
        self.step();
        result
    }

    fn change(
        &self,
        action: &'static str,
        caller: &Caller,
        effect: impl FnOnce(&mut BTreeMap<At, String>) -> Result<(), StsError>,
    ) -> Result<IamAnswer, StsError> {
        self.call(action, caller, effect)?;
        let lost = lock(&self.lost).pop_front();
        lost.map_or(Ok(IamAnswer::Done), Err)
    }
}

fn refused(code: &str, message: &str) -> StsError {
    StsError::Refused(Refusal {
        status: 403,
        code: code.to_owned(),
        message: message.to_owned(),
        ..Refusal::default()
    })
}

fn at(holder: &PolicyHolder, policy: &str) -> At {
    (holder.kind(), holder.name().to_owned(), policy.to_owned())
}

fn at_arn(arn: &str, policy: &str) -> At {
    let holder = Holder::of_arn(arn).expect("the ARN of a role or user");
    at(&holder.in_iam(), policy)
}

fn absent(name: &str) -> StsError {
    let text = format!("The policy with name {name} cannot be found.");
    refused("NoSuchEntity", &text)
}
