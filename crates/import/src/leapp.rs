//! Leapp's workspace: the JSON inside its encrypted file.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use rolecall_core::role::RoleDraft;
use rolecall_core::value::problem::{Problem, ProblemCode};

/// The service name of Leapp's items in the keychain.
pub(crate) const KEYCHAIN_SERVICE: &str = "Leapp";
/// The session name that Leapp uses if the user gave none.
const OWN_SESSION_NAME: &str = "assumed-from-leapp";

/// The parts of a workspace that can be imported.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// IAM users, whose keys are in the keychain.
    pub(crate) users: Vec<User>,
    /// Roles that are assumed from those users or from each other.
    pub(crate) roles: Vec<RoleDraft>,
    /// What cannot be imported: its name, and the reason.
    pub(crate) skipped: Vec<(String, String)>,
}

/// An IAM user's entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct User {
    /// Its name in Leapp.
    pub(crate) name: String,
    /// The first part of the names of its items in the keychain.
    pub(crate) session_id: String,
}

impl User {
    /// Returns the accounts of the keychain items for the key's ID and its secret.
    pub(crate) fn keychain_accounts(&self) -> [String; 2] {
        ["access-key-id", "secret-access-key"]
            .map(|part| format!("{}-iam-user-aws-session-{part}", self.session_id))
    }
}

#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "_sessions")]
    sessions: Vec<RawSession>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSession {
    session_id: String,
    #[serde(default)]
    session_name: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    role_arn: Option<String>,
    #[serde(default)]
    parent_session_id: Option<String>,
    #[serde(default)]
    role_session_name: Option<String>,
    #[serde(default)]
    mfa_device: Option<String>,
}

/// Reads a workspace.
///
/// # Errors
/// If the text is not a workspace.
pub(crate) fn read(text: &str) -> Result<Workspace, Problem> {
    let raw: Raw = serde_json::from_str(text).map_err(|_| {
        Problem::new(
            ProblemCode::InvalidFile,
            "Leapp's workspace file cannot be read.",
            "Open it once in Leapp, or add its roles by hand.",
        )
    })?;
    let sessions = named(&raw.sessions);
    // A second entry with an ID is none that others refer to.
    let by_id: HashMap<&str, &Session<'_>> = sessions
        .iter()
        .rev()
        .map(|session| (session.raw.session_id.as_str(), session))
        .collect();
    let mut workspace = Workspace::default();
    for session in &sessions {
        let name = session.name.clone();
        match session.raw.kind.as_str() {
            "awsIamUser" => workspace.users.push(User {
                name,
                session_id: session.raw.session_id.clone(),
            }),
            "awsIamRoleChained" => match role(session, &by_id) {
                Ok(role) => workspace.roles.push(role),
                Err(reason) => workspace.skipped.push((name, reason)),
            },
            kind => workspace.skipped.push((name, reason(kind).to_owned())),
        }
    }
    Ok(workspace)
}

/// An entry, and a name that no other entry has.
struct Session<'a> {
    raw: &'a RawSession,
    name: String,
}

/// Names each entry: with its own name, or followed by a number if another entry has it.
fn named(sessions: &[RawSession]) -> Vec<Session<'_>> {
    let own_name = |session: &RawSession| match session.session_name.trim() {
        "" => "unnamed".to_owned(),
        name => name.to_owned(),
    };
    let own_names: HashSet<String> = sessions.iter().map(own_name).collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let name_of = |session: &RawSession| {
        let own = own_name(session);
        let count = counts.entry(own.clone()).or_default();
        *count += 1;
        if *count == 1 {
            return own;
        }
        while own_names.contains(&format!("{own} {count}")) {
            *count += 1;
        }
        format!("{own} {count}")
    };
    let names: Vec<String> = sessions.iter().map(name_of).collect();
    let pairs = sessions.iter().zip(names);
    pairs.map(|(raw, name)| Session { raw, name }).collect()
}

