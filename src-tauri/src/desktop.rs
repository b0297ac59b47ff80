//! Assembles the application: ports, keeper, socket, heartbeat, and the actions of menus and buttons.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rolecall_agent::autostart::Autostart;
use rolecall_agent::engine::{Engine, Stores, Ui};
use rolecall_agent::files::ConfigFiles;
use rolecall_agent::host;
use rolecall_agent::keyring;
use rolecall_agent::paths::Paths;
use rolecall_agent::window_file::WindowFile;
use rolecall_core::api::desktop::{AboutView, RoleStory};
use rolecall_core::api::host::{FileState, HostView};
use rolecall_core::asker::consent::Reply;
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::session::shell::Shell;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::shortcut::Shortcut;
use rolecall_core::view::menu::MenuAction;
use rolecall_core::view::menu_click::{self, Outcome};
use rolecall_core::view::notice::{Notice, NoticeAction, Topic};
use rolecall_core::view::snapshot::Mode;
#[cfg(target_os = "linux")]
use rolecall_keeper::ports::Audience;
use rolecall_keeper::ports::{Clock, Notifier};
use rolecall_keeper::{Concern, Given, Keeper};
use tauri::AppHandle;

use crate::about;
use crate::clipboard::DesktopClipboard;
use crate::launcher;
use crate::notifier::DesktopNotifier;
use crate::practice_set::PracticeSet;
use crate::shortcut::GlobalShortcut;
use crate::tray::{Click, Clicked};
use crate::tray_host::TrayHost;
use crate::ui_publisher::UiPublisher;

/// The application that commands, tray and socket use.
pub(crate) struct Desktop {
    pub(crate) engine: Arc<Engine>,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) clipboard: Arc<DesktopClipboard>,
    /// Reads the AWS files to import keys from.
    pub(crate) aws_files: ConfigFiles,
    /// The roles file; `None` in the practice set.
    pub(crate) roles_path: Option<PathBuf>,
    /// The settings file; `None` in the practice set.
    pub(crate) settings_path: Option<PathBuf>,
    pub(crate) ui: Arc<UiPublisher>,
    pub(crate) about: AboutView,
    /// What the window remembers.
    pub(crate) window_file: Arc<WindowFile>,
    /// The entry that starts the program at login; `None` in the practice set.
    pub(crate) autostart: Option<Autostart>,
    /// The key combination that opens the window; none in the practice set.
    pub(crate) shortcut: OnceLock<GlobalShortcut>,
    /// Whether the program starts again after it quits.
    pub(crate) is_restarting: AtomicBool,
    notifier: DesktopNotifier,
    practice: Option<PracticeSet>,
}

impl Desktop {
    /// Assembles the user's own set. Secrets and sessions stay where the agent has them that this one replaces: in its
    /// sealed file, if it has one, which the user unlocks with the passphrase.
    pub(crate) fn own(paths: &Paths, agent: Option<&HostView>) -> Self {
        let location = match agent.map(|agent| agent.sealed_file_state) {
            Some(FileState::Sealed | FileState::Open) => keyring::SecretLocation::File,
            Some(FileState::Absent | FileState::Wanted) | None => keyring::SecretLocation::Keychain,
        };
        Self::of(paths, None, |ui| Engine::own(paths, ui, location))
    }

    /// Assembles the practice set, with its access keys.
    ///
    /// # Errors
    /// If the practice account cannot be started.
    pub(crate) fn practice(paths: &Paths) -> Result<Self, Problem> {
        let set = PracticeSet::start()?;
        let keys = set.keys()?;
        let stores = Stores {
            files: set.files.clone(),
            aws: set.files.clone(),
            keychain: set.keychain.clone(),
            store: set.store.clone(),
        };
        let desktop = Self::of(paths, Some(set), |ui| {
            Engine::new(paths, Mode::Practice, stores, ui, Arc::default())
        });
        for (name, pair) in keys {
            desktop.keeper.add_key(&name, &pair)?;
        }
        Ok(desktop)
    }

