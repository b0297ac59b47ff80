//! Compares our parser of AWS's files with the one of the AWS SDK, on every file of the corpus and on generated ones.
//!
//! The corpus is beside the work tree; without it, that test is skipped with a message.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::Property;
use aws_runtime::env_config::section::{EnvConfigSections, Profile as SdkProfile};
use aws_runtime::env_config::source;
use aws_types::os_shim_internal::{Env, Fs};
use proptest::prelude::*;
use rolecall_core::aws_files::{self, AwsFile, Document, FileNotice, LineKind, Profile, Profiles};

/// Parses both files with the SDK; `None` if it rejects one of them.
fn read_by_sdk(config: &str, credentials: &str) -> Option<EnvConfigSections> {
    let files = EnvConfigFiles::builder()
        .with_contents(EnvConfigFileKind::Config, config)
        .with_contents(EnvConfigFileKind::Credentials, credentials)
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let (env, fs) = (Env::from_slice(&[]), Fs::from_slice(&[]));
    let source = runtime
        .block_on(source::load(&env, &fs, &files))
        .expect("no file to fail on");
    EnvConfigSections::parse(source).ok()
}

fn as_sdk_profile(profile: &Profile<'_>, keys: &BTreeSet<String>) -> SdkProfile {
    let setting = |key: &String| {
        let value = profile.get(key)?.to_owned();
        Some((key.clone(), Property::new(key.clone(), value)))
    };
    let settings: HashMap<String, Property> = keys.iter().filter_map(setting).collect();
    SdkProfile::new(profile.name(), settings)
}

/// Returns the names of all settings in two files, in lower case.
fn keys(documents: &[Document<'_>; 2]) -> BTreeSet<String> {
    let lines = documents.iter().flat_map(Document::lines);
    let keys = lines.filter_map(|line| {
        let LineKind::Property { key, .. } = line.kind else {
            return None;
        };
        Some(key.to_ascii_lowercase())
    });
    keys.collect()
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

/// Returns how our result differs from the SDK's. Quoted profile names, which only the AWS CLI supports, are skipped.
fn difference(config: &str, credentials: &str) -> Result<(), String> {
    let documents = [config, credentials].map(Document::parse);
    let faults: usize = documents.iter().map(|it| it.faults().count()).sum();
    let variants: usize = documents.iter().map(|it| it.variants().count()).sum();
    let Some(sdk) = read_by_sdk(config, credentials) else {
        return match faults + variants {
            0 => Err("the SDK refuses what we find faultless".to_owned()),
            _ => Ok(()),
        };
    };
    if faults > 0 {
        return Err(format!("we find {faults} faults, the SDK none"));
    }
    let (profiles, notices) = Profiles::merge(&documents[0], &documents[1]);
    let only_of_the_cli = only_of_the_cli(&notices);
    let keys = keys(&documents);
    let ours: BTreeSet<&str> = profiles.iter().map(Profile::name).collect();
    let names: BTreeSet<&str> = ours.into_iter().chain(sdk.profiles()).collect();
    for name in names
        .into_iter()
        .filter(|name| !only_of_the_cli.contains(name))
    {
        let ours = profiles.find(name).map(|it| as_sdk_profile(it, &keys));
        if ours.as_ref() != sdk.get_profile(name) {
            let theirs = sdk.get_profile(name);
            return Err(format!("profile {name:?}: {ours:?}, the SDK {theirs:?}"));
        }
    }
    Ok(())
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = entries
        .map(|entry| entry.path())
        .partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_below(folder)));
    files
}

#[test]
fn every_file_of_the_corpus_is_parsed_like_the_sdk() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !corpus.is_dir() {
        println!("skipped: there is no corpus beside the work tree");
        return;
    }
    for path in files_below(&corpus) {
        let bytes = fs::read(&path).expect("a file");
        let Ok(text) = aws_files::text(AwsFile::Config, &bytes) else {
            continue;
        };
        for (config, credentials) in [(text, ""), ("", text), (text, text)] {
            let found = difference(config, credentials);
            assert_eq!(found, Ok(()), "{}", path.display());
        }
    }
}

/// The content of a section: settings with continuations and nested blocks, blank lines and comments.
const BLOCKS: [&str; 22] = [
    "key = value",
    "KEY=other",
    "role_arn = arn:aws:iam::1:role/x # theirs",
    "role_arn = x;y#z",
    "source_profile = a ;",
    "s3 =\n  nested = 1 # part\n \n\tin valid = ",
    "s3 = # comment\n # a = b",
    "key = value\n\tmore ; this too\n# comment\n even = more",
    "key = 1\n # indented\nKey = 2\n  ; more",
    "# comment",
    "; comment",
    "",
    " \t ",
    "in valid = 1\n more",
    "a-b/c.d%e@f:g+h = ok",
    "wide\u{a0} = \u{3000}value\u{a0}#x",
    "spaced\u{a0}= v\u{a0}# x",
    "equals = a=b==",
    "empty = # comment",
    "nul\0 = 1",
    "return = a\rb",
    "umlaut = \u{e4}",
];
/// Lines that make the SDK reject a file in the wrong position.
const ODD: [&str; 11] = [
    "[",
    "[x]y",
    "[profile d#]",
    "key",
    "= 1",
    " more",
    "s3 =\n more",
    "key : value",
    "  key = indented",
    "  s3 =\n    key = 1",
    "  # indented",
];
/// Headers, each with a unique name, since the SDK merges sections with the same name in random order. None has a blank
/// before `profile`: the SDK reads that, the AWS CLI does not, and Rolecall follows the CLI.
const HEADERS: [&str; 19] = [
    "[profile a]",
    "[profile b] # comment",
    "[profile \t c ];x",
    "[default]",
    "[profile default]",
    "[profile \"q\"]",
    "[profile 'r s']",
    "[sso-session a]",
    "[services a]",
    "[a]",
    "[ b ]",
    "[in valid]",
    "[profile in valid]",
    "[profile]",
    "[]",
    "[profile [z]]",
    "[profile e\u{a0}]",
    "[preview a]",
    "[[a]",
];

fn file() -> impl Strategy<Value = String> {
    let block = prop_oneof![
        40 => prop::sample::select(BLOCKS.to_vec()),
        1 => prop::sample::select(ODD.to_vec()),
    ];
    let header = prop::sample::select(HEADERS.to_vec());
    let section = (header, prop::collection::vec(block, 0..5));
    let ending = prop::sample::select(vec!["\n", "\r\n"]);
    (prop::collection::vec(section, 0..6), ending).prop_map(|(sections, ending)| {
        let lines = sections
            .iter()
            .flat_map(|(header, blocks)| [*header].into_iter().chain(blocks.iter().copied()));
        lines
            .map(|line| line.replace('\n', ending) + ending)
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn generated_files_are_parsed_like_the_sdk(config in file(), credentials in file()) {
        prop_assert_eq!(difference(&config, ""), Ok(()));
        prop_assert_eq!(difference("", &credentials), Ok(()));
        prop_assert_eq!(difference(&config, &credentials), Ok(()));
    }

    #[test]
    fn any_text_is_parsed_like_the_sdk(text in any::<String>()) {
        prop_assert_eq!(difference(&format!("[profile a]\nb = {text}"), &text), Ok(()));
    }
}
