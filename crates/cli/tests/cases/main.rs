//! The command line as a program: what it prints and asks, against a server that gives the answers of each case.
//!
//! The cases contain the expected output. To write it, run `SNAPSHOTS=overwrite cargo test -p rolecall --test cases` and
//! read the difference.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "compares with the present")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "a case is written as literals"
)]

mod aws_files;
mod completions;
mod console;
mod credentials;
mod doctor;
mod explain;
mod help;
mod keys;
mod lists;
mod not_running;
mod other_files;
mod policy;
mod programs;
mod revoke;
#[path = "../server/mod.rs"]
mod server;
mod sessions;
mod setup;
mod usage;

use rolecall_core::view::role_list::RoleList;
use rolecall_core::view::snapshot::Snapshot;
use serde_json::{Value, json};
use server::Server;
use snapbox::cmd::Command;
use snapbox::{Data, IntoData, str};

/// A command line in an empty home, and what the server answers.
struct Case {
    arguments: &'static [&'static str],
    home: tempfile::TempDir,
    environment: Vec<(&'static str, &'static str)>,
    stdin: &'static str,
    answers: Vec<Value>,
    /// What the server must be asked; not checked if empty.
    asked: Vec<Value>,
}

impl Case {
    fn new(arguments: &'static [&'static str]) -> Self {
        Self {
            arguments,
            home: tempfile::tempdir().expect("a folder"),
            environment: Vec::new(),
            stdin: "",
            answers: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    /// Writes a file below the home folder, which is also the working directory.
    fn file(self, name: &str, text: &str) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    /// Sets the mode of a file below the home folder.
    fn mode(self, name: &str, mode: u32) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(self.home.path().join(name), permissions).expect("a file");
        self
    }

    fn stdin(mut self, text: &'static str) -> Self {
        self.stdin = text;
        self
    }

    fn answer(mut self, answer: Value) -> Self {
        self.answers.push(json!({ "Ok": answer }));
        self
    }

    fn problem(mut self, problem: Value) -> Self {
        self.answers.push(json!({ "Err": problem }));
        self
    }

    fn asked(mut self, call: Value) -> Self {
        self.asked.push(call);
        self
    }

    #[track_caller]
    fn prints(self, stdout: impl IntoData) {
        drop(self.ends(0, stdout, str![]));
    }

    #[track_caller]
    fn fails(self, stderr: impl IntoData) {
        drop(self.ends(1, str![], stderr));
    }

    #[track_caller]
    fn fails_as_usage(self, stderr: impl IntoData) {
        drop(self.ends(2, str![], stderr));
    }

    /// Runs the program and returns its home. Its output must be the same to the byte.
    #[track_caller]
    fn ends(self, code: i32, stdout: impl IntoData, stderr: impl IntoData) -> tempfile::TempDir {
        let exact = |text: Data| text.raw();
        let set = match self.arguments.contains(&"--practice") {
            true => "rolecall-practice",
            false => "rolecall",
        };
        let home = self.home.path();
        let server =
            (!self.answers.is_empty()).then(|| Server::start(&home.join(set), self.answers));
        Command::new(env!("CARGO_BIN_EXE_rolecall"))
            .args(self.arguments)
            .env_clear()
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env("DISPLAY", ":0")
            .envs(self.environment)
            .current_dir(home)
            .stdin(self.stdin)
            .assert()
            .stderr_eq(exact(stderr.into_data()))
            .stdout_eq(exact(stdout.into_data()))
            .code(code);
        let asked = server.map(Server::asked).unwrap_or_default();
        assert!(
            self.asked.is_empty() || asked == self.asked,
            "asked {asked:?}"
        );
        self.home
    }
}

/// Returns the list of the roles in a snapshot.
fn listed(snapshot: &Value) -> Value {
    let mut shown = snapshot["snapshot"].clone();
    // It may stand for a number.
    let offset = std::mem::replace(&mut shown["clock_offset_ms"], json!(0));
    let shown: Snapshot = serde_json::from_value(shown).expect("a snapshot");
    let mut list = json!({ "list": RoleList::from(&shown) });
    list["list"]["snapshot"]["clock_offset_ms"] = offset;
    list
}

/// Two roles and a broken one, with a live and a failed session.
fn snapshot() -> Value {
    serde_json::from_str(include_str!("snapshot.json")).expect("JSON")
}

/// The same with labels on the roles.
fn snapshot_marked() -> Value {
    serde_json::from_str(include_str!("snapshot_marked.json")).expect("JSON")
}

/// An empty snapshot with these fields set.
fn snapshot_with(fields: Value) -> Value {
    let mut snapshot = json!({
        "mode": "own", "endpoint": null, "clock_offset_ms": 0, "sessions": [], "roles": [], "keys": [],
        "prompts": [], "problems": [],
        "settings": { "shell": "bash", "clipboard_clear_s": 30, "lead_times_s": [] }
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        snapshot[name] = value.clone();
    }
    json!({ "snapshot": snapshot })
}

/// A snapshot in which the last session of the role audit failed with this problem.
fn audit_failed(problem: Value) -> Value {
    snapshot_with(json!({ "sessions": [{
        "role": "audit", "phase": "failed", "waiting_for": null, "account_id": "808768216571",
        "role_arn": "arn:aws:iam::808768216571:role/audit", "identity": null, "source": "user", "group": null,
        "region": null, "issued_at": null, "expires_at": null, "access_key_id": null, "problem": problem
    }] }))
}
