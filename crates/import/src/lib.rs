//! Reads access keys and roles of Leapp, aws-vault and Granted on this machine, for an import. It changes nothing that
//! belongs to these programs.

mod keyring_item;
mod leapp;
mod leapp_file;
mod other_items;

use std::fs;
use std::path::{Path, PathBuf};

use crate::keyring_item::{AWS_VAULT_COLLECTION, GRANTED_COLLECTION};
use crate::leapp::KEYCHAIN_SERVICE;
use rolecall_core::api::import::{ImportData, ImportKey, ImportSource};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::value::problem::{Problem, ProblemCode};

pub use other_items::OtherItems;

/// The largest workspace file that is read, in bytes.
const FILE_MAX: u64 = 16 << 20;

/// Returns the programs that have files in this home folder.
pub fn present(home: &Path) -> Vec<ImportSource> {
    let is_present = |source: &ImportSource| match source {
        ImportSource::Leapp => leapp_path(home).is_file(),
        ImportSource::AwsVault => home.join(".awsvault").is_dir(),
        ImportSource::Granted => home.join(".granted").is_dir(),
    };
    ImportSource::ALL.into_iter().filter(is_present).collect()
}

/// Returns the access keys and roles of a program, from its files in the home folder and from the keychain. The
/// keychain may ask the user to unlock it. `file` is Leapp's workspace file, if it is not in its default location.
///
/// # Errors
/// If the program has no data here, or it cannot be read.
pub fn read(
    from: ImportSource,
    home: &Path,
    file: Option<&Path>,
    items: &dyn OtherItems,
) -> Result<ImportData, Problem> {
    match from {
        ImportSource::Leapp => of_leapp(
            &file.map_or_else(|| leapp_path(home), Path::to_path_buf),
            items,
        ),
        ImportSource::AwsVault => of_keyring(
            AWS_VAULT_COLLECTION,
            from,
            &home.join(".awsvault/keys"),
            items,
        ),
        ImportSource::Granted => of_keyring(
            GRANTED_COLLECTION,
            from,
            &home.join(".granted/secure-storage-aws-iam-credentials"),
            items,
        ),
    }
}

fn leapp_path(home: &Path) -> PathBuf {
    home.join(".Leapp/Leapp-lock.json")
}

fn of_leapp(path: &Path, items: &dyn OtherItems) -> Result<ImportData, Problem> {
    let shown = rolecall_core::value::sanitise::echo(&path.display().to_string());
    let size = fs::metadata(path).map_err(|_| {
        let what = format!("There is no Leapp workspace at {shown}.");
        Problem::new(
            ProblemCode::StorageFailed,
            what,
            "Name the file with --file, or check that Leapp was used on this machine.",
        )
    })?;
    if !size.is_file() || size.len() > FILE_MAX {
        let what = format!("{shown} is not a Leapp workspace: it is not a file, or over 16 MiB.");
        return Err(Problem::new(
            ProblemCode::StorageFailed,
            what,
            "Name the file with --file.",
        ));
    }
    let text = fs::read_to_string(path).map_err(|error| {
        let what = format!("{shown} cannot be read: {error}.");
        Problem::new(
            ProblemCode::StorageFailed,
            what,
            "Check the file's permissions.",
        )
    })?;
    let workspace = leapp::read(leapp_file::open(&text, &leapp_file::machine_ids())?.expose())?;
    let mut import_data = ImportData {
        roles: workspace.roles,
        skipped: workspace.skipped,
        ..ImportData::default()
    };
    let accounts: Vec<String> = workspace
        .users
        .iter()
        .flat_map(leapp::User::keychain_accounts)
        .collect();
    if accounts.is_empty() {
        return Ok(import_data);
    }
    let mut found = items.of_accounts(KEYCHAIN_SERVICE, accounts)?.into_iter();
    for user in &workspace.users {
        let (id, secret) = (found.next().flatten(), found.next().flatten());
        let pair = match (id, secret) {
            (Some(id), Some(secret)) => {
                KeyPair::parse(id.expose(), &secret).map_err(|error| error.to_string())
            }
            _ => Err("The access key is not in the keychain.".to_owned()),
        };
        match pair {
            Ok(pair) => import_data.keys.push(ImportKey {
                name: user.name.clone(),
                pair,
            }),
            Err(reason) => import_data.skipped.push((user.name.clone(), reason)),
        }
    }
    Ok(import_data)
}

/// Reads the collection of a program that uses the keyring library. `files` is the folder in which that library stores
/// encrypted files on machines without a keychain.
fn of_keyring(
    collection: &str,
    from: ImportSource,
    files: &Path,
    items: &dyn OtherItems,
) -> Result<ImportData, Problem> {
    let mut import_data = ImportData::default();
    let items = items.of_collection(collection)?;
    let is_empty = items.is_none();
    for item in items.into_iter().flatten() {
        match keyring_item::read(&item) {
            Ok(Some((name, pair))) => import_data.keys.push(ImportKey { name, pair }),
            Ok(None) => {}
            Err(error) => import_data
                .skipped
                .push((from.title().to_owned(), error.to_string())),
        }
    }
    let sealed = fs::read_dir(files).into_iter().flatten().flatten();
    for file in sealed {
        let name = file.file_name().to_string_lossy().into_owned();
        let reason = format!(
            "{} encrypted this key with a passphrase of its own. Add the key with: rolecall keys add NAME",
            from.title()
        );
        import_data.skipped.push((name, reason));
    }
    if is_empty && import_data.skipped.is_empty() {
        let what = format!("{} has no access keys on this machine.", from.title());
        let remedy = "Its roles are profiles of ~/.aws/config, which Rolecall already lists.";
        return Err(Problem::new(ProblemCode::UnknownKey, what, remedy));
    }
    Ok(import_data)
}
