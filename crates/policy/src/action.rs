//! Action patterns: `sts:AssumeRole`, `s3:Get*`, `*`. Case does not matter.

use super::pattern::text_matches;

/// One entry of `Action` or `NotAction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ActionPattern(String);

impl ActionPattern {
    /// Creates the pattern from the entry as written.
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_ascii_lowercase())
    }

    /// Returns whether the entry covers the action. The service must be a name or `*`. IAM accepts no other wildcard
    /// there, so an entry with one covers nothing.
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
        let covers = |pattern: &str, action: &str| ActionPattern::new(pattern).covers(action);
        assert!(covers("STS:assume*", "sts:AssumeRole"));
        assert!(covers("*:*", "sts:AssumeRole"));
        assert!(!covers("s*", "sts:AssumeRole"));
        assert!(!covers("st?:AssumeRole", "sts:AssumeRole"));
        assert!(!covers("AssumeRole", "sts:AssumeRole"));
    }
}
