//! The rules of every call.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::asker::consent::Subject;
use crate::asker::history::Request;
use crate::value::name::Name;

/// The calls without a content.
const UNIT: [&str; 10] = [
    "snapshot",
    "sessions",
    "show_window",
    "toggle_window",
    "host",
    "questions",
    "stop",
    "hand_over",
    "retry_keychain",
    "refresh_keys",
];

/// Returns a call of each kind, and of each form that has its own rules.
fn every_call() -> Vec<Value> {
    let role = json!({ "role": "guest" });
    let of_role = [
        "explain_further",
        "end",
        "environment",
        "credentials",
        "container_credentials",
        "keep_fresh",
        "attend",
        "lock_regions",
    ];
    let units = UNIT.into_iter().map(Value::from);
    let roles = of_role.into_iter().map(|name| json!({ name: role }));
    let prompts = ["cancel_prompt", "switch_prompt", "cancel_reason"]
        .map(|name| json!({ name: { "id": 1 } }));
    units
        .chain(roles)
        .chain(calls_of_keys())
        .chain(prompts)
        .chain(["names", "list"].map(|name| json!({ name: { "search": "g" } })))
        .chain([
            json!({ "search": { "text": "g" } }),
            json!({ "doctor": { "role": null } }),
            json!({ "assume": { "role": "guest", "code": null } }),
            json!({ "assume": { "role": "guest", "code": "123456" } }),
            json!({ "env": { "role": "guest", "shell": "bash" } }),
            json!({ "limited": { "role": "guest", "limits": {} } }),
            json!({ "check_reason": { "role": "guest", "reason": "OPS-7" } }),
            json!({ "move_in": { "from": "leapp", "file": null, "rehearse": true } }),
            json!({ "take_roles": { "text": "", "path": "a", "source": null, "rehearse": true } }),
            json!({ "answer_prompt": { "id": 1, "code": "123456" } }),
            json!({ "history": { "role": null, "since": null, "limit": 1 } }),
            json!({ "connect": { "which": "all", "prefix": "", "step": "write" } }),
            json!({ "disconnect": { "which": "all", "step": "write" } }),
            json!({ "unlock": { "passphrase": "p", "file": "new" } }),
            json!({ "serve": { "role": "guest", "process": 7 } }),
            json!({ "question": { "confirm": { "role": "guest" } } }),
            json!({ "question": { "answer_account": { "id": 1, "account": "shop" } } }),
            json!({ "question": { "cancel_account": { "id": 1 } } }),
            json!({ "question": { "extend": { "id": 1 } } }),
        ])
        .chain(calls_of_the_console_and_iam())
        .collect()
}

/// Returns the calls that apply a kit.
fn calls_of_setup() -> Vec<Value> {
    vec![
        json!({ "setup": "runs" }),
        json!({ "setup": { "plan": request() } }),
        json!({ "setup": { "begin": { "request": request(), "replace": "no", "digest": "" } } }),
        json!({ "setup": { "continue": { "number": 1, "digest": "", "tries": 0 } } }),
        json!({ "setup": { "undo": { "number": 1, "digest": "", "tries": 0 } } }),
    ]
}

/// Returns the calls about access keys.
fn calls_of_keys() -> Vec<Value> {
    let of_key = [
        "end_key",
        "remove_totp",
        "end_mfa",
        "key_credentials",
        "rotation_plan",
    ];
    let mut calls = of_key
        .map(|name| json!({ name: { "key": "work" } }))
        .to_vec();
    calls.extend([
        json!({ "add_key": { "name": "work", "access_key_id": "AKIA", "secret": "s" } }),
        json!({ "rename_key": { "name": "work", "new_name": "home" } }),
        json!({ "remove_key": { "name": "work" } }),
        json!({ "add_totp": { "key": "work", "serial": "arn", "seed": "s" } }),
        json!({ "move_key": { "profile": "work", "name": null, "step": "write" } }),
        json!({ "put_key_back": { "profile": "work", "step": "preview" } }),
        json!({ "put_key_back": { "profile": "work", "step": "write" } }),
        json!({ "rotate_key": { "key": "work", "action": "delete_old" } }),
    ]);
    calls
}

