//! MFA codes and reasons that are typed at the terminal for a call.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "runs the program under test")]

mod terminal;

use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rolecall_core::api::frame::{read_frame, write_frame};
use rolecall_core::api::protocol::{REQUEST_MAX, Request, VERSION};
use serde_json::{Value, json};
use terminal::Terminal;

const PLAN: &str = "One code covers 3 roles for 12h, 1h per session.";
const OTHER_PLAN: &str = "One code for admin, valid for 12h, the role's maximum.";

/// An application with one prompt. It accepts any code except 123456, which was used, and reasons that begin with OPS.
struct Application {
    /// The roles of its snapshot.
    roles: Value,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    prompt: Option<Value>,
    outcome: Option<Value>,
    asked: Vec<Value>,
}

impl Application {
    fn start(home: &Path) -> Arc<Self> {
        Self::with_roles(home, json!([]))
    }

    fn with_roles(home: &Path, roles: Value) -> Arc<Self> {
        let application = Arc::new(Self {
            roles,
            state: Mutex::new(State {
                prompt: Some(prompt(7, PLAN, Some("Use the code for admin only (12h)"))),
                outcome: None,
                asked: Vec::new(),
            }),
            changed: Condvar::new(),
        });
        let dir = home.join("rolecall");
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&dir)
            .expect("a folder");
        let listener = UnixListener::bind(dir.join("agent.sock")).expect("a socket");
        let serving = application.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                thread::spawn(move || serving.serve(stream));
            }
        });
        application
    }

    fn serve(&self, mut stream: UnixStream) {
        let Ok(request) = read_frame::<Request>(&mut stream, REQUEST_MAX) else {
            return;
        };
        let call = serde_json::to_value(&request.call).expect("JSON");
        let result = self.answer(&call);
        let response = json!({ "v": VERSION, "app": "0.1.0", "result": result });
        // The program may have exited.
        let _ = write_frame(&mut stream, &response);
    }

    fn answer(&self, call: &Value) -> Value {
        let mut state = self.state.lock().expect("no panic inside");
        if call == "snapshot" || call == "sessions" {
            return snapshot(&self.roles);
        }
        if call.get("attend").is_some() {
            return json!({ "Ok": { "prompt": state.prompt } });
        }
        state.asked.push(call.clone());
        self.changed.notify_all();
        if let Some(answer) = call.get("answer_prompt") {
            if answer["code"] == "123456" {
                return problem("code_rejected", "This code was used already.");
            }
            drop(state);
            self.settle(session());
            return json!({ "Ok": "done" });
        }
        if let Some(check) = call.get("check_reason") {
            let is_taken = check["reason"]
                .as_str()
                .is_some_and(|it| it.starts_with("OPS-"));
            return match is_taken {
                true => json!({ "Ok": "done" }),
                false => problem("invalid_input", "The reason must match OPS-#."),
            };
        }
        if call.get("switch_prompt").is_some() {
            state.prompt = Some(prompt(8, OTHER_PLAN, None));
            return json!({ "Ok": "done" });
        }
        if call.get("cancel_prompt").is_some() {
            drop(state);
            self.settle(problem(
                "cancelled",
                "The prompt for the code was cancelled.",
            ));
            return json!({ "Ok": "done" });
        }
        let waited = self
            .changed
            .wait_while(state, |state| state.outcome.is_none());
        waited
            .expect("no panic inside")
            .outcome
            .clone()
            .unwrap_or_default()
    }

    /// Ends the prompt, as an answer from the terminal or the window does.
    fn settle(&self, outcome: Value) {
        let mut state = self.state.lock().expect("no panic inside");
        state.prompt = None;
        state.outcome = Some(outcome);
        self.changed.notify_all();
    }

    fn wait_for_call(&self) {
        let state = self.state.lock().expect("no panic inside");
        let called = self
            .changed
            .wait_while(state, |state| state.asked.is_empty());
        drop(called.expect("no panic inside"));
    }

    fn asked(&self) -> Vec<Value> {
        self.state.lock().expect("no panic inside").asked.clone()
    }
}

fn prompt(id: u64, plan: &str, alternative: Option<&str>) -> Value {
    json!({
        "id": id, "mfa_serial": "arn:aws:iam::177634097045:mfa/user", "roles": ["admin"], "plan": plan,
        "alternative": alternative, "next_code_at": null, "problem": null, "deadline": "2099-01-01T00:00:00Z"
    })
}

fn problem(code: &str, what: &str) -> Value {
    json!({ "Err": { "code": code, "what": what, "remedy": "Wait for the next one." } })
}

fn session() -> Value {
    json!({ "Ok": { "session": {
        "role": "admin", "phase": "active", "waiting_for": null, "account_id": "808768216571",
        "role_arn": "arn:aws:iam::808768216571:role/admin",
        "identity": "arn:aws:sts::808768216571:assumed-role/admin/user", "source": "user", "group": null,
        "region": null, "issued_at": null, "expires_at": null, "access_key_id": null, "problem": null
    } } })
}

