//! Users, roles and groups: made, read, changed and deleted.

use super::document::{limit, trust_policy};
use super::target::{Kind, Target};
use crate::attachments::Attachments;
use crate::failure::Failure;
use crate::sts::parameters::Parameters;
use crate::world::{Group, Role, User, World};
use crate::{identifier, percent, xml};

/// The most groups that a user can be in.
const GROUPS_MAX: usize = 10;
/// The shortest and the longest session that a role can allow, in seconds.
const DURATIONS_S: std::ops::RangeInclusive<i64> = 3_600..=43_200;

pub(super) fn create_user(
    world: &mut World,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    check_new(world, target)?;
    let path = parameters.optional("Path").unwrap_or("/");
    let user = User {
        arn: new_arn(target, path),
        account: target.account.to_owned(),
        name: target.name.to_owned(),
        id: identifier::unique_id("AIDA"),
        keys: Vec::new(),
        boundary: None,
        mfa_serial: None,
        attachments: Attachments::default(),
        policies: Vec::new(),
        is_deleted: false,
    };
    let element = user_element(&user);
    world.users.push(user);
    Ok(xml::element("User", &element))
}

pub(super) fn get_user(world: &World, target: &Target<'_>) -> Result<String, Failure> {
    let user = &world.users[target.user(world)?];
    Ok(xml::element("User", &user_element(user)))
}

pub(super) fn delete_user(world: &mut World, target: &Target<'_>) -> Result<String, Failure> {
    let place = target.user(world)?;
    check_bare(&world.users[place].attachments)?;
    let in_group = |group: &Group| {
        group.account == target.account && group.users.iter().any(|it| it == target.name)
    };
    if world.groups.iter().any(in_group) {
        return Err(conflict("must remove users from group first."));
    }
    if !world.users[place].keys.is_empty() {
        return Err(conflict("must delete access keys first."));
    }
    world.users[place].is_deleted = true;
    Ok(String::new())
}

pub(super) fn create_role(
    world: &mut World,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    check_new(world, target)?;
    let trust_text = parameters.required("AssumeRolePolicyDocument")?;
    let path = parameters.optional("Path").unwrap_or("/");
    let role = Role {
        arn: new_arn(target, path),
        account: target.account.to_owned(),
        name: target.name.to_owned(),
        id: identifier::unique_id("AROA"),
        trust: trust_policy(world, trust_text)?,
        trust_text: trust_text.to_owned(),
        attachments: Attachments::default(),
        policies: Vec::new(),
        max_duration_s: duration(parameters)?.unwrap_or(3_600),
        is_deleted: false,
        entry: None,
    };
    let element = role_element(&role);
    world.roles.push(role);
    Ok(xml::element("Role", &element))
}

pub(super) fn get_role(world: &World, target: &Target<'_>) -> Result<String, Failure> {
    let role = &world.roles[target.role(world)?];
    Ok(xml::element("Role", &role_element(role)))
}

pub(super) fn update_trust(
    world: &mut World,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    let place = target.role(world)?;
    let text = parameters.required("PolicyDocument")?;
    let trust = trust_policy(world, text)?;
    let role = &mut world.roles[place];
    role.trust = trust;
    text.clone_into(&mut role.trust_text);
    Ok(String::new())
}

pub(super) fn update_role(
    world: &mut World,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    let place = target.role(world)?;
    if let Some(seconds) = duration(parameters)? {
        world.roles[place].max_duration_s = seconds;
    }
    Ok(String::new())
}

pub(super) fn delete_role(world: &mut World, target: &Target<'_>) -> Result<String, Failure> {
    let place = target.role(world)?;
    check_bare(&world.roles[place].attachments)?;
    world.roles[place].is_deleted = true;
    Ok(String::new())
}

pub(super) fn create_group(
    world: &mut World,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    check_new(world, target)?;
    let path = parameters.optional("Path").unwrap_or("/");
    let group = Group {
        arn: new_arn(target, path),
        account: target.account.to_owned(),
        name: target.name.to_owned(),
        id: identifier::unique_id("AGPA"),
        users: Vec::new(),
        attachments: Attachments::default(),
    };
    let element = group_element(&group);
    world.groups.push(group);
    Ok(element)
}

pub(super) fn get_group(world: &World, target: &Target<'_>) -> Result<String, Failure> {
    let group = &world.groups[target.group(world)?];
    let named = group.users.iter().filter_map(|name| {
        let mut users = world.users.iter();
        users.find(|user| user.name == *name && user.account == group.account)
    });
    let members = named.map(|user| xml::element("member", &user_element(user)));
    let users = xml::element("Users", &members.collect::<String>());
    Ok([
        group_element(group),
        users,
        xml::text("IsTruncated", "false"),
    ]
    .concat())
}

