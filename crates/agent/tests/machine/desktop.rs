//! A private bus with a real keychain for one test, in a process of its own: the address of the bus is a variable of
//! the environment, which belongs to a whole process.

pub(crate) mod display;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

/// The password of the test's keyring.
const PASSWORD: &str = "keyring password";
/// Tells the child process where its desktop is.
const ROOT: &str = "ROLECALL_TEST_DESKTOP";
/// How long anything of a test may take to come about.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Services {
    /// gnome-keyring, unlocked.
    Keyring,
    /// A keychain that can be started, but never comes up.
    NeverUp,
    /// Nothing.
    None,
    /// There is no bus.
    NoBus,
}

/// The desktop as its test sees it.
pub(crate) struct Desktop {
    /// Below it lies everything the test and its daemons write.
    pub(crate) root: PathBuf,
}

/// Runs a test on a desktop of its own. `name` is the test's path.
pub(crate) fn on_desktop(name: &str, services: Services, test: impl FnOnce(&Desktop)) {
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
    let session = Session::start(services);
    let mut command = session.command("/proc/self/exe");
    let done = command
        .args(["--exact", name, "--nocapture"])
        .env(ROOT, session.root.path())
        .output()
        .expect("the test's own process starts");
    assert!(
        done.status.success(),
        "{name}: {}\n{}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Says that a test could not be run here.
#[expect(clippy::print_stdout, reason = "tells whoever runs the tests")]
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
        // It may have been killed by its test.
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
            Services::Keyring => PathBuf::from("/usr/share/dbus-1/services"),
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
        // A keyring that the bus started again is not among the daemons.
        if let Some(pid) = Bus::try_at(&self.address).and_then(|bus| bus.keychain_pid()) {
            signal(pid, rustix::process::Signal::KILL);
        }
    }
}

fn set_private(dir: &Path) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(dir, mode).expect("permissions");
}

/// The session bus, as the test asks it.
pub(crate) struct Bus {
    runtime: tokio::runtime::Runtime,
    connection: zbus::Connection,
}

impl Bus {
    /// Returns the bus of this process's environment.
    pub(crate) fn session() -> Self {
        let address = variable("DBUS_SESSION_BUS_ADDRESS").expect("a bus");
        Self::at(&address.to_string_lossy())
    }

    fn at(address: &str) -> Self {
        Self::try_at(address).expect("a bus")
    }

    fn try_at(address: &str) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let connection = runtime.block_on(async {
            zbus::connection::Builder::address(address)
                .ok()?
                .build()
                .await
                .ok()
        })?;
        Some(Self {
            runtime,
            connection,
        })
    }

    /// Returns the process that owns the Secret Service's name.
    pub(crate) fn keychain_pid(&self) -> Option<u32> {
        let reply = self.call(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "GetConnectionUnixProcessID",
            &"org.freedesktop.secrets",
        );
        reply.ok()?.body().deserialize().ok()
    }

    /// Tells services that the bus starts from now on where the display is.
    pub(crate) fn set_display(&self, name: &str) {
        let variables = std::collections::HashMap::from([("DISPLAY", name)]);
        self.call(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "UpdateActivationEnvironment",
            &(variables,),
        )
        .expect("takes variables");
    }

    /// Locks the default collection.
    pub(crate) fn lock(&self) {
        let reply = self.secrets("ReadAlias", &"default").expect("an answer");
        let collection: OwnedObjectPath = reply.body().deserialize().expect("a path");
        self.secrets("Lock", &vec![collection]).expect("locks");
    }

    /// Returns the labels of all items of ours.
    pub(crate) fn labels(&self) -> Vec<String> {
        let ours = std::collections::HashMap::from([("service", "rolecall")]);
        let reply = self.secrets("SearchItems", &(ours,)).expect("an answer");
        let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            reply.body().deserialize().expect("paths");
        open.iter()
            .chain(&locked)
            .map(|item| self.label(item))
            .collect()
    }

    fn label(&self, item: &OwnedObjectPath) -> String {
        let reply = self
            .call(
                "org.freedesktop.secrets",
                item.as_str(),
                "org.freedesktop.DBus.Properties",
                "Get",
                &("org.freedesktop.Secret.Item", "Label"),
            )
            .expect("a label");
        let value: OwnedValue = reply.body().deserialize().expect("a value");
        String::try_from(value).expect("text")
    }

    fn secrets<A>(&self, method: &str, arguments: &A) -> zbus::Result<zbus::Message>
    where
        A: serde::Serialize + zbus::zvariant::DynamicType,
    {
        self.call(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service",
            method,
            arguments,
        )
    }

    fn call<A>(
        &self,
        destination: &str,
        path: &str,
        interface: &str,
        method: &str,
        arguments: &A,
    ) -> zbus::Result<zbus::Message>
    where
        A: serde::Serialize + zbus::zvariant::DynamicType,
    {
        self.runtime.block_on(self.connection.call_method(
            Some(destination),
            path,
            Some(interface),
            method,
            arguments,
        ))
    }
}

/// Unlocks the keyring that runs as signing in does, over its control socket.
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
    // The process may be gone.
    let _ = rustix::process::kill_process(pid.expect("a process"), signal);
}

/// Waits for something to come about, and fails the test if it does not.
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

/// Runs something that must end within `limit`, and returns what it gave.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    act: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || done.send(act()));
    outcome.recv_timeout(limit).expect("done in time")
}