/// Returns the calls by which programs open the console or change IAM, and those of the window.
fn calls_of_the_console_and_iam() -> Vec<Value> {
    let mut calls = vec![
        json!({ "console": { "role": "guest", "request": {} } }),
        json!({ "console_page": { "page": 1 } }),
        json!({ "open_console": { "role": "guest" } }),
        json!({ "set_renew": { "role": "guest", "renew": "automatic" } }),
        json!("check_sessions"),
    ];
    calls.extend(calls_of_the_window());
    calls.push(json!({ "reply": { "id": 1, "reply": "deny" } }));
    calls.extend(calls_of_setup());
    calls.extend(revocations());
    calls
}

/// Returns a call of most of the kinds that only the window sends.
fn calls_of_the_window() -> Vec<Value> {
    vec![
        json!({ "explain_text": { "text": "AccessDenied" } }),
        json!({ "answer_reason": { "id": 1, "reason": "OPS-7" } }),
        json!({ "copy_export": { "role": "guest", "shell": null } }),
        json!({ "set_consent": { "role": "guest", "consent": "ask" } }),
        json!({ "set_key_consent": { "key": "work", "consent": null } }),
        json!({ "set_temporary_profile": { "role": "guest", "is_written": true } }),
        json!({ "set_setting": { "section": "aws", "name": "fips", "value": true } }),
        json!("settings"),
        json!({ "save_role": { "previous_name": null, "role": draft() } }),
        json!({ "remove_role": { "name": "guest" } }),
        json!({ "mark_role": { "name": "guest", "marks": {} } }),
        json!({ "name_account": { "account_id": "808768216571", "alias": "" } }),
        json!({ "dismiss_problem": { "code": "no_tray" } }),
        json!({ "desktop": "practice_code" }),
    ]
}

fn request() -> Value {
    let draft = serde_json::to_value(crate::setup::KitDraft::default()).expect("JSON");
    json!({ "draft": draft, "signers": [], "entry": null })
}

/// Returns the calls on revocations, shown and done, with a session and with a key.
fn revocations() -> Vec<Value> {
    vec![
        json!({ "revoke": { "target": { "role": "guest" }, "step": { "preview": { "with": "any" } } } }),
        json!({ "revoke": {
            "target": { "key": "work" },
            "step": { "write": { "at": "2026-11-21T12:00:00Z", "by": { "role": "guest" }, "digest": "" } },
        } }),
        json!({ "undo_revocation": { "target": { "role": "guest" }, "step": { "preview": { "with": "any" } } } }),
        json!({ "undo_revocation": {
            "target": { "session": "guest" },
            "step": { "write": { "by": { "key": "work" }, "digest": "" } },
        } }),
    ]
}

fn draft() -> Value {
    serde_json::to_value(crate::role::RoleDraft::default()).expect("JSON")
}

fn name_of(call: &Value) -> &str {
    let object = call.as_object().and_then(|it| it.keys().next());
    object.map_or_else(|| call.as_str().expect("a name"), String::as_str)
}

fn rules(call: &Value) -> CallRules {
    let call: Call = serde_json::from_value(call.clone()).expect("a call");
    call.rules()
}

