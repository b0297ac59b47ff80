//! Rolecall without a user interface: the keeper with its adapters. The tray application and the agent share it.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rolecall_core::api::host::{AwsFilePaths, FileState};
use rolecall_core::api::import::{ImportData, ImportSource};
use rolecall_core::settings::Settings;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::ports::{Audience, AwsWriter, Clipboard, Files, Keychain, Notifier, Store};
use rolecall_keeper::{Concern, Keeper, Ports};

use crate::aws_files::AwsFilesWriter;
use crate::browsers::LocalBrowsers;
use crate::clock::SystemClock;
use crate::files::ConfigFiles;
use crate::heartbeat;
use crate::in_flight::InFlight;
use crate::in_use;
use crate::keychain::OsKeychain;
use crate::keyring::{self, Keyring};
use crate::machine::ThisMachine;
use crate::paths::{self, Paths};
use crate::program::{self, Installed};
use crate::programs::OwnPrograms;
use crate::seal::KeychainSeal;
use crate::sealed_file::SealedFile;
use crate::store::SealedStore;
use crate::sts::AwsSts;
use crate::tasks::Threads;
use crate::teams::Teams;
use crate::watch::{self, Changed, Fingerprints, Watch};

/// A running keeper of one set of roles, keys and sessions.
pub struct Engine {
    /// The use cases.
    pub keeper: Arc<Keeper>,
    /// AWS's time.
    pub clock: Arc<SystemClock>,
    /// The credentials that callers wait for.
    pub in_flight: InFlight,
    sts: Arc<AwsSts>,
    teams: Arc<Teams>,
    paths: Paths,
    /// The fingerprints of the files before the keeper read them.
    files_before: Fingerprints,
    /// What was at the path of the program at the last check.
    installed: Mutex<Installed>,
    secrets: Option<Secrets>,
    keychain: Arc<OsKeychain>,
    /// Says that this program uses the state folder.
    _in_use: Option<File>,
}

/// The user's secrets, and the components that depend on their location.
struct Secrets {
    keyring: Arc<Keyring>,
    seal: Arc<KeychainSeal>,
    store: Arc<SealedStore>,
}

/// The storage of a set.
pub struct Stores {
    /// Roles, settings and the list of keys.
    pub files: Arc<dyn Files>,
    /// AWS's files.
    pub aws: Arc<dyn AwsWriter>,
    /// The secrets of the access keys.
    pub keychain: Arc<dyn Keychain>,
    /// The state that survives a restart.
    pub store: Arc<dyn Store>,
}

/// The user interface.
pub struct Ui {
    /// The clipboard.
    pub clipboard: Arc<dyn Clipboard>,
    /// Notifications.
    pub notifier: Arc<dyn Notifier>,
    /// The receiver of snapshots.
    pub audience: Arc<dyn Audience>,
}

impl Engine {
    /// Starts the user's own set. New secrets are stored in `location`.
    pub fn own(paths: &Paths, ui: Ui, location: keyring::SecretLocation) -> Self {
        let clock = Arc::new(SystemClock::default());
        let file = Arc::new(SealedFile::new(paths, clock.clone()));
        let keychain = Arc::new(OsKeychain::new());
        let keyring = Arc::new(Keyring::new(keychain.clone(), file, location));
        let seal = Arc::new(KeychainSeal::new(keyring.clone()));
        let store = Arc::new(SealedStore::new(paths.clone(), seal.clone(), clock.clone()));
        let stores = Stores {
            files: Arc::new(ConfigFiles::new(paths.clone())),
            aws: Arc::new(AwsFilesWriter::new(paths.clone())),
            keychain: keyring.clone(),
            store: store.clone(),
        };
        let secrets = Secrets {
            keyring,
            seal,
            store,
        };
        if location == keyring::SecretLocation::File {
            secrets.store.move_to(paths.sealed_state_path());
        }
        Self {
            secrets: Some(secrets),
            keychain,
            _in_use: in_use::mark(paths),
            ..Self::new(paths, Mode::Own, stores, ui, clock)
        }
    }

    /// Starts any set.
    pub fn new(paths: &Paths, mode: Mode, stores: Stores, ui: Ui, clock: Arc<SystemClock>) -> Self {
        let sts = Arc::new(AwsSts::new(clock.clone(), &Settings::default()));
        let ports = Ports {
            clock: clock.clone(),
            tasks: Arc::new(Threads),
            machine: Arc::new(ThisMachine),
            sts: sts.clone(),
            iam: sts.clone(),
            sign_in: sts.clone(),
            browsers: Arc::new(LocalBrowsers::default()),
            keychain: stores.keychain,
            programs: Arc::new(OwnPrograms),
            files: stores.files,
            aws: stores.aws,
            store: stores.store,
            clipboard: ui.clipboard,
            notifier: ui.notifier,
            audience: ui.audience,
        };
        let files_before = Fingerprints::of(paths);
        let keeper = Arc::new(Keeper::new(ports, mode));
        sts.configure(&keeper.settings());
        let teams = Teams::new(keeper.clone(), paths);
        Self {
            keeper,
            clock,
            in_flight: InFlight::default(),
            sts,
            teams,
            paths: paths.clone(),
            files_before,
            installed: Mutex::new(Installed::Same),
            secrets: None,
            keychain: Arc::default(),
            _in_use: None,
        }
    }

