//! A kit as a Terraform configuration.

use rolecall_policy::Json;

use super::kit::Kit;
use super::policies::NamedPolicy;
use super::resource::{AccountPart, NewRole, Resource, Side, parts};
use super::summary::{comments, summary};
use crate::calls::iam_call::PolicyHolder as Holder;

/// Returns `main.tf`.
pub(super) fn terraform(kit: &Kit) -> String {
    let parts = parts(kit);
    let mut lines = summary(kit);
    lines.push(String::new());
    lines.push("Run: terraform init && terraform apply".to_owned());
    let mut text = comments("#", &lines);
    text += REQUIRED;
    for part in &parts {
        text += &provider(kit, part);
    }
    for part in &parts {
        for resource in &part.resources {
            text += &resource_text(resource, alias(part.side));
        }
    }
    text += "\noutput \"role_arn\" {\n  value = aws_iam_role.role.arn\n}\n";
    text
}

const REQUIRED: &str = r#"
terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}
"#;

fn alias(side: Side) -> &'static str {
    match side {
        Side::Role => "role",
        Side::Caller => "caller",
    }
}

fn provider(kit: &Kit, part: &AccountPart) -> String {
    let alias = alias(part.side);
    let chosen = match part.side {
        Side::Role => kit.profiles.role.as_deref().unwrap_or("role-account"),
        Side::Caller => kit.profiles.caller.as_deref().unwrap_or("caller-account"),
    };
    let (region, account) = (kit.role.partition().home_region, &part.account);
    let chosen = quoted(chosen);
    format!(
        r#"
variable "{alias}_profile" {{
  description = "The AWS CLI profile of account {account}"
  type        = string
  default     = {chosen}
}}

provider "aws" {{
  alias               = "{alias}"
  region              = "{region}"
  profile             = var.{alias}_profile
  allowed_account_ids = ["{account}"]
}}
"#
    )
}

fn resource_text(resource: &Resource, alias: &str) -> String {
    match resource {
        Resource::Role(role) => role_text(role, alias),
        Resource::Group { name } => block(
            ("aws_iam_group", "callers"),
            alias,
            &[("name", quoted(name))],
        ),
        Resource::Member { user, .. } => {
            let groups = format!("[{GROUP}]");
            let arguments = [("user", quoted(user)), ("groups", groups)];
            block(
                ("aws_iam_user_group_membership", "caller"),
                alias,
                &arguments,
            )
        }
        Resource::InlinePolicy { policy, holder } => {
            let (kind, value) = holder_words(holder);
            let resource = format!("aws_iam_{kind}_policy");
            inline_block((&resource, "assume_role"), alias, (kind, value), policy)
        }
        Resource::ManagedPolicy { policy, holder, .. } => {
            let arguments = [
                ("name", quoted(&policy.name)),
                ("policy", encoded(&policy.document.json)),
            ];
            let mut text = block(("aws_iam_policy", "assume_role"), alias, &arguments);
            if let Some(holder) = holder {
                let (kind, value) = holder_words(holder);
                let resource = format!("aws_iam_{kind}_policy_attachment");
                let arn = "aws_iam_policy.assume_role.arn".to_owned();
                text += &block(
                    (&resource, "assume_role"),
                    alias,
                    &[(kind, value), ("policy_arn", arn)],
                );
            }
            text
        }
    }
}

fn role_text(role: &NewRole, alias: &str) -> String {
    let arguments = [
        ("name", quoted(&role.name)),
        ("path", quoted(&role.path)),
        ("max_session_duration", role.longest_s.to_string()),
        ("assume_role_policy", encoded(&role.trust.json)),
    ];
    let mut text = block(("aws_iam_role", "role"), alias, &arguments);
    let holder = || ("role", ROLE.to_owned());
    for (arn, number) in role.managed.iter().zip(1..) {
        let arguments = [holder(), ("policy_arn", quoted(arn))];
        let name = format!("managed_{number}");
        text += &block(("aws_iam_role_policy_attachment", &name), alias, &arguments);
    }
    for (policy, number) in role.inline.iter().zip(1..) {
        let name = format!("inline_{number}");
        text += &inline_block(("aws_iam_role_policy", &name), alias, holder(), policy);
    }
    text
}

