//! What a kit allows beyond what it was probably meant to.

use rolecall_policy::Json;

use super::caller::CallerKind;
use super::document::{Document, DocumentKind};
use super::kit::Kit;
use super::policies::{caller_policy, permission_policies, trust_policy};
use crate::value::arn::Arn;

/// Actions that IAM cannot limit to a resource.
const WITHOUT_RESOURCE: [&str; 3] = [
    "s3:listallmybuckets",
    "sts:getcalleridentity",
    "sts:getsessiontoken",
];
/// The ends of names of AWS managed policies that allow all of a service or more.
const BROAD_MANAGED: [&str; 3] = ["AdministratorAccess", "PowerUserAccess", "FullAccess"];

/// Something to look at before the kit is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it is, for programs.
    pub code: WarningCode,
    /// The policy that it is about.
    pub document: DocumentKind,
    /// What can happen, and what to do.
    pub text: String,
}

/// The kinds of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningCode {
    /// A statement covers all resources.
    EveryResource,
    /// A statement or managed policy allows all of a service.
    WholeService,
    /// A statement allows to assume any role.
    AnyRole,
    /// Everybody in an account is trusted, without a condition.
    WholeAccount,
    /// Another account is trusted without an external ID.
    ConfusedDeputy,
    /// Everyone is trusted.
    Everyone,
}

impl WarningCode {
    /// Returns the word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::EveryResource => "every_resource",
            Self::WholeService => "whole_service",
            Self::AnyRole => "any_role",
            Self::WholeAccount => "whole_account",
            Self::ConfusedDeputy => "confused_deputy",
            Self::Everyone => "everyone",
        }
    }
}

/// Returns the warnings about all policies of a kit.
pub fn warnings(kit: &Kit) -> Vec<Warning> {
    let mut all = about_trust(kit);
    all.extend(about_managed(kit));
    for policy in permission_policies(kit) {
        let title = format!("the permissions policy {}", policy.name);
        all.extend(about_statements(&title, &policy.document));
    }
    all.extend(about_statements("the caller's policy", &caller_policy(kit)));
    all
}

fn about_trust(kit: &Kit) -> Vec<Warning> {
    let needed = &kit.requirements;
    let condition = trust_policy(kit);
    let statement = condition
        .json
        .get("Statement")
        .and_then(|it| it.items().first());
    let has_condition = statement.is_some_and(|it| it.get("Condition").is_some());
    let mut all = Vec::new();
    let mut warn = |code, text: String| {
        let document = DocumentKind::Trust;
        all.push(Warning {
            code,
            document,
            text,
        });
    };
    let account = kit.caller.account();
    match (&kit.caller.kind, &needed.organization) {
        (CallerKind::Everyone, None) => warn(
            WarningCode::Everyone,
            "Every AWS account in the world can assume this role if the conditions hold. Name an account, user or role, or your \
             organization."
                .to_owned(),
        ),
        (CallerKind::Everyone, Some(organization)) => warn(
            WarningCode::Everyone,
            format!("Every account of the organization {organization} can assume this role."),
        ),
        (CallerKind::Account(account), _) if !has_condition => warn(
            WarningCode::WholeAccount,
            format!(
                "Every user and role of account {account} whose own policy allows it can assume this role. Name a user or \
                 role, or require MFA or an external ID."
            ),
        ),
        (CallerKind::Account(_) | CallerKind::User { .. } | CallerKind::Role { .. }, _) => {}
    }
    let is_own = |account| kit.is_in_one_account() || kit.own_accounts.contains(account);
    if let Some(account) = account.filter(|account| !is_own(account))
        && needed.external_id.is_none()
        && needed.organization.is_none()
    {
        warn(
            WarningCode::ConfusedDeputy,
            format!(
                "If account {account} belongs to another company, it could be tricked into using your role for one of its \
                 other customers (the confused deputy). Require an external ID."
            ),
        );
    }
    all
}

