//! An error answer of AWS: status, code, text.

/// Why a call failed, in AWS's words.
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

    /// Returns STS's refusal of an action on a resource.
    pub(crate) fn not_authorized(caller_arn: &str, action: &str, resource: &str) -> Self {
        let message = format!(
            "User: {caller_arn} is not authorized to perform: {action} on resource: {resource}"
        );
        Self::new(403, "AccessDenied", message)
    }

    /// Adds why, if there is something to tell.
    pub(crate) fn because(mut self, reason: &str) -> Self {
        if !reason.is_empty() {
            self.message = format!("{} {reason}", self.message);
        }
        self
    }
}
