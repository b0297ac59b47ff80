//! Policy documents.

use rolecall_policy::{Json, PolicyError, sentences};

/// A policy document of the kit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is attached to.
    pub kind: DocumentKind,
    /// The document.
    pub json: Json,
}

/// What a document is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// The role: who may assume it.
    Trust,
    /// The role: what its sessions may do.
    Permissions,
    /// The caller: that it may assume the role.
    Caller,
}

impl DocumentKind {
    /// Returns what messages call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Trust => "trust policy",
            Self::Permissions => "permissions policy",
            Self::Caller => "caller's policy",
        }
    }
}

impl Document {
    /// Returns a document of these statements.
    pub(super) fn of(kind: DocumentKind, statements: Vec<Json>) -> Self {
        let json = Json::Object(vec![
            ("Version".to_owned(), "2012-10-17".into()),
            ("Statement".to_owned(), Json::List(statements)),
        ]);
        Self { kind, json }
    }

    /// Returns a sentence for each statement.
    ///
    /// # Errors
    /// If IAM would not accept the document.
    pub fn sentences(&self) -> Result<Vec<String>, PolicyError> {
        sentences(&self.json.compact())
    }

    /// Returns the size as IAM counts it: characters without white space.
    pub fn size(&self) -> usize {
        self.json
            .compact()
            .chars()
            .filter(|c| !c.is_whitespace())
            .count()
    }
}

/// Returns a statement that allows something.
pub(super) fn allow(
    sid: &str,
    principal: Option<&str>,
    actions: &[&str],
    resources: &[String],
    condition: Option<Json>,
) -> Json {
    let actions: Vec<String> = actions.iter().map(|&action| action.to_owned()).collect();
    let mut pairs = vec![
        ("Sid".to_owned(), Json::from(sid)),
        ("Effect".to_owned(), "Allow".into()),
    ];
    if let Some(principal) = principal {
        let aws = ("AWS".to_owned(), Json::from(principal));
        pairs.push(("Principal".to_owned(), Json::Object(vec![aws])));
    }
    pairs.push(("Action".to_owned(), text_or_list(&actions)));
    if !resources.is_empty() {
        pairs.push(("Resource".to_owned(), text_or_list(resources)));
    }
    pairs.extend(condition.map(|condition| ("Condition".to_owned(), condition)));
    Json::Object(pairs)
}

/// Returns one text as a string, several as a list.
pub(super) fn text_or_list(texts: &[String]) -> Json {
    match texts {
        [one] => one.clone().into(),
        texts => Json::List(texts.iter().cloned().map(Json::Text).collect()),
    }
}
