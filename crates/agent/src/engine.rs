//! Rolecall without a face: the keeper and all that it acts through but a display. The tray and the agent run the same.

use std::sync::Arc;

use rolecall_core::keeper::{Concern, Keeper, Ports};
use rolecall_core::ports::{Audience, AwsWriter, Clipboard, Files, Keychain, Notifier, Store};
use rolecall_core::problem::Problem;
use rolecall_core::settings::Settings;
use rolecall_core::snapshot::Mode;

use crate::aws_files::AwsFilesWriter;
use crate::clock::SystemClock;
use crate::files::ConfigFiles;
use crate::heartbeat;
use crate::keychain::OsKeychain;
use crate::machine::ThisMachine;
use crate::paths::Paths;
use crate::programs::OwnPrograms;
use crate::seal::KeychainSeal;
use crate::store::SealedStore;
use crate::sts::AwsSts;
use crate::teams::Teams;
use crate::watch::{self, Changed, Watch};

/// A keeper at work on one set of roles, keys and sessions.
pub struct Engine {
    /// The use cases.
    pub keeper: Arc<Keeper>,
    /// The time as AWS has it.
    pub clock: Arc<SystemClock>,
    sts: Arc<AwsSts>,
    teams: Arc<Teams>,
    paths: Paths,
}

/// Where a set is kept.
pub struct Kept {
    /// Roles, settings and the list of keys.
    pub files: Arc<dyn Files>,
    /// AWS's own files.
    pub aws: Arc<dyn AwsWriter>,
    /// The keys' secrets.
    pub keychain: Arc<dyn Keychain>,
    /// What survives a restart.
    pub store: Arc<dyn Store>,
}

/// What a person sees of it.
pub struct Face {
    /// The clipboard.
    pub clipboard: Arc<dyn Clipboard>,
    /// Notifications.
    pub notifier: Arc<dyn Notifier>,
    /// Whoever shows snapshots.
    pub audience: Arc<dyn Audience>,
}

impl Engine {
    /// Puts the user's own set to work.
    pub fn own(paths: &Paths, face: Face) -> Self {
        let clock = Arc::new(SystemClock::default());
        let keychain = Arc::new(OsKeychain::new());
        let seal = Arc::new(KeychainSeal::new(keychain.clone()));
        let kept = Kept {
            files: Arc::new(ConfigFiles::new(paths.clone())),
            aws: Arc::new(AwsFilesWriter::new(paths.clone())),
            keychain,
            store: Arc::new(SealedStore::new(paths.clone(), seal, clock.clone())),
        };
        Self::new(paths, Mode::Own, kept, face, clock)
    }

    /// Puts any set to work.
    pub fn new(paths: &Paths, mode: Mode, kept: Kept, face: Face, clock: Arc<SystemClock>) -> Self {
        let sts = Arc::new(AwsSts::new(clock.clone(), &Settings::default()));
        let ports = Ports {
            clock: clock.clone(),
            machine: Arc::new(ThisMachine),
            sts: sts.clone(),
            iam: sts.clone(),
            keychain: kept.keychain,
            programs: Arc::new(OwnPrograms),
            files: kept.files,
            aws: kept.aws,
            store: kept.store,
            clipboard: face.clipboard,
            notifier: face.notifier,
            audience: face.audience,
        };
        let keeper = Arc::new(Keeper::new(ports, mode));
        sts.configure(&keeper.settings());
        let teams = Teams::new(keeper.clone(), paths);
        Self {
            keeper,
            clock,
            sts,
            teams,
            paths: paths.clone(),
        }
    }

    /// Begins to warn, and fetches the sessions of the last run meanwhile.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(&self) -> Result<(), Problem> {
        heartbeat::start(self.keeper.clone())?;
        self.teams.follow(&self.keeper.settings());
        let restoring = self.keeper.clone();
        std::thread::spawn(move || restoring.restore_sessions());
        Ok(())
    }

    /// Reads the files again whenever they change, until the watch is dropped. Where the system has no watch to give,
    /// that is a standing problem.
    pub fn follow_files(self: &Arc<Self>) -> Option<Watch> {
        let reloading = self.clone();
        match watch::watch(&self.paths, move |changed| reloading.reload(changed)) {
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
    }
}
