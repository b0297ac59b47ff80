//! The sealed file on a disk: opening it, damage, and that its content is not readable.
#![expect(clippy::disallowed_methods, reason = "compares with the present")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rolecall_agent::keyring::{Keyring, SecretLocation};
use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::sealed_file::SealedFile;
use rolecall_core::api::host::FileState;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::ProblemCode;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::Keychain;

const CANARY: &str = "CanaryCanaryCanaryCanaryCanaryCanary+/==";
const PASSPHRASE: &str = "correct horse battery";

struct Home {
    _dir: tempfile::TempDir,
    paths: Paths,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let environment = Environment {
            home: Some(dir.path().to_owned()),
            ..Environment::default()
        };
        let paths = Paths::new(&environment).expect("paths");
        Self { _dir: dir, paths }
    }

    /// Returns the keyring of a newly started program.
    fn keyring(&self) -> Keyring {
        let clock = Fakes::at(Timestamp::now()).clock;
        let file = Arc::new(SealedFile::new(&self.paths, clock));
        Keyring::new(Arc::default(), file, SecretLocation::File)
    }

    /// Returns a keyring with the canary in a new file.
    fn with_canary(&self) -> Keyring {
        let keyring = self.keyring();
        keyring.file().create(&secret(PASSPHRASE)).expect("made");
        keyring.store(&id(), &secret(CANARY)).expect("kept");
        keyring
    }

    fn path(&self) -> PathBuf {
        self.paths.sealed_file_path()
    }

    /// Returns the names of the files in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.paths.data_dir).expect("a folder");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.flatten().map(name).collect();
        names.sort();
        names
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn id() -> AccessKeyId {
    AccessKeyId::parse("AKIAIOSFODNN7EXAMPLE").expect("an id")
}

fn text(fetched: Result<Secret, KeychainError>) -> Result<String, KeychainError> {
    fetched.map(|secret| secret.expose().to_owned())
}

#[test]
fn keeps_a_secret_that_opens_with_the_passphrase_after_a_restart() {
    let home = Home::new();
    drop(home.with_canary());
    let keyring = home.keyring();
    assert_eq!(keyring.file().state(), FileState::Sealed);
    assert_eq!(text(keyring.fetch(&id())), Err(KeychainError::Sealed));
    // A file or a paste adds surrounding white space.
    let given = secret(&format!("{PASSPHRASE}\n"));
    keyring.file().unlock(&given).expect("opened");
    assert_eq!(keyring.file().state(), FileState::Open);
    assert_eq!(text(keyring.fetch(&id())).as_deref(), Ok(CANARY));
    keyring.remove(&id()).expect("removed");
    assert!(text(keyring.fetch(&id())).is_err());
}

#[test]
fn a_wrong_passphrase_says_so_and_too_many_have_to_wait() {
    let home = Home::new();
    drop(home.with_canary());
    let keyring = home.keyring();
    for _ in 0..4 {
        let wrong = keyring.file().unlock(&secret("incorrect horse"));
        assert_eq!(
            wrong.map_err(|it| it.code),
            Err(ProblemCode::WrongPassphrase)
        );
    }
    let early = keyring.file().unlock(&secret(PASSPHRASE));
    assert_eq!(early.map_err(|it| it.code), Err(ProblemCode::Throttled));
    assert_eq!(keyring.file().state(), FileState::Sealed);
    assert_eq!(home.names(), ["keys.sealed"], "it is not taken for damage");
}

#[test]
fn a_short_passphrase_is_rejected_and_an_existing_file_is_never_replaced() {
    let home = Home::new();
    let short = home.keyring().file().create(&secret(" seven77 "));
    assert_eq!(
        short.map_err(|it| it.code),
        Err(ProblemCode::WrongPassphrase)
    );
    let keyring = home.with_canary();
    let again = keyring.file().create(&secret("another passphrase"));
    assert_eq!(again.map_err(|it| it.code), Err(ProblemCode::NameTaken));
    assert_eq!(text(keyring.fetch(&id())).as_deref(), Ok(CANARY));
}

