//! Findings about a role: the causes for which AWS would refuse it, before it is asked.

use super::finding::{Finding, Severity};
use crate::explain::diagnosis::device_cause;
use crate::value::diagnosis::{Cause, Confidence};
use crate::value::mfa::MfaSerial;
use crate::value::sanitise::echo;

/// Returns the cause of a refusal as a finding about a role.
pub fn for_role(role: &str, cause: Cause) -> Finding {
    let severity = match cause.confidence {
        Confidence::Certain => Severity::Error,
        Confidence::Likely => Severity::Warning,
        Confidence::Possible => Severity::Advice,
    };
    let why = format!("AWS refuses the role \"{}\" because of it.", echo(role));
    Finding {
        who: cause.who,
        command: cause.check.command,
        statement: cause.statement,
        ..Finding::new(cause.kind, severity, cause.what, why, cause.check.what)
    }
}

/// Returns the finding if the device of a role is not one of its user's. The planner refuses one of another account.
pub fn foreign_device(role: &str, serial: &MfaSerial, devices: &[String]) -> Option<Finding> {
    let is_own = devices.iter().any(|it| it == serial.as_str());
    (!is_own).then(|| for_role(role, device_cause()))
}