fn snapshot(roles: &Value) -> Value {
    let settings = json!({ "shell": "bash", "clipboard_clear_s": 30, "lead_times_s": [] });
    json!({ "Ok": { "snapshot": {
        "mode": "own", "endpoint": null, "clock_offset_ms": 0, "sessions": [], "roles": roles, "keys": [],
        "prompts": [], "problems": [], "settings": settings
    } } })
}

fn assume(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
        .args(["assume", "admin"])
        .env_clear()
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("DISPLAY", ":0");
    command
}

#[test]
fn the_prompt_shows_its_plan_and_asks_again_for_a_used_code() {
    let home = tempfile::tempdir().expect("a folder");
    let application = Application::start(home.path());
    let mut terminal = Terminal::run(assume(home.path()));
    terminal.wait_for(PLAN);
    terminal.wait_for("Code of arn:aws:iam::177634097045:mfa/user: ");
    terminal.type_in("123456\n");
    terminal.wait_for("Wait for the next one.");
    terminal.type_in("654321\n");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("assumed-role/admin/user"), "{text}");
    let codes: Vec<Value> = application
        .asked()
        .iter()
        .filter_map(|call| Some(call.get("answer_prompt")?["code"].clone()))
        .collect();
    assert_eq!(codes, ["123456", "654321"]);
}

#[test]
fn reasons_that_are_typed_go_with_the_call_and_are_only_checked_before() {
    let home = tempfile::tempdir().expect("a folder");
    let role = |name: &str, pattern: &str, chain: &[&str]| {
        json!({
            "name": name, "arn": "arn:aws:iam::808768216571:role/admin", "account_id": "808768216571",
            "source": "user", "chain": chain, "session_name": null, "duration_s": 3600, "external_id": null,
            "mfa_serial": null, "region": null, "group": null, "needs_code": true, "planned_s": 3600,
            "problem": null, "reason": "tag:Reason", "reason_pattern": pattern
        })
    };
    let roles = json!([
        role("admin", "OPS-#", &["user", "middle", "admin"]),
        role("middle", "OPS-*", &["user", "middle"])
    ]);
    let application = Application::with_roles(home.path(), roles);
    let mut terminal = Terminal::run(assume(home.path()));
    terminal.wait_for("Reason for admin (OPS-#): ");
    terminal.type_in("because\n");
    terminal.wait_for("The reason must match OPS-#.");
    terminal.type_in("OPS-7\n");
    terminal.wait_for("Reason for middle (OPS-*): ");
    terminal.type_in("OPS-x\n");
    terminal.wait_for("Code of ");
    terminal.type_in("654321\n");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    let asked = application.asked();
    let checked = asked
        .iter()
        .filter_map(|call| call["check_reason"]["reason"].as_str());
    assert_eq!(checked.collect::<Vec<_>>(), ["because", "OPS-7", "OPS-x"]);
    let assume = json!({ "role": "admin", "code": null, "reasons": ["OPS-7", "OPS-x"] });
    assert!(asked.contains(&json!({ "assume": assume })), "{asked:?}");
}

#[test]
fn a_code_from_the_window_ends_the_prompt_at_the_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let application = Application::start(home.path());
    let mut terminal = Terminal::run(assume(home.path()));
    terminal.wait_for("Code of ");
    application.settle(session());
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("The code was entered elsewhere."), "{text}");
    assert!(text.contains("assumed-role/admin/user"), "{text}");
}

#[test]
fn the_word_other_uses_the_code_for_the_other_plan() {
    let home = tempfile::tempdir().expect("a folder");
    let application = Application::start(home.path());
    let mut terminal = Terminal::run(assume(home.path()));
    terminal.wait_for("Use the code for admin only (12h): type \"other\".");
    terminal.wait_for("Code of ");
    terminal.type_in("other\n");
    terminal.wait_for(OTHER_PLAN);
    terminal.wait_for("Code of ");
    terminal.type_in("654321\n");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    let asked = application.asked();
    assert!(asked.contains(&json!({ "switch_prompt": { "id": 7 } })));
    assert!(asked.contains(&json!({ "answer_prompt": { "id": 8, "code": "654321" } })));
}

#[test]
fn b23_an_empty_line_cancels() {
    let home = tempfile::tempdir().expect("a folder");
    let _application = Application::start(home.path());
    let mut terminal = Terminal::run(assume(home.path()));
    terminal.wait_for("Code of ");
    terminal.type_in("\n");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("The prompt for the code was cancelled."),
        "{text}"
    );
}

#[test]
fn without_a_terminal_no_code_is_asked_for() {
    let home = tempfile::tempdir().expect("a folder");
    let application = Application::start(home.path());
    let child = assume(home.path())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program");
    application.wait_for_call();
    application.settle(session());
    let output = child.wait_with_output().expect("its end");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
}