    fn of(paths: &Paths, practice: Option<PracticeSet>, engine: impl FnOnce(Ui) -> Engine) -> Self {
        let clipboard = Arc::new(DesktopClipboard::start());
        let notifier = DesktopNotifier::new();
        let ui = Arc::new(UiPublisher::default());
        let mode = match practice {
            Some(_) => Mode::Practice,
            None => Mode::Own,
        };
        let window_file = WindowFile::open(practice.is_none().then(|| paths.window_path()));
        let window_file = Arc::new(window_file);
        ui.window.remember(window_file.clone(), practice.is_some());
        let engine = Arc::new(engine(Ui {
            clipboard: clipboard.clone(),
            notifier: Arc::new(notifier.clone()),
            audience: ui.clone(),
        }));
        Self {
            keeper: engine.keeper.clone(),
            engine,
            clipboard,
            aws_files: ConfigFiles::new(paths.clone()),
            roles_path: practice.is_none().then(|| paths.roles_path()),
            settings_path: practice.is_none().then(|| paths.settings_path()),
            ui,
            about: about::about(paths, mode),
            window_file,
            autostart: (practice.is_none() && cfg!(target_os = "linux"))
                .then(|| Autostart::new(paths)),
            shortcut: OnceLock::new(),
            is_restarting: AtomicBool::new(false),
            notifier,
            practice,
        }
    }

    /// Returns the practice authenticator's current code and its seconds left; `None` in the user's own set.
    pub(crate) fn practice_code(&self) -> Option<(String, u32)> {
        self.practice.as_ref()?.code(self.engine.clock.now())
    }

    /// Returns what the roles of the practice account are there to show; nothing in the user's own set.
    pub(crate) fn practice_story(&self) -> Vec<RoleStory> {
        let set = self.practice.as_ref();
        set.map(PracticeSet::story).unwrap_or_default()
    }

    /// Connects the buttons of notices to their actions.
    pub(crate) fn connect_notices(self: &Arc<Self>) {
        let window = self.ui.window.clone();
        self.notifier
            .over_window(Box::new(move || window.is_focused()));
        let desktop = Arc::downgrade(self);
        self.notifier
            .on_action(Box::new(move |topic, action, token| {
                let Some(desktop) = desktop.upgrade() else {
                    return;
                };
                match (action, topic) {
                    (NoticeAction::Renew, Topic::Session(role)) => {
                        desktop.start_assuming(role.clone());
                    }
                    (NoticeAction::Copy, Topic::Session(role)) => desktop.copy(role, None),
                    (NoticeAction::Snooze, Topic::Session(role)) => desktop.keeper.snooze(role),
                    (NoticeAction::LetEnd, Topic::Session(role)) => {
                        let (keeper, role) = (desktop.keeper.clone(), role.clone());
                        std::thread::spawn(move || keeper.let_end(&role));
                    }
                    (NoticeAction::Reply(reply), Topic::Question(id)) => desktop.reply(*id, reply),
                    (NoticeAction::Open, _)
                    | (
                        _,
                        Topic::Digest
                        | Topic::Question(_)
                        | Topic::Questions
                        | Topic::TemporaryProfiles
                        | Topic::OldKey(_)
                        | Topic::Window
                        | Topic::Menu,
                    ) => desktop.open_window(token),
                    (NoticeAction::Reply(_), Topic::Session(_)) => {}
                }
            }));
    }

    /// Handles a click in the tray. An entry of a menu that was drawn earlier does what it says if that still makes
    /// sense, or says what has changed.
    pub(crate) fn clicked(self: &Arc<Self>, app: &AppHandle, click: Click) {
        let token = click.token.as_deref();
        match click.on {
            Clicked::Icon => self.open_window(token),
            #[cfg(target_os = "linux")]
            Clicked::Menu => self
                .ui
                .tick(&self.keeper.snapshot(), self.engine.clock.now()),
            Clicked::Entry(action, entry) => {
                match menu_click::outcome(action, entry, &self.keeper.snapshot()) {
                    Outcome::Act(action) => self.act(app, action, token),
                    Outcome::Say(notice) => self.keeper.tell(&notice),
                }
            }
            Clicked::Unknown => self.notifier.show(&Notice::menu_changed()),
        }
    }

