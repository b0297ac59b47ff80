//! Action patterns: `sts:AssumeRole`, `s3:Get*`, `*`. Case does not matter.

use super::element::{Parsed, shape};
use super::pattern::text_matches;

/// One entry of `Action` or `NotAction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ActionPattern(String);

impl ActionPattern {
    /// Parses an entry: `*`, or a service and an action. Only the action may have wildcards.
    pub(super) fn parse(text: &str, path: &str) -> Parsed<Self> {
        let is_service = |name: &str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
        };
        let problem = match text.split_once(':') {
            None if text == "*" => None,
            None => Some("must have a service and an action, such as s3:GetObject"),
            Some((_, "")) => Some("must name an action after the service, such as s3:GetObject"),
            Some((_, name)) if name.contains(':') => Some("must have only one colon"),
            Some((_, name)) if name.contains(char::is_whitespace) => Some("must not have spaces"),
            Some(("*", "*")) => None,
            Some((service, _)) if service.contains(['*', '?']) => {
                Some("must not have a wildcard in the service")
            }
            Some((service, _)) if !is_service(service) => Some("must start with a service name"),
            Some(_) => None,
        };
        match problem {
            Some(problem) => shape(path, problem),
            None => Ok(Self(text.to_ascii_lowercase())),
        }
    }

    /// Returns the service in lower case; `None` if the entry covers all services.
    pub(super) fn service(&self) -> Option<&str> {
        self.0.split(':').next().filter(|service| *service != "*")
    }

    /// Returns whether the entry covers the action.
    pub(super) fn covers(&self, action: &str) -> bool {
        if self.0 == "*" {
            return true;
        }
        let action = action.to_ascii_lowercase();
        let (Some((service, name)), Some((own_service, own_name))) =
            (action.split_once(':'), self.0.split_once(':'))
        else {
            return false;
        };
        (own_service == "*" || own_service == service) && text_matches(own_name, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_by_service_and_name_without_case() {
        let covers = |pattern: &str, action: &str| {
            ActionPattern::parse(pattern, "Action").is_ok_and(|pattern| pattern.covers(action))
        };
        assert!(covers("STS:assume*", "sts:AssumeRole"));
        assert!(covers("*:*", "sts:AssumeRole"));
        assert!(!covers("s*", "sts:AssumeRole"));
        assert!(!covers("st?:AssumeRole", "sts:AssumeRole"));
        assert!(!covers("AssumeRole", "sts:AssumeRole"));
    }

    #[test]
    fn names_one_service_without_wildcards() {
        for text in [
            "*",
            "*:*",
            "s3:*",
            "s3:Get*Object?",
            "aws-portal:View",
            "s3.s:x",
        ] {
            assert!(ActionPattern::parse(text, "Action").is_ok(), "{text}");
        }
        for text in [
            "",
            "AssumeRole",
            "Get*",
            "**",
            "*:Untag*",
            "s*:GetObject",
            "s?:x",
            "?:*",
            "s3:Get:Object",
            "sts:${x:y}",
            ":GetObject",
            "s3:",
            "s3: GetObject",
            "s3:Get Object",
            "iam: a b",
            "a a:ListBucket",
            "s_3:x",
        ] {
            assert!(ActionPattern::parse(text, "Action").is_err(), "{text}");
        }
    }
}
