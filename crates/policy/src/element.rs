//! Taking the elements of a document out of its JSON, each error with its place.

use std::collections::BTreeSet;

use super::document::Selection;
use super::json::Json;
use super::policy_error::PolicyError;

pub(super) type Parsed<T> = Result<T, PolicyError>;

/// An object of the document together with where it stands; its keys are unique.
pub(super) struct Object<'a> {
    pub(super) pairs: &'a [(String, Json)],
    place: String,
}

impl<'a> Object<'a> {
    pub(super) fn new(json: &'a Json, place: &str) -> Parsed<Self> {
        let Json::Object(pairs) = json else {
            return shape(place, "must be an object");
        };
        let mut seen = BTreeSet::new();
        for (key, _) in pairs {
            if !seen.insert(key) {
                return shape(format!("{place}.{}", excerpt(key)), "appears twice");
            }
        }
        Ok(Self {
            pairs,
            place: place.to_owned(),
        })
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

    /// Reads an element or its `Not…` form, of which there may be only one.
    pub(super) fn selection<T>(
        &self,
        element: &str,
        inverse: &str,
        read: impl Fn(&'a Json, &str) -> Parsed<Vec<T>>,
    ) -> Parsed<Option<Selection<T>>> {
        match (self.optional(element)?, self.optional(inverse)?) {
            (Some(_), Some(_)) => self.fail(inverse, "cannot stand beside its positive form"),
            (Some(json), None) => Ok(Some(Selection::These(read(json, &self.place_of(element))?))),
            (None, Some(json)) => Ok(Some(Selection::AllBut(read(
                json,
                &self.place_of(inverse),
            )?))),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn place_of(&self, key: &str) -> String {
        format!("{}.{}", self.place, excerpt(key))
    }

    pub(super) fn fail<T>(&self, key: &str, problem: &str) -> Parsed<T> {
        shape(self.place_of(key), problem)
    }
}

pub(super) fn shape<T>(place: impl Into<String>, problem: &str) -> Parsed<T> {
    Err(PolicyError::Shape {
        place: place.into(),
        problem: problem.to_owned(),
    })
}

/// A key of the document, cut short: it is anybody's text.
pub(super) fn excerpt(key: &str) -> String {
    key.chars().take(64).collect()
}

/// Reads a string or a list of strings.
pub(super) fn texts<'a>(json: &'a Json, place: &str) -> Parsed<Vec<&'a str>> {
    let text = |item: &'a Json| match item {
        Json::Text(text) => Ok(text.as_str()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
            shape(place, "must be a string or a list of strings")
        }
    };
    json.items().iter().map(text).collect()
}