    /// Executes an entry of the tray's menu. `token` permits a window to come to the front on Wayland.
    fn act(self: &Arc<Self>, app: &AppHandle, action: MenuAction, token: Option<&str>) {
        match action {
            MenuAction::Assume(role) | MenuAction::Renew(role) => self.start_assuming(role),
            MenuAction::AssumeLimited(role, limits) => match self.keeper.limited(&role, &limits) {
                Ok(limited) => self.start_assuming(limited),
                Err(problem) => self.keeper.tell(&Notice::failed(&role, &problem)),
            },
            MenuAction::Copy(role, shell) => {
                let desktop = self.clone();
                std::thread::spawn(move || desktop.copy(&role, Some(shell)));
            }
            MenuAction::Console(role) => {
                let desktop = self.clone();
                std::thread::spawn(move || desktop.open_console(&role));
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
            MenuAction::Open => self.open_window(token),
            MenuAction::Show(role) => {
                // A failure is reported by the window's host.
                let snapshot = self.keeper.snapshot();
                let _ = self.ui.window.open_at(role, snapshot, token);
            }
            MenuAction::Dismiss(roles) => {
                let keeper = self.keeper.clone();
                std::thread::spawn(move || roles.iter().for_each(|role| drop(keeper.end(role))));
            }
            MenuAction::Restart => {
                let desktop = self.clone();
                std::thread::spawn(move || {
                    if let Err(problem) = desktop.restart() {
                        desktop.notifier.show(&Notice::program_failed(&problem));
                    }
                });
            }
            MenuAction::Quit => app.exit(0),
        }
    }

    /// Opens the window. A failure is shown as a notification and as a problem. `token` permits it to come to the front on
    /// Wayland.
    pub(crate) fn open_window(&self, token: Option<&str>) {
        host::note_program(self);
        // A failure is reported by the window's host.
        let _ = self.ui.window.open(token);
    }

    /// Takes the key combination that the user chose. The practice account has none, since the user's own set has it.
    pub(crate) fn follow_shortcut(self: &Arc<Self>) {
        if self.practice.is_some() {
            return;
        }
        let desktop = Arc::downgrade(self);
        let shortcut = self.shortcut.get_or_init(|| {
            GlobalShortcut::start(move |token| {
                if let Some(desktop) = desktop.upgrade() {
                    // A failure is reported by the window's host.
                    let _ = desktop.ui.window.toggle(token);
                }
            })
        });
        let keys = self.window_file.current().shortcut;
        shortcut.set(keys.and_then(|keys| Shortcut::parse(&keys)).as_ref());
    }

    /// Shows that the window cannot be opened.
    pub(crate) fn window_failed(&self, problem: &Problem) {
        self.notifier.show(&Notice::program_failed(problem));
        self.keeper
            .set_standing(Concern::Window, Some(problem.clone()));
    }

    /// Quits, and then starts the installed program.
    ///
    /// # Errors
    /// If the installed program does not start. This one goes on.
    pub(crate) fn restart(&self) -> Result<(), Problem> {
        launcher::check_installed()?;
        self.is_restarting.store(true, Ordering::Release);
        self.ui.quit();
        Ok(())
    }

    /// Records whether the desktop has a tray. Without one, opens the window once.
    pub(crate) fn tray_changed(&self, host: TrayHost) {
        let problem = match host {
            TrayHost::Present => None,
            TrayHost::Missing => Some(no_tray()),
            TrayHost::NoBus => Some(no_bus()),
        };
        if host == TrayHost::NoBus {
            tracing::error!("{}", no_bus());
        }
        self.ui.host_changed(host);
        let is_missing = problem.is_some();
        self.keeper.set_standing(Concern::Tray, problem);
        if is_missing && self.ui.is_first_without_tray() {
            self.open_window(None);
        }
    }

    /// Assumes a role on its own thread. The tray, the window and a notice show the result.
    fn start_assuming(&self, role: Name) {
        let keeper = self.keeper.clone();
        std::thread::spawn(move || {
            let request = user_request(role, RequestKind::Assume);
            keeper.clicked(&request, || keeper.assume(&request.name, None))
        });
    }

    fn reply(&self, id: u64, reply: Reply) {
        // The question may have been answered already.
        let _ = self.keeper.answer(id, Given::Reply(reply));
    }

    fn open_console(&self, role: &Name) {
        let request = user_request(role.clone(), RequestKind::Console);
        let opened = self
            .keeper
            .clicked(&request, || self.keeper.open_console(role));
        if let Err(problem) = opened {
            self.keeper
                .tell(&Notice::console_not_opened(role, &problem));
        }
    }

    fn copy(&self, role: &Name, shell: Option<Shell>) {
        let request = user_request(role.clone(), RequestKind::Copy);
        let copied = self
            .keeper
            .clicked(&request, || self.keeper.copy_export(role, shell));
        if let Err(problem) = copied {
            self.keeper.tell(&Notice::not_copied(role, &problem));
        }
    }
}

/// Returns a request that the user makes in the tray, the window or a notice.
pub(crate) fn user_request(name: Name, kind: RequestKind) -> Request {
    Request {
        name,
        kind,
        requester: None,
    }
}

fn no_bus() -> Problem {
    let what = "The desktop's session bus cannot be reached.";
    let remedy = "The tray icon, notifications and the keychain need it, and work again once there is one: log out and in again if it has ended. Sessions and the rolecall command keep working.";
    Problem::new(ProblemCode::NoBus, what, remedy)
}

fn no_tray() -> Problem {
    let what = "This desktop shows no tray icons.";
    let remedy = "On GNOME, install the extension AppIndicator Support. Until then, start Rolecall again to open its window.";
    Problem::new(ProblemCode::NoTray, what, remedy)
}
