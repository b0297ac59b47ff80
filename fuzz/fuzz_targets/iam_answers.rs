//! Answers of IAM to GetRole and SimulatePrincipalPolicy, over HTTP.
//!
//! Input: the call and the status, and the body, as in `sts_answers`.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rolecall_agent::sts::AwsSts;
use rolecall_core::calls::iam::Simulation;
use rolecall_fuzz::canary::{self, assert_hidden_in};
use rolecall_fuzz::parts::halves;
use rolecall_fuzz::web::{self, Server};
use rolecall_fuzz::{bounds, sample};
use rolecall_keeper::ports::Iam;

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
static IAM: LazyLock<AwsSts> = LazyLock::new(|| SERVER.client());

fuzz_target!(|input: &[u8]| {
    let (head, body) = halves(input);
    let head = String::from_utf8_lossy(head);
    let mut words = head.split_whitespace();
    let (call, status) = (words.next(), words.next());
    let status = status.and_then(|it| it.parse().ok()).unwrap_or(200);
    let answer = match status {
        _ if head.contains("raw") => body.to_vec(),
        200..=599 => web::answer(status, "text/xml", body),
        _ => return,
    };
    SERVER.answer_with(answer);
    let error = bounds::within(input.len(), || match call {
        Some("simulate") => IAM
            .simulate(&sample::caller(), &simulation())
            .map(|results| {
                assert!(!results.is_empty(), "no result is an error");
            }),
        _ => IAM
            .role(&sample::caller(), &sample::role_arn())
            .map(|role| {
                assert!(!role.trust_policy.is_empty(), "no policy is an error");
            }),
    });
    if let Err(error) = error
        && !canary::is_in(&String::from_utf8_lossy(body))
    {
        assert_hidden_in(&error);
    }
});

fn simulation() -> Simulation {
    Simulation {
        principal: "arn:aws:iam::111122223333:user/ann".to_owned(),
        actions: vec!["sts:AssumeRole".to_owned()],
        resource: sample::ROLE_ARN.to_owned(),
        context: Vec::new(),
    }
}
