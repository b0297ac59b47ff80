//! Inline and managed policies.

use super::document::{identity_policy, limit, managed_policy, size};
use super::target::{Kind, Target};
use crate::attachments::ManagedPolicy;
use crate::failure::Failure;
use crate::sts::parameters::Parameters;
use crate::world::World;
use crate::{identifier, percent, xml};

/// The most managed policies of a user, role or group.
const ATTACHED_MAX: usize = 10;

/// What is done with the policies of a user, role or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Put,
    Delete,
    List,
    Attach,
    Detach,
    ListAttached,
}

/// Returns what an action does with whose policies, if it is one of these.
pub(super) fn verb(action: &str) -> Option<(Verb, Kind)> {
    Kind::ALL.into_iter().find_map(|kind| {
        let (before, after) = action.split_once(kind.word())?;
        let verb = match (before, after) {
            ("Get", "Policy") => Verb::Get,
            ("Put", "Policy") => Verb::Put,
            ("Delete", "Policy") => Verb::Delete,
            ("List", "Policies") => Verb::List,
            ("Attach", "Policy") => Verb::Attach,
            ("Detach", "Policy") => Verb::Detach,
            ("ListAttached", "Policies") => Verb::ListAttached,
            _ => return None,
        };
        Some((verb, kind))
    })
}

impl Verb {
    /// Returns whether it changes nothing.
    pub(super) fn only_reads(self) -> bool {
        match self {
            Self::Get | Self::List | Self::ListAttached => true,
            Self::Put | Self::Delete | Self::Attach | Self::Detach => false,
        }
    }
}

/// Answers an action that changes nothing.
pub(super) fn read(
    world: &World,
    verb: Verb,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    let held = target.attachments(world)?;
    match verb {
        Verb::Get => {
            let name = parameters.required("PolicyName")?;
            let policy = held.inline(name).ok_or_else(|| no_inline(target, name))?;
            Ok([
                xml::text(&format!("{}Name", target.kind.word()), target.name),
                xml::text("PolicyName", name),
                xml::text("PolicyDocument", &percent::encode(&policy.text)),
            ]
            .concat())
        }
        Verb::List => {
            let names = held.inline.iter().map(|it| xml::text("member", &it.name));
            let names = xml::element("PolicyNames", &names.collect::<String>());
            Ok(names + &xml::text("IsTruncated", "false"))
        }
        Verb::ListAttached | Verb::Put | Verb::Delete | Verb::Attach | Verb::Detach => {
            let members = held.attached.iter().map(|arn| {
                let name = arn.rsplit('/').next().unwrap_or_default();
                let fields = xml::text("PolicyName", name) + &xml::text("PolicyArn", arn);
                xml::element("member", &fields)
            });
            let list = xml::element("AttachedPolicies", &members.collect::<String>());
            Ok(list + &xml::text("IsTruncated", "false"))
        }
    }
}

/// Answers an action that changes something.
pub(super) fn change(
    world: &mut World,
    verb: Verb,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    target.attachments(world)?;
    match verb {
        Verb::Put => put(world, target, parameters)?,
        Verb::Delete => {
            let name = parameters.required("PolicyName")?;
            let held = target.attachments_mut(world)?;
            held.inline(name).ok_or_else(|| no_inline(target, name))?;
            held.inline.retain(|it| it.name != name);
        }
        Verb::Attach => attach(world, target, parameters)?,
        Verb::Detach => {
            let arn = parameters.required("PolicyArn")?;
            let held = target.attachments_mut(world)?;
            if !held.attached.iter().any(|it| it == arn) {
                return Err(not_found(arn));
            }
            held.attached.retain(|it| it != arn);
        }
        Verb::Get | Verb::List | Verb::ListAttached => {}
    }
    Ok(String::new())
}

fn put(world: &mut World, target: &Target<'_>, parameters: &Parameters) -> Result<(), Failure> {
    let name = parameters.required("PolicyName")?;
    let text = parameters.required("PolicyDocument")?;
    let policy = identity_policy(text)?;
    let held = target.attachments_mut(world)?;
    let others = held.inline.iter().filter(|it| it.name != name);
    let total = others.map(|it| size(&it.text)).sum::<usize>() + size(text);
    let most = match target.kind {
        Kind::User => 2_048,
        Kind::Role => 10_240,
        Kind::Group => 5_120,
    };
    if total > most {
        let (noun, name) = (target.kind.noun(), target.name);
        return Err(limit(&format!(
            "Maximum policy size of {most} bytes exceeded for {noun} {name}"
        )));
    }
    held.put(name, text, policy);
    Ok(())
}

