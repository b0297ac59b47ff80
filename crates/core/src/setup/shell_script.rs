//! A kit as commands of the AWS CLI, in a script for bash.

use super::kit::Kit;
use super::policies::NamedPolicy;
use super::resource::{AccountPart, NewRole, Resource, Side, parts};
use super::summary::{comments, summary};
use crate::calls::iam_call::PolicyHolder as Holder;
use crate::value::shell_word::shell_word;

/// Returns the script.
pub(super) fn shell_script(kit: &Kit) -> String {
    let parts = parts(kit);
    let mut lines = summary(kit);
    lines.extend(usage(&parts));
    let mut script = format!(
        "#!/usr/bin/env bash\n{}set -euo pipefail\n\n",
        comments("#", &lines)
    );
    for part in &parts {
        let (variable, name) = profile(part.side);
        let chosen = match part.side {
            Side::Role => kit.profiles.role.as_deref().unwrap_or("role-account"),
            Side::Caller => kit.profiles.caller.as_deref().unwrap_or("caller-account"),
        };
        script += &format!(
            "{name}={}\n{name}=${{{variable}:-${name}}}\n",
            shell_word(chosen)
        );
    }
    script += CHECK;
    for part in &parts {
        let (_, name) = profile(part.side);
        script += &format!("check_account \"${name}\" {}\n", part.account);
    }
    for part in &parts {
        script += &format!("\n# In account {}\n", part.account);
        for resource in &part.resources {
            for command in commands(resource) {
                let (_, name) = profile(part.side);
                script += &written(&command, name);
            }
        }
    }
    script += &format!(
        "\necho {}\n",
        shell_word(&format!("Done. The role is {}", kit.role))
    );
    script
}

const CHECK: &str = r#"
check_account() {
  local account
  account=$(aws --profile "$1" sts get-caller-identity --query Account --output text)
  [ "$account" = "$2" ] && return
  echo "The profile $1 belongs to account $account, not to $2. Nothing was changed." >&2
  exit 1
}
"#;

fn usage(parts: &[AccountPart]) -> Vec<String> {
    let variables: Vec<String> = parts
        .iter()
        .map(|part| {
            let (variable, _) = profile(part.side);
            format!("{variable}=a-profile-of-{}", part.account)
        })
        .collect();
    let text = "It needs the AWS CLI and a profile for each account. To use other profiles:";
    let command = format!("  {} bash setup.sh", variables.join(" "));
    let note = "The caller must exist. A change in IAM may take some seconds to work everywhere.";
    vec![String::new(), text.to_owned(), command, note.to_owned()]
}

/// Returns the environment variable and the shell variable of a profile.
fn profile(side: Side) -> (&'static str, &'static str) {
    match side {
        Side::Role => ("ROLE_PROFILE", "role_profile"),
        Side::Caller => ("CALLER_PROFILE", "caller_profile"),
    }
}

/// One command: its name in `aws iam`, and its arguments.
struct Command {
    name: &'static str,
    arguments: Vec<(&'static str, String)>,
    /// Whether it may have been done before.
    unless: Option<(&'static str, Vec<(&'static str, String)>)>,
}

impl Command {
    fn new(name: &'static str, arguments: Vec<(&'static str, String)>) -> Self {
        Self {
            name,
            arguments,
            unless: None,
        }
    }
}

fn commands(resource: &Resource) -> Vec<Command> {
    match resource {
        Resource::Role(role) => role_commands(role),
        Resource::Group { name } => {
            let group = || vec![("group-name", name.clone())];
            let mut create = Command::new("create-group", group());
            create.unless = Some(("get-group", group()));
            vec![create]
        }
        Resource::Member { group, user } => {
            let arguments = vec![("group-name", group.clone()), ("user-name", user.clone())];
            vec![Command::new("add-user-to-group", arguments)]
        }
        Resource::InlinePolicy { policy, holder } => {
            let words = holder_words(holder);
            vec![put_policy(words.put, words.argument, policy)]
        }
        Resource::ManagedPolicy {
            policy,
            arn,
            holder,
        } => {
            let arguments = vec![
                ("policy-name", policy.name.clone()),
                ("policy-document", policy.document.json.pretty()),
            ];
            let mut all = vec![Command::new("create-policy", arguments)];
            all.extend(holder.as_ref().map(|holder| {
                let words = holder_words(holder);
                let arguments = vec![words.argument, ("policy-arn", arn.clone())];
                Command::new(words.attach, arguments)
            }));
            all
        }
    }
}

fn role_commands(role: &NewRole) -> Vec<Command> {
    let name = || ("role-name", role.name.clone());
    let mut all = vec![Command::new(
        "create-role",
        vec![
            name(),
            ("path", role.path.clone()),
            ("max-session-duration", role.longest_s.to_string()),
            ("assume-role-policy-document", role.trust.json.pretty()),
        ],
    )];
    all.extend(role.managed.iter().map(|arn| {
        let arguments = vec![name(), ("policy-arn", arn.clone())];
        Command::new("attach-role-policy", arguments)
    }));
    let inline = role.inline.iter();
    all.extend(inline.map(|policy| put_policy("put-role-policy", name(), policy)));
    all
}

fn put_policy(
    command: &'static str,
    holder: (&'static str, String),
    policy: &NamedPolicy,
) -> Command {
    let arguments = vec![
        holder,
        ("policy-name", policy.name.clone()),
        ("policy-document", policy.document.json.pretty()),
    ];
    Command::new(command, arguments)
}

/// How commands name what has a policy.
struct HolderWords {
    put: &'static str,
    attach: &'static str,
    argument: (&'static str, String),
}

fn holder_words(holder: &Holder) -> HolderWords {
    let (put, attach, argument, name) = match holder {
        Holder::User(name) => ("put-user-policy", "attach-user-policy", "user-name", name),
        Holder::Role(name) => ("put-role-policy", "attach-role-policy", "role-name", name),
        Holder::Group(name) => (
            "put-group-policy",
            "attach-group-policy",
            "group-name",
            name,
        ),
    };
    HolderWords {
        put,
        attach,
        argument: (argument, name.clone()),
    }
}

fn written(command: &Command, profile: &str) -> String {
    let start = |name: &str| format!("aws --profile \"${profile}\" iam {name}");
    let mut text = String::new();
    if let Some((name, arguments)) = &command.unless {
        let arguments: String = arguments
            .iter()
            .map(|it| format!(" {}", argument(it)))
            .collect();
        text += &format!("{}{arguments} >/dev/null 2>&1 ||\n  ", start(name));
    }
    text += &start(command.name);
    for pair in &command.arguments {
        text += &format!(" \\\n  {}", argument(pair));
    }
    // The answers of these commands have nothing that is needed.
    if command.name.starts_with("create-") {
        text += " \\\n  >/dev/null";
    }
    text + "\n"
}

/// Returns a flag and its value. A value that looks like a flag is joined to it.
fn argument((name, value): &(&'static str, String)) -> String {
    let joint = if value.starts_with('-') { "=" } else { " " };
    format!("--{name}{joint}{}", shell_word(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_looks_like_a_flag_is_joined_to_its_flag() {
        assert_eq!(argument(&("user-name", "-x".into())), "--user-name=-x");
        assert_eq!(argument(&("path", "/a b/".into())), "--path '/a b/'");
    }
}
