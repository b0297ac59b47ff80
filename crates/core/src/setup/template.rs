//! The resources of an account as CloudFormation has them, for its templates and for the CDK.

use rolecall_policy::Json;

use super::policies::NamedPolicy;
use super::resource::{AccountPart, NewRole, Resource};
use crate::calls::iam_call::PolicyHolder as Holder;

/// A resource of a template.
pub(super) struct TemplateResource {
    /// Its logical ID.
    pub(super) id: &'static str,
    /// Its type without `AWS::IAM::`.
    pub(super) kind: &'static str,
    /// Its properties.
    pub(super) properties: Vec<(&'static str, Json)>,
    /// The logical ID of the resource that must exist before it.
    pub(super) after: Option<&'static str>,
}

/// The logical ID of the role.
pub(super) const ROLE: &str = "Role";
const GROUP: &str = "Callers";

/// Returns the resources of an account.
pub(super) fn template(part: &AccountPart) -> Vec<TemplateResource> {
    part.resources.iter().map(resource).collect()
}

fn resource(resource: &Resource) -> TemplateResource {
    match resource {
        Resource::Role(role) => of(ROLE, "Role", role_properties(role), None),
        Resource::Group { name } => of(
            GROUP,
            "Group",
            vec![("GroupName", name.clone().into())],
            None,
        ),
        Resource::Member { group, user } => {
            let users = list(std::slice::from_ref(user));
            let properties = vec![("GroupName", group.clone().into()), ("Users", users)];
            of("Member", "UserToGroupAddition", properties, Some(GROUP))
        }
        Resource::InlinePolicy { policy, holder } => {
            let mut properties = named(policy).to_vec();
            properties.push(held_by(holder));
            of("AssumeRolePolicy", "Policy", properties, None)
        }
        Resource::ManagedPolicy { policy, holder, .. } => {
            let [_, document] = named(policy);
            let mut properties = vec![("ManagedPolicyName", policy.name.clone().into()), document];
            properties.extend(holder.as_ref().map(held_by));
            let is_group = matches!(holder, Some(Holder::Group(_)));
            of(
                "AssumeRolePolicy",
                "ManagedPolicy",
                properties,
                is_group.then_some(GROUP),
            )
        }
    }
}

fn role_properties(role: &NewRole) -> Vec<(&'static str, Json)> {
    let mut properties = vec![
        ("RoleName", role.name.clone().into()),
        ("Path", role.path.clone().into()),
        (
            "MaxSessionDuration",
            Json::Number(role.longest_s.to_string()),
        ),
        ("AssumeRolePolicyDocument", role.trust.json.clone()),
    ];
    if !role.managed.is_empty() {
        properties.push(("ManagedPolicyArns", list(&role.managed)));
    }
    if !role.inline.is_empty() {
        let policies = role.inline.iter().map(|policy| {
            let pairs = named(policy).map(|(key, value)| (key.to_owned(), value));
            Json::Object(pairs.to_vec())
        });
        properties.push(("Policies", Json::List(policies.collect())));
    }
    properties
}

fn of(
    id: &'static str,
    kind: &'static str,
    properties: Vec<(&'static str, Json)>,
    after: Option<&'static str>,
) -> TemplateResource {
    TemplateResource {
        id,
        kind,
        properties,
        after,
    }
}

fn named(policy: &NamedPolicy) -> [(&'static str, Json); 2] {
    [
        ("PolicyName", policy.name.clone().into()),
        ("PolicyDocument", policy.document.json.clone()),
    ]
}

fn held_by(holder: &Holder) -> (&'static str, Json) {
    let (property, name) = match holder {
        Holder::User(name) => ("Users", name),
        Holder::Role(name) => ("Roles", name),
        Holder::Group(name) => ("Groups", name),
    };
    (property, list(std::slice::from_ref(name)))
}

fn list(texts: &[String]) -> Json {
    Json::List(texts.iter().cloned().map(Json::Text).collect())
}