/// Returns the names of the calls that fit, each once.
fn those(fits: impl Fn(&CallRules) -> bool) -> Vec<String> {
    let calls = every_call();
    let fitting = calls.iter().filter(|call| fits(&rules(call)));
    let mut names: Vec<String> = fitting.map(|call| name_of(call).to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_calls_of_these_tests_are_all_there_are() {
    let unknown = serde_json::from_value::<Call>(json!("nothing")).expect_err("no such call");
    let message = unknown.to_string();
    let mut known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
    known.sort_unstable();
    assert!(known.contains(&"hand_over"), "{message}");
    assert_eq!(those(|_| true), known);
}

#[test]
fn every_call_that_gives_credentials_has_a_subject() {
    let mut subjects = BTreeMap::new();
    for call in every_call() {
        let access = rules(&call).access;
        let subject = access.request().map(|kind| {
            let name = Name::parse("guest").expect("a name");
            let requester = None;
            Request {
                name,
                kind,
                requester,
            }
            .subject()
        });
        if matches!(access, Access::Credentials(_)) {
            let subject = subject.expect("a subject");
            // A revocation is signed with a session or an access key, whose policy decides.
            let places = ["role", "step/write/by/role"];
            let mut named = places.iter().map(|it| format!("/{}/{it}", name_of(&call)));
            let named = named.find_map(|place| call.pointer(&place));
            let is_of_role = matches!(subject, Subject::Role(_));
            assert_eq!(is_of_role, named.is_some(), "{call}");
            subjects.insert(name_of(&call).to_owned(), is_of_role);
        }
    }
    let expected = [
        ("console", true),
        ("container_credentials", true),
        ("copy_export", true),
        ("credentials", true),
        ("env", true),
        ("environment", true),
        ("key_credentials", false),
        ("open_console", true),
        ("put_key_back", false),
        ("revoke", true),
        ("rotate_key", false),
        ("rotation_plan", false),
        ("setup", false),
        ("undo_revocation", false),
    ];
    assert_eq!(
        subjects,
        expected
            .map(|(name, is_of_role)| (name.to_owned(), is_of_role))
            .into()
    );
}

#[test]
fn what_an_sdk_or_a_background_process_waits_for_prompts_nobody() {
    let quiet = those(|rules| rules.prompts == Prompts::Nobody);
    let expected = [
        "container_credentials",
        "credentials",
        "keep_fresh",
        "key_credentials",
        "unlock",
    ];
    assert_eq!(quiet, expected);
    let person = every_call();
    for call in person
        .iter()
        .filter(|call| rules(call).prompts == Prompts::Nobody)
    {
        assert!(rules(call).deadline < PERSON, "{call}");
    }
}

#[test]
fn a_code_is_never_sent_twice() {
    for call in every_call()
        .iter()
        .filter(|call| call.to_string().contains("123456"))
    {
        assert_eq!(rules(call).if_lost, IfLost::Fail, "{call}");
    }
    let without_code = json!({ "assume": { "role": "guest", "code": null } });
    assert_eq!(rules(&without_code).if_lost, IfLost::Resend);
}

#[test]
fn calls_about_a_running_program_do_not_start_one() {
    let fails =
        |rules: &CallRules| rules.if_absent == IfAbsent::Fail && rules.callers != Callers::Window;
    let expected = [
        "attend",
        "console_page",
        "hand_over",
        "host",
        "keep_fresh",
        "question",
        "reply",
        "serve",
        "show_window",
        "stop",
        "toggle_window",
    ];
    assert_eq!(those(fails), expected);
}

#[test]
fn calls_for_which_it_matters_who_asks_name_the_process() {
    let expected = [
        "assume",
        "console",
        "container_credentials",
        "copy_export",
        "credentials",
        "env",
        "environment",
        "keep_fresh",
        "key_credentials",
        "open_console",
        "put_key_back",
        "question",
        "refresh_keys",
        "reply",
        "revoke",
        "rotate_key",
        "rotation_plan",
        "serve",
        "setup",
        "undo_revocation",
    ];
    assert_eq!(those(|rules| rules.access.needs_requester()), expected);
}

#[test]
fn a_person_sees_and_answers_what_waits_without_waiting() {
    let expected = [
        "answer_prompt",
        "attend",
        "cancel_prompt",
        "check_reason",
        "end_key",
        "end_mfa",
        "host",
        "keep_fresh",
        "limited",
        "list",
        "names",
        "question",
        "questions",
        "reply",
        "search",
        "serve",
        "sessions",
        "show_window",
        "snapshot",
        "stop",
        "switch_prompt",
        "toggle_window",
    ];
    assert_eq!(those(|rules| rules.waits == Waits::Never), expected);
}

#[test]
fn what_gives_credentials_or_has_a_long_deadline_may_wait() {
    for call in every_call() {
        let rules = rules(&call);
        let gives = matches!(rules.access, Access::Credentials(_));
        if gives || rules.deadline > QUICK {
            assert_ne!(rules.waits, Waits::Never, "{call}");
        }
    }
}

#[test]
fn the_window_gets_no_credentials_and_programs_change_no_policy() {
    let window = those(|rules| rules.callers.include(CallerKind::Window));
    for secret in [
        "console",
        "container_credentials",
        "credentials",
        "env",
        "environment",
        "key_credentials",
        "unlock",
    ] {
        assert!(!window.iter().any(|name| name == secret), "{secret}");
    }
    let expected = [
        "answer_reason",
        "cancel_reason",
        "copy_export",
        "desktop",
        "dismiss_problem",
        "explain_text",
        "lock_regions",
        "mark_role",
        "name_account",
        "open_console",
        "question",
        "remove_role",
        "retry_keychain",
        "save_role",
        "set_consent",
        "set_key_consent",
        "set_setting",
        "set_temporary_profile",
        "settings",
    ];
    assert_eq!(those(|rules| rules.callers == Callers::Window), expected);
}