fn role(session: &Session<'_>, by_id: &HashMap<&str, &Session<'_>>) -> Result<RoleDraft, String> {
    let parent = session
        .raw
        .parent_session_id
        .as_deref()
        .and_then(|id| by_id.get(id))
        .ok_or("Its source session no longer exists in Leapp.")?;
    if !matches!(parent.raw.kind.as_str(), "awsIamUser" | "awsIamRoleChained") {
        return Err(format!(
            "Its source is \"{}\": {}",
            parent.name,
            reason(&parent.raw.kind)
        ));
    }
    let text = |field: &Option<String>| {
        field
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    Ok(RoleDraft {
        name: session.name.clone(),
        arn: text(&session.raw.role_arn).unwrap_or_default(),
        source: parent.name.clone(),
        session_name: text(&session.raw.role_session_name).filter(|name| name != OWN_SESSION_NAME),
        mfa_serial: text(&parent.raw.mfa_device),
        region: text(&session.raw.region),
        ..RoleDraft::default()
    })
}

fn reason(kind: &str) -> &'static str {
    match kind {
        "awsSsoRole" => "Rolecall does not support sign-in through IAM Identity Center.",
        "awsIamRoleFederated" => "Rolecall does not support sign-in through SAML.",
        "azure" => "Rolecall does not support Azure.",
        "localstack" => "For LocalStack, set a custom endpoint in settings.toml.",
        _ => "Rolecall does not support this type of session.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = r#"{"_sessions": [
        {"sessionId": "u1", "sessionName": "work", "type": "awsIamUser", "region": "eu-west-1", "status": 0,
         "mfaDevice": "arn:aws:iam::177634097045:mfa/user", "profileId": "p", "sessionTokenExpiration": ""},
        {"sessionId": "r1", "sessionName": "guest", "type": "awsIamRoleChained", "region": "eu-west-1",
         "roleArn": "arn:aws:iam::808768216571:role/guest", "parentSessionId": "u1", "roleSessionName": "assumed-from-leapp"},
        {"sessionId": "r2", "sessionName": "guest", "type": "awsIamRoleChained", "region": "eu-west-1",
         "roleArn": "arn:aws:iam::808768216571:role/other", "parentSessionId": "r1", "roleSessionName": "ann"},
        {"sessionId": "s1", "sessionName": "sso", "type": "awsSsoRole"},
        {"sessionId": "r3", "sessionName": "behind sso", "type": "awsIamRoleChained",
         "roleArn": "arn:aws:iam::808768216571:role/x", "parentSessionId": "s1"},
        {"sessionId": "r4", "sessionName": "orphan", "type": "awsIamRoleChained", "parentSessionId": "gone"}
    ], "_profiles": [{"id": "p", "name": "default"}], "_pinned": [], "_folders": []}"#;

    #[test]
    fn users_and_their_roles_are_read_and_the_rest_has_a_reason() {
        let workspace = read(WORKSPACE).expect("a workspace");
        assert_eq!(
            workspace.users,
            [User {
                name: "work".into(),
                session_id: "u1".into()
            }]
        );
        let roles: Vec<_> = workspace
            .roles
            .iter()
            .map(|role| (role.name.as_str(), role.source.as_str()))
            .collect();
        assert_eq!(roles, [("guest", "work"), ("guest 2", "guest")]);
        assert_eq!(
            workspace.roles[0].mfa_serial.as_deref(),
            Some("arn:aws:iam::177634097045:mfa/user")
        );
        let names: Vec<_> = workspace
            .roles
            .iter()
            .map(|role| role.session_name.as_deref())
            .collect();
        assert_eq!(names, [None, Some("ann")]);
        let skipped: Vec<_> = workspace
            .skipped
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(skipped, ["sso", "behind sso", "orphan"]);
        assert!(
            workspace.skipped[1].1.contains("IAM Identity Center"),
            "{:?}",
            workspace.skipped
        );
    }

    #[test]
    fn no_two_entries_get_the_same_name() {
        let session = |id: &str, name: &str, parent: &str| {
            format!(
                r#"{{"sessionId": "{id}", "sessionName": "{name}", "type": "awsIamRoleChained", "parentSessionId": "{parent}"}}"#
            )
        };
        let sessions = [
            session("1", "a", "3"),
            session("2", "a", "1"),
            session("3", "a 2", "2"),
            session("4", "a", "4"),
            session("4", "b", "4"),
            session("5", "b", "4"),
        ];
        let text = format!("{{\"_sessions\": [{}]}}", sessions.join(","));
        let workspace = read(&text).expect("a workspace");
        let pairs: Vec<_> = workspace
            .roles
            .iter()
            .map(|role| (role.name.as_str(), role.source.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("a", "a 2"),
                ("a 3", "a"),
                ("a 2", "a 3"),
                ("a 4", "a 4"),
                ("b", "a 4"),
                ("b 2", "a 4"),
            ]
        );
    }

    #[test]
    fn a_key_is_stored_in_two_items() {
        let user = User {
            name: String::new(),
            session_id: "u1".into(),
        };
        assert_eq!(
            user.keychain_accounts(),
            [
                "u1-iam-user-aws-session-access-key-id",
                "u1-iam-user-aws-session-secret-access-key"
            ]
        );
    }

    #[test]
    fn what_is_not_a_workspace_is_an_error() {
        assert_eq!(
            read("[]").map_err(|problem| problem.code).map(drop),
            Err(ProblemCode::InvalidFile)
        );
    }
}
