//! The ledger of MFA codes. STS accepts each code once, even if the call fails.

use std::collections::HashMap;

use jiff::Timestamp;

use rolecall_core::session::totp::STEP_S;
use rolecall_core::value::mfa::{CODE_LIFE, MfaCode, MfaSerial};

/// The codes that were sent and that AWS may still accept.
#[derive(Debug, Default)]
pub(super) struct CodeLedger(HashMap<MfaSerial, Vec<(MfaCode, Timestamp)>>);

impl CodeLedger {
    /// Returns whether a code of this device was sent already.
    pub(super) fn is_used(&self, serial: &MfaSerial, code: &MfaCode, now: Timestamp) -> bool {
        self.sent(serial)
            .any(|(used, at)| used == code && now.duration_since(*at) < CODE_LIFE)
    }

    /// Records a code as used, and drops expired ones.
    pub(super) fn note(&mut self, serial: &MfaSerial, code: &MfaCode, now: Timestamp) {
        let sent = self.0.entry(serial.clone()).or_default();
        sent.retain(|(_, at)| now.duration_since(*at) < CODE_LIFE);
        sent.push((code.clone(), now));
    }

    /// Returns when the device shows its next code, if the current one was sent.
    pub(super) fn next_code_at(&self, serial: &MfaSerial, now: Timestamp) -> Option<Timestamp> {
        let present = step(now);
        self.sent(serial)
            .any(|(_, at)| step(*at) == present)
            .then(|| next_step(now))
    }

    fn sent(&self, serial: &MfaSerial) -> impl Iterator<Item = &(MfaCode, Timestamp)> {
        self.0.get(serial).into_iter().flatten()
    }
}

/// Returns when the next code is shown. Authenticators change codes every 30 seconds.
pub(super) fn next_step(now: Timestamp) -> Timestamp {
    Timestamp::from_second((step(now) + 1) * STEP_S).unwrap_or(now)
}

fn step(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP_S)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn r12_no_code_is_sent_twice_even_after_other_codes() {
        let serial = MfaSerial::parse("GAHT12345678").expect("a serial");
        let code = |text| MfaCode::parse(text).expect("a code");
        let now: Timestamp = "2026-11-21T12:00:10Z".parse().expect("an instant");
        let mut ledger = CodeLedger::default();
        ledger.note(&serial, &code("111111"), now);
        ledger.note(&serial, &code("222222"), now);
        assert!(ledger.is_used(
            &serial,
            &code("111111"),
            now + SignedDuration::from_secs(119)
        ));
        assert!(!ledger.is_used(&serial, &code("333333"), now));
        assert!(!ledger.is_used(&serial, &code("111111"), now + CODE_LIFE));
    }

    #[test]
    fn the_next_code_comes_at_the_half_minute() {
        let serial = MfaSerial::parse("GAHT12345678").expect("a serial");
        let now: Timestamp = "2026-11-21T12:00:10Z".parse().expect("an instant");
        let mut ledger = CodeLedger::default();
        assert_eq!(ledger.next_code_at(&serial, now), None);
        ledger.note(&serial, &MfaCode::parse("111111").expect("a code"), now);
        let next = now + SignedDuration::from_secs(20);
        assert_eq!(ledger.next_code_at(&serial, now), Some(next));
        assert_eq!(ledger.next_code_at(&serial, next), None);
    }
}
