//! What a policy does, in a sentence for each statement.

use super::arn::Arn;
use super::document::{Policy, PolicyKind};
use super::json::Json;
use super::operator::{Absence, Comparison, Operator, Polarity, Quantifier, Test};
use super::policy_error::PolicyError;

/// Returns a sentence for each statement of a policy. Its elements tell what it is attached to.
///
/// # Errors
/// The same as [`Policy::parse`].
pub fn sentences(text: &str) -> Result<Vec<String>, PolicyError> {
    let json = Json::parse(text).unwrap_or(Json::Null);
    let statements = json.get("Statement").map_or(&[][..], Json::items);
    let has = |element: &str| statements.iter().any(|it| it.get(element).is_some());
    let kind = match (
        has("Principal") || has("NotPrincipal"),
        has("Resource") || has("NotResource"),
    ) {
        (true, false) => PolicyKind::Trust,
        (true, true) => PolicyKind::Resource,
        (false, _) => PolicyKind::Identity,
    };
    Policy::parse_new(kind, text)?;
    Ok(statements.iter().map(sentence).collect())
}

fn sentence(statement: &Json) -> String {
    let text = |element| statement.get(element).and_then(Json::as_text);
    let verb = match text("Effect") {
        Some("Deny") => "Denies",
        _ => "Allows",
    };
    let actions = selection(statement, "Action", "NotAction", "every action");
    let mut sentence = match principals(statement) {
        Some(who) => format!("{verb} {who} {actions}"),
        None => format!("{verb} {actions}"),
    };
    if statement.get("Resource").is_some() || statement.get("NotResource").is_some() {
        let resources = selection(statement, "Resource", "NotResource", "every resource");
        sentence += &format!(" on {resources}");
    }
    let operators = statement.get("Condition").map_or(&[][..], Json::pairs);
    let conditions: Vec<String> = (operators.iter())
        .flat_map(|(name, keys)| keys.pairs().iter().map(move |it| (name, it)))
        .filter_map(|(name, (key, values))| condition(name, key, &texts(values)))
        .collect();
    if !conditions.is_empty() {
        sentence += &format!(", if {}", conditions.join(", and "));
    }
    match text("Sid").filter(|sid| !sid.is_empty()) {
        Some(sid) => format!("{sid}: {sentence}."),
        None => format!("{sentence}."),
    }
}

fn selection(statement: &Json, element: &str, inverse: &str, all: &str) -> String {
    match (statement.get(element), statement.get(inverse)) {
        (Some(entries), _) => match texts(entries) {
            entries if entries.iter().any(|it| it == "*" || it == "*:*") => all.to_owned(),
            entries => listed(&entries, "and"),
        },
        (None, Some(entries)) => format!("{all} except {}", listed(&texts(entries), "and")),
        (None, None) => String::new(),
    }
}

fn principals(statement: &Json) -> Option<String> {
    let name = |json: &Json| match json.pairs() {
        [] => "everyone".to_owned(),
        classes => listed(&named(classes), "and"),
    };
    let only = statement.get("Principal").map(name);
    let but = || {
        let entries = statement.get("NotPrincipal").map(name)?;
        Some(format!("everyone except {entries}"))
    };
    only.or_else(but)
}

fn named(classes: &[(String, Json)]) -> Vec<String> {
    let name = |(class, entries): &(String, Json)| -> Vec<String> {
        let entries = texts(entries).into_iter();
        let named = entries.map(|entry| match class.as_str() {
            "AWS" if entry == "*" => "everyone".to_owned(),
            "AWS" if entry.starts_with("arn:") && entry.ends_with(":root") => {
                let account = Arn::account_of(&entry).unwrap_or(&entry);
                format!("account {account}")
            }
            "AWS" if !entry.starts_with("arn:") => format!("account {entry}"),
            "Service" => format!("the service {entry}"),
            "Federated" => format!("the identity provider {entry}"),
            "CanonicalUser" => format!("the S3 user {entry}"),
            _ => entry,
        });
        named.collect()
    };
    classes.iter().flat_map(name).collect()
}

/// Returns a condition as a clause; `None` if there is no such operator.
fn condition(name: &str, key: &str, values: &[String]) -> Option<String> {
    let operator = Operator::parse(name)?;
    let subject = match operator.quantifier {
        Quantifier::Unqualified => key.to_owned(),
        Quantifier::ForAllValues => format!("every value of {key}"),
        Quantifier::ForAnyValue => format!("at least one value of {key}"),
    };
    let clause = format!("{subject} {}", predicate(operator, values));
    Some(match operator.absence {
        Absence::Mismatch => clause,
        Absence::Holds => format!("{clause} or {key} is absent"),
    })
}

fn predicate(operator: Operator, values: &[String]) -> String {
    let is_negated = operator.polarity == Polarity::Negated;
    let wanted = listed(values, if is_negated { "nor" } else { "or" });
    let wanted = match (is_negated, values) {
        (true, [_, _, ..]) => format!("neither {wanted}"),
        _ => wanted,
    };
    let (is, is_not) = match operator.test {
        Test::StringEquals | Test::Bool | Test::Binary => ("is", "is not"),
        Test::StringEqualsIgnoreCase => (
            "is, in any case of letters,",
            "is not, in any case of letters,",
        ),
        Test::StringLike | Test::Arn => ("matches", "does not match"),
        Test::Ip => ("is in", "is not in"),
        Test::Numeric(comparison) => {
            return compared(comparison, is_negated, &wanted, ["less", "greater"]);
        }
        Test::Date(comparison) => {
            return compared(comparison, is_negated, &wanted, ["earlier", "later"]);
        }
        Test::Null => {
            let is_absent = values
                .iter()
                .any(|value| value.eq_ignore_ascii_case("true"));
            let is_present = values
                .iter()
                .any(|value| value.eq_ignore_ascii_case("false"));
            return match (is_absent, is_present) {
                (true, false) => "is absent".to_owned(),
                (true, true) => "is absent or present".to_owned(),
                (false, _) => "is present".to_owned(),
            };
        }
    };
    match (is_negated, values) {
        (false, _) => format!("{is} {wanted}"),
        (true, [_, _, ..]) => format!("{is} {wanted}"),
        (true, _) => format!("{is_not} {wanted}"),
    }
}

fn compared(
    comparison: Comparison,
    is_negated: bool,
    wanted: &str,
    [less, more]: [&str; 2],
) -> String {
    match comparison {
        Comparison::Equals if is_negated && !wanted.starts_with("neither") => {
            format!("is not {wanted}")
        }
        Comparison::Equals => format!("is {wanted}"),
        Comparison::LessThan => format!("is {less} than {wanted}"),
        Comparison::LessThanEquals => format!("is {wanted} or {less}"),
        Comparison::GreaterThan => format!("is {more} than {wanted}"),
        Comparison::GreaterThanEquals => format!("is {wanted} or {more}"),
    }
}

fn texts(json: &Json) -> Vec<String> {
    let text = |item: &Json| match item.as_text() {
        Some(text) => text.to_owned(),
        None => item.compact(),
    };
    json.items().iter().map(text).collect()
}

fn listed(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => quoted(one),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|item| quoted(item)).collect();
            format!("{} {word} {}", first.join(", "), quoted(last))
        }
    }
}

/// Returns the text, in quotes if it would not be seen in a sentence.
fn quoted(text: &str) -> String {
    match text.is_empty() || text.ends_with(' ') {
        true => format!("\"{text}\""),
        false => text.to_owned(),
    }
}
