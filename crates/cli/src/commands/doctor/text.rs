//! A report as text.

use rolecall_core::doctor::{DoctorReport, Finding, Severity};
use rolecall_core::value::sanitise::{visible, visible_lines};

use crate::paint::Paint;

/// Returns a report as a person reads it.
pub(super) fn described(report: &DoctorReport, paint: Paint) -> String {
    let mut lines = vec![summary(&report.findings)];
    for (finding, number) in report.findings.iter().zip(1..) {
        lines.extend(lines_of(finding, number, paint));
    }
    if !report.unread.is_empty() {
        lines.push(String::new());
        lines.push("Not checked:".to_owned());
        let unread = report.unread.iter();
        lines.extend(unread.map(|it| format!("   {}: {}", visible(&it.what), visible(&it.why))));
    }
    lines.join("\n")
}

fn summary(findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
    let parts = [
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning"),
        counted(count(Severity::Advice), "recommendation"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => "Rolecall found nothing wrong.".to_owned(),
        false => format!("Rolecall found {}.", parts.join(", ")),
    }
}

fn counted(count: usize, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    }
}

fn lines_of(finding: &Finding, number: usize, paint: Paint) -> Vec<String> {
    let severity = match finding.severity {
        Severity::Error => paint.warning("Error"),
        Severity::Warning => "Warning".to_owned(),
        Severity::Advice => "Recommendation".to_owned(),
    };
    let mut lines = vec![
        String::new(),
        format!("{number}. {severity}: {}", visible(&finding.what)),
        format!("   {}", visible(&finding.why)),
        format!("   What to do: {}", visible(&finding.remedy)),
    ];
    if let Some(command) = &finding.command {
        lines.push(format!("   Run: {}", visible(command)));
    }
    if let Some(who) = &finding.who {
        lines.push(format!("   Who can change it: {}.", visible(who)));
    }
    if let Some(statement) = &finding.statement {
        lines.push(format!("   For {}:", visible(&statement.goes_to)));
        let json = visible_lines(&statement.json);
        lines.extend(json.lines().map(|line| format!("     {line}")));
    }
    if let Some(detail) = &finding.detail {
        lines.push(format!("   Detail: {}", visible(detail)));
    }
    lines
}
