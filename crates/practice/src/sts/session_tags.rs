//! Session tags of AssumeRole.

use std::collections::BTreeMap;

use rolecall_policy::Context;

use super::constraint::Constraints;
use super::parameters::Parameters;
use crate::caller::Caller;
use crate::failure::Failure;

const PATTERN: &str = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]";

/// The tags of a new session.
pub(super) struct SessionTags {
    /// The tags passed with the call.
    pub(super) passed: BTreeMap<String, String>,
    /// The transitive tags of the caller's session.
    pub(super) inherited: BTreeMap<String, String>,
    /// The transitive tag keys of the new session.
    pub(super) transitive_keys: Vec<String>,
}

/// Reads `Tags` and `TransitiveTagKeys`.
pub(super) fn read(
    constraints: &mut Constraints,
    parameters: &Parameters,
    caller: &Caller,
) -> Result<SessionTags, Failure> {
    let keys = parameters.members("Tags", ".Key");
    let transitive = parameters.members("TransitiveTagKeys", "");
    for (name, list) in [("tags", &keys), ("transitiveTagKeys", &transitive)] {
        if list.len() > 50 {
            let rule = "Member must have length less than or equal to 50";
            constraints.fail(name, &format!("[{} items]", list.len()), rule);
        }
    }
    let mut passed = BTreeMap::new();
    for (index, key) in keys.iter().enumerate() {
        let place = format!("tags.{}.member", index + 1);
        let value_name = format!("Tags.member.{}.Value", index + 1);
        let value = parameters.optional(&value_name).unwrap_or_default();
        constraints.length(&format!("{place}.key"), key, [1, 128]);
        constraints.characters(
            &format!("{place}.key"),
            key,
            &format!("{PATTERN}+"),
            is_tag_char,
        );
        let is_reserved = key
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
        if is_reserved {
            let rule = "Member must not begin with aws:";
            constraints.fail(&format!("{place}.key"), key, rule);
        }
        constraints.length(&format!("{place}.value"), value, [0, 256]);
        constraints.characters(
            &format!("{place}.value"),
            value,
            &format!("{PATTERN}*"),
            is_tag_char,
        );
        passed.insert((*key).to_owned(), value.to_owned());
    }
    check_unique(&keys)?;
    let inherited = inherited(caller);
    check_not_inherited(&keys, &inherited)?;
    if let Some(unknown) = transitive.iter().find(|key| !keys.contains(key)) {
        let text = format!(
            "The specified transitive tag key must be included in the requested tags: {unknown}"
        );
        return Err(invalid(&text));
    }
    let transitive_keys = inherited
        .keys()
        .cloned()
        .chain(transitive.into_iter().map(str::to_owned))
        .collect();
    Ok(SessionTags {
        passed,
        inherited,
        transitive_keys,
    })
}

impl SessionTags {
    /// Returns whether the session has no tags, so that `sts:TagSession` is not needed.
    pub(super) fn is_empty(&self) -> bool {
        self.passed.is_empty() && self.inherited.is_empty()
    }

    /// Returns how many characters the passed tags use.
    pub(super) fn size(&self) -> usize {
        self.passed
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum()
    }

    /// Adds the request's tags to its context.
    pub(super) fn describe(&self, context: &mut Context) {
        if self.is_empty() {
            return;
        }
        let all = || self.passed.iter().chain(&self.inherited);
        context.insert_list("aws:TagKeys", all().map(|(key, _)| key.as_str()));
        context.insert_list(
            "sts:TransitiveTagKeys",
            self.transitive_keys.iter().map(String::as_str),
        );
        for (key, value) in all() {
            context.insert(&format!("aws:RequestTag/{key}"), value.as_str());
        }
    }

    /// Returns all tags of the new session.
    pub(super) fn all(&self) -> BTreeMap<String, String> {
        self.inherited
            .clone()
            .into_iter()
            .chain(self.passed.clone())
            .collect()
    }
}

fn is_tag_char(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

fn inherited(caller: &Caller) -> BTreeMap<String, String> {
    let Some(session) = &caller.session else {
        return BTreeMap::new();
    };
    let is_transitive = |key: &String| session.transitive_keys.contains(key);
    let tags = session.tags.iter().filter(|(key, _)| is_transitive(key));
    tags.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn check_unique(keys: &[&str]) -> Result<(), Failure> {
    for (index, key) in keys.iter().enumerate() {
        if keys[..index].iter().any(|other| same_key(other, key)) {
            let text = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
            return Err(invalid(text));
        }
    }
    Ok(())
}

fn check_not_inherited(keys: &[&str], inherited: &BTreeMap<String, String>) -> Result<(), Failure> {
    let is_overridden = |key: &&str| inherited.keys().any(|other| same_key(other, key));
    match keys.iter().any(is_overridden) {
        true => Err(invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
        )),
        false => Ok(()),
    }
}

fn same_key(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

fn invalid(text: &str) -> Failure {
    Failure::new(400, "InvalidParameterValue", text)
}
