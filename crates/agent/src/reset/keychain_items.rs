//! Our items in the keychain, and which secrets would be lost with them.

use std::path::Path;

use rolecall_core::api::reset::{Kept, LostSecret, Removal, ResetPlace};
use rolecall_core::catalogue::key_list;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::{echo, visible};

use crate::disk;
use crate::file_edit;
use crate::keychain::{OsKeychain, seed_account};
use crate::paths::Paths;
use crate::seal;
use crate::secret_store::Asking;

use super::aws_sections::AwsSections;

/// The most bytes that are read of the list of keys.
const FILE_MAX: usize = 1 << 20;

/// The items, and the keys that the user named.
pub(super) struct KeychainItems {
    /// The accounts of the items.
    pub(super) accounts: Vec<String>,
    keys: Vec<AccessKey>,
    /// Accounts of items that have our service's name, and that Rolecall did not create.
    strangers: Vec<String>,
    /// Why the list of keys cannot be read.
    pub(super) unread: Option<String>,
    /// Whether the keychain shows all of its items.
    is_complete: bool,
    /// The sealed file as shown in messages, if there is one.
    sealed_file: Option<String>,
    /// Why the keychain could not be listed.
    pub(super) unlisted: Option<KeychainError>,
}

impl KeychainItems {
    /// Lists the items. If the keychain does not list them, they are those of the keys that the user named.
    pub(super) fn find(paths: &Paths, keychain: &OsKeychain, asking: Asking) -> Self {
        let path = paths.keys_path();
        let (keys, unread) = match named_keys(&path, &paths.shown(&path)) {
            Ok(keys) => (keys, None),
            Err(problem) => (Vec::new(), Some(problem.what)),
        };
        let sealed_file = paths.sealed_file_path();
        let sealed_file = sealed_file.is_file().then(|| paths.shown(&sealed_file));
        let is_complete = cfg!(target_os = "linux");
        let no_keychain = sealed_file.is_some() || (keys.is_empty() && unread.is_none());
        let listed = match is_complete {
            true => keychain.accounts(asking),
            false => Ok(known_accounts(&keys)),
        };
        let (accounts, unlisted) = match listed {
            Ok(accounts) => (accounts, None),
            Err(KeychainError::Absent) if no_keychain => (Vec::new(), None),
            Err(KeychainError::Absent) => (Vec::new(), Some(KeychainError::Absent)),
            Err(error) => (known_accounts(&keys), Some(error)),
        };
        let (accounts, strangers) = accounts.into_iter().partition(|it| is_ours(it));
        Self {
            accounts,
            keys,
            strangers,
            unread,
            is_complete,
            sealed_file,
            unlisted,
        }
    }

    /// Returns the items to remove.
    pub(super) fn removals(&self) -> impl Iterator<Item = Removal> {
        self.accounts.iter().map(|account| Removal {
            place: ResetPlace::Keychain,
            what: self.described(account),
            account: Some(account.clone()),
        })
    }

    /// Returns the items that stay, and why the keychain could not be listed.
    pub(super) fn kept(&self) -> impl Iterator<Item = Kept> {
        let unlisted = self.unlisted.clone().map(|error| Kept {
            what: "Items that Rolecall cannot see in the keychain".to_owned(),
            why: Problem::from(error).to_string(),
        });
        let strangers = self.strangers.iter().map(|account| Kept {
            what: format!("The item \"{}\" in the keychain", echo(account)),
            why: "Rolecall did not create it.".to_owned(),
        });
        let unfindable = self.unfindable().into_iter();
        unlisted.into_iter().chain(strangers).chain(unfindable)
    }

    /// Returns what a keychain that does not list its items hides, if the list of keys cannot be read.
    pub(super) fn unfindable(&self) -> Option<Kept> {
        let is_hidden = self.unread.is_some() && !self.is_complete;
        is_hidden.then(|| Kept {
            what: "The items of access keys in the keychain".to_owned(),
            why: "Only the list of keys, which cannot be read, says which they are. Delete the items with the service \"rolecall\" yourself.".to_owned(),
        })
    }