fn about_managed(kit: &Kit) -> Vec<Warning> {
    let is_broad = |arn: &str| BROAD_MANAGED.iter().any(|end| arn.ends_with(end));
    let broad = kit
        .permissions
        .managed()
        .filter(|arn| is_broad(arn.as_str()));
    let warning = |name: &str| Warning {
        code: WarningCode::WholeService,
        document: DocumentKind::Permissions,
        text: format!(
            "The managed policy {name} allows more than most sessions need. Prefer a narrower one."
        ),
    };
    broad
        .map(|arn| warning(arn.as_str().rsplit('/').next().unwrap_or_default()))
        .collect()
}

fn about_statements(title: &str, document: &Document) -> Vec<Warning> {
    let statements = document.json.get("Statement").map_or(&[][..], Json::items);
    let mut all = Vec::new();
    for (statement, number) in statements.iter().zip(1..) {
        if statement.get("Effect").and_then(Json::as_text) == Some("Allow") {
            let what = format!("Statement {number} of {title}");
            let warnings = about_statement(statement).into_iter();
            all.extend(warnings.map(|(code, text)| Warning {
                code,
                document: document.kind,
                text: format!("{what} {text}"),
            }));
        }
    }
    all
}

fn about_statement(statement: &Json) -> Vec<(WarningCode, String)> {
    let texts = |element| {
        let items = statement.get(element).map_or(&[][..], Json::items);
        items.iter().filter_map(Json::as_text).collect::<Vec<_>>()
    };
    let actions = texts("Action");
    let resources = texts("Resource");
    let is_every =
        statement.get("NotResource").is_some() || resources.iter().any(|it| is_every(it));
    let mut found = Vec::new();
    if let Some(service) = whole_service(&actions, statement.get("NotAction").is_some()) {
        let text = format!(
            "allows {service}, also to delete and to change who has access. Name the actions."
        );
        found.push((WarningCode::WholeService, text));
    }
    let assumes = actions.iter().any(|action| covers_assume_role(action));
    let is_any_role = is_every || resources.iter().any(|it| is_any_role(it));
    if assumes && is_any_role {
        let text = "allows to assume every role that trusts the account. Name the roles.";
        found.push((WarningCode::AnyRole, text.to_owned()));
    }
    let is_limitable = |action: &&str| !WITHOUT_RESOURCE.contains(&action.to_lowercase().as_str());
    let can_name = actions.is_empty() || actions.iter().any(is_limitable);
    if is_every && can_name && !assumes {
        let buckets = resources.iter().all(|it| it.contains(":s3:::"));
        let what = match buckets && !resources.is_empty() {
            true => "covers every bucket of the account. Name the buckets.",
            false => "covers every resource of the account. Name the resources.",
        };
        found.push((WarningCode::EveryResource, what.to_owned()));
    }
    found
}

/// Returns what a statement allows all of.
fn whole_service(actions: &[&str], is_negated: bool) -> Option<String> {
    if is_negated || actions.iter().any(|it| matches!(*it, "*" | "*:*")) {
        return Some("everything in every service".to_owned());
    }
    let service = actions.iter().find_map(|it| it.strip_suffix(":*"))?;
    Some(format!("everything in {service}"))
}

fn is_every(resource: &str) -> bool {
    let of_service = Arn::split(resource).is_some_and(|arn| arn.resource == "*");
    resource == "*" || of_service
}

fn is_any_role(resource: &str) -> bool {
    Arn::split(resource).is_some_and(|arn| arn.service == "iam" && arn.resource == "role/*")
}

