//! What Leapp, aws-vault and Granted keep, as it is imported.
//!
//! Input: Leapp's workspace file, and what the keychain has: lines with an ID and a secret for Leapp, and items for the
//! others.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rolecall_core::api::import::ImportSource;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_fuzz::bounds;
use rolecall_fuzz::canary::{self, assert_hidden, assert_hidden_in};
use rolecall_fuzz::parts::halves;
use rolecall_fuzz::scratch::Scratch;
use rolecall_import::{OtherItems, read};

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

/// A keychain with these texts.
struct Items<'a>(Vec<&'a str>);

impl OtherItems for Items<'_> {
    fn of_accounts(&self, _: &str, accounts: Vec<String>) -> Result<Vec<Option<Secret>>, Problem> {
        let texts = self
            .0
            .iter()
            .map(|text| Some(Secret::new((*text).to_owned())));
        let endless = texts.chain(std::iter::repeat_with(|| None));
        Ok(endless.take(accounts.len()).collect())
    }

    fn of_collection(&self, _: &str) -> Result<Option<Vec<Secret>>, Problem> {
        let texts = self.0.iter().map(|text| Secret::new((*text).to_owned()));
        Ok(Some(texts.collect()))
    }
}

fuzz_target!(|input: &[u8]| {
    let (workspace, items) = halves(input);
    let path = SCRATCH.path().join("Leapp-lock.json");
    fs::write(&path, workspace).expect("a file");
    let items = String::from_utf8_lossy(items);
    let items = Items(items.lines().collect());
    // The canary is a secret only in the keychain, and there only where no name is.
    let mut names = items.0.iter().filter(|it| it.contains("Key"));
    let is_named =
        canary::is_in(&String::from_utf8_lossy(workspace)) || names.any(|it| canary::is_in(it));
    for source in ImportSource::ALL {
        let result = bounds::within(input.len(), || {
            read(source, SCRATCH.path(), Some(&path), &items)
        });
        match result {
            Ok(data) => {
                if !is_named {
                    assert_hidden(&format!("{:?}", data.skipped));
                }
                let mut names: Vec<&str> = data.roles.iter().map(|it| it.name.as_str()).collect();
                names.sort_unstable();
                let count = names.len();
                names.dedup();
                assert_eq!(names.len(), count, "each role has a name of its own");
            }
            Err(problem) => assert_hidden_in(&problem),
        }
    }
});
