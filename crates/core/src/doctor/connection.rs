//! Findings about the way to AWS: clock, network, proxy, certificates, regions and partitions.

use jiff::SignedDuration;

use super::finding::{CheckKind, Finding, Severity};
use crate::calls::sts::StsError;
use crate::explain::diagnosis::{SentRequest, clock_cause};
use crate::explain::refusal::{Attempt, explain};
use crate::settings::Settings;
use crate::value::diagnosis::CauseKind;
use crate::value::problem::ProblemCode;
use crate::value::region::{Partition, Region};
use crate::value::role_arn::RoleArn;
use crate::value::sanitise::{echo, visible};

/// From this difference on, the clock is worth a finding. AWS accepts 15 minutes.
const CLOCK_MAX: SignedDuration = SignedDuration::from_mins(5);
/// The difference that AWS accepts.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
const ACCEPTED: SignedDuration = SignedDuration::from_mins(15);

/// Returns the finding if this machine's clock is wrong. `offset` is AWS's clock minus this machine's.
pub fn clock(offset: SignedDuration) -> Option<Finding> {
    if offset.abs() < CLOCK_MAX {
        return None;
    }
    let (what, cause) = clock_cause(Some(offset));
    let severity = match offset.abs() < ACCEPTED {
        true => Severity::Warning,
        false => Severity::Error,
    };
    let why = format!(
        "{} Rolecall corrects its own calls; other tools do not.",
        cause.what
    );
    let code = ProblemCode::ClockSkewed;
    let finding = Finding::new(code, severity, what, why, cause.check.what);
    Some(match cfg!(target_os = "linux") {
        true => finding.command("timedatectl set-ntp true"),
        false => finding,
    })
}

/// Returns the finding for a call that failed: AWS's refusal of a key, or why there was no answer.
pub fn no_answer(error: &StsError, sent: &SentRequest, settings: &Settings) -> Finding {
    let proxy = settings
        .proxy
        .as_ref()
        .filter(|_| settings.endpoint_url.is_none());
    match (error, proxy) {
        (StsError::Unreachable { reason, .. }, Some(proxy)) => {
            dead_proxy(proxy).detail(visible(reason))
        }
        (StsError::TimedOut { .. }, Some(proxy)) => dead_proxy(proxy),
        (StsError::Insecure { reason, .. }, _) if reason.contains("[aws] ca_bundle") => {
            Finding::new(
                CheckKind::CertificateFile,
                Severity::Error,
                "The certificate file of [aws] ca_bundle in settings.toml cannot be used.",
                "Nothing is sent to AWS without it.",
                "Restore the file, or correct or remove the setting.",
            )
            .detail(visible(reason))
        }
        (_, _) => {
            let attempt = Attempt {
                role: None,
                source: &sent.source,
                sent: Some(sent),
            };
            explain(error, attempt).into()
        }
    }
}

fn dead_proxy(url: &str) -> Finding {
    Finding::new(
        CheckKind::DeadProxy,
        Severity::Error,
        format!("The proxy {} does not lead to AWS.", echo(host_of(url))),
        "Without an answer from AWS, no role can be assumed or renewed.",
        "Start the proxy, or correct or remove [aws] proxy in settings.toml.",
    )
}

/// Returns host and port of a proxy's URL, without its password.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit_once('@');
    host.map_or(authority, |(_, host)| host)
}

/// Returns the finding if a role cannot be assumed with a key of this partition, or in this region.
pub fn wrong_partition(
    role: &str,
    arn: &RoleArn,
    key_partition: &str,
    region: &Region,
) -> Option<Finding> {
    let (own, name) = (arn.partition(), echo(role));
    if own.name != key_partition {
        let what = format!(
            "The role \"{name}\" is in the partition {}, its access key in {}.",
            own.name,
            echo(key_partition)
        );
        return Some(partition(what, "Set a source of the role's partition."));
    }
    if own.has(region) {
        return None;
    }
    let what = format!(
        "The role \"{name}\" is in the partition {}, which has no region {region}.",
        own.name
    );
    let remedy = format!(
        "Set a region of that partition for the role, such as {}.",
        own.home_region
    );
    Some(partition(what, &remedy))
}

/// Returns the finding if the region of the settings is in a partition of which there is no key.
pub fn region_of_no_key<'a>(
    region: &Region,
    partitions: impl IntoIterator<Item = &'a str>,
) -> Option<Finding> {
    let partitions: Vec<&str> = partitions.into_iter().collect();
    let own = Partition::of(region)?;
    if partitions.is_empty() || partitions.contains(&own.name) {
        return None;
    }
    let what = format!(
        "The region {region} in settings.toml is in the partition {}, of which there is no access key.",
        own.name
    );
    Some(partition(
        what,
        "Set [aws] region to a region of your accounts.",
    ))
}

fn partition(what: String, remedy: &str) -> Finding {
    Finding::new(
        CauseKind::Partition,
        Severity::Error,
        what,
        "Keys, roles and regions of one partition do not work in another.",
        remedy,
    )
}
