//! Reads the elements of a document from its JSON. Each error names the path of its element.

use std::collections::BTreeSet;

use super::json::Json;
use super::policy_error::PolicyError;
use super::selection::Selection;

pub(super) type Parsed<T> = Result<T, PolicyError>;

/// An object of the document, and its path. Its keys are unique.
pub(super) struct Object<'a> {
    pub(super) pairs: &'a [(String, Json)],
    path: String,
}

impl<'a> Object<'a> {
    pub(super) fn new(json: &'a Json, path: &str) -> Parsed<Self> {
        let Json::Object(pairs) = json else {
            return shape(path, "must be an object");
        };
        let mut seen = BTreeSet::new();
        for (key, _) in pairs {
            if !seen.insert(key) {
                return shape(format!("{path}.{}", excerpt(key)), "appears twice");
            }
        }
        Ok(Self {
            pairs,
            path: path.to_owned(),
        })
    }

    /// Reads an object with at least one key.
    pub(super) fn filled(json: &'a Json, path: &str) -> Parsed<Self> {
        let object = Self::new(json, path)?;
        match object.pairs {
            [] => shape(path, "must not be empty"),
            [..] => Ok(object),
        }
    }

    pub(super) fn allow_only(&self, keys: &[&str]) -> Parsed<()> {
        match self
            .pairs
            .iter()
            .find(|(key, _)| !keys.contains(&key.as_str()))
        {
            Some((key, _)) => self.fail(key, "is not a policy element"),
            None => Ok(()),
        }
    }

    pub(super) fn optional(&self, key: &str) -> Parsed<Option<&'a Json>> {
        Ok(self
            .pairs
            .iter()
            .find(|(own, _)| own == key)
            .map(|(_, json)| json))
    }

    pub(super) fn required(&self, key: &str) -> Parsed<&'a Json> {
        match self.optional(key)? {
            Some(json) => Ok(json),
            None => self.fail(key, "is missing"),
        }
    }

    pub(super) fn optional_text(&self, key: &str) -> Parsed<Option<&'a str>> {
        match self.optional(key)? {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(_) => self.fail(key, "must be a string"),
        }
    }

    /// Reads an element or its `Not…` form. Only one of the two is permitted.
    pub(super) fn selection<T>(
        &self,
        element: &str,
        inverse: &str,
        read: impl Fn(&'a Json, &str) -> Parsed<Vec<T>>,
    ) -> Parsed<Option<Selection<T>>> {
        match (self.optional(element)?, self.optional(inverse)?) {
            (Some(_), Some(_)) => self.fail(inverse, "cannot stand beside its positive form"),
            (Some(json), None) => Ok(Some(Selection::These(read(json, &self.path_of(element))?))),
            (None, Some(json)) => Ok(Some(Selection::AllBut(read(json, &self.path_of(inverse))?))),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        format!("{}.{}", self.path, excerpt(key))
    }

    pub(super) fn fail<T>(&self, key: &str, problem: &str) -> Parsed<T> {
        shape(self.path_of(key), problem)
    }
}

pub(super) fn shape<T>(path: impl Into<String>, problem: &str) -> Parsed<T> {
    Err(PolicyError::Shape {
        path: path.into(),
        problem: problem.to_owned(),
    })
}

/// Returns a key of the document, shortened because it is untrusted text.
pub(super) fn excerpt(key: &str) -> String {
    key.chars().take(64).collect()
}

/// Reads a value or a list of values. The list must not be empty.
pub(super) fn items<'a>(json: &'a Json, path: &str) -> Parsed<&'a [Json]> {
    match json.items() {
        [] => shape(path, "must not be empty"),
        items => Ok(items),
    }
}

/// Reads a string or a list of strings, at least one.
pub(super) fn texts<'a>(json: &'a Json, path: &str) -> Parsed<Vec<&'a str>> {
    let text = |item: &'a Json| match item {
        Json::Text(text) => Ok(text.as_str()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
            shape(path, "must be a string or a list of strings")
        }
    };
    items(json, path)?.iter().map(text).collect()
}
