//! What version 0.1.0 left on disk opens without a loss: keys, roles, settings, labels, sealed file, state, moved keys and
//! backups.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rolecall_agent::aws_files::AwsFilesWriter;
use rolecall_agent::files::ConfigFiles;
use rolecall_agent::keyring::{Keyring, SecretLocation};
use rolecall_agent::paths::Paths;
use rolecall_agent::seal::KeychainSeal;
use rolecall_agent::sealed_file::SealedFile;
use rolecall_agent::store::SealedStore;
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::{Query, Verdict};
use rolecall_core::aws_files::connection::Step;
use rolecall_core::session::shell::Shell;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::duration::KnownBy;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::{Keychain, Store};
use rolecall_keeper::{Keeper, Ports};

use crate::state_folder::paths_below;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const GUEST: &str = "arn:aws:iam::808768216571:role/guest";
const DEVICE: &str = "arn:aws:iam::177634097045:mfa/user";

/// A copy of the home folder, and the program on it as after an update.
struct Home {
    dir: tempfile::TempDir,
    paths: Paths,
    keyring: Arc<Keyring>,
    store: Arc<SealedStore>,
    fakes: Fakes,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/version-0.1.0");
        for (from, to) in [
            ("aws", ".aws"),
            ("config", ".config/rolecall"),
            ("data", ".local/share/rolecall"),
            ("state", ".local/state/rolecall"),
        ] {
            copy(&fixture.join(from), &dir.path().join(to));
        }
        let paths = paths_below(dir.path());
        let fakes = Fakes::at(start());
        let file = Arc::new(SealedFile::new(&paths, fakes.clock.clone()));
        file.unlock(&secret("correct horse battery"))
            .expect("the passphrase of then");
        let keyring = Keyring::new(Arc::default(), file, SecretLocation::File);
        let keyring = Arc::new(keyring);
        let seal = Arc::new(KeychainSeal::new(keyring.clone()));
        let store = SealedStore::new(paths.clone(), seal, fakes.clock.clone());
        store.move_to(paths.sealed_state_path());
        Self {
            dir,
            paths,
            keyring,
            store: Arc::new(store),
            fakes,
        }
    }

    fn keeper(&self) -> Keeper {
        let ports = Ports {
            files: Arc::new(ConfigFiles::new(self.paths.clone())),
            aws: Arc::new(AwsFilesWriter::watching_for(
                self.paths.clone(),
                Duration::ZERO,
            )),
            keychain: self.keyring.clone(),
            store: self.store.clone(),
            ..self.fakes.ports()
        };
        let keeper = Keeper::new(ports, Mode::Own);
        keeper.restore_sessions();
        keeper
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.dir.path().join(path)).expect("there")
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the fixture").flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("copies")),
        }
    }
}

fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn id(text: &str) -> AccessKeyId {
    AccessKeyId::parse(text).expect("an id")
}

fn serial() -> MfaSerial {
    MfaSerial::parse(DEVICE).expect("a device")
}