/// Returns whether an action of a policy covers `sts:AssumeRole`.
fn covers_assume_role(action: &str) -> bool {
    let lower = action.to_lowercase();
    match lower.strip_suffix('*') {
        Some(start) => "sts:assumerole".starts_with(start) && start.len() > 3 || start.is_empty(),
        None => lower == "sts:assumerole",
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::KitDraft;
    use super::*;

    fn codes(draft: &KitDraft) -> Vec<&'static str> {
        let all = warnings(&draft.check().expect("valid"));
        all.iter().map(|warning| warning.code.word()).collect()
    }

    fn draft() -> KitDraft {
        KitDraft {
            who: "arn:aws:iam::177634097045:user/bob".into(),
            account: "808768216571".into(),
            role: "guest".into(),
            allow: "bucket:guest-bucket".into(),
            own_accounts: vec!["177634097045".into()],
            ..KitDraft::default()
        }
    }

    fn with_policy(statement: &str) -> KitDraft {
        let policy = format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":{{\"Effect\":\"Allow\",{statement}}}}}"
        );
        KitDraft {
            policy: Some(policy),
            ..draft()
        }
    }

    #[test]
    fn a_narrow_kit_has_no_warning() {
        assert_eq!(codes(&draft()), [""; 0]);
        let narrow = with_policy("\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/*\"");
        assert_eq!(codes(&narrow), [""; 0]);
        let unlimitable = with_policy("\"Action\":\"sts:GetCallerIdentity\",\"Resource\":\"*\"");
        assert_eq!(codes(&unlimitable), [""; 0]);
    }

    #[test]
    fn broad_statements_are_named() {
        for (statement, wanted) in [
            (
                "\"Action\":\"s3:GetObject\",\"Resource\":\"*\"",
                &["every_resource"][..],
            ),
            (
                "\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b\"",
                &["whole_service"],
            ),
            (
                "\"Action\":\"s3:*\",\"Resource\":\"*\"",
                &["whole_service", "every_resource"],
            ),
            (
                "\"Action\":\"sts:AssumeRole\",\"Resource\":\"*\"",
                &["any_role"],
            ),
            (
                "\"Action\":\"sts:Assume*\",\"Resource\":\"arn:aws:iam::*:role/*\"",
                &["any_role"],
            ),
            (
                "\"Action\":\"*\",\"Resource\":\"*\"",
                &["whole_service", "any_role"],
            ),
            (
                "\"NotAction\":\"iam:*\",\"Resource\":\"*\"",
                &["whole_service", "every_resource"],
            ),
            (
                "\"Action\":\"s3:GetObject\",\"NotResource\":\"arn:aws:s3:::b/*\"",
                &["every_resource"],
            ),
        ] {
            assert_eq!(codes(&with_policy(statement)), wanted, "{statement}");
        }
        let broad = KitDraft {
            allow: "AdministratorAccess".into(),
            ..draft()
        };
        assert_eq!(codes(&broad), ["whole_service"]);
        let every_bucket = KitDraft {
            allow: "s3-read".into(),
            ..draft()
        };
        assert_eq!(codes(&every_bucket), ["every_resource"]);
    }

    #[test]
    fn broad_trust_is_named() {
        let with =
            |who: &str, own: &[&str], external_id: Option<&str>, organization: Option<&str>| {
                let mut draft = draft();
                draft.who = who.into();
                draft.own_accounts = own.iter().map(|&id| id.to_owned()).collect();
                draft.requirements.external_id = external_id.map(str::to_owned);
                draft.requirements.organization = organization.map(str::to_owned);
                codes(&draft)
            };
        let bob = "arn:aws:iam::177634097045:user/bob";
        assert_eq!(with(bob, &[], None, None), ["confused_deputy"]);
        assert_eq!(with(bob, &[], Some("tutorial-42"), None), [""; 0]);
        assert_eq!(with(bob, &[], None, Some("o-a1b2c3d4e5")), [""; 0]);
        assert_eq!(
            with("177634097045", &["177634097045"], None, None),
            ["whole_account"]
        );
        assert_eq!(
            with("177634097045", &[], None, None),
            ["whole_account", "confused_deputy"]
        );
        assert_eq!(
            with("177634097045", &[], Some("tutorial-42"), None),
            [""; 0]
        );
        assert_eq!(with("808768216571", &[], None, None), ["whole_account"]);
        assert_eq!(with("*", &[], None, None), ["everyone"]);
        assert_eq!(with("*", &[], None, Some("o-a1b2c3d4e5")), ["everyone"]);
    }
}