#[test]
fn r24_damage_at_any_position_renames_the_file_unchanged() {
    let home = Home::new();
    drop(home.with_canary());
    let whole = fs::read(home.path()).expect("the file");
    let places = (0..whole.len()).step_by(7).chain([whole.len() - 1]);
    for at in places {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        for damaged in [&changed[..], &whole[..at]] {
            fs::write(home.path(), damaged).expect("written");
            let keyring = home.keyring();
            let problem = keyring
                .file()
                .unlock(&secret(PASSPHRASE))
                .expect_err("damaged");
            assert_eq!(problem.code, ProblemCode::KeychainEmpty, "{problem}");
            assert!(
                problem
                    .what
                    .contains("put aside as ~/.local/share/rolecall/keys.sealed.corrupt-"),
                "{problem}"
            );
            let aside = home.names().remove(0);
            let aside = home.paths.data_dir.join(aside);
            assert_eq!(fs::read(&aside).expect("the file aside"), damaged);
            fs::remove_file(aside).expect("removed");
        }
    }
}

#[test]
fn b81_a_newer_version_is_left_unchanged() {
    let home = Home::new();
    drop(home.with_canary());
    let text = fs::read_to_string(home.path()).expect("the file");
    let body = text.trim_end().rsplit_once('\n').expect("lines").0;
    let body = body.replacen("rolecall-keys 1", "rolecall-keys 2", 1);
    let newer = format!("{body}\n{}\n", sha256(&body));
    fs::write(home.path(), &newer).expect("written");
    let problem = home
        .keyring()
        .file()
        .unlock(&secret(PASSPHRASE))
        .expect_err("newer");
    assert!(problem.what.contains("a newer version"), "{problem}");
    assert_eq!(fs::read_to_string(home.path()).expect("the file"), newer);
}

#[test]
fn a_header_with_excessive_parameters_is_rejected() {
    let home = Home::new();
    drop(home.with_canary());
    let text = fs::read_to_string(home.path()).expect("the file");
    let body = text.trim_end().rsplit_once('\n').expect("lines").0;
    for (from, to) in [
        ("\"memory_kib\":65536", "\"memory_kib\":4194304"),
        ("\"passes\":3", "\"passes\":99999"),
        ("\"lanes\":4", "\"lanes\":0"),
    ] {
        let body = body.replacen(from, to, 1);
        fs::write(home.path(), format!("{body}\n{}\n", sha256(&body))).expect("written");
        let problem = home
            .keyring()
            .file()
            .unlock(&secret(PASSPHRASE))
            .expect_err("refused");
        assert_eq!(problem.code, ProblemCode::KeychainEmpty, "{problem}");
    }
}

#[test]
fn another_file_in_its_place_must_be_opened_again() {
    let home = Home::new();
    let keyring = home.with_canary();
    fs::remove_file(home.path()).expect("removed");
    let other = home.keyring();
    other
        .file()
        .create(&secret("another passphrase"))
        .expect("made");
    other.store(&id(), &secret("other")).expect("kept");
    assert_eq!(text(keyring.fetch(&id())), Err(KeychainError::Sealed));
    keyring
        .file()
        .unlock(&secret("another passphrase"))
        .expect("opened");
    assert_eq!(text(keyring.fetch(&id())).as_deref(), Ok("other"));
}

#[cfg(unix)]
#[test]
fn t04_nothing_in_it_is_readable_and_only_its_user_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    drop(home.with_canary());
    let text = fs::read_to_string(home.path()).expect("ASCII");
    assert!(!text.contains("Canary") && !text.contains("correct"));
    assert!(
        text.contains("AKIAIOSFODNN7EXAMPLE"),
        "what is in it needs no passphrase to tell"
    );
    let mode = fs::metadata(home.path())
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_in_the_keychain_is_not_searched_in_the_file() {
    let home = Home::new();
    drop(home.with_canary());
    let clock = Fakes::at(Timestamp::now()).clock;
    let file = Arc::new(SealedFile::new(&home.paths, clock));
    let keyring = Keyring::new(Arc::default(), file, SecretLocation::Keychain);
    assert_eq!(text(keyring.fetch(&id())), Err(KeychainError::Sealed));
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    data_encoding::HEXLOWER.encode(&Sha256::digest(text))
}
