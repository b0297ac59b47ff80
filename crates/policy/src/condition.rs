//! One condition of a statement: operator, key, operands.
//!
//! Missing keys, multiple values and negation follow the user guide's pages on
//! [operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html)
//! and [multivalued
//! keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).

use super::arn_pattern;
use super::comparison;
use super::context::{Context, ContextValue};
use super::operator::{Absence, Operator, Polarity, Quantifier, Test};
use super::pattern;
use super::template::Template;

/// A condition as parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    /// The operator as written, for the explanation of a denial.
    pub(super) operator_name: String,
    pub(super) operator: Operator,
    /// The key as written.
    pub(super) key: String,
    pub(super) operands: Vec<Template>,
}

impl Condition {
    /// Returns whether the condition holds for a request's context.
    pub(super) fn holds(&self, context: &Context) -> bool {
        let values = context.values(&self.key);
        if self.operator.test == Test::Null {
            return self.null_holds(values, context);
        }
        match self.operator.quantifier {
            Quantifier::Unqualified if values.is_empty() => self.holds_without_key(),
            Quantifier::Unqualified => {
                let is_match = values.iter().any(|value| self.matches(value, context));
                is_match == self.is_matching()
            }
            Quantifier::ForAllValues => {
                is_empty_set(values) || values.iter().all(|value| self.accepts(value, context))
            }
            Quantifier::ForAnyValue if values.is_empty() => self.operator.absence == Absence::Holds,
            Quantifier::ForAnyValue => {
                !is_empty_set(values) && values.iter().any(|value| self.accepts(value, context))
            }
        }
    }

    fn null_holds(&self, values: &[ContextValue], context: &Context) -> bool {
        let is_null = values.is_empty();
        self.operands
            .iter()
            .filter_map(|operand| operand.text(context))
            .any(|operand| {
                (operand.eq_ignore_ascii_case("true") && is_null)
                    || (operand.eq_ignore_ascii_case("false") && !is_null)
            })
    }

    fn holds_without_key(&self) -> bool {
        self.operator.absence == Absence::Holds || !self.is_matching()
    }

    fn is_matching(&self) -> bool {
        self.operator.polarity == Polarity::Matching
    }

    fn accepts(&self, value: &ContextValue, context: &Context) -> bool {
        self.matches(value, context) == self.is_matching()
    }

    /// Returns whether the value matches one of the operands. An operand whose variable has no value matches nothing.
    fn matches(&self, value: &ContextValue, context: &Context) -> bool {
        self.operands
            .iter()
            .any(|operand| self.matches_operand(value, operand, context))
    }

    fn matches_operand(&self, value: &ContextValue, operand: &Template, context: &Context) -> bool {
        match self.operator.test {
            Test::StringLike => {
                let tokens = operand.pattern(context);
                tokens.is_some_and(|tokens| pattern::matches(&tokens, &value.text()))
            }
            Test::Arn => {
                let tokens = operand.pattern(context);
                tokens.is_some_and(|tokens| arn_pattern::like(&tokens, &value.text()))
            }
            Test::StringEquals
            | Test::StringEqualsIgnoreCase
            | Test::Numeric(_)
            | Test::Date(_)
            | Test::Bool
            | Test::Binary
            | Test::Ip
            | Test::Null => {
                let operand = operand.text(context);
                operand.is_some_and(|operand| self.matches_text(value, &operand))
            }
        }
    }

    fn matches_text(&self, value: &ContextValue, operand: &str) -> bool {
        let text = value.text();
        match self.operator.test {
            Test::StringEquals => text == operand,
            Test::StringEqualsIgnoreCase => text.to_lowercase() == operand.to_lowercase(),
            Test::Numeric(wanted) => {
                let order = comparison::numbers(&value.number(), operand);
                order.is_some_and(|order| wanted.accepts(order))
            }
            Test::Date(wanted) => {
                comparison::dates(value, operand).is_some_and(|order| wanted.accepts(order))
            }
            Test::Bool => is_flag(operand) && text.eq_ignore_ascii_case(operand),
            Test::Binary => comparison::bytes_equal(&text, operand),
            Test::Ip => comparison::address_in(value, operand),
            Test::StringLike | Test::Arn | Test::Null => false,
        }
    }
}

fn is_flag(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

/// AWS counts values that are all empty strings as an empty set.
fn is_empty_set(values: &[ContextValue]) -> bool {
    values.iter().all(|value| value.text().is_empty())
}
