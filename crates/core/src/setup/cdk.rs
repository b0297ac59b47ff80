//! A kit as a CDK application in TypeScript, with a stack for each account.

use rolecall_policy::Json;

use super::cloudformation::stack_name;
use super::file::KitFile;
use super::kit::Kit;
use super::resource::{AccountPart, Side, parts};
use super::summary::{comments, summary};
use super::template::{TemplateResource, template};
use crate::value::shell_word::shell_word;

/// Returns the files of the application.
pub(super) fn cdk(kit: &Kit) -> Vec<KitFile> {
    let file = |name, text: &str| KitFile {
        name,
        text: text.to_owned(),
    };
    vec![
        file("app.ts", &app(kit)),
        file("cdk.json", CDK_JSON),
        file("package.json", PACKAGE_JSON),
        file("tsconfig.json", TSCONFIG_JSON),
    ]
}

const CDK_JSON: &str = "{\n  \"app\": \"npx tsx app.ts\"\n}\n";
const PACKAGE_JSON: &str = r#"{
  "name": "role-setup",
  "private": true,
  "dependencies": {
    "aws-cdk-lib": "^2.150.0",
    "constructs": "^10.3.0"
  },
  "devDependencies": {
    "@types/node": "^22.0.0",
    "aws-cdk": "^2.150.0",
    "tsx": "^4.0.0",
    "typescript": "^5.5.0"
  }
}
"#;
const TSCONFIG_JSON: &str = r#"{
  "compilerOptions": {
    "target": "ES2022",
    "module": "CommonJS",
    "strict": true,
    "skipLibCheck": true,
    "noEmit": true
  }
}
"#;

fn app(kit: &Kit) -> String {
    let parts = parts(kit);
    let mut lines = summary(kit);
    lines.push(String::new());
    lines.push("Run: npm install, then".to_owned());
    for part in &parts {
        let (_, profile) = words(kit, part.side);
        lines.push(format!(
            "  npx cdk deploy {} --profile {}",
            stack_id(kit, part.side),
            shell_word(profile)
        ));
    }
    let mut text = comments("//", &lines);
    text += "import * as cdk from 'aws-cdk-lib';\nimport * as iam from 'aws-cdk-lib/aws-iam';\n";
    text += "import { Construct } from 'constructs';\n";
    for part in &parts {
        text += &stack(kit, part);
    }
    text += "\nconst app = new cdk.App();\n";
    let region = kit.role.partition().home_region;
    for part in &parts {
        let (class, _) = words(kit, part.side);
        text += &format!(
            "new {class}(app, '{}', {{ env: {{ account: '{}', region: '{region}' }} }});\n",
            stack_id(kit, part.side),
            part.account
        );
    }
    text
}

fn words(kit: &Kit, side: Side) -> (&'static str, &str) {
    match side {
        Side::Role => (
            "RoleStack",
            kit.profiles.role.as_deref().unwrap_or("role-account"),
        ),
        Side::Caller => (
            "CallerStack",
            kit.profiles.caller.as_deref().unwrap_or("caller-account"),
        ),
    }
}

fn stack_id(kit: &Kit, side: Side) -> String {
    let end = match side {
        Side::Role => "role",
        Side::Caller => "caller",
    };
    format!("{}-{end}", stack_name(kit))
}

fn stack(kit: &Kit, part: &AccountPart) -> String {
    let (class, _) = words(kit, part.side);
    let mut text = format!(
        "\nclass {class} extends cdk.Stack {{\n  constructor(scope: Construct, id: string, props: cdk.StackProps) {{\n    super(scope, id, props);\n"
    );
    let resources = template(part);
    let is_needed = |id: &str| resources.iter().any(|it| it.after == Some(id));
    for resource in &resources {
        text += &construct(resource, is_needed(resource.id));
    }
    if part.side == Side::Role {
        text += "    new cdk.CfnOutput(this, 'RoleArn', { value: role.attrArn });\n";
    }
    text + "  }\n}\n"
}

/// Returns a construct of one resource, in a variable if something refers to it.
fn construct(resource: &TemplateResource, is_needed: bool) -> String {
    let name = camel(resource.id);
    let is_named = is_needed || resource.id == "Role" || resource.after.is_some();
    let start = if is_named {
        format!("const {name} = ")
    } else {
        String::new()
    };
    let mut properties = String::from("{\n");
    for (key, value) in &resource.properties {
        properties += &format!(
            "      {}: {},\n",
            camel(key),
            indented(&value_text(key, value))
        );
    }
    let mut text = format!(
        "    {start}new iam.Cfn{}(this, '{}', {properties}    }});\n",
        resource.kind, resource.id
    );
    if let Some(after) = resource.after {
        text += &format!("    {name}.node.addDependency({});\n", camel(after));
    }
    text
}

/// Returns a property's value. Policies of a role are objects of the CDK; documents are not.
fn value_text(key: &str, value: &Json) -> String {
    let Json::List(policies) = value else {
        return value.pretty();
    };
    if key != "Policies" {
        return value.pretty();
    }
    let renamed = |policy: &Json| match policy {
        Json::Object(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| (camel(key), value.clone()));
            Json::Object(pairs.collect())
        }
        other => other.clone(),
    };
    Json::List(policies.iter().map(renamed).collect()).pretty()
}

fn camel(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n      ")
}
