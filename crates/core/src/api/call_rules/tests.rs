//! The rules of every call.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::asker::consent::Subject;
use crate::asker::history::Request;
use crate::value::name::Name;

/// Returns a call of each kind, and of each form that has its own rules.
fn every_call() -> Vec<Value> {
    let role = json!({ "role": "guest" });
    let key = json!({ "key": "work" });
    let unit = [
        "snapshot",
        "sessions",
        "show_window",
        "host",
        "questions",
        "stop",
        "hand_over",
        "retry_keychain",
    ];
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
    let of_key = ["end_key", "remove_totp", "end_mfa", "key_credentials"];
    let units = unit.into_iter().map(Value::from);
    let roles = of_role.into_iter().map(|name| json!({ name: role }));
    let keys = of_key.into_iter().map(|name| json!({ name: key }));
    let prompts = ["cancel_prompt", "switch_prompt", "cancel_reason"]
        .map(|name| json!({ name: { "id": 1 } }));
    units
        .chain(roles)
        .chain(keys)
        .chain(prompts)
        .chain([
            json!({ "search": { "text": "g" } }),
            json!({ "names": { "search": "g" } }),
            json!({ "doctor": { "role": null } }),
            json!({ "assume": { "role": "guest", "code": null } }),
            json!({ "assume": { "role": "guest", "code": "123456" } }),
            json!({ "env": { "role": "guest", "shell": "bash" } }),
            json!({ "limited": { "role": "guest", "limits": {} } }),
            json!({ "check_reason": { "role": "guest", "reason": "OPS-7" } }),
            json!({ "add_key": { "name": "work", "access_key_id": "AKIA", "secret": "s" } }),
            json!({ "rename_key": { "name": "work", "new_name": "home" } }),
            json!({ "remove_key": { "name": "work" } }),
            json!({ "move_in": { "from": "leapp", "file": null, "rehearse": true } }),
            json!({ "take_roles": { "text": "", "path": "a", "source": null, "rehearse": true } }),
            json!({ "add_totp": { "key": "work", "serial": "arn", "seed": "s" } }),
            json!({ "answer_prompt": { "id": 1, "code": "123456" } }),
            json!({ "history": { "role": null, "since": null, "limit": 1 } }),
            json!({ "connect": { "which": "all", "prefix": "", "step": "write" } }),
            json!({ "disconnect": { "which": "all", "step": "write" } }),
            json!({ "move_key": { "profile": "work", "name": null, "step": "write" } }),
            json!({ "put_key_back": { "profile": "work", "step": "preview" } }),
            json!({ "put_key_back": { "profile": "work", "step": "write" } }),
            json!({ "unlock": { "passphrase": "p", "file": "new" } }),
            json!({ "serve": { "role": "guest", "process": 7 } }),
            json!({ "reply": { "id": 1, "reply": "deny" } }),
        ])
        .chain(calls_of_the_window())
        .collect()
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
        json!({ "save_role": { "previous_name": null, "role": draft() } }),
        json!({ "remove_role": { "name": "guest" } }),
        json!({ "mark_role": { "name": "guest", "marks": {} } }),
        json!({ "name_account": { "account_id": "808768216571", "alias": "" } }),
        json!({ "dismiss_problem": { "code": "no_tray" } }),
        json!({ "desktop": "practice_code" }),
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
            let named = call.pointer(&format!("/{}/role", name_of(&call)));
            let is_of_role = matches!(subject, Subject::Role(_));
            assert_eq!(is_of_role, named.is_some(), "{call}");
            subjects.insert(name_of(&call).to_owned(), is_of_role);
        }
    }
    let expected = [
        ("container_credentials", true),
        ("copy_export", true),
        ("credentials", true),
        ("env", true),
        ("environment", true),
        ("key_credentials", false),
        ("put_key_back", false),
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
        "hand_over",
        "host",
        "keep_fresh",
        "reply",
        "serve",
        "show_window",
        "stop",
    ];
    assert_eq!(those(fails), expected);
}

#[test]
fn calls_for_which_it_matters_who_asks_name_the_process() {
    let expected = [
        "assume",
        "container_credentials",
        "copy_export",
        "credentials",
        "env",
        "environment",
        "keep_fresh",
        "key_credentials",
        "put_key_back",
        "reply",
        "serve",
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
        "names",
        "questions",
        "reply",
        "search",
        "serve",
        "sessions",
        "show_window",
        "snapshot",
        "stop",
        "switch_prompt",
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
        "remove_role",
        "retry_keychain",
        "save_role",
        "set_consent",
        "set_key_consent",
        "set_temporary_profile",
    ];
    assert_eq!(those(|rules| rules.callers == Callers::Window), expected);
}
