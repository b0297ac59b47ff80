//! What a kit makes in each account, in the order in which it can be made.

use super::account_id::AccountId;
use super::caller::CallerKind;
use super::document::Document;
use super::grant::Grant;
use super::kit::Kit;
use super::policies::{
    NamedPolicy, caller_policy, caller_policy_name, permission_policies, trust_policy,
};
use crate::calls::iam_call::PolicyHolder as Holder;

/// What a kit makes in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPart {
    /// The account's 12 digits.
    pub account: String,
    /// Whose account it is.
    pub side: Side,
    /// What is made there.
    pub resources: Vec<Resource>,
}

/// Whose account a part is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The role's, which can be the caller's as well.
    Role,
    /// The caller's.
    Caller,
}

/// The role with its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRole {
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// Who may assume it.
    pub trust: Document,
    /// Its longest session in seconds.
    pub longest_s: u32,
    /// The ARNs of its managed policies.
    pub managed: Vec<String>,
    /// Its inline policies.
    pub inline: Vec<NamedPolicy>,
}

/// Something that is made in IAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// The role with its policies.
    Role(NewRole),
    /// A group.
    Group {
        /// Its name.
        name: String,
    },
    /// A user of a group.
    Member {
        /// The group's name.
        group: String,
        /// The user's name.
        user: String,
    },
    /// An inline policy of something that exists.
    InlinePolicy {
        /// The policy.
        policy: NamedPolicy,
        /// Whose it is.
        holder: Holder,
    },
    /// A managed policy.
    ManagedPolicy {
        /// The policy.
        policy: NamedPolicy,
        /// Its ARN.
        arn: String,
        /// What it is attached to.
        holder: Option<Holder>,
    },
}

/// Returns what the kit makes in the role's account, then what it makes in the caller's. Both are one part if there is
/// only one account.
pub fn parts(kit: &Kit) -> Vec<AccountPart> {
    let mut role_part = AccountPart {
        account: kit.account().to_owned(),
        side: Side::Role,
        resources: vec![role(kit)],
    };
    let Some(account) = kit.caller.account() else {
        return vec![role_part];
    };
    let for_caller = for_caller(kit, account);
    if kit.is_in_one_account() {
        role_part.resources.extend(for_caller);
        return vec![role_part];
    }
    let caller_part = AccountPart {
        account: account.to_string(),
        side: Side::Caller,
        resources: for_caller,
    };
    let parts = [role_part, caller_part].into_iter();
    parts.filter(|part| !part.resources.is_empty()).collect()
}

fn role(kit: &Kit) -> Resource {
    Resource::Role(NewRole {
        name: kit.role.role_name().to_owned(),
        path: kit.path.clone(),
        trust: trust_policy(kit),
        longest_s: kit.requirements.longest_session.seconds(),
        managed: kit
            .permissions
            .managed()
            .map(|arn| arn.as_str().to_owned())
            .collect(),
        inline: permission_policies(kit),
    })
}

fn for_caller(kit: &Kit, account: &AccountId) -> Vec<Resource> {
    let user = match &kit.caller.kind {
        CallerKind::User { name, .. } => Some(name),
        CallerKind::Account(_) => kit.user.as_ref(),
        CallerKind::Role { .. } | CallerKind::Everyone => None,
    };
    let single = match &kit.caller.kind {
        CallerKind::Role { name, .. } => Some(Holder::Role(name.clone())),
        CallerKind::User { .. } | CallerKind::Account(_) | CallerKind::Everyone => {
            user.cloned().map(Holder::User)
        }
    };
    let policy = NamedPolicy {
        name: caller_policy_name(kit),
        document: caller_policy(kit),
    };
    let partition = kit.role.partition().name;
    let managed = |holder| Resource::ManagedPolicy {
        arn: format!("arn:{partition}:iam::{account}:policy/{}", policy.name),
        policy: policy.clone(),
        holder,
    };
    match &kit.grant {
        Grant::Nothing => Vec::new(),
        Grant::Inline => {
            let inline = |holder| Resource::InlinePolicy {
                policy: policy.clone(),
                holder,
            };
            single.map(inline).into_iter().collect()
        }
        Grant::Managed => vec![managed(single)],
        Grant::Group(name) => {
            let group = || name.clone();
            let mut made = vec![
                Resource::Group { name: group() },
                managed(Some(Holder::Group(group()))),
            ];
            let member = |user: &String| Resource::Member {
                group: group(),
                user: user.clone(),
            };
            made.extend(user.map(member));
            made
        }
    }
}
