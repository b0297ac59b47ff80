//! The credentials in a response, with injected faults.

use crate::caller::Session;
use crate::fault::FaultKind;
use crate::{wire_time, xml};

/// The account and role that a `wrong-arn` response names.
pub(super) const WRONG_ARN: &str = "arn:aws:sts::666666666666:assumed-role/somebody-else/session";

/// Returns the `Credentials` element, with the injected faults.
pub(super) fn credentials(access_key_id: &str, session: &Session, faults: &[FaultKind]) -> String {
    let mut content = vec![
        xml::text("AccessKeyId", access_key_id),
        xml::text("SecretAccessKey", session.secret_access_key.expose()),
        xml::text("SessionToken", session.token.expose()),
    ];
    let expires_at = if faults.contains(&FaultKind::PastExpiration) {
        session.issued_at - jiff::SignedDuration::from_hours(1)
    } else {
        session.expires_at
    };
    if !faults.contains(&FaultKind::NoExpiration) {
        content.push(xml::text("Expiration", &wire_time::extended(expires_at)));
    }
    xml::element("Credentials", &content.concat())
}
