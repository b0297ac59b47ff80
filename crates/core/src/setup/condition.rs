//! The `Condition` of a statement.

use rolecall_policy::Json;

use super::document::text_or_list;

/// Conditions in the order in which they were added. All must hold.
#[derive(Debug, Default)]
pub(super) struct Condition(Vec<(&'static str, String, Vec<String>)>);

impl Condition {
    /// Adds a test of a key, unless there are no values. One of the values must match.
    pub(super) fn add(
        &mut self,
        operator: &'static str,
        key: impl Into<String>,
        values: impl IntoIterator<Item = String>,
    ) {
        let values: Vec<String> = values.into_iter().collect();
        if !values.is_empty() {
            self.0.push((operator, key.into(), values));
        }
    }

    /// Returns the element, with the keys of each operator together; `None` if there are no conditions.
    pub(super) fn element(&self) -> Option<Json> {
        let mut operators: Vec<(String, Json)> = Vec::new();
        for (operator, key, values) in &self.0 {
            let test = (key.clone(), text_or_list(values));
            match operators.iter_mut().find(|(own, _)| own == operator) {
                Some((_, Json::Object(tests))) => tests.push(test),
                _ => operators.push(((*operator).to_owned(), Json::Object(vec![test]))),
            }
        }
        (!operators.is_empty()).then_some(Json::Object(operators))
    }
}
