//! A private bus with a real keychain for one test, in its own process, since the bus address is an environment variable
//! of the whole process.

mod bus;
pub(crate) mod display;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

pub(crate) use bus::Bus;

/// The password of the test's keyring.
const PASSWORD: &str = "keyring password";
/// The variable with the desktop's folder for the child process.
const ROOT: &str = "ROLECALL_TEST_DESKTOP";
/// The timeout for every condition of a test.
const PATIENCE: Duration = Duration::from_secs(60);

/// The services on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Services {
    /// gnome-keyring, unlocked.
    Keyring,
    /// gnome-keyring without a keyring, as on a new desktop with automatic login.
    NewKeyring,
    /// A keychain that can be started but never becomes ready.
    NeverUp,
    /// No service.
    None,
    /// There is no bus.
    NoBus,
}

/// The desktop of a test.
pub(crate) struct Desktop {
    /// The folder for all files of the test and its daemons.
    pub(crate) root: PathBuf,
}

/// Runs a test on its own desktop. `name` is the test's path.
pub(crate) fn on_desktop(name: &str, services: Services, test: impl FnOnce(&Desktop)) {
    on_desktops(1, name, services, test);
}

/// Runs a test that answers the keychain's dialog, on up to three new desktops, since without a window manager that
/// dialog sometimes closes before it gets a key.
pub(crate) fn with_dialog(name: &str, services: Services, test: impl FnOnce(&Desktop)) {
    on_desktops(3, name, services, test);
}

fn on_desktops(tries: u32, name: &str, services: Services, test: impl FnOnce(&Desktop)) {
    if let Some(root) = variable(ROOT) {
        return test(&Desktop { root: root.into() });
    }
    if !is_installed() {
        assert!(
            variable("CI").is_none(),
            "dbus-daemon or gnome-keyring-daemon is not installed"
        );
        skipped("dbus-daemon or gnome-keyring-daemon is not installed");
        return;
    }
    let mut failures = String::new();
    for _ in 0..tries {
        match own_process(name, services) {
            Ok(()) => return,
            Err(failure) => failures.push_str(&failure),
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn own_process(name: &str, services: Services) -> Result<(), String> {
    let session = Session::start(services);
    let mut command = session.command("/proc/self/exe");
    let done = command
        .args(["--exact", name, "--nocapture"])
        .env(ROOT, session.root.path())
        .output()
        .expect("the test's own process starts");
    if done.status.success() {
        return Ok(());
    }
    let (output, errors) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    Err(format!("{name}: {}\n{output}\n{errors}\n", done.status))
}

/// Prints why a test is skipped.
#[expect(
    clippy::print_stdout,
    reason = "a message for the person who runs the tests"
)]
pub(crate) fn skipped(why: &str) {
    println!("skipped: {why}");
}

fn is_installed() -> bool {
    ["/usr/bin/dbus-daemon", "/usr/bin/gnome-keyring-daemon"]
        .iter()
        .all(|program| Path::new(program).exists())
}

#[expect(
    clippy::disallowed_methods,
    reason = "tells the test's own process from its parent"
)]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// The daemons of a desktop; they end with it.
struct Session {
    root: TempDir,
    address: String,
    daemons: Vec<Daemon>,
}

struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        // The test may have killed it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Session {
    fn start(services: Services) -> Self {
        let mut session = Self {
            root: tempfile::tempdir().expect("a folder"),
            address: "unix:path=/nonexistent/bus".into(),
            daemons: Vec::new(),
        };
        for dir in ["home", "run", "services"] {
            std::fs::create_dir(session.root.path().join(dir)).expect("a folder");
        }
        set_private(&session.root.path().join("run"));
        if services == Services::NoBus {
            return session;
        }
        session.start_bus(services);
        if services == Services::Keyring {
            session.start_keyring();
        }
        session
    }

    fn start_bus(&mut self, services: Services) {
        let root = self.root.path();
        let dir = match services {
            Services::Keyring | Services::NewKeyring => PathBuf::from("/usr/share/dbus-1/services"),
            Services::NeverUp | Services::None | Services::NoBus => root.join("services"),
        };
        if services == Services::NeverUp {
            let service = "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sleep 30\n";
            std::fs::write(dir.join("s.service"), service).expect("a service file");
        }
        let config = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\
             <busconfig><type>session</type><servicedir>{}</servicedir><listen>unix:path={}</listen>\
             <auth>EXTERNAL</auth><policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
             <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
            dir.display(),
            root.join("run/bus").display()
        );
        std::fs::write(root.join("bus.conf"), config).expect("a configuration");
        let mut child = self
            .command("/usr/bin/dbus-daemon")
            .arg("--nofork")
            .arg("--print-address")
            .arg(format!("--config-file={}", root.join("bus.conf").display()))
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon starts");
        let stdout = child.stdout.take().expect("piped");
        let mut address = String::new();
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("an address");
        self.address = address.trim().to_owned();
        self.daemons.push(Daemon(child));
    }

    fn start_keyring(&mut self) {
        let mut child = self
            .command("/usr/bin/gnome-keyring-daemon")
            .args(["--unlock", "--foreground", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts");
        let mut password = child.stdin.take().expect("piped");
        write!(password, "{PASSWORD}").expect("takes a password");
        drop(password);
        self.daemons.insert(0, Daemon(child));
        let bus = Bus::at(&self.address);
        wait_until("the keyring is there", || bus.keychain_pid().is_some());
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "starts the daemons and the test's own process"
    )]
    fn command(&self, program: &str) -> Command {
        let root = self.root.path();
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", root.join("home"))
            .env("XDG_RUNTIME_DIR", root.join("run"))
            .env("XDG_DATA_HOME", root.join("home/data"))
            .env("XDG_CONFIG_HOME", root.join("home/config"))
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A keyring that the bus restarted is not in the list of daemons.
        if let Some(pid) = Bus::try_at(&self.address).and_then(|bus| bus.keychain_pid()) {
            signal(pid, rustix::process::Signal::KILL);
        }
    }
}

fn set_private(dir: &Path) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(dir, mode).expect("permissions");
}

/// Unlocks the running keyring like a login, over its control socket.
/// <https://gitlab.gnome.org/GNOME/gnome-keyring/-/blob/master/pam/gkr-pam-client.c>
pub(crate) fn unlock_keyring(desktop: &Desktop) {
    const UNLOCK: u32 = 1;
    let mut socket =
        UnixStream::connect(desktop.root.join("run/keyring/control")).expect("a control socket");
    let length = u32::try_from(PASSWORD.len()).expect("short");
    let mut packet = vec![0];
    for number in [12 + length, UNLOCK, length] {
        packet.extend(number.to_be_bytes());
    }
    packet.extend(PASSWORD.as_bytes());
    socket.write_all(&packet).expect("takes a password");
    let mut answer = [0; 8];
    socket.read_exact(&mut answer).expect("answers");
    assert_eq!(answer, [0, 0, 0, 8, 0, 0, 0, 0], "unlocks");
}

/// Sends a signal to a process of this desktop.
pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    // The process may have ended.
    let _ = rustix::process::kill_process(pid.expect("a process"), signal);
}

/// Waits for a condition, and fails the test on timeout.
#[expect(clippy::disallowed_methods, reason = "looks again until a deadline")]
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < PATIENCE,
            "{what}: not within {PATIENCE:?}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// Runs something that must end within `limit`, and returns its result.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    act: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || done.send(act()));
    outcome.recv_timeout(limit).expect("done in time")
}
