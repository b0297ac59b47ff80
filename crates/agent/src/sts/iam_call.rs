//! The calls that read and change users, roles, groups and their policies. Each is one request of the SDK. A change is
//! sent once: who asked for it must know whether it was made.

use aws_sdk_iam::types::{self, AttachedPolicy, StatusType};
use rolecall_core::calls::iam_call::{
    IamAnswer, IamCall, IamGroup, IamPolicy, IamRole, IamUser, KeyStatus, PolicyHolder,
};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::value::region::Partition;

use super::client::{self, Tries};
use super::iam::{decoded, incomplete, sent};
use super::{AwsSts, failure, given};

/// The most items that IAM lists in one answer. A user, role or group has fewer policies and groups.
const ITEMS_MAX: i32 = 1_000;

impl AwsSts {
    /// Makes a call.
    pub(super) fn call_once(
        &self,
        caller: &Caller,
        to: Partition,
        call: &IamCall,
    ) -> Result<IamAnswer, StsError> {
        match call {
            IamCall::GetUser { .. }
            | IamCall::CreateGroup { .. }
            | IamCall::GetGroup { .. }
            | IamCall::DeleteGroup { .. }
            | IamCall::AddMember { .. }
            | IamCall::RemoveMember { .. }
            | IamCall::GroupsOf { .. } => self.user_or_group(caller, to, call),
            IamCall::SetKeyStatus { user, id, status } => {
                let status = match status {
                    KeyStatus::Active => StatusType::Active,
                    KeyStatus::Inactive => StatusType::Inactive,
                };
                done(sent!(self, caller, to, Tries::Once, iam => iam
                    .update_access_key()
                    .user_name(user)
                    .access_key_id(id)
                    .status(status.clone())))
            }
            IamCall::DeleteAccessKey { user, id } => {
                done(sent!(self, caller, to, Tries::Once, iam => iam
                    .delete_access_key()
                    .user_name(user)
                    .access_key_id(id)))
            }
            IamCall::GetRole { .. }
            | IamCall::CreateRole { .. }
            | IamCall::UpdateTrust { .. }
            | IamCall::UpdateRole { .. }
            | IamCall::DeleteRole { .. } => self.of_role(caller, to, call),
            IamCall::CreatePolicy { .. }
            | IamCall::GetPolicy { .. }
            | IamCall::GetPolicyVersion { .. }
            | IamCall::DeletePolicy { .. } => self.of_managed_policy(caller, to, call),
            IamCall::GetInline { holder, .. }
            | IamCall::PutInline { holder, .. }
            | IamCall::DeleteInline { holder, .. }
            | IamCall::ListInline { holder }
            | IamCall::Attach { holder, .. }
            | IamCall::Detach { holder, .. }
            | IamCall::ListAttached { holder } => match holder {
                PolicyHolder::User(name) => self.policies_of_user(caller, to, name, call),
                PolicyHolder::Role(name) => self.policies_of_role(caller, to, name, call),
                PolicyHolder::Group(name) => self.policies_of_group(caller, to, name, call),
            },
        }
    }

    fn user_or_group(
        &self,
        caller: &Caller,
        to: Partition,
        call: &IamCall,
    ) -> Result<IamAnswer, StsError> {
        match call {
            IamCall::GetUser { user } => {
                let output = sent!(self, caller, to, iam => iam.get_user().user_name(user))?;
                let user = output.user().ok_or_else(|| incomplete("User"))?;
                Ok(IamAnswer::User(IamUser {
                    arn: given("Arn", Some(user.arn()))?,
                    id: given("UserId", Some(user.user_id()))?,
                    boundary: boundary(user.permissions_boundary()),
                }))
            }
            IamCall::CreateGroup { group } => {
                let output = sent!(self, caller, to, Tries::Once, iam => iam.create_group().group_name(group))?;
                self::group(output.group())
            }
            IamCall::GetGroup { group } => {
                let output = sent!(self, caller, to, iam => iam.get_group().group_name(group))?;
                self::group(output.group())
            }
            IamCall::DeleteGroup { group } => done(
                sent!(self, caller, to, Tries::Once, iam => iam.delete_group().group_name(group)),
            ),
            IamCall::AddMember { group, user } => {
                done(sent!(self, caller, to, Tries::Once, iam => iam
                .add_user_to_group()
                .group_name(group)
                .user_name(user)))
            }
            IamCall::RemoveMember { group, user } => {
                done(sent!(self, caller, to, Tries::Once, iam => iam
                .remove_user_from_group()
                .group_name(group)
                .user_name(user)))
            }
            IamCall::GroupsOf { user } => {
                let output = sent!(self, caller, to, iam => iam
                    .list_groups_for_user()
                    .user_name(user)
                    .max_items(ITEMS_MAX))?;
                let names = output.groups().iter().map(|it| it.group_name().to_owned());
                Ok(IamAnswer::List(names.collect()))
            }
            _ => Err(other()),
        }
    }

