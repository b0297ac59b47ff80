//! Access keys and MFA devices of users: listed, made, changed and deleted.

use jiff::Timestamp;

use crate::account::Account;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::key_record::{KEYS_MAX, KeyStatus, KeyUse, Moment, UserKey};
use crate::sts::parameters::Parameters;
use crate::wire_time::extended;
use crate::world::{User, World};
use crate::xml;

/// Answers an action about access keys or MFA devices; `None` if it is about something else.
pub(super) fn answer(
    action: &str,
    account: &mut Account,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
) -> Option<Result<String, Failure>> {
    let is_known = matches!(
        action,
        "ListAccessKeys"
            | "GetAccessKeyLastUsed"
            | "ListMFADevices"
            | "CreateAccessKey"
            | "UpdateAccessKey"
            | "DeleteAccessKey"
    );
    is_known.then(|| {
        let user = named_user(action, &account.world, parameters, caller)?;
        let (arn, user) = (user.arn.clone(), user.clone());
        caller.require(&account.world, &format!("iam:{action}"), &arn, now)?;
        match action {
            "ListAccessKeys" => Ok(list_keys(&user, now)),
            "GetAccessKeyLastUsed" => last_used(account, &user, parameters, now),
            "ListMFADevices" => Ok(list_devices(&user, now)),
            _ => change(action, account, &arn, parameters, now),
        }
    })
}

/// Changes a user's keys. The change may be in effect for other calls only later.
fn change(
    action: &str,
    account: &mut Account,
    arn: &str,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<String, Failure> {
    let change = |world: &mut World| {
        let place = world.user_at(arn).ok_or_else(|| no_user(arn))?;
        let user = &mut world.users[place];
        match action {
            "CreateAccessKey" => create(user, now),
            "UpdateAccessKey" => update(user, parameters),
            _ => delete(user, parameters),
        }
    };
    let creates = action == "CreateAccessKey";
    account
        .consistency
        .change(&mut account.world, creates, now, change)
}

fn create(user: &mut User, now: Timestamp) -> Result<String, Failure> {
    if user.keys.len() >= KEYS_MAX {
        let text = format!("Cannot exceed quota for AccessKeysPerUser: {KEYS_MAX}");
        return Err(Failure::new(409, "LimitExceeded", text));
    }
    let key = UserKey::created_at(now);
    let answer = [
        xml::text("UserName", &user.name),
        xml::text("AccessKeyId", &key.id),
        xml::text("Status", key.status.word()),
        xml::text("SecretAccessKey", key.secret.expose()),
        xml::text("CreateDate", &extended(now)),
    ];
    user.keys.push(key);
    Ok(xml::element("AccessKey", &answer.concat()))
}

fn update(user: &mut User, parameters: &Parameters) -> Result<String, Failure> {
    let word = parameters.required("Status")?;
    let status = KeyStatus::of_word(word).ok_or_else(|| {
        let text = format!(
            "1 validation error detected: Value '{word}' at 'status' failed to satisfy constraint: Member must satisfy \
             enum value set: [Active, Inactive]"
        );
        Failure::new(400, "ValidationError", text)
    })?;
    let place = place_of(user, parameters)?;
    user.keys[place].status = status;
    Ok(String::new())
}

fn delete(user: &mut User, parameters: &Parameters) -> Result<String, Failure> {
    let place = place_of(user, parameters)?;
    user.keys.remove(place);
    Ok(String::new())
}

fn place_of(user: &User, parameters: &Parameters) -> Result<usize, Failure> {
    let id = parameters.required("AccessKeyId")?;
    let place = user.keys.iter().position(|key| key.id == id);
    place.ok_or_else(|| {
        let text = format!("The Access Key with id {id} cannot be found.");
        Failure::new(404, "NoSuchEntity", text)
    })
}

/// Returns the user that the call names, else the one that made it.
fn named_user<'a>(
    action: &str,
    world: &'a World,
    parameters: &Parameters,
    caller: &Caller,
) -> Result<&'a User, Failure> {
    let name = parameters.optional("UserName");
    let account = caller.account(world);
    let mut users = world.users.iter().filter(|user| !user.is_deleted);
    let found = match (action, name) {
        ("GetAccessKeyLastUsed", _) => {
            let id = parameters.required("AccessKeyId")?;
            world.owner_of_key(id).map(|(place, _)| &world.users[place])
        }
        (_, Some(name)) => users.find(|user| user.name == name && user.account == account),
        (_, None) => caller.user(world),
    };
    found.ok_or_else(|| no_user(name.unwrap_or_default()))
}

fn no_user(name: &str) -> Failure {
    let text = format!("The user with name {name} cannot be found.");
    Failure::new(404, "NoSuchEntity", text)
}

fn list_keys(user: &User, now: Timestamp) -> String {
    let members = user.keys.iter().map(|key| {
        let member = [
            xml::text("UserName", &user.name),
            xml::text("AccessKeyId", &key.id),
            xml::text("Status", key.status.word()),
            xml::text("CreateDate", &extended(key.created.time(now))),
        ];
        xml::element("member", &member.concat())
    });
    xml::element("AccessKeyMetadata", &members.collect::<String>())
        + &xml::text("IsTruncated", "false")
}

/// Returns when the key was used. Without a date, the service and region are `N/A`, as IAM has it.
fn last_used(
    account: &Account,
    user: &User,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<String, Failure> {
    let id = parameters.required("AccessKeyId")?;
    let before = |key: &UserKey| {
        Some(KeyUse {
            at: key.used?.time(now),
            service: "sts",
            region: "us-east-1".to_owned(),
        })
    };
    let key = user.keys.iter().find(|key| key.id == id);
    let used = account.key_uses.get(id).cloned();
    let used = match used.or_else(|| before(key?)) {
        Some(used) => [
            xml::text("LastUsedDate", &extended(used.at)),
            xml::text("ServiceName", used.service),
            xml::text("Region", &used.region),
        ]
        .concat(),
        None => xml::text("ServiceName", "N/A") + &xml::text("Region", "N/A"),
    };
    Ok(xml::text("UserName", &user.name) + &xml::element("AccessKeyLastUsed", &used))
}

fn list_devices(user: &User, now: Timestamp) -> String {
    let first = user.keys.first().map_or(Moment::At(now), |key| key.created);
    let enabled_at = extended(first.time(now));
    let members = user.mfa_serial.iter().map(|serial| {
        let device = [
            xml::text("UserName", &user.name),
            xml::text("SerialNumber", serial),
            xml::text("EnableDate", &enabled_at),
        ];
        xml::element("member", &device.concat())
    });
    xml::element("MFADevices", &members.collect::<String>()) + &xml::text("IsTruncated", "false")
}
