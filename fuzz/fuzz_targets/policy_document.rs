//! Policy documents: parsed as IAM does, and explained in sentences.
//!
//! Input: the document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::role::session_policy::SessionPolicy;
use rolecall_fuzz::bounds;
use rolecall_policy::{Policy, PolicyError, PolicyKind, sentences};

const KINDS: [PolicyKind; 3] = [
    PolicyKind::Identity,
    PolicyKind::Trust,
    PolicyKind::Resource,
];

fuzz_target!(|text: &str| {
    bounds::within(text.len(), || {
        for kind in KINDS {
            check(kind, text);
        }
        let explained = sentences(text);
        let is_new = KINDS
            .iter()
            .any(|kind| Policy::parse_new(*kind, text).is_ok());
        assert!(explained.is_err() || is_new, "only policies are explained");
        check_session_policy(text);
    });
});

fn check(kind: PolicyKind, text: &str) {
    let policy = Policy::parse(kind, text);
    if let Ok(new) = Policy::parse_new(kind, text) {
        assert_eq!(
            Ok(&new),
            policy.as_ref(),
            "what is accepted now stays accepted"
        );
    }
    // The place of what is no JSON is another one.
    if !matches!(policy, Err(PolicyError::Syntax { .. })) {
        assert_eq!(Policy::parse(kind, &spread(text)), policy);
    }
    if let Ok(policy) = policy {
        assert_eq!(policy.kind(), kind);
    }
}

/// Adds spaces between the elements of a JSON text, which change nothing.
fn spread(text: &str) -> String {
    let (mut spread, mut in_string, mut is_escaped) = (String::new(), false, false);
    for character in text.chars() {
        let is_mark = !in_string && "{}[],:".contains(character);
        if is_mark {
            spread.push_str("\n ");
        }
        spread.push(character);
        if is_mark {
            spread.push_str("\t ");
        }
        match character {
            '"' if !is_escaped => in_string = !in_string,
            _ => {}
        }
        is_escaped = in_string && character == '\\' && !is_escaped;
    }
    spread
}

fn check_session_policy(text: &str) {
    let Ok(policy) = SessionPolicy::parse(text) else {
        return;
    };
    let compact = policy.compact();
    let again = SessionPolicy::parse(compact).expect("the same policy");
    assert_eq!(again.compact(), compact);
    let identity = |text| Policy::parse_new(PolicyKind::Identity, text);
    assert_eq!(
        identity(compact),
        identity(text),
        "it is sent as it was written"
    );
}