    fn of_role(
        &self,
        caller: &Caller,
        to: Partition,
        call: &IamCall,
    ) -> Result<IamAnswer, StsError> {
        match call {
            IamCall::GetRole { role } => {
                let output = sent!(self, caller, to, iam => iam.get_role().role_name(role))?;
                self::role(output.role())
            }
            IamCall::CreateRole {
                role,
                path,
                trust,
                longest_s,
            } => {
                let output = sent!(self, caller, to, Tries::Once, iam => iam
                    .create_role()
                    .role_name(role)
                    .path(path)
                    .assume_role_policy_document(trust)
                    .max_session_duration(seconds(*longest_s)))?;
                let role = output.role().ok_or_else(|| incomplete("Role"))?;
                Ok(IamAnswer::Role(IamRole {
                    arn: given("Arn", Some(role.arn()))?,
                    id: given("RoleId", Some(role.role_id()))?,
                    trust: trust.clone(),
                    longest_s: Some(*longest_s),
                    boundary: boundary(role.permissions_boundary()),
                }))
            }
            IamCall::UpdateTrust { role, trust } => {
                done(sent!(self, caller, to, Tries::Once, iam => iam
                .update_assume_role_policy()
                .role_name(role)
                .policy_document(trust)))
            }
            IamCall::UpdateRole { role, longest_s } => {
                done(sent!(self, caller, to, Tries::Once, iam => iam
                .update_role()
                .role_name(role)
                .max_session_duration(seconds(*longest_s))))
            }
            IamCall::DeleteRole { role } => {
                done(sent!(self, caller, to, Tries::Once, iam => iam.delete_role().role_name(role)))
            }
            _ => Err(other()),
        }
    }

    fn of_managed_policy(
        &self,
        caller: &Caller,
        to: Partition,
        call: &IamCall,
    ) -> Result<IamAnswer, StsError> {
        match call {
            IamCall::CreatePolicy { policy, document } => {
                let output = sent!(self, caller, to, Tries::Once, iam => iam
                    .create_policy()
                    .policy_name(policy)
                    .policy_document(document))?;
                self::policy(output.policy())
            }
            IamCall::GetPolicy { arn } => {
                let output = sent!(self, caller, to, iam => iam.get_policy().policy_arn(arn))?;
                self::policy(output.policy())
            }
            IamCall::GetPolicyVersion { arn, version } => {
                let output = sent!(self, caller, to, iam => iam
                    .get_policy_version()
                    .policy_arn(arn)
                    .version_id(version))?;
                document(output.policy_version().and_then(|it| it.document()))
            }
            IamCall::DeletePolicy { arn } => done(
                sent!(self, caller, to, Tries::Once, iam => iam.delete_policy().policy_arn(arn)),
            ),
            _ => Err(other()),
        }
    }
}

