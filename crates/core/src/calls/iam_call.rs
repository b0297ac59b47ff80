//! Calls that read and change what IAM has, and their answers. A change is made only when the user asked for it.

use serde::{Deserialize, Serialize};

/// One call of IAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IamCall {
    /// GetUser.
    GetUser {
        /// Its name.
        user: String,
    },
    /// GetRole.
    GetRole {
        /// Its name.
        role: String,
    },
    /// CreateRole.
    CreateRole {
        /// Its name.
        role: String,
        /// Its path, such as `/` or `/team/`.
        path: String,
        /// Who may assume it, as JSON.
        trust: String,
        /// Its longest session, in seconds.
        longest_s: u32,
    },
    /// UpdateAssumeRolePolicy.
    UpdateTrust {
        /// The role's name.
        role: String,
        /// Who may assume it, as JSON.
        trust: String,
    },
    /// UpdateRole, which sets its longest session.
    UpdateRole {
        /// Its name.
        role: String,
        /// Its longest session, in seconds.
        longest_s: u32,
    },
    /// DeleteRole.
    DeleteRole {
        /// Its name.
        role: String,
    },
    /// GetUserPolicy, GetRolePolicy or GetGroupPolicy.
    GetInline {
        /// Whose it is.
        holder: PolicyHolder,
        /// Its name.
        policy: String,
    },
    /// PutUserPolicy, PutRolePolicy or PutGroupPolicy.
    PutInline {
        /// Whose it is.
        holder: PolicyHolder,
        /// Its name.
        policy: String,
        /// The document, as JSON.
        document: String,
    },
    /// DeleteUserPolicy, DeleteRolePolicy or DeleteGroupPolicy.
    DeleteInline {
        /// Whose it is.
        holder: PolicyHolder,
        /// Its name.
        policy: String,
    },
    /// ListUserPolicies, ListRolePolicies or ListGroupPolicies.
    ListInline {
        /// Whose they are.
        holder: PolicyHolder,
    },
    /// AttachUserPolicy, AttachRolePolicy or AttachGroupPolicy.
    Attach {
        /// What it is attached to.
        holder: PolicyHolder,
        /// The policy's ARN.
        arn: String,
    },
    /// DetachUserPolicy, DetachRolePolicy or DetachGroupPolicy.
    Detach {
        /// What it is attached to.
        holder: PolicyHolder,
        /// The policy's ARN.
        arn: String,
    },
    /// ListAttachedUserPolicies, ListAttachedRolePolicies or ListAttachedGroupPolicies.
    ListAttached {
        /// What they are attached to.
        holder: PolicyHolder,
    },
    /// CreatePolicy.
    CreatePolicy {
        /// Its name.
        policy: String,
        /// The document, as JSON.
        document: String,
    },
    /// GetPolicy.
    GetPolicy {
        /// Its ARN.
        arn: String,
    },
    /// GetPolicyVersion.
    GetPolicyVersion {
        /// The policy's ARN.
        arn: String,
        /// The version, such as `v1`.
        version: String,
    },
    /// DeletePolicy.
    DeletePolicy {
        /// Its ARN.
        arn: String,
    },
    /// CreateGroup.
    CreateGroup {
        /// Its name.
        group: String,
    },
    /// GetGroup.
    GetGroup {
        /// Its name.
        group: String,
    },
    /// DeleteGroup.
    DeleteGroup {
        /// Its name.
        group: String,
    },
    /// AddUserToGroup.
    AddMember {
        /// The group's name.
        group: String,
        /// The user's name.
        user: String,
    },
    /// RemoveUserFromGroup.
    RemoveMember {
        /// The group's name.
        group: String,
        /// The user's name.
        user: String,
    },
    /// ListGroupsForUser.
    GroupsOf {
        /// The user's name.
        user: String,
    },
    /// UpdateAccessKey with the status `Active` or `Inactive`.
    SetKeyStatus {
        /// The user's name.
        user: String,
        /// The key's ID.
        id: String,
        /// Whether AWS accepts the key from then on.
        status: KeyStatus,
    },
    /// DeleteAccessKey.
    DeleteAccessKey {
        /// The user's name.
        user: String,
        /// The key's ID.
        id: String,
    },
}

/// What has policies in IAM, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyHolder {
    /// A user.
    User(String),
    /// A role.
    Role(String),
    /// A group.
    Group(String),
}

/// The status of an access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    /// AWS accepts it.
    Active,
    /// AWS refuses it.
    Inactive,
}