#[test]
fn the_sealed_file_of_the_first_version_has_its_secrets_and_seed() {
    let home = Home::new();
    let keyring = &home.keyring;
    assert_eq!(keyring.fetch(&id(ID)).expect("there").expose(), SECRET);
    let other = keyring.fetch(&id(OTHER)).expect("there");
    assert_eq!(other.expose(), "another secret of an example ABCDEFGHIJK");
    let seed = keyring.fetch_seed(&id(ID)).expect("there");
    assert_eq!(seed.expose(), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
}

#[test]
fn the_state_of_the_first_version_has_all_its_rows() {
    let home = Home::new();
    let store = &home.store;
    let mut sessions: Vec<_> = store
        .load()
        .expect("opens")
        .into_iter()
        .map(|session| {
            let token = session.credentials.session_token.expose().to_owned();
            (session.role.to_string(), token, session.reason)
        })
        .collect();
    sessions.sort();
    let reason = Some("OPS-7".to_owned());
    assert_eq!(
        sessions,
        [
            ("Kunde Ä".into(), "token of Kunde".into(), reason.clone()),
            ("guest".into(), "token of guest".into(), reason),
        ]
    );
    let mfa = store.load_mfa().expect("opens");
    assert_eq!(
        (mfa.len(), &mfa[0].key, &mfa[0].serial),
        (1, &id(ID), &serial())
    );
    assert_eq!(mfa[0].credentials.session_token.expose(), "token of MFA");
    assert!(store.was_code_sent(&serial(), &MfaCode::parse("123456").expect("a code")));
    let limits = store.duration_limits().expect("opens");
    assert_eq!((limits.len(), limits[0].0.as_str()), (1, GUEST));
    assert_eq!(
        (limits[0].1.allowed.to_string(), limits[0].1.known_by),
        ("2h".to_owned(), KnownBy::Role)
    );
    assert_eq!(store.maximum_tries(), Ok(vec![(GUEST.to_owned(), start())]));
    assert!(store.was_warned("session-1", 600) && !store.was_warned("session-1", 120));
    let usages = store.usages().expect("opens");
    assert_eq!((usages.len(), &usages[0].0), (1, &name("guest")));
    let history = store.history(&Query {
        role: None,
        since: None,
        limit: 10,
    });
    let lines: Vec<_> = history
        .expect("opens")
        .into_iter()
        .map(|line| (line.role, line.verdict, line.process, line.parents))
        .collect();
    let (process, parents) = ("aws".to_owned(), vec!["bash".to_owned()]);
    assert_eq!(
        lines,
        [
            (
                "Kunde Ä".to_owned(),
                Verdict::Denied,
                process.clone(),
                parents.clone()
            ),
            ("guest".to_owned(), Verdict::Allowed, process, parents),
        ]
    );
}

#[test]
fn the_files_of_the_first_version_are_in_effect() {
    let home = Home::new();
    let keeper = home.keeper();
    let shown = keeper.snapshot();
    assert_eq!(shown.problems, []);
    let keys: Vec<_> = shown
        .keys
        .iter()
        .map(|key| (key.name.as_str(), key.totp.as_deref()))
        .collect();
    assert_eq!(keys, [("user", Some(DEVICE)), ("Kunde \"Ä\"", None)]);
    let roles: Vec<_> = shown
        .roles
        .iter()
        .map(|role| (role.name.as_str(), role.source.as_str(), role.production))
        .collect();
    assert_eq!(
        roles,
        [("guest", "user", true), ("Kunde Ä", "guest", true)],
        "{:?}",
        shown.roles
    );
    let guest = &shown.roles[0];
    assert_eq!(
        (
            guest.favourite,
            guest.account_alias.as_deref(),
            guest.group.as_deref()
        ),
        (true, Some("shop"), Some("Clients"))
    );
    assert_eq!(shown.sessions.len(), 2);
    let settings = keeper.settings();
    assert_eq!(
        (
            settings.shell,
            settings.confirm_production,
            settings.clipboard_clear
        ),
        (Shell::Fish, false, SignedDuration::from_secs(45))
    );
    assert_eq!(
        settings.lead_times,
        [SignedDuration::from_mins(15), SignedDuration::from_mins(3)]
    );
    let policy = |role: &str| settings.ask.of(&Subject::Role(name(role)));
    assert_eq!(
        (policy("guest"), policy("Kunde Ä")),
        (Consent::Allow, Consent::Ask)
    );
    assert_eq!(settings.temporary_profiles, [name("guest")]);
}

#[test]
fn a_key_that_the_first_version_moved_goes_back_and_its_backups_stay() {
    let home = Home::new();
    let backups = ["config.1", "credentials.1"]
        .map(|name| home.text(&format!(".local/state/rolecall/backups/{name}")));
    let keeper = home.keeper();
    assert_eq!(keeper.snapshot().aws.moved, ["work"]);
    let profiles = keeper.snapshot().aws.connections;
    assert_eq!((profiles.len(), profiles[0].profile.as_str()), (1, "guest"));
    keeper.undo_import("work", Step::Write).expect("undone");
    let credentials = home.text(".aws/credentials");
    assert!(
        credentials.starts_with(&format!(
            "[work]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\noutput = json\n"
        )),
        "{credentials}"
    );
    assert_eq!(keeper.snapshot().aws.moved, Vec::<String>::new());
    assert_eq!(
        home.text(".local/state/rolecall/backups/config.1"),
        backups[0]
    );
    assert_eq!(
        home.text(".local/state/rolecall/backups/credentials.2"),
        backups[1]
    );
}

#[test]
fn an_edit_keeps_what_the_first_version_wrote() {
    let home = Home::new();
    let before = [
        home.text(".config/rolecall/settings.toml"),
        home.text(".config/rolecall/roles.toml"),
    ];
    let keeper = home.keeper();
    let guest = Subject::Role(name("guest"));
    keeper
        .set_consent(&guest, Some(Consent::Never))
        .expect("written");
    let after = home.text(".config/rolecall/settings.toml");
    assert_eq!(
        after,
        before[0].replace("guest = \"allow\"", "guest = \"never\"")
    );
    keeper.remove_role(&name("Kunde Ä")).expect("removed");
    let after = home.text(".config/rolecall/roles.toml");
    assert!(
        after.contains("external_id = \"acme-42\"") && after.contains("# My roles."),
        "{after}"
    );
    let again = home.keeper();
    assert_eq!(again.snapshot().sessions.len(), 2);
    assert_eq!(again.snapshot().keys.len(), 2);
}
