//! A report that a user can attach to a bug report: without secrets and external IDs, and with account and key IDs that
//! are only partly shown.

use super::finding::{Finding, FindingId};
use super::report::{DoctorReport, Unread};
use crate::value::access_key::masked;
use crate::value::diagnosis::CauseKind;

/// The digits of an account ID.
const ACCOUNT_LENGTH: usize = 12;
/// The digits of an account ID that stay.
const SHOWN: usize = 4;
/// The characters of a secret access key.
const SECRET_LENGTH: usize = 40;
/// The first letters of IDs in IAM.
const PREFIXES: [&str; 7] = ["AKIA", "ASIA", "AIDA", "AROA", "ABIA", "ACCA", "AGPA"];

/// Returns a copy of a report without what identifies an account or opens it. `home` is the user's home folder.
pub fn redacted(report: &DoctorReport, home: Option<&str>) -> DoctorReport {
    let clean = |text: &str| in_text(text, home);
    DoctorReport {
        findings: report.findings.iter().map(|it| finding(it, home)).collect(),
        unread: report
            .unread
            .iter()
            .map(|it| Unread {
                what: clean(&it.what),
                why: clean(&it.why),
            })
            .collect(),
    }
}

fn finding(finding: &Finding, home: Option<&str>) -> Finding {
    let is_external_id = finding.id == FindingId::Cause(CauseKind::ExternalId);
    let clean = |text: &String| match is_external_id {
        true => without_quoted(&in_text(text, home)),
        false => in_text(text, home),
    };
    Finding {
        what: clean(&finding.what),
        why: clean(&finding.why),
        remedy: clean(&finding.remedy),
        who: finding.who.as_ref().map(clean),
        command: finding.command.as_ref().map(clean),
        detail: finding.detail.as_ref().map(clean),
        // It may have an external ID.
        statement: None,
        fix: None,
        ..finding.clone()
    }
}

/// Returns a text with every quoted part left out.
fn without_quoted(text: &str) -> String {
    let parts = text.split('"').enumerate();
    let parts = parts.map(|(index, part)| if index % 2 == 1 { "…" } else { part });
    parts.collect::<Vec<_>>().join("\"")
}

fn in_text(text: &str, home: Option<&str>) -> String {
    let text = match home.filter(|home| home.len() > 1) {
        Some(home) => text.replace(home, "~"),
        None => text.to_owned(),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '/' || c == '+';
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let end = match is_part(first) {
            true => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            false => rest.find(is_part).unwrap_or(rest.len()),
        };
        let (run, next) = rest.split_at(end);
        clean.push_str(&in_run(run));
        rest = next;
    }
    clean
}

/// Returns a run of letters, digits and the further characters of a secret.
fn in_run(run: &str) -> String {
    if run.len() == SECRET_LENGTH && run.contains(|c: char| c.is_ascii_uppercase()) {
        return "…".to_owned();
    }
    let parts: Vec<String> = run.split('/').map(in_word).collect();
    parts.join("/")
}

fn in_word(word: &str) -> String {
    let is_account = word.len() == ACCOUNT_LENGTH && word.bytes().all(|b| b.is_ascii_digit());
    let capitals = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let is_id = word.len() >= 16
        && word.bytes().all(capitals)
        && PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    match (is_account, is_id) {
        (true, _) => format!("…{}", &word[ACCOUNT_LENGTH - SHOWN..]),
        (false, true) => masked(word),
        (false, false) => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::for_role;
    use crate::value::diagnosis::{Cause, Confidence, Statement};

    #[test]
    fn hides_what_identifies_an_account_or_opens_it() {
        for (text, clean) in [
            (
                "arn:aws:iam::177634097045:user/ann uses AKIAIOSFODNN7EXAMPLE.",
                "arn:aws:iam::…7045:user/ann uses AKIA…MPLE.",
            ),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "…"),
            ("/home/ann/bin/rolecall", "~/bin/rolecall"),
            ("AKIA…MPLE is 401 days old", "AKIA…MPLE is 401 days old"),
            (
                "1776340970451 and 17763409704",
                "1776340970451 and 17763409704",
            ),
            ("ünïcode 177634097045", "ünïcode …7045"),
        ] {
            assert_eq!(in_text(text, Some("/home/ann")), clean);
        }
    }

    #[test]
    fn hides_external_ids_and_statements() {
        let cause = Cause::new(
            CauseKind::ExternalId,
            Confidence::Certain,
            "The role's trust policy requires the external ID \"nw-2291\". \"x\" was sent.",
            "Set it.",
        )
        .send(Some(Statement {
            goes_to: "the trust policy".into(),
            json: "{\"sts:ExternalId\":\"nw-2291\"}".into(),
        }));
        let mut report = DoctorReport::default();
        report.add(for_role("guest", cause));
        let clean = redacted(&report, None);
        let text = serde_json::to_string(&clean).expect("JSON");
        assert!(!text.contains("nw-2291"), "{text}");
        assert!(text.contains("external_id"), "{text}");
    }
}