/// The answer to a call. Each kind of call has one kind of answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IamAnswer {
    /// Done: the answer to changes that return nothing.
    Done,
    /// The answer to GetUser.
    User(IamUser),
    /// The answer to GetRole and CreateRole.
    Role(IamRole),
    /// The answer to GetPolicy and CreatePolicy.
    Policy(IamPolicy),
    /// The answer to GetGroup and CreateGroup.
    Group(IamGroup),
    /// A policy document, as JSON.
    Document(String),
    /// The names of inline policies or groups, or the ARNs of attached policies.
    List(Vec<String>),
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamUser {
    /// Its ARN.
    pub arn: String,
    /// Its unique ID.
    pub id: String,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamRole {
    /// Its ARN.
    pub arn: String,
    /// Its unique ID.
    pub id: String,
    /// The trust policy, as JSON.
    pub trust: String,
    /// Its longest session, in seconds; CreateRole need not return it.
    pub longest_s: Option<u32>,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
}

/// A managed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamPolicy {
    /// Its ARN.
    pub arn: String,
    /// Its unique ID.
    pub id: String,
    /// The version in effect, such as `v1`.
    pub version: String,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamGroup {
    /// Its ARN.
    pub arn: String,
    /// Its unique ID.
    pub id: String,
}

impl PolicyHolder {
    /// Returns its name.
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Role(name) | Self::Group(name) => name,
        }
    }

    /// Returns what it is, for a sentence: `user`, `role` or `group`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Role(_) => "role",
            Self::Group(_) => "group",
        }
    }
}

impl IamCall {
    /// Returns the name of the action, without `iam:`.
    pub fn action(&self) -> &'static str {
        match self {
            Self::GetUser { .. } => "GetUser",
            Self::GetRole { .. } => "GetRole",
            Self::CreateRole { .. } => "CreateRole",
            Self::UpdateTrust { .. } => "UpdateAssumeRolePolicy",
            Self::UpdateRole { .. } => "UpdateRole",
            Self::DeleteRole { .. } => "DeleteRole",
            Self::GetInline { holder, .. } => {
                of(holder, ["GetUserPolicy", "GetRolePolicy", "GetGroupPolicy"])
            }
            Self::PutInline { holder, .. } => {
                of(holder, ["PutUserPolicy", "PutRolePolicy", "PutGroupPolicy"])
            }
            Self::DeleteInline { holder, .. } => of(
                holder,
                ["DeleteUserPolicy", "DeleteRolePolicy", "DeleteGroupPolicy"],
            ),
            Self::ListInline { holder } => of(
                holder,
                ["ListUserPolicies", "ListRolePolicies", "ListGroupPolicies"],
            ),
            Self::Attach { holder, .. } => of(
                holder,
                ["AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy"],
            ),
            Self::Detach { holder, .. } => of(
                holder,
                ["DetachUserPolicy", "DetachRolePolicy", "DetachGroupPolicy"],
            ),
            Self::ListAttached { holder } => of(
                holder,
                [
                    "ListAttachedUserPolicies",
                    "ListAttachedRolePolicies",
                    "ListAttachedGroupPolicies",
                ],
            ),
            Self::CreatePolicy { .. } => "CreatePolicy",
            Self::GetPolicy { .. } => "GetPolicy",
            Self::GetPolicyVersion { .. } => "GetPolicyVersion",
            Self::DeletePolicy { .. } => "DeletePolicy",
            Self::CreateGroup { .. } => "CreateGroup",
            Self::GetGroup { .. } => "GetGroup",
            Self::DeleteGroup { .. } => "DeleteGroup",
            Self::AddMember { .. } => "AddUserToGroup",
            Self::RemoveMember { .. } => "RemoveUserFromGroup",
            Self::GroupsOf { .. } => "ListGroupsForUser",
            Self::SetKeyStatus { .. } => "UpdateAccessKey",
            Self::DeleteAccessKey { .. } => "DeleteAccessKey",
        }
    }

    /// Returns whether the call changes nothing, so that it can be made at any time.
    pub fn only_reads(&self) -> bool {
        self.action().starts_with("Get") || self.action().starts_with("List")
    }
}

fn of(holder: &PolicyHolder, [user, role, group]: [&'static str; 3]) -> &'static str {
    match holder {
        PolicyHolder::User(_) => user,
        PolicyHolder::Role(_) => role,
        PolicyHolder::Group(_) => group,
    }
}
