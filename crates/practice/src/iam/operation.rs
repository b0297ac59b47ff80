//! The actions that read and change users, roles, groups and policies.

use super::target::{Kind, Target};
use super::{identity, policy};
use crate::failure::Failure;
use crate::sts::parameters::Parameters;
use crate::world::World;

/// One action.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation {
    pub(super) action: &'static str,
    about: About,
}

/// What an action is about.
#[derive(Debug, Clone, Copy)]
enum About {
    /// A user, role or group.
    Identity(Kind),
    /// The policies of one.
    Held(policy::Verb, Kind),
    /// A managed policy.
    Policy,
}

const ACTIONS: [&str; 38] = [
    "CreateUser",
    "GetUser",
    "DeleteUser",
    "CreateRole",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
    "DeleteRole",
    "CreateGroup",
    "GetGroup",
    "DeleteGroup",
    "AddUserToGroup",
    "RemoveUserFromGroup",
    "GetUserPolicy",
    "PutUserPolicy",
    "DeleteUserPolicy",
    "ListUserPolicies",
    "AttachUserPolicy",
    "DetachUserPolicy",
    "ListAttachedUserPolicies",
    "GetRolePolicy",
    "PutRolePolicy",
    "DeleteRolePolicy",
    "ListRolePolicies",
    "AttachRolePolicy",
    "DetachRolePolicy",
    "ListAttachedRolePolicies",
    "GetGroupPolicy",
    "PutGroupPolicy",
    "DeleteGroupPolicy",
    "ListGroupPolicies",
    "AttachGroupPolicy",
    "DetachGroupPolicy",
    "ListAttachedGroupPolicies",
    "CreatePolicy",
    "GetPolicy",
    "GetPolicyVersion",
    "DeletePolicy",
    "ListGroupsForUser",
];

impl Operation {
    /// Returns the action with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let action = ACTIONS.into_iter().find(|it| *it == name)?;
        let about = match (policy::verb(action), action) {
            (Some((verb, kind)), _) => About::Held(verb, kind),
            (None, "CreatePolicy" | "GetPolicy" | "GetPolicyVersion" | "DeletePolicy") => {
                About::Policy
            }
            (None, "CreateUser" | "GetUser" | "DeleteUser" | "ListGroupsForUser") => {
                About::Identity(Kind::User)
            }
            (None, action) if action.contains("Group") => About::Identity(Kind::Group),
            (None, _) => About::Identity(Kind::Role),
        };
        Some(Self { action, about })
    }

    /// Returns whether it changes nothing.
    pub(super) fn only_reads(&self) -> bool {
        match self.about {
            About::Held(verb, _) => verb.only_reads(),
            About::Identity(_) | About::Policy => {
                self.action.starts_with("Get") || self.action.starts_with("List")
            }
        }
    }

    /// Returns whether it makes something new.
    pub(super) fn creates(&self) -> bool {
        self.action.starts_with("Create")
    }

    /// Returns the ARN for which the caller needs the permission.
    pub(super) fn resource(
        &self,
        world: &World,
        parameters: &Parameters,
        account: &str,
    ) -> Result<String, Failure> {
        match self.about {
            About::Identity(kind) | About::Held(_, kind) => {
                let target = Target::of(kind, parameters, account)?;
                let path = parameters.optional("Path").filter(|_| self.creates());
                Ok(match path {
                    Some(path) if !target.exists(world) => {
                        let noun = kind.noun();
                        format!("arn:aws:iam::{account}:{noun}{path}{}", target.name)
                    }
                    Some(_) | None => target.arn(world),
                })
            }
            About::Policy if self.creates() => policy::new_arn(parameters, account),
            About::Policy => Ok(parameters.required("PolicyArn")?.to_owned()),
        }
    }

    /// Answers an action that changes nothing.
    pub(super) fn read(
        &self,
        world: &World,
        parameters: &Parameters,
        account: &str,
    ) -> Result<String, Failure> {
        let target = |kind| Target::of(kind, parameters, account);
        match (self.about, self.action) {
            (About::Held(verb, kind), _) => policy::read(world, verb, &target(kind)?, parameters),
            (About::Policy, "GetPolicyVersion") => policy::get_version(world, parameters),
            (About::Policy, _) => policy::get(world, parameters),
            (About::Identity(Kind::User), "ListGroupsForUser") => {
                identity::groups_of(world, &target(Kind::User)?)
            }
            (About::Identity(Kind::User), _) => identity::get_user(world, &target(Kind::User)?),
            (About::Identity(Kind::Group), _) => identity::get_group(world, &target(Kind::Group)?),
            // GetRole is answered before, so no other action of roles reads.
            (About::Identity(Kind::Role), _) => {
                target(Kind::Role)?.role(world).map(|_| String::new())
            }
        }
    }

    /// Answers an action that changes something.
    pub(super) fn change(
        &self,
        world: &mut World,
        parameters: &Parameters,
        account: &str,
    ) -> Result<String, Failure> {
        let kind = match self.about {
            About::Policy if self.creates() => return policy::create(world, parameters, account),
            About::Policy => return policy::delete(world, parameters),
            About::Identity(kind) | About::Held(_, kind) => kind,
        };
        let target = Target::of(kind, parameters, account)?;
        if let About::Held(verb, _) = self.about {
            return policy::change(world, verb, &target, parameters);
        }
        match self.action {
            "CreateUser" => identity::create_user(world, &target, parameters),
            "DeleteUser" => identity::delete_user(world, &target),
            "CreateRole" => identity::create_role(world, &target, parameters),
            "UpdateAssumeRolePolicy" => identity::update_trust(world, &target, parameters),
            "UpdateRole" => identity::update_role(world, &target, parameters),
            "DeleteRole" => identity::delete_role(world, &target),
            "CreateGroup" => identity::create_group(world, &target, parameters),
            "DeleteGroup" => identity::delete_group(world, &target),
            "AddUserToGroup" => identity::add_member(world, &target, parameters),
            _ => identity::remove_member(world, &target, parameters),
        }
    }
}
