//! One complete request.

use crate::percent;

/// A request as received, before its signature is checked.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path as sent, not decoded.
    pub(crate) path: String,
    /// The query as sent, without the question mark.
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// Returns the value of a header, or `None` if it is absent or repeated.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(own, _)| own == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// Returns the parameters of a query-protocol call: those of the form, or otherwise those of the query string.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        if self.method == "POST" {
            percent::form_pairs(&String::from_utf8_lossy(&self.body))
        } else {
            percent::query_pairs(&self.query)
        }
    }

    /// Returns a parameter of the query string.
    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        percent::query_pairs(&self.query)
            .into_iter()
            .find_map(|(own, value)| (own == name).then_some(value))
    }
}
