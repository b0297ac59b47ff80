//! Errors of AWS in what a tool printed, as `rolecall explain --text` reads them.
//!
//! Input: the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::explain::pasted::{TEXT_MAX, explain_text};
use rolecall_core::value::problem::Problem;
use rolecall_fuzz::bounds;

fuzz_target!(|text: &str| {
    let explained = bounds::within(text.len(), || explain_text(text));
    assert_eq!(explained, explain_text(text), "the same answer each time");
    assert!(text.len() <= TEXT_MAX || explained.is_err());
    if let Ok(problem) = &explained {
        check(problem, text);
    }
});

fn check(problem: &Problem, text: &str) {
    assert!(!problem.what.is_empty() && !problem.remedy.is_empty());
    let json = serde_json::to_string(problem).expect("JSON");
    let again: Problem = serde_json::from_str(&json).expect("the same problem");
    assert_eq!(&again, problem, "it crosses the socket as it is");
    let size = 32 << 10;
    assert!(json.len() <= size + 16 * text.len(), "{} bytes", json.len());
}
