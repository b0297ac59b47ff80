//! MFA codes and reasons that are typed at the terminal for a call.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "runs the program under test")]

mod terminal;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
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
            return snapshot(&self.roles, state.prompt.as_ref());
        }
        if call == "host" {
            return json!({ "Ok": { "host": {
                "kind": "desktop", "version": "0.1.0", "pid": 1, "sealed_file": "~/x", "sealed_file_state": "absent"
            } } });
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

fn snapshot(roles: &Value, prompt: Option<&Value>) -> Value {
    let question = |prompt: &Value| {
        let mut question = prompt.clone();
        question["kind"] = json!("code");
        question
    };
    let questions: Vec<Value> = prompt.map(question).into_iter().collect();
    let settings = json!({ "shell": "bash", "clipboard_clear_s": 30, "lead_times_s": [] });
    json!({ "Ok": { "snapshot": {
        "mode": "own", "endpoint": null, "clock_offset_ms": 0, "sessions": [], "roles": roles, "keys": [],
        "open_questions": questions, "problems": [], "settings": settings
    } } })
}

fn assume(home: &Path) -> Command {
    let mut command = program(home);
    command.args(["assume", "admin"]);
    command
}

fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
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

fn spawned(command: &mut Command) -> Child {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    piped.stderr(Stdio::piped()).spawn().expect("the program")
}

/// Runs the program without a terminal and with this text on standard input.
fn without_a_terminal(home: &Path, stdin: &[u8]) -> Child {
    let mut child = spawned(&mut assume(home));
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(stdin).expect("its text");
    child
}

#[test]
fn without_a_terminal_a_line_says_where_to_give_the_code() {
    let home = tempfile::tempdir().expect("a folder");
    let application = Application::start(home.path());
    // A list of roles, which is not for this command.
    let mut child = without_a_terminal(home.path(), b"guest\naudit\n");
    let mut line = String::new();
    let errors = child.stderr.take().expect("a pipe");
    BufReader::new(errors).read_line(&mut line).expect("a line");
    assert_eq!(
        line,
        "Waiting for a code of arn:aws:iam::177634097045:mfa/user. Enter it in Rolecall's window, or pipe it: \
         echo CODE | rolecall assume admin\n"
    );
    application.settle(session());
    assert!(child.wait().expect("its end").success());
    let asked = application.asked();
    assert!(asked.iter().all(|call| call.get("attend").is_none()));
    assert!(asked.iter().all(|call| call.get("answer_prompt").is_none()));
}

#[test]
fn a_code_that_is_piped_answers_the_prompt() {
    for text in ["654321\n", "654321", "654 321\r\n"] {
        let home = tempfile::tempdir().expect("a folder");
        let application = Application::start(home.path());
        let child = without_a_terminal(home.path(), text.as_bytes());
        let output = child.wait_with_output().expect("its end");
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{text:?}: {output:?}"
        );
        let asked = application.asked();
        let answered = |call: &Value| call["answer_prompt"]["code"] == text.trim();
        assert!(asked.iter().any(answered), "{asked:?}");
    }
}

#[test]
fn a_piped_code_that_is_refused_ends_the_wait() {
    let home = tempfile::tempdir().expect("a folder");
    let _application = Application::start(home.path());
    let child = without_a_terminal(home.path(), b"123456\n");
    let output = child.wait_with_output().expect("its end");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with("This code was used already."), "{text}");
}

#[test]
fn a_piped_code_comes_before_the_question_at_the_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let application = Application::start(home.path());
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(b"654321\n").expect("its text");
    let terminal = Terminal::with_input(assume(home.path()), Some(reader.into()));
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    let asked = application.asked();
    assert!(asked.contains(&json!({ "answer_prompt": { "id": 7, "code": "654321" } })));
}

#[test]
fn the_input_of_a_program_is_left_to_it() {
    let home = tempfile::tempdir().expect("a folder");
    let application = Application::start(home.path());
    let mut child = spawned(program(home.path()).args(["exec", "admin", "--", "cat"]));
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(b"654321\n").expect("its text");
    let errors = child.stderr.take().expect("a pipe");
    let mut line = String::new();
    BufReader::new(errors).read_line(&mut line).expect("a line");
    assert!(line.starts_with("Waiting for a code of "), "{line}");
    application.settle(problem("cancelled", "The prompt was cancelled."));
    assert_eq!(child.wait().expect("its end").code(), Some(1));
    let asked = application.asked();
    assert!(asked.iter().all(|call| call.get("answer_prompt").is_none()));
}

#[test]
fn without_a_terminal_no_code_is_asked_for() {
    let home = tempfile::tempdir().expect("a folder");
    let application = Application::start(home.path());
    let child = assume(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
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
