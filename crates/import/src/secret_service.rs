//! Items of other programs in the Secret Service, each call on a thread of its own with a limit.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use secret_service::blocking::{Collection, Item, SecretService};
use secret_service::{EncryptionType, Error};

/// How long the service may take for one answer.
const ANSWER: Duration = Duration::from_secs(6);
/// How long its own dialog may stay open.
const DIALOG: Duration = Duration::from_secs(120);

/// What the thread says.
enum News<T> {
    /// One answer came; the next may take as long again.
    Going,
    /// The service's dialog is open.
    Dialog,
    /// It is done.
    Done(Result<T, KeychainError>),
}

type Told<T> = Sender<News<T>>;

/// Returns the secrets of the items with this service and each of these accounts, `None` for one that is not there.
///
/// # Errors
/// If the service is absent, locked or does not answer.
pub(crate) fn items_of(service: &str, accounts: &[String]) -> Result<Vec<Option<Secret>>, Problem> {
    let (service, accounts) = (service.to_owned(), accounts.to_vec());
    within(move |told| {
        let secrets = SecretService::connect(EncryptionType::Dh)?;
        let mut found = Vec::new();
        for account in &accounts {
            let wanted =
                HashMap::from([("service", service.as_str()), ("account", account.as_str())]);
            let items = secrets.search_items(wanted)?;
            let item = items.unlocked.first().or(items.locked.first());
            found.push(
                item.map(|item| secret_of(item, told))
                    .transpose()?
                    .flatten(),
            );
        }
        Ok(found)
    })
}

/// Returns the secrets of all items of the collection that is called so; `None` if there is no such collection.
///
/// # Errors
/// If the service is absent, locked or does not answer.
pub(crate) fn items_in(collection: &str) -> Result<Option<Vec<Secret>>, Problem> {
    let name = collection.to_owned();
    within(move |told| {
        let secrets = SecretService::connect(EncryptionType::Dh)?;
        let collections = secrets.get_all_collections()?;
        let Some(collection) = collections.iter().find(|it| is_called(it, &name)) else {
            return Ok(None);
        };
        if collection.is_locked()? {
            let _ = told.send(News::Dialog);
            collection.unlock()?;
        }
        let mut found = Vec::new();
        for item in collection.get_all_items()? {
            found.extend(secret_of(&item, told)?);
        }
        Ok(Some(found))
    })
}

/// A collection made with a name has it as its label; KWallet shows it in the path alone.
fn is_called(collection: &Collection<'_>, name: &str) -> bool {
    let of_path = collection.collection_path.as_str().rsplit('/').next();
    of_path == Some(name) || collection.get_label().is_ok_and(|label| label == name)
}

fn secret_of<T>(item: &Item<'_>, told: &Told<T>) -> Result<Option<Secret>, Error> {
    if item.is_locked()? {
        let _ = told.send(News::Dialog);
        item.unlock()?;
    }
    let _ = told.send(News::Going);
    Ok(String::from_utf8(item.get_secret()?).ok().map(Secret::new))
}

fn within<T: Send + 'static>(
    work: impl FnOnce(&Told<T>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let (told, news) = channel();
    let carry_out = move || {
        let done = work(&told).map_err(|error| error_of(&error));
        // After the limit nobody listens any more.
        let _ = told.send(News::Done(done));
    };
    thread::Builder::new()
        .name("peers".into())
        .spawn(carry_out)
        .map_err(|error| KeychainError::Denied(error.to_string()))?;
    Ok(wait(&news)?)
}

fn wait<T>(news: &Receiver<News<T>>) -> Result<T, KeychainError> {
    let (mut limit, mut late) = (ANSWER, KeychainError::Frozen);
    loop {
        match news.recv_timeout(limit) {
            Ok(News::Done(done)) => return done,
            Ok(News::Going) => (limit, late) = (ANSWER, KeychainError::Frozen),
            Ok(News::Dialog) => (limit, late) = (DIALOG, KeychainError::Locked),
            Err(RecvTimeoutError::Timeout) => return Err(late),
            Err(RecvTimeoutError::Disconnected) => return Err(KeychainError::Corrupt),
        }
    }
}

fn error_of(error: &Error) -> KeychainError {
    match error {
        Error::Locked | Error::Prompt => KeychainError::Locked,
        Error::Unavailable => KeychainError::Absent,
        other => KeychainError::Denied(other.to_string()),
    }
}
