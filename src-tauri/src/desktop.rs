//! Puts the application together: ports, keeper, socket, heartbeat, and what a click or a button does.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rolecall_agent::engine::{Engine, Face, Kept};
use rolecall_agent::files::ConfigFiles;
use rolecall_agent::host::Host;
use rolecall_agent::keyring;
use rolecall_agent::paths::Paths;
use rolecall_core::api::host::{FileState, HostKind, HostView};
use rolecall_core::asker::consent::Reply;
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::session::shell::Shell;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::menu::MenuAction;
use rolecall_core::view::notice::{Notice, NoticeAction, Topic};
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::ports::{Clock, Notifier};
use rolecall_keeper::{Concern, Keeper};
use tauri::AppHandle;

use crate::clipboard::DesktopClipboard;
use crate::notifier::DesktopNotifier;
use crate::practice_set::PracticeSet;
use crate::stage::Stage;

/// The application, as commands, tray and socket use it.
pub(crate) struct Desktop {
    pub(crate) engine: Arc<Engine>,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) clipboard: Arc<DesktopClipboard>,
    /// Reads the AWS files that a key is imported from.
    pub(crate) aws_files: ConfigFiles,
    /// The file of roles; the practice set has none.
    pub(crate) roles_path: Option<PathBuf>,
    /// The file of settings; the practice set has none.
    pub(crate) settings_path: Option<PathBuf>,
    pub(crate) stage: Arc<Stage>,
    notifier: DesktopNotifier,
    practice: Option<PracticeSet>,
}

impl Desktop {
    /// Puts the user's own set together. Secrets and sessions are where the agent keeps them that this takes over from:
    /// in its sealed file, if it has one, which opens with its passphrase and not with this program's word for it.
    pub(crate) fn own(paths: &Paths, agent: Option<&HostView>) -> Self {
        let place = match agent.map(|agent| agent.sealed_file_state) {
            Some(FileState::Sealed | FileState::Open) => keyring::Kept::InFile,
            Some(FileState::Absent | FileState::Wanted) | None => keyring::Kept::InKeychain,
        };
        Self::of(paths, None, |face| Engine::own(paths, face, place))
    }

    /// Puts the practice set together, with its access key in place.
    ///
    /// # Errors
    /// If the practice account cannot be started.
    pub(crate) fn practice(paths: &Paths) -> Result<Self, Problem> {
        let set = PracticeSet::start()?;
        let keys = set.keys()?;
        let kept = Kept {
            files: set.files.clone(),
            aws: set.files.clone(),
            keychain: set.keychain.clone(),
            store: set.store.clone(),
        };
        let desktop = Self::of(paths, Some(set), |face| {
            Engine::new(paths, Mode::Practice, kept, face, Arc::default())
        });
        for (name, pair) in keys {
            desktop.keeper.add_key(&name, &pair)?;
        }
        Ok(desktop)
    }

    fn of(
        paths: &Paths,
        practice: Option<PracticeSet>,
        engine: impl FnOnce(Face) -> Engine,
    ) -> Self {
        let clipboard = Arc::new(DesktopClipboard::start());
        let notifier = DesktopNotifier::new();
        let stage = Arc::new(Stage::default());
        let engine = Arc::new(engine(Face {
            clipboard: clipboard.clone(),
            notifier: Arc::new(notifier.clone()),
            audience: stage.clone(),
        }));
        Self {
            keeper: engine.keeper.clone(),
            engine,
            clipboard,
            aws_files: ConfigFiles::new(paths.clone()),
            roles_path: practice.is_none().then(|| paths.roles_path()),
            settings_path: practice.is_none().then(|| paths.settings_path()),
            stage,
            notifier,
            practice,
        }
    }

    /// Returns the practice authenticator's present code and its seconds left; `None` in the user's own set.
    pub(crate) fn practice_code(&self) -> Option<(String, u32)> {
        self.practice.as_ref()?.code(self.engine.clock.now())
    }