pub(super) fn groups_of(world: &World, target: &Target<'_>) -> Result<String, Failure> {
    target.user(world)?;
    let is_in = |group: &&Group| {
        group.account == target.account && group.users.iter().any(|it| it == target.name)
    };
    let groups = world.groups.iter().filter(is_in);
    let members = groups.map(|group| xml::element("member", &group_fields(group)));
    let groups = xml::element("Groups", &members.collect::<String>());
    Ok(groups + &xml::text("IsTruncated", "false"))
}

pub(super) fn delete_group(world: &mut World, target: &Target<'_>) -> Result<String, Failure> {
    let place = target.group(world)?;
    check_bare(&world.groups[place].attachments)?;
    if !world.groups[place].users.is_empty() {
        return Err(conflict("must remove users from group first."));
    }
    world.groups.remove(place);
    Ok(String::new())
}

pub(super) fn add_member(
    world: &mut World,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    let place = target.group(world)?;
    let user = Target::of(Kind::User, parameters, target.account)?;
    user.user(world)?;
    let is_in = |group: &&Group| {
        group.account == target.account && group.users.iter().any(|it| it == user.name)
    };
    let groups = world.groups.iter().filter(is_in).count();
    let members = &mut world.groups[place].users;
    if members.iter().any(|it| it == user.name) {
        return Ok(String::new());
    }
    if groups >= GROUPS_MAX {
        return Err(limit("Cannot exceed quota for GroupsPerUser: 10"));
    }
    members.push(user.name.to_owned());
    Ok(String::new())
}

pub(super) fn remove_member(
    world: &mut World,
    target: &Target<'_>,
    parameters: &Parameters,
) -> Result<String, Failure> {
    let place = target.group(world)?;
    let user = Target::of(Kind::User, parameters, target.account)?;
    user.user(world)?;
    world.groups[place].users.retain(|it| it != user.name);
    Ok(String::new())
}

fn check_new(world: &World, target: &Target<'_>) -> Result<(), Failure> {
    match target.exists(world) {
        true => Err(target.taken()),
        false => Ok(()),
    }
}

fn check_bare(attachments: &Attachments) -> Result<(), Failure> {
    if !attachments.attached.is_empty() {
        return Err(conflict("must detach all policies first."));
    }
    if !attachments.inline.is_empty() {
        return Err(conflict("must delete policies first."));
    }
    Ok(())
}

fn conflict(what: &str) -> Failure {
    Failure::new(
        409,
        "DeleteConflict",
        format!("Cannot delete entity, {what}"),
    )
}

fn duration(parameters: &Parameters) -> Result<Option<i64>, Failure> {
    let Some(text) = parameters.optional("MaxSessionDuration") else {
        return Ok(None);
    };
    let seconds = text.parse().ok().filter(|it| DURATIONS_S.contains(it));
    let refusal = || {
        let text = format!(
            "1 validation error detected: Value '{text}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200"
        );
        Failure::new(400, "ValidationError", text)
    };
    seconds.ok_or_else(refusal).map(Some)
}

fn new_arn(target: &Target<'_>, path: &str) -> String {
    let noun = target.kind.noun();
    format!(
        "arn:aws:iam::{}:{noun}{path}{}",
        target.account, target.name
    )
}

fn user_element(user: &User) -> String {
    let boundary = user.boundary.as_ref().map(|arn| {
        let kind = xml::text("PermissionsBoundaryType", "Policy");
        let arn = xml::text("PermissionsBoundaryArn", arn);
        xml::element("PermissionsBoundary", &(kind + &arn))
    });
    [
        boundary.unwrap_or_default(),
        xml::text("Path", path_of(&user.arn, ":user", &user.name)),
        xml::text("UserName", &user.name),
        xml::text("UserId", &user.id),
        xml::text("Arn", &user.arn),
    ]
    .concat()
}

fn role_element(role: &Role) -> String {
    [
        xml::text("Path", path_of(&role.arn, ":role", &role.name)),
        xml::text("RoleName", &role.name),
        xml::text("RoleId", &role.id),
        xml::text("Arn", &role.arn),
        xml::text(
            "AssumeRolePolicyDocument",
            &percent::encode(&role.trust_text),
        ),
        xml::text("MaxSessionDuration", &role.max_duration_s.to_string()),
    ]
    .concat()
}

fn group_element(group: &Group) -> String {
    xml::element("Group", &group_fields(group))
}

fn group_fields(group: &Group) -> String {
    [
        xml::text("Path", path_of(&group.arn, ":group", &group.name)),
        xml::text("GroupName", &group.name),
        xml::text("GroupId", &group.id),
        xml::text("Arn", &group.arn),
    ]
    .concat()
}

fn path_of<'a>(arn: &'a str, kind: &str, name: &str) -> &'a str {
    let path = arn.split_once(kind).map_or("/", |(_, rest)| rest);
    path.strip_suffix(name).unwrap_or("/")
}