    /// Returns the secrets that exist nowhere else.
    pub(super) fn lost(&self, aws: &AwsSections<'_>) -> Vec<LostSecret> {
        let ids = self.held_ids().into_iter();
        let keys = ids.filter(|id| aws.plaintext(id).is_none());
        let keys = keys.map(|id| LostSecret {
            what: self.described(id),
            rescue: aws.moved_from(id).map(put_back),
        });
        let seeds = self
            .keys
            .iter()
            .filter(|key| self.may_hold(&seed_account(&key.id)));
        let seeds = seeds
            .filter(|key| key.totp.is_some())
            .map(|key| LostSecret {
                what: self.described(&seed_account(&key.id)),
                rescue: None,
            });
        let unnamed = self.accounts.iter().filter(|it| self.is_other_seed(it));
        let unnamed = unnamed.map(|account| LostSecret {
            what: self.described(account),
            rescue: None,
        });
        keys.chain(seeds)
            .chain(unnamed)
            .chain(self.unknown())
            .collect()
    }

    /// Returns the copies of secrets in AWS's files, which stay.
    pub(super) fn copies(&self, aws: &AwsSections<'_>) -> Vec<Kept> {
        let ids = self.held_ids().into_iter();
        let copies = ids.filter_map(|id| {
            let what = aws.plaintext(id)?;
            let key = self.described(id);
            let why = format!("{key} is there as well, so its secret does not count as lost. Rolecall has not tried it at AWS.");
            Some(Kept { what, why })
        });
        copies.collect()
    }

    /// Returns the IDs of the keys whose secrets may be removed.
    fn held_ids(&self) -> Vec<&str> {
        let named = self.keys.iter().map(|key| key.id.as_str());
        let mut ids: Vec<&str> = named.filter(|id| self.may_hold(id)).collect();
        let others = self.accounts.iter().map(String::as_str);
        ids.extend(others.filter(|it| AccessKeyId::parse(it).is_ok() && !self.is_named(it)));
        ids
    }

    /// Returns the secrets of which not even the names are known.
    fn unknown(&self) -> impl Iterator<Item = LostSecret> {
        let sealed = self.sealed_file.iter().filter(|_| self.keys.is_empty());
        let sealed = sealed.map(|shown| format!("The secrets in the sealed file {shown}"));
        let is_hidden = self.unread.is_some() && (!self.is_complete || self.unlisted.is_some());
        let hidden = is_hidden.then(|| "The secrets of keys that cannot be named".to_owned());
        sealed
            .chain(hidden)
            .map(|what| LostSecret { what, rescue: None })
    }

    /// Returns whether this is the item of a seed that the list of keys does not have.
    fn is_other_seed(&self, account: &str) -> bool {
        let mut listed = self.keys.iter().filter(|key| key.totp.is_some());
        account.starts_with("totp-") && listed.all(|key| seed_account(&key.id) != account)
    }

    /// Returns whether a secret may be in the keychain or in the sealed file.
    fn may_hold(&self, account: &str) -> bool {
        let is_listed = self.accounts.iter().any(|it| it == account);
        is_listed || self.sealed_file.is_some() || self.unlisted.is_some()
    }

    fn is_named(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id.as_str() == id)
    }

    fn described(&self, account: &str) -> String {
        if account == seal::ACCOUNT {
            return "The key that encrypts sessions".to_owned();
        }
        let key = |id: &str| self.keys.iter().find(|key| key.id.as_str() == id);
        if let Some(key) = key(account) {
            let name = echo(key.name.as_str());
            return format!("The access key \"{name}\" ({})", visible(account));
        }
        let seed = account.strip_prefix("totp-").and_then(key);
        if let Some(key) = seed {
            let name = echo(key.name.as_str());
            return format!("The MFA seed of the access key \"{name}\"");
        }
        match account.strip_prefix("totp-") {
            Some(id) => format!("The MFA seed of the access key {}", visible(id)),
            None => format!("The access key {}", visible(account)),
        }
    }
}

fn is_ours(account: &str) -> bool {
    let id = account.strip_prefix("totp-").unwrap_or(account);
    account == seal::ACCOUNT || AccessKeyId::parse(id).is_ok()
}

