//! What sessions of a role may do.

use rolecall_policy::{Json, Policy, PolicyError, PolicyKind};

use super::bucket::bucket;
use super::document::{Document, DocumentKind};
use super::typed::listed;
use crate::role::session_policy::PolicyArn;
use crate::value::input::InputError;
use crate::value::nearest::nearest;
use crate::value::role_arn::RoleArn;
use crate::value::sanitise::{describe, echo};

/// The most managed policies of a role.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const MANAGED_MAX: usize = 10;
/// The word for reading all buckets.
const S3_READ: &str = "s3-read";
/// What begins the word for one bucket.
const BUCKET: &str = "bucket:";
/// AWS managed policies for job functions, which have a path.
const JOB_FUNCTIONS: [&str; 7] = [
    "Billing",
    "DatabaseAdministrator",
    "DataScientist",
    "NetworkAdministrator",
    "SupportUser",
    "SystemAdministrator",
    "ViewOnlyAccess",
];
const EXAMPLES: &str = "Known: s3-read, bucket:NAME, the name of an AWS managed policy such as ReadOnlyAccess, or the ARN of a policy.";

/// Something that sessions of a role may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// What a managed policy allows.
    Managed(PolicyArn),
    /// List and read all buckets.
    S3Read,
    /// Read and write one bucket.
    Bucket(String),
    /// What this document allows.
    Custom(Document),
}

/// All that sessions of a role may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions(pub(super) Vec<Permission>);

impl Permissions {
    /// Parses a list with commas, and a document.
    ///
    /// # Errors
    /// Says which entry is not known, or what IAM would not accept in the document.
    pub fn parse(list: &str, document: Option<&str>, role: &RoleArn) -> Result<Self, InputError> {
        let mut all = Vec::new();
        for entry in listed(list) {
            let permission = permission(entry, role)?;
            if all.contains(&permission) {
                let what = format!("\"{}\" is listed twice.", echo(entry));
                return Err(InputError::new("allow", what, "Remove one."));
            }
            all.push(permission);
        }
        if let Some(text) = document {
            all.push(Permission::Custom(custom(text)?));
        }
        let managed = all.iter().filter(|it| matches!(it, Permission::Managed(_)));
        match (managed.count(), all.is_empty()) {
            (_, true) => {
                let what = "The role would not be allowed to do anything.";
                Err(InputError::new("allow", what, EXAMPLES))
            }
            (count, _) if count > MANAGED_MAX => {
                let what = format!("There are {count} managed policies.");
                Err(InputError::new(
                    "allow",
                    what,
                    "A role can have 10. Combine some in a document.",
                ))
            }
            _ => Ok(Self(all)),
        }
    }

    /// Returns the managed policies.
    pub fn managed(&self) -> impl Iterator<Item = &PolicyArn> {
        self.0.iter().filter_map(|permission| match permission {
            Permission::Managed(arn) => Some(arn),
            Permission::S3Read | Permission::Bucket(_) | Permission::Custom(_) => None,
        })
    }
}

fn permission(text: &str, role: &RoleArn) -> Result<Permission, InputError> {
    if text == S3_READ {
        return Ok(Permission::S3Read);
    }
    if let Some(name) = text.strip_prefix(BUCKET) {
        return bucket(name).map(Permission::Bucket);
    }
    if text.starts_with("arn:aws") && text.contains(":s3:::") {
        return bucket(text).map(Permission::Bucket);
    }
    if text.starts_with("arn:") {
        let arn = PolicyArn::parse(text, role);
        let arn = arn.map_err(|error| InputError {
            field: "allow",
            ..error
        })?;
        return Ok(Permission::Managed(arn));
    }
    aws_managed(text, role)
}

/// Reads the name of an AWS managed policy. They begin with a capital letter.
fn aws_managed(text: &str, role: &RoleArn) -> Result<Permission, InputError> {
    let unknown = |remedy: String| {
        let what = format!("\"{}\" is not something to allow.", echo(text));
        Err(InputError::new("allow", what, remedy))
    };
    let name = text.rsplit('/').next().unwrap_or(text);
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if let Some(near) = nearest(&text.to_lowercase(), [S3_READ]) {
        return unknown(format!("Did you mean {near}?"));
    }
    if !is_name {
        return unknown(EXAMPLES.to_owned());
    }
    for (typo, word) in [
        ("Acess", "Access"),
        ("Acces", "Access"),
        ("Accesss", "Access"),
    ] {
        if let Some(start) = name.strip_suffix(typo) {
            return unknown(format!("Did you mean {start}{word}?"));
        }
    }
    let path = match JOB_FUNCTIONS.contains(&text) {
        true => "job-function/",
        false => "",
    };
    let arn = format!("arn:{}:iam::aws:policy/{path}{text}", role.partition().name);
    let arn = PolicyArn::parse(&arn, role).map_err(|error| InputError {
        field: "allow",
        ..error
    })?;
    Ok(Permission::Managed(arn))
}

