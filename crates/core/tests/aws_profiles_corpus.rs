//! Reading AWS's files as the SDKs do: the SDKs' own cases and every file of the corpus.
//!
//! The corpus is next to the work tree, not in it. Without it, these tests say so and pass.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rolecall_core::aws_files::{self, AwsFile, Chain, Document, FileNotice, LineKind, Profiles};
use serde_json::Value;

const SDK: &str = "smithy-lang+smithy-rs";

#[expect(clippy::print_stdout, reason = "says why nothing was tested")]
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there is no corpus beside the work tree");
    None
}

fn sdk_cases(file: &str) -> Option<Value> {
    let text = fs::read_to_string(corpus()?.join(SDK).join(file)).expect("the SDK's cases");
    Some(serde_json::from_str(&text).expect("JSON"))
}

fn text_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

/// Returns the names of the profiles that only the AWS CLI and we read, because of how their header is written.
fn only_of_the_cli(notices: &[FileNotice]) -> BTreeSet<&str> {
    let names = notices.iter().filter_map(|notice| {
        let rest = notice
            .text
            .strip_prefix("AWS's SDKs ignore the profile \"")?;
        rest.split_once("\" because its name").map(|(name, _)| name)
    });
    names.collect()
}

/// Returns whether a notice says that Rolecall does not read a profile because the AWS CLI does not.
fn is_left_out(profile: &str, notices: &[FileNotice]) -> bool {
    let says = |notice: &FileNotice| {
        notice.text.contains(&format!("the profile \"{profile}\""))
            && notice.text.contains("Rolecall does not either")
    };
    notices.iter().any(says)
}

/// Returns the names of all settings in two files, in lower case.
fn keys(documents: [&Document<'_>; 2]) -> BTreeSet<String> {
    let lines = documents.into_iter().flat_map(Document::lines);
    let keys = lines.filter_map(|line| {
        let LineKind::Property { key, .. } = line.kind else {
            return None;
        };
        Some(key.to_ascii_lowercase())
    });
    keys.collect()
}

/// Returns the profiles in the format of the SDKs' cases, without those that only the AWS CLI reads.
fn as_json(
    documents: [&Document<'_>; 2],
    profiles: &Profiles<'_>,
    notices: &[FileNotice],
) -> Value {
    let only_of_the_cli = only_of_the_cli(notices);
    let keys = keys(documents);
    let entry = |profile: &aws_files::Profile<'_>| {
        let settings = keys.iter().filter_map(|key| {
            let value = profile.get(key)?;
            Some((key.clone(), Value::from(value)))
        });
        (profile.name().to_owned(), settings.collect::<Value>())
    };
    let known = profiles
        .iter()
        .filter(|it| !only_of_the_cli.contains(it.name()));
    known.map(entry).collect()
}

#[test]
fn passes_the_sdks_own_parser_cases() {
    let Some(cases) =
        sdk_cases("aws__rust-runtime__aws-runtime__test-data__profile-parser-tests.json")
    else {
        return;
    };
    for case in cases["tests"].as_array().expect("cases") {
        let name = text_at(case, "/name");
        let config = Document::parse(text_at(case, "/input/configFile"));
        let credentials = Document::parse(text_at(case, "/input/credentialsFile"));
        let faults = config.faults().count() + credentials.faults().count();
        match case.pointer("/output/config/profiles") {
            Some(expected) => {
                let (profiles, notices) = Profiles::merge(&config, &credentials);
                let mut expected = expected.clone();
                // The SDKs read what the AWS CLI and Rolecall do not.
                if let Some(object) = expected.as_object_mut() {
                    object.retain(|profile, _| !is_left_out(profile, &notices));
                }
                assert_eq!(
                    (
                        as_json([&config, &credentials], &profiles, &notices),
                        faults
                    ),
                    (expected, 0),
                    "{name}"
                );
            }
            // The AWS CLI reads some of what the SDKs reject.
            None => {
                let variants = config.variants().count() + credentials.variants().count();
                assert_eq!(faults + variants, 1, "{name}");
            }
        }
    }
}

/// Writes the profiles of a case as a config file.
fn as_config(case: &Value) -> String {
    let profiles = case["input"]["profiles"].as_object().expect("profiles");
    let mut text = String::new();
    for (name, settings) in profiles {
        text.push_str(&format!("[profile {name}]\n"));
        for (key, value) in settings.as_object().expect("settings") {
            text.push_str(&format!("{key} = {}\n", value.as_str().expect("text")));
        }
    }
    text
}

/// Returns the ARNs of the roles and the key ID of the chain that an SDK's case expects, if the chain starts at a key.
fn expected_chain(case: &Value) -> Option<(String, Vec<&str>)> {
    let chain = case["output"]["ProfileChain"].as_array()?;
    let key = chain
        .first()?
        .pointer("/AccessKey/access_key_id")?
        .as_str()?;
    let roles = chain[1..]
        .iter()
        .map(|step| text_at(step, "/AssumeRole/role_arn"));
    Some((key.to_owned(), roles.collect()))
}

#[test]
fn resolves_chains_as_in_the_sdks_own_cases() {
    let Some(cases) = sdk_cases("aws__rust-runtime__aws-config__test-data__assume-role-tests.json")
    else {
        return;
    };
    for case in cases.as_array().expect("cases") {
        let text = as_config(case);
        let config = Document::parse(&text);
        let (profiles, _) = Profiles::merge(&config, &Document::parse(""));
        let value = |profile: &str, key: &str| {
            let profile = profiles.find(profile).expect("a profile of the chain");
            profile.get(key).unwrap_or_default().to_owned()
        };
        let chain = Chain::of(&profiles, text_at(case, "/input/selected_profile"), None);
        let found = chain.as_ref().ok().map(|chain| {
            let roles = chain
                .role_profiles
                .iter()
                .map(|role| value(role, "role_arn"));
            let key = value(chain.start.name(), "aws_access_key_id");
            (key, roles.collect::<Vec<_>>())
        });
        let expected = expected_chain(case)
            .map(|(key, roles)| (key, roles.iter().map(ToString::to_string).collect()));
        assert_eq!(found, expected, "{}: {chain:?}", case["docs"]);
    }
}

#[test]
fn b43_every_file_of_the_corpus_is_kept_byte_for_byte() {
    for path in corpus().iter().flat_map(|corpus| files_below(corpus)) {
        let bytes = fs::read(&path).expect("a file");
        let Ok(text) = aws_files::text(AwsFile::Config, &bytes) else {
            continue;
        };
        let document = Document::parse(text);
        let lines = document.lines().iter();
        let lines: String = lines.flat_map(|line| [line.text, line.ending]).collect();
        let without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
        assert_eq!(lines, without_mark, "{}", path.display());
        let notices = aws_files::roles(text, text).notices;
        assert!(notices.len() <= 101, "{}", path.display());
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = entries
        .map(|entry| entry.path())
        .partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_below(folder)));
    files
}
