//! A kit as CloudFormation templates, one for each account.

use rolecall_policy::Json;

use super::file::KitFile;
use super::kit::Kit;
use super::resource::{AccountPart, Side, parts};
use super::summary::{comments, summary};
use super::template::{ROLE, template};
use crate::value::shell_word::shell_word;

/// Returns `role.yaml`, and `caller.yaml` if something is made in another account.
pub(super) fn cloudformation(kit: &Kit) -> Vec<KitFile> {
    let file = |part: &AccountPart| KitFile {
        name: match part.side {
            Side::Role => "role.yaml",
            Side::Caller => "caller.yaml",
        },
        text: file_text(kit, part),
    };
    parts(kit).iter().map(file).collect()
}

fn file_text(kit: &Kit, part: &AccountPart) -> String {
    let (file, profile) = match part.side {
        Side::Role => (
            "role",
            kit.profiles.role.as_deref().unwrap_or("role-account"),
        ),
        Side::Caller => (
            "caller",
            kit.profiles.caller.as_deref().unwrap_or("caller-account"),
        ),
    };
    let mut lines = summary(kit);
    lines.push(String::new());
    lines.push(format!("For account {}. Run:", part.account));
    lines.push(format!(
        "  aws cloudformation deploy --profile {} --stack-name {}-{file} --template-file {file}.yaml \\",
        shell_word(profile),
        stack_name(kit)
    ));
    lines.push("    --capabilities CAPABILITY_NAMED_IAM".to_owned());
    let mut text = comments("#", &lines);
    text += "AWSTemplateFormatVersion: \"2010-09-09\"\n";
    text += "Resources:\n";
    for resource in template(part) {
        text += &format!(
            "  {}:\n    Type: AWS::IAM::{}\n",
            resource.id, resource.kind
        );
        if let Some(after) = resource.after {
            text += &format!("    DependsOn: {after}\n");
        }
        text += "    Properties:\n";
        for (key, value) in &resource.properties {
            write_pair(key, value, 6, &mut text);
        }
    }
    if part.side == Side::Role {
        text += &format!("Outputs:\n  RoleArn:\n    Value:\n      Fn::GetAtt: [{ROLE}, Arn]\n");
    }
    text
}

/// Returns a name that stacks can have: letters, digits and dashes, a letter first.
pub(super) fn stack_name(kit: &Kit) -> String {
    let name = kit.role.role_name();
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    format!("setup-{plain}")
}

fn write_pair(key: &str, value: &Json, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    let key = match key.bytes().all(|byte| byte.is_ascii_alphabetic()) && !key.is_empty() {
        true => key.to_owned(),
        false => scalar(key),
    };
    match value {
        Json::Object(pairs) if !pairs.is_empty() => {
            *out += &format!("{space}{key}:\n");
            for (key, value) in pairs {
                write_pair(key, value, indent + 2, out);
            }
        }
        Json::List(items) if !items.is_empty() => {
            *out += &format!("{space}{key}:\n");
            for item in items {
                write_item(item, indent + 2, out);
            }
        }
        Json::Text(text) => *out += &format!("{space}{key}: {}\n", scalar(text)),
        other => *out += &format!("{space}{key}: {}\n", other.compact()),
    }
}

fn write_item(item: &Json, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    match item {
        Json::Object(pairs) if !pairs.is_empty() => {
            let mut inner = String::new();
            for (key, value) in pairs {
                write_pair(key, value, indent + 2, &mut inner);
            }
            // The first line of the object begins the item.
            *out += &format!("{space}- {}", inner.trim_start());
        }
        Json::Text(text) => *out += &format!("{space}- {}\n", scalar(text)),
        other => *out += &format!("{space}- {}\n", other.compact()),
    }
}

/// Returns a text in double quotes, which YAML reads as JSON does.
fn scalar(text: &str) -> String {
    Json::from(text).compact()
}
