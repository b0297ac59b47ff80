//! One question covers an endpoint and the program that it serves.

use super::*;

/// Gives the process of `request` permission to start a program with an endpoint.
fn allow_exec(set: &Set, mut request: Request) -> Requester {
    request.kind = RequestKind::Exec;
    let by = request.requester.clone().expect("somebody");
    let asking = set.ask_as(request);
    set.keeper
        .answer(set.wait_for_question().id, Given::Reply(Reply::AllowOnce))
        .expect("open");
    assert_eq!(asking.end(), Ok(()));
    by
}

fn endpoint_request(tree: u32, started: u64) -> Request {
    Request {
        kind: RequestKind::Endpoint,
        ..request_of(tree, started, false)
    }
}

#[test]
fn t03_one_question_covers_an_endpoint_and_the_program_it_serves() {
    let set = Set::with(ASK);
    let by = allow_exec(&set, request(1));
    let guest = name("guest");
    let endpoint = endpoint_request(500, 9).requester.expect("one");
    assert_eq!(set.keeper.name_endpoint(&guest, &endpoint, &by), Ok(()));
    assert_eq!(set.ask_as(endpoint_request(500, 9)).end(), Ok(()));
    let line = set
        .lines()
        .into_iter()
        .find(|line| line.request == RequestKind::Endpoint)
        .expect("noted");
    assert_eq!(
        (line.verdict, line.process.as_str(), line.pid),
        (Verdict::Accepted, "aws", 8001)
    );
    set.keeper.end(&guest).expect("ended");
    let again = set.ask_as(endpoint_request(500, 9));
    set.wait_for_question();
    again.waiter.leave(&set.fakes.clock);
    assert!(again.end().is_err(), "ending the session takes it back");
}

#[test]
fn t03_no_other_process_can_act_as_an_endpoint() {
    let set = Set::with(ASK);
    let by = allow_exec(&set, request(1));
    let guest = name("guest");
    let endpoint = endpoint_request(500, 9).requester.expect("one");
    let stranger = request(2).requester.expect("one");
    let refused = |named: Result<(), Problem>| named.expect_err("refused").code;
    let name_it = |by: &Requester| set.keeper.name_endpoint(&guest, &endpoint, by);
    assert_eq!(refused(name_it(&stranger)), ProblemCode::NotAllowed);
    let elsewhere = in_sandbox(endpoint.clone());
    let named = set.keeper.name_endpoint(&guest, &elsewhere, &by);
    assert_eq!(refused(named), ProblemCode::NotAllowed, "a container");
    assert_eq!(name_it(&by), Ok(()));
    assert_eq!(refused(name_it(&by)), ProblemCode::NotAllowed, "only one");
    for (tree, started) in [(501, 9), (500, 10)] {
        let other = set.ask_as(endpoint_request(tree, started));
        set.wait_for_question();
        other.waiter.leave(&set.fakes.clock);
        assert!(other.end().is_err(), "another process, or a used id");
    }
    set.keeper
        .set_consent(&Subject::Role(guest.clone()), Some(Consent::Never))
        .expect("written");
    assert!(set.ask_as(endpoint_request(500, 9)).end().is_err());
}

#[test]
fn t39_an_endpoint_that_moves_into_a_sandbox_gets_nothing_any_more() {
    let set = Set::with(ASK);
    let by = allow_exec(&set, request(1));
    let endpoint = endpoint_request(500, 9).requester.expect("one");
    let named = set.keeper.name_endpoint(&name("guest"), &endpoint, &by);
    assert_eq!(named, Ok(()));
    let moved = Request {
        requester: Some(in_sandbox(endpoint)),
        ..endpoint_request(500, 9)
    };
    assert_eq!(
        set.ask_as(moved).refused().code,
        ProblemCode::OtherNamespace
    );
    assert_eq!(set.ask_as(endpoint_request(500, 9)).end(), Ok(()));
}
