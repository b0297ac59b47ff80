//! The condition operators and their names.

use super::operator::Comparison::{
    Equals, GreaterThan, GreaterThanEquals, LessThan, LessThanEquals,
};

/// A condition operator with its set qualifier and suffix, e.g. `ForAllValues:StringLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) quantifier: Quantifier,
    pub(super) test: Test,
    pub(super) polarity: Polarity,
    pub(super) absence: Absence,
}

/// How the values of a multivalued key are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    Unqualified,
    ForAllValues,
    ForAnyValue,
}

/// Whether the test must succeed or fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    Matching,
    Negated,
}

/// What an absent key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absence {
    Mismatch,
    /// `…IfExists`: the condition holds.
    Holds,
}

/// What one value is tested for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

/// How a request's value compares with a policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl Comparison {
    /// Returns whether the actual order satisfies this comparison.
    pub(super) fn accepts(self, order: std::cmp::Ordering) -> bool {
        match self {
            Equals => order.is_eq(),
            LessThan => order.is_lt(),
            LessThanEquals => order.is_le(),
            GreaterThan => order.is_gt(),
            GreaterThanEquals => order.is_ge(),
        }
    }
}

const NAMES: &[(&str, Test, Polarity)] = &[
    ("StringEquals", Test::StringEquals, Polarity::Matching),
    ("StringNotEquals", Test::StringEquals, Polarity::Negated),
    (
        "StringEqualsIgnoreCase",
        Test::StringEqualsIgnoreCase,
        Polarity::Matching,
    ),
    (
        "StringNotEqualsIgnoreCase",
        Test::StringEqualsIgnoreCase,
        Polarity::Negated,
    ),
    ("StringLike", Test::StringLike, Polarity::Matching),
    ("StringNotLike", Test::StringLike, Polarity::Negated),
    ("NumericEquals", Test::Numeric(Equals), Polarity::Matching),
    ("NumericNotEquals", Test::Numeric(Equals), Polarity::Negated),
    (
        "NumericLessThan",
        Test::Numeric(LessThan),
        Polarity::Matching,
    ),
    (
        "NumericLessThanEquals",
        Test::Numeric(LessThanEquals),
        Polarity::Matching,
    ),
    (
        "NumericGreaterThan",
        Test::Numeric(GreaterThan),
        Polarity::Matching,
    ),
    (
        "NumericGreaterThanEquals",
        Test::Numeric(GreaterThanEquals),
        Polarity::Matching,
    ),
    ("DateEquals", Test::Date(Equals), Polarity::Matching),
    ("DateNotEquals", Test::Date(Equals), Polarity::Negated),
    ("DateLessThan", Test::Date(LessThan), Polarity::Matching),
    (
        "DateLessThanEquals",
        Test::Date(LessThanEquals),
        Polarity::Matching,
    ),
    (
        "DateGreaterThan",
        Test::Date(GreaterThan),
        Polarity::Matching,
    ),
    (
        "DateGreaterThanEquals",
        Test::Date(GreaterThanEquals),
        Polarity::Matching,
    ),
    ("Bool", Test::Bool, Polarity::Matching),
    ("BinaryEquals", Test::Binary, Polarity::Matching),
    ("IpAddress", Test::Ip, Polarity::Matching),
    ("NotIpAddress", Test::Ip, Polarity::Negated),
    ("ArnEquals", Test::Arn, Polarity::Matching),
    ("ArnLike", Test::Arn, Polarity::Matching),
    ("ArnNotEquals", Test::Arn, Polarity::Negated),
    ("ArnNotLike", Test::Arn, Polarity::Negated),
    ("Null", Test::Null, Polarity::Matching),
];

impl Operator {
    /// Parses a name. Returns `None` if IAM has no such operator. `Null` does not accept `IfExists`.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (quantifier, rest) = match name.split_once(':') {
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAllValues") => {
                (Quantifier::ForAllValues, rest)
            }
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAnyValue") => {
                (Quantifier::ForAnyValue, rest)
            }
            Some(_) => return None,
            None => (Quantifier::Unqualified, name),
        };
        let (absence, base) = match strip_if_exists(rest) {
            Some(base) => (Absence::Holds, base),
            None => (Absence::Mismatch, rest),
        };
        let &(_, test, polarity) = NAMES
            .iter()
            .find(|(own, _, _)| own.eq_ignore_ascii_case(base))?;
        if test == Test::Null && absence == Absence::Holds {
            return None;
        }
        Some(Self {
            quantifier,
            test,
            polarity,
            absence,
        })
    }
}

fn strip_if_exists(name: &str) -> Option<&str> {
    let at = name.len().checked_sub("IfExists".len())?;
    let suffix = name.get(at..)?;
    suffix.eq_ignore_ascii_case("IfExists").then(|| &name[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_qualifier_name_and_suffix() {
        let operator = Operator::parse("ForAnyValue:StringNotLikeIfExists").unwrap();
        assert_eq!(operator.quantifier, Quantifier::ForAnyValue);
        assert_eq!(operator.test, Test::StringLike);
        assert_eq!(operator.polarity, Polarity::Negated);
        assert_eq!(operator.absence, Absence::Holds);
    }

    /// The user guide says nothing about the case of operators, and IAM accepts any.
    #[test]
    fn the_case_of_a_name_does_not_matter() {
        for name in ["stringequals", "STRINGEQUALS", "StringEquals"] {
            assert_eq!(Operator::parse(name), Operator::parse("StringEquals"));
        }
        assert!(Operator::parse("stringequals").is_some());
    }

    #[test]
    fn rejects_other_names() {
        for name in [
            "",
            "StringMatches",
            "NullIfExists",
            "ForSome:Bool",
            "IfExists",
            "é",
        ] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }
}
