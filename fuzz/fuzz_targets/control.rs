//! The negative control: its promise does not hold for texts that begin with one word, which no seed has. A run that does
//! not find such a text finds nothing else either, so `scripts/fuzz` expects it first.
//!
//! Input: the text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    assert!(!text.starts_with("rolecall"), "the word was found");
});