/// Reads a permissions policy as strictly as IAM does when it is attached.
fn custom(text: &str) -> Result<Document, InputError> {
    let text = text.trim_start_matches('\u{feff}').trim_end();
    let refuse = |what: String, remedy: String| Err(InputError::new("policy", what, remedy));
    if let Some(at) = text.find(['“', '”']) {
        let line = text[..at].matches('\n').count() + 1;
        let what = format!("Line {line} of the policy has curly quotes.");
        return refuse(what, "Replace them with straight ones: \".".to_owned());
    }
    // IAM's own pattern: [\u0009\u000A\u000D\u0020-\u00FF]+
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
    if let Some((at, odd)) = text.char_indices().find(|(_, c)| !allowed(c)) {
        let line = text[..at].matches('\n').count() + 1;
        let what = format!("Line {line} of the policy has {}.", describe(odd));
        return refuse(what, "IAM accepts Latin-1 only.".to_owned());
    }
    match Policy::parse_new(PolicyKind::Identity, text) {
        Ok(_) => {}
        Err(PolicyError::Syntax { line, column }) => {
            let what = format!("Line {line}, column {column} of the policy is not JSON.");
            return refuse(what, "Check quotes, commas and brackets there.".to_owned());
        }
        Err(PolicyError::Shape { path, problem }) => {
            let what = format!("The policy's {} {}.", echo(&path), echo(&problem));
            return refuse(what, element_remedy(&path));
        }
    }
    let json: Json = serde_json::from_str(text).map_err(|_| {
        InputError::new(
            "policy",
            "The policy is not JSON.",
            "Check its quotes and commas.",
        )
    })?;
    let kind = DocumentKind::Permissions;
    Ok(Document { kind, json })
}

fn element_remedy(path: &str) -> String {
    const ELEMENTS: [&str; 10] = [
        "Version",
        "Statement",
        "Sid",
        "Effect",
        "Principal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    let element = path.rsplit('.').next().unwrap_or_default();
    match nearest(element, ELEMENTS).filter(|near| *near != element) {
        Some(near) => format!("Did you mean {near}?"),
        None if element == "Principal" => {
            "A permissions policy names no principal; the trust policy does.".to_owned()
        }
        None => "See the policy grammar in the IAM user guide.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role() -> RoleArn {
        RoleArn::parse("arn:aws:iam::808768216571:role/guest").expect("an ARN")
    }

    fn refused(list: &str, document: Option<&str>) -> String {
        Permissions::parse(list, document, &role())
            .expect_err("refused")
            .to_string()
    }

    #[test]
    fn words_names_and_arns_are_permissions() {
        let all = Permissions::parse(
            "s3-read, bucket:guest-bucket,ReadOnlyAccess,ViewOnlyAccess,arn:aws:iam::808768216571:policy/mine",
            None,
            &role(),
        )
        .expect("valid");
        let managed: Vec<&str> = all.managed().map(PolicyArn::as_str).collect();
        assert_eq!(
            managed,
            [
                "arn:aws:iam::aws:policy/ReadOnlyAccess",
                "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
                "arn:aws:iam::808768216571:policy/mine"
            ]
        );
        assert_eq!(all.0.len(), 5);
    }

    #[test]
    fn other_permissions_are_explained() {
        let many: Vec<String> = (0..11).map(|n| format!("P{n}")).collect();
        for (list, part) in [
            ("", "would not be allowed to do anything"),
            ("s3read", "Did you mean s3-read?"),
            ("S3-Reed", "Did you mean"),
            (
                "AmazonS3ReadOnlyAcess",
                "Did you mean AmazonS3ReadOnlyAccess?",
            ),
            ("everything", "Known: s3-read"),
            ("bucket:", "is empty"),
            ("arn:aws:iam::177634097045:policy/x", "another account"),
            ("arn:aws:iam::aws:role/x", "not the ARN of a policy"),
            ("arn:aws:iam::aws:policy", "not the ARN of a policy"),
            ("s3-read,s3-read", "listed twice"),
            (&many.join(","), "11 managed policies"),
        ] {
            let message = refused(list, None);
            assert!(message.contains(part), "{list}: {message}");
        }
    }

    #[test]
    fn b58_a_document_is_checked_as_iam_checks_it() {
        let document = |statement: &str| {
            format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{{{statement}}}]}}")
        };
        for (text, part) in [
            ("{".to_owned(), "not JSON"),
            ("{“Version”: 1}".to_owned(), "curly quotes"),
            ("\n{\"Statement\": \"ж\"}".to_owned(), "Line 2"),
            (
                document("\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Ressource\":\"*\""),
                "Did you mean Resource?",
            ),
            (
                document("\"Effect\":\"allow\",\"Action\":\"s3:*\",\"Resource\":\"*\""),
                "must be Allow or Deny",
            ),
            (
                document("\"Effect\":\"Allow\",\"Action\":\"GetObject\",\"Resource\":\"*\""),
                "must have a service",
            ),
            (
                document(
                    "\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"",
                ),
                "names no principal",
            ),
            (
                "{\"Version\":\"2012-10-7\",\"Statement\":[]}".to_owned(),
                "2012-10-17",
            ),
        ] {
            let message = refused("", Some(&text));
            assert!(message.contains(part), "{text}: {message}");
        }
        let good = document("\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"");
        assert!(Permissions::parse("", Some(&format!("\u{feff}{good}\n")), &role()).is_ok());
    }
}
