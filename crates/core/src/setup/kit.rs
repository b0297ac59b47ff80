//! The kit: who may assume which role, to do what, and under which conditions.

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::caller::{Caller, CallerKind};
use super::grant::Grant;
use super::permission::Permissions;
use super::requirements::Requirements;
use crate::value::role_arn::RoleArn;

/// A checked kit, from which all policies and files follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kit {
    /// Who may assume the role.
    pub caller: Caller,
    /// The role.
    pub role: RoleArn,
    /// The role's path, such as `/team/`.
    pub path: String,
    /// What its sessions may do.
    pub permissions: Permissions,
    /// The conditions under which it may be assumed.
    pub requirements: Requirements,
    /// How the caller gets its policy.
    pub grant: Grant,
    /// The user of the caller's account that gets the policy, if the caller is the whole account.
    pub user: Option<String>,
    /// The accounts that are known to be the person's own.
    pub own_accounts: Vec<AccountId>,
    /// Profiles of the AWS CLI for the two accounts.
    pub profiles: Profiles,
}

/// Profiles of the AWS CLI.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Profiles {
    /// For the role's account.
    pub role: Option<String>,
    /// For the caller's account.
    pub caller: Option<String>,
}

impl Kit {
    /// Returns the role's account.
    pub fn account(&self) -> &str {
        self.role.account_id()
    }

    /// Returns whether the caller is in the role's account.
    pub fn is_in_one_account(&self) -> bool {
        let caller = self.caller.account();
        caller.is_some_and(|caller| caller.as_str() == self.account())
    }

    /// Returns who may assume the role, for a sentence.
    pub fn caller_name(&self) -> String {
        match &self.caller.kind {
            CallerKind::User { arn, .. } | CallerKind::Role { arn, .. } => arn.clone(),
            CallerKind::Account(account) => format!("account {account}"),
            CallerKind::Everyone => "everyone".to_owned(),
        }
    }
}
