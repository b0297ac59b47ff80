//! All findings, and what could not be checked.

use serde::{Deserialize, Serialize};

use super::finding::Finding;

/// All findings, the worst first, and what could not be checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DoctorReport {
    /// The findings; empty if nothing is wrong.
    pub findings: Vec<Finding>,
    /// What could not be checked. That is not wrong by itself.
    pub unread: Vec<Unread>,
}

/// A check that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Unread {
    /// What could not be read, such as "iam:ListAccessKeys as work".
    pub what: String,
    /// Why: one sentence.
    pub why: String,
}

impl DoctorReport {
    /// Adds a finding, unless it is there already.
    pub fn add(&mut self, finding: Finding) {
        let is_same = |other: &Finding| (other.id, &other.what) == (finding.id, &finding.what);
        if self.findings.iter().any(is_same) {
            return;
        }
        let after = |other: &Finding| other.severity <= finding.severity;
        let at = self.findings.partition_point(after);
        self.findings.insert(at, finding);
    }

    /// Adds several findings.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }

    /// Notes that something could not be checked, unless it is noted already.
    pub fn note_unread(&mut self, what: impl Into<String>, why: impl Into<String>) {
        let (what, why) = (what.into(), why.into());
        if !self.unread.iter().any(|it| it.what == what) {
            self.unread.push(Unread { what, why });
        }
    }

    /// Adds another report.
    pub fn merge(&mut self, other: Self) {
        self.extend(other.findings);
        self.unread.extend(other.unread);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::problem::{Problem, ProblemCode};

    #[test]
    fn shows_the_worst_first_and_each_once() {
        let finding = |code, what: &str| Finding::from(Problem::new(code, what, ""));
        let mut report = DoctorReport::default();
        report.extend([
            finding(ProblemCode::NoTray, "no tray"),
            finding(ProblemCode::KeychainAbsent, "no keychain"),
            finding(ProblemCode::NoTray, "no tray"),
            finding(ProblemCode::Offline, "no network"),
        ]);
        let shown: Vec<&str> = report.findings.iter().map(|it| it.what.as_str()).collect();
        assert_eq!(shown, ["no keychain", "no network", "no tray"]);
    }
}