    /// Returns what is at the path of the program, if that changed since the last check.
    pub fn installation_change(&self) -> Option<Installed> {
        let installed = program::installed();
        let mut last = self
            .installed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *last, installed);
        (before != installed).then_some(installed)
    }

    /// Returns the paths of AWS's files.
    pub fn aws_files(&self) -> AwsFilePaths {
        AwsFilePaths {
            config: self.paths.aws_config_path.clone(),
            credentials: self.paths.aws_credentials_path.clone(),
        }
    }

    /// Returns the display path of the sealed file, and its state.
    pub fn sealed_file(&self) -> (String, FileState) {
        match &self.secrets {
            Some(secrets) => {
                let file = secrets.keyring.file();
                let state = file.state();
                self.note_damage(secrets);
                let state = match (state, secrets.keyring.location()) {
                    (FileState::Absent, keyring::SecretLocation::File) => FileState::Wanted,
                    (state, _) => state,
                };
                (file.shown().to_owned(), state)
            }
            None => (String::new(), FileState::Absent),
        }
    }

    /// Unlocks the sealed file and the sessions that are encrypted with it.
    ///
    /// # Errors
    /// If there is none, or the passphrase is wrong.
    pub fn unlock(&self, passphrase: &Secret) -> Result<(), Problem> {
        let secrets = self.secrets()?;
        let unlocked = secrets.keyring.file().unlock(passphrase);
        self.note_damage(secrets);
        unlocked?;
        self.keeper.keychain_opened();
        Ok(())
    }

    /// Creates the sealed file, which stores new secrets from now on.
    ///
    /// # Errors
    /// If there is one, or it cannot be written.
    pub fn create_sealed_file(&self, passphrase: &Secret) -> Result<(), Problem> {
        let secrets = self.secrets()?;
        secrets.keyring.file().create(passphrase)?;
        secrets.keyring.prefer_file();
        secrets.seal.forget();
        secrets.store.move_to(self.paths.sealed_state_path());
        self.keeper.keychain_opened();
        Ok(())
    }

    /// Returns what another program keeps on this machine. `file` is Leapp's workspace file, if it is elsewhere.
    ///
    /// # Errors
    /// If there is nothing of it, or it cannot be read.
    pub fn import_data(
        &self,
        from: ImportSource,
        file: Option<&Path>,
    ) -> Result<ImportData, Problem> {
        rolecall_import::read(from, &paths::home(), file, &*self.keychain)
    }

    fn note_damage(&self, secrets: &Secrets) {
        if let Some(damage) = secrets.keyring.file().take_damage() {
            self.keeper.set_standing(Concern::Keychain, Some(damage));
        }
    }

    fn secrets(&self) -> Result<&Secrets, Problem> {
        self.secrets.as_ref().ok_or_else(|| {
            let what = "The practice account has its keys in memory only.";
            Problem::new(ProblemCode::KeychainEmpty, what, "They need no passphrase.")
        })
    }

    /// Starts the heartbeat, the team catalogues and background calls to IAM, and restores earlier sessions.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(&self) -> Result<(), Problem> {
        heartbeat::start(self.keeper.clone())?;
        self.teams.follow(&self.keeper.settings());
        let restoring = self.keeper.clone();
        std::thread::spawn(move || {
            restoring.restore_sessions();
            rolecall_allocator::trim();
        });
        let reading = self.keeper.clone();
        std::thread::spawn(move || {
            loop {
                reading.await_unread_maximum();
                reading.read_maximums();
            }
        });
        Ok(())
    }

    /// Reloads the files when they change, until the watch is dropped. A failure to watch becomes a standing problem.
    pub fn follow_files(self: &Arc<Self>) -> Option<Watch> {
        let reloading = self.clone();
        match watch::watch(&self.paths, self.files_before.clone(), move |changed| {
            reloading.reload(changed);
        }) {
            Ok(watch) => Some(watch),
            Err(problem) => {
                self.keeper.set_standing(Concern::RolesFile, Some(problem));
                None
            }
        }
    }

    fn reload(&self, changed: Changed) {
        match changed {
            Changed::Roles => self.keeper.reload_roles(),
            Changed::Settings => {
                self.keeper.reload_settings();
                let settings = self.keeper.settings();
                self.sts.configure(&settings);
                self.teams.follow(&settings);
            }
            Changed::Keys => self.keeper.reload_keys(),
            Changed::Marks => self.keeper.reload_marks(),
            Changed::Aws => self.keeper.reload_aws_files(),
        }
        // The earlier state, and what was read, are freed.
        rolecall_allocator::trim();
    }
}
