//! The policies of a kit.

use super::document::{Document, DocumentKind, allow};
use super::kit::Kit;
use super::permission::Permission;
use crate::value::input::InputError;

/// The longest trust policy that every account accepts; IAM raises it to 4,096 on request.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const TRUST_MAX: usize = 2_048;
/// The longest inline policies of a role together.
const ROLE_INLINE_MAX: usize = 10_240;
/// The longest inline policies of a user together.
const USER_INLINE_MAX: usize = 2_048;

/// An inline policy and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPolicy {
    /// Its name in IAM.
    pub name: String,
    /// The document.
    pub document: Document,
}

/// Returns who may assume the role.
pub fn trust_policy(kit: &Kit) -> Document {
    let principal = kit.caller.principal();
    let statement =
        |sid, action, condition| allow(sid, Some(&principal), &[action], &[], condition);
    let needed = &kit.requirements;
    let mut statements = vec![statement(
        "AllowAssumeRole",
        "sts:AssumeRole",
        needed.condition().element(),
    )];
    for action in needed.further_actions() {
        statements.push(match action {
            "sts:TagSession" => statement("AllowTags", action, needed.tag_condition().element()),
            _ => statement(
                "AllowSourceIdentity",
                action,
                needed.identity_condition().element(),
            ),
        });
    }
    Document::of(DocumentKind::Trust, statements)
}

/// Returns what sessions of the role may do, apart from managed policies.
pub fn permission_policies(kit: &Kit) -> Vec<NamedPolicy> {
    let partition = kit.role.partition().name;
    let named = |permission: &Permission| {
        let (name, document) = match permission {
            Permission::Managed(_) => return None,
            Permission::S3Read => ("S3Read".to_owned(), s3_read(partition)),
            Permission::Bucket(bucket) => {
                (format!("Bucket-{bucket}"), one_bucket(partition, bucket))
            }
            Permission::Custom(document) => ("Custom".to_owned(), document.clone()),
        };
        Some(NamedPolicy { name, document })
    };
    kit.permissions.0.iter().filter_map(named).collect()
}

/// Returns what allows the caller to assume the role.
pub fn caller_policy(kit: &Kit) -> Document {
    let mut actions = vec!["sts:AssumeRole"];
    actions.extend(kit.requirements.further_actions());
    let role = [literal(kit.role.as_str())];
    let statement = allow("AllowAssumeRole", None, &actions, &role, None);
    Document::of(DocumentKind::Caller, vec![statement])
}

/// Returns an ARN as a pattern that covers nothing else. A path may have characters that are wildcards in a policy.
fn literal(arn: &str) -> String {
    let escaped = |c: char| match c {
        '*' | '?' | '$' => format!("${{{c}}}"),
        c => c.to_string(),
    };
    arn.chars().map(escaped).collect()
}

/// Returns the name of the caller's policy.
pub(super) fn caller_policy_name(kit: &Kit) -> String {
    format!("AssumeRole-{}", kit.role.role_name())
}

fn s3_read(partition: &str) -> Document {
    let all = [format!("arn:{partition}:s3:::*")];
    let read = ["s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject"];
    let statements = vec![
        allow(
            "ListBuckets",
            None,
            &["s3:ListAllMyBuckets"],
            &["*".to_owned()],
            None,
        ),
        allow("ReadObjects", None, &read, &all, None),
    ];
    Document::of(DocumentKind::Permissions, statements)
}

fn one_bucket(partition: &str, bucket: &str) -> Document {
    let bucket = format!("arn:{partition}:s3:::{bucket}");
    let objects = [format!("{bucket}/*")];
    let list = ["s3:GetBucketLocation", "s3:ListBucket"];
    let change = [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
    ];
    let statements = vec![
        allow("ListObjects", None, &list, &[bucket], None),
        allow("ReadAndWriteObjects", None, &change, &objects, None),
    ];
    Document::of(DocumentKind::Permissions, statements)
}

/// Checks the sizes of the policies.
///
/// # Errors
/// Says which one is over IAM's limit.
pub(super) fn check_sizes(kit: &Kit) -> Result<(), InputError> {
    let permissions = permission_policies(kit);
    let inline: usize = permissions
        .iter()
        .map(|policy| policy.document.size())
        .sum();
    for (field, label, size, limit, shown, remedy) in [
        (
            "external_id",
            "The trust policy has",
            trust_policy(kit).size(),
            TRUST_MAX,
            "2,048",
            "Use a shorter external ID, or fewer conditions.",
        ),
        (
            "policy",
            "The role's inline policies have",
            inline,
            ROLE_INLINE_MAX,
            "10,240",
            "Use shorter policies, or managed ones.",
        ),
        (
            "path",
            "The caller's policy has",
            caller_policy(kit).size(),
            USER_INLINE_MAX,
            "2,048",
            "Use a shorter path.",
        ),
    ] {
        if size > limit {
            let what = format!("{label} {size} characters, and IAM allows {shown}.");
            return Err(InputError::new(field, what, remedy));
        }
    }
    Ok(())
}
