//! Findings about AWS's own two files: who can read them, and which profile gets other credentials than it seems.

use super::finding::{CheckKind, Finding, Fix, Severity};
use crate::aws_files::{
    AwsFile, Document, FileAccess, FileNotice, Profiles, missing_programs, roles, shadowed_profiles,
};
use crate::value::problem::ProblemCode;
use crate::value::sanitise::echo;

use Severity::{Error, Warning};

/// One of AWS's files, as it was read.
pub struct CheckedFile<'a> {
    /// The path as shown in messages.
    pub shown: &'a str,
    /// The text. It may contain secrets.
    pub text: &'a str,
    /// Who besides the user can use it.
    pub access: FileAccess,
}

/// Returns the findings about both files. `exists` says whether there is a program at a path.
pub fn file_findings(
    config: &CheckedFile<'_>,
    credentials: &CheckedFile<'_>,
    exists: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let reading = roles(config.text, credentials.text);
    let shown = |file: AwsFile| match file {
        AwsFile::Config => config.shown,
        AwsFile::Credentials => credentials.shown,
    };
    let at = |notice: &FileNotice| match notice.line {
        Some(line) => format!("{}, line {line}", shown(notice.file)),
        None => shown(notice.file).to_owned(),
    };
    let mut findings: Vec<Finding> = [AwsFile::Config, AwsFile::Credentials]
        .into_iter()
        .zip([config, credentials])
        .filter_map(|(file, checked)| access(file, checked))
        .collect();
    findings.extend(
        reading
            .faults
            .iter()
            .filter(|fault| !reading.duplicates.contains(fault))
            .map(|fault| rejected(&at(fault), &fault.text)),
    );
    findings.extend(
        reading
            .duplicates
            .iter()
            .map(|it| duplicate(&at(it), &it.text)),
    );
    findings.extend(keys_in_both(config, credentials));
    let missing = missing_programs(config.text, credentials.text, exists);
    findings.extend(missing.iter().map(|it| missing_program(&at(it), &it.text)));
    let shadowed = shadowed_profiles(config.text, credentials.text);
    findings.extend(shadowed.iter().map(|it| {
        let place = format!("{}, line {}", shown(it.file), it.line);
        shadows(&it.profile, &place)
    }));
    let is_shadowed = |profile: &str| shadowed.iter().any(|it| it.profile == profile);
    let keys = reading.keys.iter().filter(|key| !is_shadowed(&key.profile));
    findings.extend(keys.map(|key| plaintext(&key.profile, &key.access_key_id)));
    findings
}

/// Returns the findings of a terminal whose tools read other files than Rolecall, and that they do. `note` says how to use
/// the same ones. What Rolecall would do about its own files is of no use for these.
pub fn of_other_files(findings: Vec<Finding>, note: &str) -> Vec<Finding> {
    let other = Finding::new(
        CheckKind::OtherFiles,
        Warning,
        "AWS's tools in this terminal read other files than Rolecall.",
        "What one of them reads or changes, the other does not see.",
        note,
    );
    let adapted = findings.into_iter().map(|finding| match finding.fix {
        Some(Fix::ImportKey(_)) => Finding {
            remedy: "Let Rolecall read the same files first. Then move the key to the keychain."
                .to_owned(),
            command: None,
            fix: None,
            ..finding
        },
        Some(Fix::RestrictFile(_)) | None => finding,
    });
    std::iter::once(other).chain(adapted).collect()
}

/// Returns the finding if other users can use a file. A config file without a secret may be readable.
fn access(file: AwsFile, checked: &CheckedFile<'_>) -> Option<Finding> {
    let secret = |name: &str| checked.text.to_ascii_lowercase().contains(name);
    let is_secret = match file {
        AwsFile::Credentials => !checked.text.trim().is_empty(),
        AwsFile::Config => secret("aws_secret_access_key") || secret("aws_session_token"),
    };
    let (kind, verb, why) = match checked.access {
        FileAccess::Private => return None,
        FileAccess::ReadableByOthers if !is_secret => return None,
        FileAccess::ReadableByOthers => (
            CheckKind::ReadableByOthers,
            "read",
            "Every user and service of this machine can copy the credentials in it.",
        ),
        FileAccess::WritableByOthers => (
            CheckKind::WritableByOthers,
            "change",
            "AWS's tools run the programs that this file names, as you.",
        ),
    };
    let what = format!("Other users can {verb} {}.", checked.shown);
    let finding = Finding::new(kind, Error, what, why, "Let only yourself use the file.");
    Some(
        finding
            .command(format!("chmod 600 {}", checked.shown))
            .fix(Fix::RestrictFile(file)),
    )
}

fn rejected(place: &str, text: &str) -> Finding {
    Finding::new(
        ProblemCode::InvalidAwsFile,
        Error,
        format!("AWS's tools reject {place}."),
        "They read nothing from a file that they reject.",
        text,
    )
}

fn duplicate(place: &str, text: &str) -> Finding {
    Finding::new(
        CheckKind::DuplicateSetting,
        Error,
        format!("{place} repeats what is there already."),
        "Some of AWS's tools reject the file, and others use the last one.",
        text,
    )
}

/// Returns the findings for profiles with a different access key in each file.
fn keys_in_both(config: &CheckedFile<'_>, credentials: &CheckedFile<'_>) -> Vec<Finding> {
    let empty = Document::parse("");
    let (first, second) = (
        Document::parse(config.text),
        Document::parse(credentials.text),
    );
    let (in_config, _) = Profiles::merge(&first, &empty);
    let (in_credentials, _) = Profiles::merge(&empty, &second);
    let differs = |name: &str| {
        let id = |profiles: &Profiles<'_>| {
            let id = profiles.find(name)?.get("aws_access_key_id")?;
            Some(id.to_owned())
        };
        let (first, second) = (id(&in_config), id(&in_credentials));
        first.is_some() && second.is_some() && first != second
    };
    let names = in_config.iter().map(|profile| profile.name());
    let both = names.filter(|name| differs(name));
    let finding = |name: &str| {
        Finding::new(
            CheckKind::DuplicateSetting,
            Warning,
            format!(
                "The profile \"{}\" has one access key in {} and another in {}.",
                echo(name),
                config.shown,
                credentials.shown
            ),
            "AWS's tools use the one in the credentials file.",
            "Remove the key that you do not use.",
        )
    };
    both.map(finding).collect()
}

fn missing_program(place: &str, text: &str) -> Finding {
    Finding::new(
        CheckKind::MissingProgram,
        Error,
        format!("{place} names a program that does not exist."),
        "AWS's tools get no credentials for this profile.",
        text,
    )
}

fn shadows(profile: &str, place: &str) -> Finding {
    let profile = echo(profile);
    Finding::new(
        CheckKind::ShadowedProfile,
        Error,
        format!("The profile \"{profile}\" has an access key of its own in {place}."),
        "AWS's tools use that key, and never run the profile's credential_process.",
        "Remove the lines aws_access_key_id and aws_secret_access_key of this profile.",
    )
}

fn plaintext(profile: &str, id: &str) -> Finding {
    let shown = echo(profile);
    let finding = Finding::new(
        ProblemCode::PlaintextKey,
        Warning,
        format!("The access key {id} of the profile \"{shown}\" is in plaintext."),
        "Every program that you run can read the key.",
        "Move it to the keychain.",
    );
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let word = match profile.chars().all(is_plain) {
        true => shown,
        false => format!("\"{shown}\""),
    };
    finding
        .command(format!("rolecall keys import --profile {word}"))
        .fix(Fix::ImportKey(profile.to_owned()))
}