    /// Lets the buttons of notices act.
    pub(crate) fn connect_notices(self: &Arc<Self>) {
        let desktop = Arc::downgrade(self);
        self.notifier.on_action(Box::new(move |topic, action| {
            let Some(desktop) = desktop.upgrade() else {
                return;
            };
            match (action, topic) {
                (NoticeAction::Renew, Topic::Session(role)) => desktop.start_assuming(role.clone()),
                (NoticeAction::Copy, Topic::Session(role)) => desktop.copy(role, None),
                (NoticeAction::Reply(reply), Topic::Question(id)) => desktop.reply(*id, reply),
                (NoticeAction::Open, _)
                | (
                    _,
                    Topic::Digest
                    | Topic::Question(_)
                    | Topic::Questions
                    | Topic::TemporaryProfiles,
                ) => {
                    desktop.stage.window.open();
                }
                (NoticeAction::Reply(_), Topic::Session(_)) => {}
            }
        }));
    }

    /// Does what an entry of the tray's menu says.
    pub(crate) fn act(self: &Arc<Self>, app: &AppHandle, action: MenuAction) {
        match action {
            MenuAction::Assume(role) | MenuAction::Renew(role) => self.start_assuming(role),
            MenuAction::AssumeLimited(role, limits) => match self.keeper.limited(&role, &limits) {
                Ok(limited) => self.start_assuming(limited),
                Err(problem) => self.notifier.show(&Notice::failed(&role, &problem)),
            },
            MenuAction::Copy(role, shell) => {
                let desktop = self.clone();
                std::thread::spawn(move || desktop.copy(&role, Some(shell)));
            }
            MenuAction::End(role) => {
                let keeper = self.keeper.clone();
                std::thread::spawn(move || keeper.end(&role));
            }
            MenuAction::EndKey(key) => {
                let keeper = self.keeper.clone();
                std::thread::spawn(move || keeper.end_key(&key));
            }
            MenuAction::Reply(id, reply) => self.reply(id, reply),
            MenuAction::Open => self.stage.window.open(),
            MenuAction::Quit => app.exit(0),
        }
    }

    /// Notes whether the desktop has a tray; opens the window once where it has none.
    pub(crate) fn tray_changed(&self, present: bool) {
        self.keeper
            .set_standing(Concern::Tray, (!present).then(no_tray));
        if !present && self.stage.is_first_without_tray() {
            self.stage.window.open();
        }
    }

    /// Assumes a role on a thread of its own; the tray, the window and a notice tell how it goes.
    fn start_assuming(&self, role: Name) {
        let keeper = self.keeper.clone();
        std::thread::spawn(move || {
            let request = by_hand(role, RequestKind::Assume);
            keeper.clicked(&request, || keeper.assume(&request.name, None))
        });
    }

    fn reply(&self, id: u64, reply: Reply) {
        // A question that was answered meanwhile needs no other answer.
        let _ = self.keeper.reply(id, reply);
    }

    fn copy(&self, role: &Name, shell: Option<Shell>) {
        let request = by_hand(role.clone(), RequestKind::Copy);
        let copied = self
            .keeper
            .clicked(&request, || self.keeper.copy_export(role, shell));
        if let Err(problem) = copied {
            self.notifier.show(&Notice::not_copied(role, &problem));
        }
    }
}

impl Host for Desktop {
    fn kind(&self) -> HostKind {
        HostKind::Desktop
    }

    fn show_window(&self) -> Result<(), Problem> {
        self.stage.window.open();
        Ok(())
    }

    fn engine(&self) -> &Engine {
        &self.engine
    }

    fn create_sealed_file(&self, _: &Secret) -> Result<(), Problem> {
        let what = "The tray application keeps new keys in the keychain.";
        let remedy = "A file under a passphrase is for machines without one: quit the application, then run rolecall agent --sealed-file.";
        Err(Problem::new(ProblemCode::KeychainAbsent, what, remedy))
    }

    fn stop(&self) -> Result<(), Problem> {
        let what = "The tray application runs, not the agent.";
        Err(Problem::new(
            ProblemCode::NotRunning,
            what,
            "Quit it from its own menu.",
        ))
    }

    fn hand_over(&self) -> Result<(), Problem> {
        self.stop()
    }

    fn idle_limit(&self) -> Option<Duration> {
        None
    }
}

/// Returns what the user asks for in the tray, the window or a notice.
pub(crate) fn by_hand(name: Name, kind: RequestKind) -> Request {
    Request {
        name,
        kind,
        requester: None,
    }
}

fn no_tray() -> Problem {
    let what = "This desktop shows no tray icons.";
    let remedy = "On GNOME install the extension AppIndicator Support. Until then, start Rolecall again to open its window.";
    Problem::new(ProblemCode::NoTray, what, remedy)
}
