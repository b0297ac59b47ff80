//! The parameters of a query-protocol call.

use crate::call::Call;

/// The number of list members to read, which is more than any list may have.
const MEMBERS_READ: usize = 100;

/// Names and values as sent.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the parameters of a call.
    pub(crate) fn new(call: &Call) -> Self {
        Self(call.parameters())
    }

    /// Returns a parameter.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns `prefix.member.1`, `prefix.member.2` and so on, each followed by `suffix`.
    pub(crate) fn members(&self, prefix: &str, suffix: &str) -> Vec<&str> {
        (1..=MEMBERS_READ)
            .map_while(|index| self.optional(&format!("{prefix}.member.{index}{suffix}")))
            .collect()
    }
}