fn attach(world: &mut World, target: &Target<'_>, parameters: &Parameters) -> Result<(), Failure> {
    let arn = parameters.required("PolicyArn")?;
    let is_own = world
        .own_policies
        .get(arn)
        .is_some_and(|it| it.account == target.account);
    if !is_own && !world.managed_policies.contains_key(arn) {
        let text = format!("Policy {arn} does not exist or is not attachable.");
        return Err(Failure::new(404, "NoSuchEntity", text));
    }
    let word = target.kind.word();
    let held = target.attachments_mut(world)?;
    if held.attached.iter().any(|it| it == arn) {
        return Ok(());
    }
    if held.attached.len() >= ATTACHED_MAX {
        return Err(limit(&format!(
            "Cannot exceed quota for PoliciesPer{word}: {ATTACHED_MAX}"
        )));
    }
    held.attached.push(arn.to_owned());
    Ok(())
}

/// Returns the ARN that a new managed policy gets.
pub(super) fn new_arn(parameters: &Parameters, account: &str) -> Result<String, Failure> {
    let name = parameters.required("PolicyName")?;
    let path = parameters.optional("Path").unwrap_or("/");
    Ok(format!("arn:aws:iam::{account}:policy{path}{name}"))
}

pub(super) fn create(
    world: &mut World,
    parameters: &Parameters,
    account: &str,
) -> Result<String, Failure> {
    let (name, arn) = (
        parameters.required("PolicyName")?,
        new_arn(parameters, account)?,
    );
    let text = parameters.required("PolicyDocument")?;
    let is_taken = |it: &ManagedPolicy| it.account == account && it.name == name;
    if world.own_policies.values().any(is_taken) {
        let text =
            format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(Failure::new(409, "EntityAlreadyExists", text));
    }
    let policy = ManagedPolicy {
        account: account.to_owned(),
        name: name.to_owned(),
        id: identifier::unique_id("ANPA"),
        text: text.to_owned(),
        policy: managed_policy(text)?,
    };
    let element = policy_element(&arn, Some(&policy));
    world.own_policies.insert(arn, policy);
    Ok(element)
}

pub(super) fn get(world: &World, parameters: &Parameters) -> Result<String, Failure> {
    let arn = parameters.required("PolicyArn")?;
    let own = world.own_policies.get(arn);
    if own.is_none() && !world.managed_policies.contains_key(arn) {
        return Err(not_found(arn));
    }
    Ok(policy_element(arn, own))
}

pub(super) fn get_version(world: &World, parameters: &Parameters) -> Result<String, Failure> {
    let arn = parameters.required("PolicyArn")?;
    let policy = world.own_policies.get(arn).ok_or_else(|| not_found(arn))?;
    if parameters.required("VersionId")? != "v1" {
        let text = format!("Policy {arn} version does not exist.");
        return Err(Failure::new(404, "NoSuchEntity", text));
    }
    let fields = [
        xml::text("Document", &percent::encode(&policy.text)),
        xml::text("VersionId", "v1"),
        xml::text("IsDefaultVersion", "true"),
    ];
    Ok(xml::element("PolicyVersion", &fields.concat()))
}

pub(super) fn delete(world: &mut World, parameters: &Parameters) -> Result<String, Failure> {
    let arn = parameters.required("PolicyArn")?;
    if !world.own_policies.contains_key(arn) {
        return Err(not_found(arn));
    }
    let users = world.users.iter().map(|it| &it.attachments);
    let roles = world.roles.iter().filter(|it| !it.is_deleted);
    let groups = world.groups.iter().map(|it| &it.attachments);
    let mut all = users.chain(roles.map(|it| &it.attachments)).chain(groups);
    if all.any(|held| held.attached.iter().any(|it| it == arn)) {
        let text = "Cannot delete a policy attached to entities.";
        return Err(Failure::new(409, "DeleteConflict", text));
    }
    world.own_policies.remove(arn);
    Ok(String::new())
}

fn policy_element(arn: &str, own: Option<&ManagedPolicy>) -> String {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let id = own.map_or("ANPAPOLICYOFAWS", |it| it.id.as_str());
    let fields = [
        xml::text("PolicyName", name),
        xml::text("PolicyId", id),
        xml::text("Arn", arn),
        xml::text("DefaultVersionId", "v1"),
        xml::text("IsAttachable", "true"),
    ];
    xml::element("Policy", &fields.concat())
}

fn no_inline(target: &Target<'_>, name: &str) -> Failure {
    let noun = target.kind.noun();
    let text = format!("The {noun} policy with name {name} cannot be found.");
    Failure::new(404, "NoSuchEntity", text)
}

fn not_found(arn: &str) -> Failure {
    Failure::new(404, "NoSuchEntity", format!("Policy {arn} was not found."))
}
