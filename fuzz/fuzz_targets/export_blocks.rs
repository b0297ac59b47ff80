//! Export blocks in real shells: what is exported comes back exactly, and nothing that could end its quotes is written.
//!
//! Input: bytes that choose the values. One of them may have a character that is not allowed.
#![no_main]

use std::sync::{LazyLock, Mutex};

use jiff::Timestamp;
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use rolecall_core::aws_files::{Document, Profiles};
use rolecall_core::session::export_block::{ExportBlock, Variables};
use rolecall_core::session::shell::Shell;
use rolecall_core::session::variable::conflicting;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::region::Region;
use rolecall_core::value::secret::Secret;
use rolecall_fuzz::scratch::Scratch;
use rolecall_fuzz::shells::{RunningShell, start_all};
use rolecall_fuzz::{bounds, sample};

const ID: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
const URL: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.[]-";
const REGIONS: [&str; 3] = ["eu-central-1", "us-gov-west-1", "cn-north-1"];
/// Characters that mean something to a shell or to a file.
const HOSTILE: &[char] = &[
    '\'', '"', '`', '$', '\\', '\n', '\r', ' ', ';', '!', '%', '#', '\u{2019}', '\0', '*', '~',
];
/// What an earlier session left.
const LEFT_OVER: [&str; 3] = ["AWS_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"];

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);
static SHELLS: LazyLock<Mutex<Vec<RunningShell>>> =
    LazyLock::new(|| Mutex::new(start_all(SCRATCH.path())));

#[derive(Debug)]
struct Values {
    /// The ID, the secret, the token and the endpoint.
    texts: [String; 4],
    has_endpoint: bool,
    region: Option<&'static str>,
    expires_at: Timestamp,
    is_hostile: bool,
}

impl<'a> Arbitrary<'a> for Values {
    fn arbitrary(from: &mut Unstructured<'a>) -> Result<Self> {
        let mut texts = [
            text(from, ID, 16..=128)?,
            text(from, BASE64, 1..=256)?,
            text(from, BASE64, 1..=2_000)?,
            text(from, URL, 1..=100)?,
        ];
        let has_endpoint = from.arbitrary()?;
        let is_hostile = from.ratio(1, 4)?;
        if is_hostile {
            let count = if has_endpoint { 4 } else { 3 };
            let text = &mut texts[from.choose_index(count)?];
            let at = from.choose_index(text.len() + 1)?;
            text.insert(at, *from.choose(HOSTILE)?);
        }
        let second = from.int_in_range(0..=253_402_200_000)?;
        Ok(Self {
            texts,
            has_endpoint,
            region: *from.choose(&[None, Some(REGIONS[0]), Some(REGIONS[1]), Some(REGIONS[2])])?,
            expires_at: Timestamp::from_second(second).expect("an instant"),
            is_hostile,
        })
    }
}

fn text(
    from: &mut Unstructured<'_>,
    letters: &[u8],
    length: std::ops::RangeInclusive<usize>,
) -> Result<String> {
    let length = from.int_in_range(length)?;
    let letter = |_| Ok(char::from(*from.choose(letters)?));
    (0..length).map(letter).collect()
}

fuzz_target!(|values: Values| {
    let [id, secret, token, endpoint] = &values.texts;
    let credentials = Credentials {
        access_key_id: id.clone(),
        secret_access_key: Secret::new(secret.clone()),
        session_token: Secret::new(token.clone()),
        expires_at: values.expires_at,
    };
    let region = values.region.map(|it| Region::parse(it).expect("a region"));
    let block = ExportBlock {
        credentials: &credentials,
        account_id: "111122223333",
        region: region.as_ref(),
        endpoint_url: values.has_endpoint.then_some(endpoint.as_str()),
    };
    bounds::within(4 << 10, || check(&block, values.is_hostile));
});

fn check(block: &ExportBlock<'_>, is_hostile: bool) {
    let profile = sample::name("guest");
    let Ok(variables) = block.variables() else {
        assert!(is_hostile, "sound values are written");
        assert!(
            Shell::ALL
                .iter()
                .all(|shell| block.render(*shell, &profile).is_err())
        );
        return;
    };
    assert!(!is_hostile, "a value could end its quotes");
    let render = |shell| block.render(shell, &profile).expect("sound values");
    for shell in SHELLS.lock().expect("unpoisoned").iter_mut() {
        check_in(shell, render(shell.syntax).expose(), &variables);
    }
    check_json(render(Shell::Json).expose(), &variables);
    check_ini(render(Shell::Ini).expose(), &variables);
    for line in render(Shell::Docker).expose().lines() {
        let (name, value) = line.split_once('=').expect("a variable");
        assert!(
            variables
                .iter()
                .any(|(it, text)| *it == name && text.expose() == value)
        );
    }
}

fn check_in(shell: &mut RunningShell, block: &str, variables: &Variables) {
    let names: Vec<&str> = variables.iter().map(|(name, _)| *name).collect();
    let left: Vec<&str> = conflicting().filter(|it| LEFT_OVER.contains(it)).collect();
    assert_eq!(
        left.len(),
        LEFT_OVER.len(),
        "they belong to another identity"
    );
    let before = LEFT_OVER.map(|name| match shell.syntax {
        Shell::Fish => format!("set -gx {name} left"),
        _ => format!("export {name}=left"),
    });
    let print = |names: &[&str]| {
        let values: Vec<String> = names.iter().map(|name| format!("\"${name}\"")).collect();
        format!("printf '%s\\0' {}", values.join(" "))
    };
    let shown = [names.clone(), left].concat();
    let script = format!("{}\n{block}\n{}", before.join("\n"), print(&shown));
    let printed = shell.run(&script, shown.len());
    let expected = variables.iter().map(|(_, value)| value.expose());
    let expected: Vec<&str> = expected.chain([""; LEFT_OVER.len()]).collect();
    assert_eq!(printed, expected, "{}", shell.name);

    let unset = ExportBlock::unset(shell.syntax).expect("a shell");
    let printed = shell.run(&format!("{unset}\n{}", print(&names)), names.len());
    assert!(
        printed.iter().all(String::is_empty),
        "{}: {printed:?}",
        shell.name
    );
}

fn check_json(text: &str, variables: &Variables) {
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).expect("JSON");
    for (name, value) in &object {
        let expected = variables
            .iter()
            .find(|(it, _)| it == name)
            .expect("a variable");
        assert_eq!(value.as_str(), Some(expected.1.expose()));
    }
}

fn check_ini(text: &str, variables: &Variables) {
    let (config, credentials) = (Document::parse(""), Document::parse(text));
    let (profiles, _) = Profiles::merge(&config, &credentials);
    let profile = profiles.find("guest").expect("the profile");
    for (name, value) in &variables[..3] {
        assert_eq!(
            profile.get(&name.to_ascii_lowercase()),
            Some(value.expose())
        );
    }
}
