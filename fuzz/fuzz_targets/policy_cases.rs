//! Cases of evaluation: requests with all policies that apply to them, as `rolecall policy` reads them.
//!
//! Input: a file of cases (JSON).
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_fuzz::bounds;
use rolecall_policy::answer_cases;

fuzz_target!(|text: &str| {
    bounds::within(text.len(), || {
        let answers = answer_cases(text);
        assert_eq!(answers, answer_cases(text), "the same answer each time");
        for answer in answers.into_iter().flatten() {
            let (decision, word) = (&answer.decision, answer.decision.word());
            assert_eq!(
                decision.statement().is_some(),
                ["allow", "deny"].contains(&word)
                    && *decision != rolecall_policy::CaseDecision::AllowWithoutStatement
            );
        }
    });
});