fn put_back(profile: &str) -> String {
    format!(
        "To put it back where it was, run: rolecall keys undo-import {}",
        rolecall_core::value::shell_word::shell_word(&visible(profile))
    )
}

/// Returns the keys in the list; none if there is no list.
fn named_keys(path: &Path, shown: &str) -> Result<Vec<AccessKey>, Problem> {
    let bytes = disk::read(path, FILE_MAX).map_err(|fault| fault.problem(shown))?;
    let text = file_edit::text(bytes.unwrap_or_default(), shown)?;
    key_list::parse(text.expose(), shown)
}

fn known_accounts(keys: &[AccessKey]) -> Vec<String> {
    let seal = std::iter::once(seal::ACCOUNT.to_owned());
    let ids = keys.iter().map(|key| key.id.as_str().to_owned());
    let seeds = keys.iter().filter(|key| key.totp.is_some());
    let seeds = seeds.map(|key| seed_account(&key.id));
    match keys.is_empty() {
        true => Vec::new(),
        false => ids.chain(seeds).chain(seal).collect(),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::paths::Environment;
    use std::fs;

    const ID: &str = "AKIAI44QH8DHBEXAMPLE";

    /// Returns what is lost with these items, this list of keys, and a sealed file.
    fn lost(accounts: &[&str], list: &str, has_sealed_file: bool) -> (Vec<String>, Option<String>) {
        let home = tempfile::tempdir().expect("a folder");
        let environment = Environment {
            home: Some(home.path().to_owned()),
            ..Environment::default()
        };
        let paths = Paths::new(&environment).expect("paths");
        let path = paths.keys_path();
        fs::create_dir_all(&paths.config_dir).expect("a folder");
        fs::write(&path, list).expect("a file");
        let (keys, unread) = match named_keys(&path, &paths.shown(&path)) {
            Ok(keys) => (keys, None),
            Err(problem) => (Vec::new(), Some(problem.what)),
        };
        let items = KeychainItems {
            accounts: accounts.iter().map(|&it| it.to_owned()).collect(),
            keys,
            strangers: Vec::new(),
            unread,
            is_complete: true,
            sealed_file: has_sealed_file.then(|| "keys.sealed".to_owned()),
            unlisted: None,
        };
        let lost = items.lost(&AwsSections::find(&paths)).into_iter();
        (lost.map(|it| it.what).collect(), items.unread)
    }

    #[test]
    fn a_list_that_cannot_be_read_is_no_empty_list() {
        let (what, unread) = lost(&[], "# mine\n[keys.a]\nid = \"AKIA\"\n", true);
        assert_eq!(what, ["The secrets in the sealed file keys.sealed"]);
        let unread = unread.expect("a reason");
        let place = "~/.config/rolecall/keys.toml, line 2, key \"a\"";
        assert!(unread.starts_with(place), "{unread}");
        let (what, unread) = lost(&[], "", true);
        assert_eq!((what.len(), unread), (1, None));
        assert_eq!(lost(&[], "", false), (Vec::new(), None));
    }

    #[test]
    fn only_a_whole_key_counts_as_a_copy() {
        let home = tempfile::tempdir().expect("a folder");
        let environment = Environment {
            home: Some(home.path().to_owned()),
            ..Environment::default()
        };
        let paths = Paths::new(&environment).expect("paths");
        fs::create_dir(home.path().join(".aws")).expect("a folder");
        let whole = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        for (secret, is_copy) in [(whole, true), ("TODO", false), (&whole[1..], false)] {
            let text = format!("[a]\naws_access_key_id = {ID}\naws_secret_access_key = {secret}\n");
            fs::write(home.path().join(".aws/credentials"), text).expect("a file");
            let place = AwsSections::find(&paths).plaintext(ID);
            let expected = is_copy.then(|| "~/.aws/credentials, profile \"a\"".to_owned());
            assert_eq!(place, expected, "{secret}");
        }
    }

    #[test]
    fn a_seed_of_a_key_that_is_not_listed_is_lost() {
        let (what, _) = lost(&[ID, &format!("totp-{ID}")], "", false);
        let expected = ["The access key", "The MFA seed of the access key"];
        assert_eq!(what, expected.map(|what| format!("{what} {ID}")));
    }
}