const ROLE: &str = "aws_iam_role.role.name";
const GROUP: &str = "aws_iam_group.callers.name";

fn holder_words(holder: &Holder) -> (&'static str, String) {
    match holder {
        Holder::User(name) => ("user", quoted(name)),
        Holder::Role(name) => ("role", quoted(name)),
        Holder::Group(_) => ("group", GROUP.to_owned()),
    }
}

fn inline_block(
    resource: (&str, &str),
    alias: &str,
    (kind, holder): (&str, String),
    policy: &NamedPolicy,
) -> String {
    let arguments = [
        ("name", quoted(&policy.name)),
        (kind, holder),
        ("policy", encoded(&policy.document.json)),
    ];
    block(resource, alias, &arguments)
}

/// Returns a resource with its arguments aligned, as `terraform fmt` writes it.
fn block((kind, name): (&str, &str), alias: &str, arguments: &[(&str, String)]) -> String {
    let provider = ("provider", format!("aws.{alias}"));
    let all = || std::iter::once(&provider).chain(arguments);
    let is_long = |value: &str| value.contains('\n');
    let widths = all()
        .filter(|(_, value)| !is_long(value))
        .map(|(key, _)| key.len());
    let width = widths.max().unwrap_or_default();
    let mut text = format!("\nresource \"{kind}\" \"{name}\" {{\n");
    for (key, value) in all() {
        match is_long(value) {
            true => text += &format!("\n  {key} = {value}\n"),
            false => text += &format!("  {key:width$} = {value}\n"),
        }
    }
    text + "}\n"
}

fn encoded(json: &Json) -> String {
    let mut text = String::from("jsonencode(");
    write(json, 1, &mut text);
    text + ")"
}

fn write(json: &Json, depth: usize, out: &mut String) {
    let indent = |depth| "  ".repeat(depth);
    match json {
        Json::Text(text) => *out += &quoted(text),
        Json::Null | Json::Bool(_) | Json::Number(_) => *out += &json.compact(),
        Json::List(items) => {
            *out += "[\n";
            for item in items {
                *out += &indent(depth + 1);
                write(item, depth + 1, out);
                *out += ",\n";
            }
            *out += &format!("{}]", indent(depth));
        }
        Json::Object(pairs) => {
            *out += "{\n";
            for (key, value) in pairs {
                *out += &format!("{}{} = ", indent(depth + 1), object_key(key));
                write(value, depth + 1, out);
                *out += "\n";
            }
            *out += &format!("{}}}", indent(depth));
        }
    }
}

fn object_key(key: &str) -> String {
    match !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        true => key.to_owned(),
        false => quoted(key),
    }
}

/// Returns a text as HCL reads it unchanged: its templates begin with `${` and `%{`.
/// <https://developer.hashicorp.com/terraform/language/expressions/strings>
fn quoted(text: &str) -> String {
    let quoted = Json::from(text).compact();
    quoted.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_policies_are_not_templates_of_terraform() {
        assert_eq!(quoted("${aws:username}"), "\"$${aws:username}\"");
        assert_eq!(quoted("%{if} \"x\" \\ "), "\"%%{if} \\\"x\\\" \\\\ \"");
    }

    #[test]
    fn keys_are_quoted_unless_they_are_words() {
        let json: Json = serde_json::from_str(r#"{"Version":"1","aws:x":["a"]}"#).expect("JSON");
        assert_eq!(
            encoded(&json),
            "jsonencode({\n    Version = \"1\"\n    \"aws:x\" = [\n      \"a\",\n    ]\n  })"
        );
    }
}
