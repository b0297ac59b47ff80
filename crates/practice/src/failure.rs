//! An error response of AWS: status, code and message.

/// Why a call failed, in the words of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failure {
    /// Returns a failure.
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// Returns the error with which STS denies an action on a resource.
    pub(crate) fn not_authorized(caller_arn: &str, action: &str, resource: &str) -> Self {
        let message = format!(
            "User: {caller_arn} is not authorized to perform: {action} on resource: {resource}"
        );
        Self::new(403, "AccessDenied", message)
    }

    /// Adds the reason, unless it is empty.
    pub(crate) fn because(mut self, reason: &str) -> Self {
        if !reason.is_empty() {
            self.message = format!("{} {reason}", self.message);
        }
        self
    }
}