/// Defines the calls about the policies of a user, role or group. The SDK has a request for each.
macro_rules! policies_of {
    (
        $method:ident, $name:ident,
        $get:ident, $put:ident, $delete:ident, $list:ident, $attach:ident, $detach:ident, $attached:ident
    ) => {
        impl AwsSts {
            fn $method(
                &self,
                caller: &Caller,
                to: Partition,
                name: &str,
                call: &IamCall,
            ) -> Result<IamAnswer, StsError> {
                match call {
                    IamCall::GetInline { policy, .. } => {
                        let output = sent!(self, caller, to, iam => iam
                            .$get()
                            .$name(name)
                            .policy_name(policy))?;
                        document(Some(output.policy_document()))
                    }
                    IamCall::PutInline {
                        policy, document, ..
                    } => done(sent!(self, caller, to, Tries::Once, iam => iam
                        .$put()
                        .$name(name)
                        .policy_name(policy)
                        .policy_document(document))),
                    IamCall::DeleteInline { policy, .. } => done(sent!(self, caller, to, Tries::Once, iam => iam
                        .$delete()
                        .$name(name)
                        .policy_name(policy))),
                    IamCall::ListInline { .. } => {
                        let output = sent!(self, caller, to, iam => iam
                            .$list()
                            .$name(name)
                            .max_items(ITEMS_MAX))?;
                        Ok(IamAnswer::List(output.policy_names().to_vec()))
                    }
                    IamCall::Attach { arn, .. } => done(sent!(self, caller, to, Tries::Once, iam => iam
                        .$attach()
                        .$name(name)
                        .policy_arn(arn))),
                    IamCall::Detach { arn, .. } => done(sent!(self, caller, to, Tries::Once, iam => iam
                        .$detach()
                        .$name(name)
                        .policy_arn(arn))),
                    IamCall::ListAttached { .. } => {
                        let output = sent!(self, caller, to, iam => iam
                            .$attached()
                            .$name(name)
                            .max_items(ITEMS_MAX))?;
                        attached(output.attached_policies())
                    }
                    _ => Err(other()),
                }
            }
        }
    };
}

policies_of!(
    policies_of_user,
    user_name,
    get_user_policy,
    put_user_policy,
    delete_user_policy,
    list_user_policies,
    attach_user_policy,
    detach_user_policy,
    list_attached_user_policies
);
policies_of!(
    policies_of_role,
    role_name,
    get_role_policy,
    put_role_policy,
    delete_role_policy,
    list_role_policies,
    attach_role_policy,
    detach_role_policy,
    list_attached_role_policies
);
policies_of!(
    policies_of_group,
    group_name,
    get_group_policy,
    put_group_policy,
    delete_group_policy,
    list_group_policies,
    attach_group_policy,
    detach_group_policy,
    list_attached_group_policies
);

fn done<T>(output: Result<T, StsError>) -> Result<IamAnswer, StsError> {
    output.map(|_| IamAnswer::Done)
}

/// Returns the error for a call that is made elsewhere, which does not happen.
fn other() -> StsError {
    StsError::Incomplete("the call is not known".to_owned())
}

fn seconds(seconds: u32) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

fn document(document: Option<&str>) -> Result<IamAnswer, StsError> {
    decoded("PolicyDocument", document).map(IamAnswer::Document)
}

fn attached(policies: &[AttachedPolicy]) -> Result<IamAnswer, StsError> {
    let arns = policies
        .iter()
        .map(|it| given("PolicyArn", it.policy_arn()));
    arns.collect::<Result<_, _>>().map(IamAnswer::List)
}

fn role(role: Option<&types::Role>) -> Result<IamAnswer, StsError> {
    let role = role.ok_or_else(|| incomplete("Role"))?;
    let document = role.assume_role_policy_document();
    Ok(IamAnswer::Role(IamRole {
        arn: given("Arn", Some(role.arn()))?,
        id: given("RoleId", Some(role.role_id()))?,
        trust: decoded("AssumeRolePolicyDocument", document)?,
        longest_s: role
            .max_session_duration()
            .and_then(|seconds| u32::try_from(seconds).ok()),
        boundary: boundary(role.permissions_boundary()),
    }))
}

fn boundary(boundary: Option<&types::AttachedPermissionsBoundary>) -> Option<String> {
    boundary?.permissions_boundary_arn().map(str::to_owned)
}

fn policy(policy: Option<&types::Policy>) -> Result<IamAnswer, StsError> {
    let policy = policy.ok_or_else(|| incomplete("Policy"))?;
    Ok(IamAnswer::Policy(IamPolicy {
        arn: given("Arn", policy.arn())?,
        id: given("PolicyId", policy.policy_id())?,
        version: given("DefaultVersionId", policy.default_version_id())?,
    }))
}

fn group(group: Option<&types::Group>) -> Result<IamAnswer, StsError> {
    let group = group.ok_or_else(|| incomplete("Group"))?;
    Ok(IamAnswer::Group(IamGroup {
        arn: given("Arn", Some(group.arn()))?,
        id: given("GroupId", Some(group.group_id()))?,
    }))
}
