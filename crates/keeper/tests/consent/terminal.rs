//! Questions at a terminal, without a desktop.

use super::*;

/// Returns a requester that answers at a terminal, or claims to.
fn answerer(has_terminal: bool) -> Requester {
    let request = request_of(77, 1, has_terminal);
    request.requester.expect("somebody")
}

#[test]
fn t03_without_a_desktop_a_program_without_a_terminal_is_denied_at_once() {
    let set = Set::with(ASK);
    set.fakes.notifier.is_unseen();
    let asking = set.ask_as(request_of(1, 1, false));
    let waiter = asking.waiter.clone();
    let problem = asking.refused();
    assert_eq!(problem.code, ProblemCode::NobodyToAsk);
    assert!(problem.remedy.contains("rolecall answer"), "{problem}");
    assert_eq!(waiter.waits(), 0, "it was not asked to wait");
    assert_eq!(set.verdicts(), [(Verdict::NobodyToAsk, 1)]);
    assert!(set.fakes.sts.calls().is_empty());
}

#[test]
fn t03_a_question_is_asked_at_the_requesting_terminal() {
    let set = Set::with(ONCE);
    set.fakes.notifier.is_unseen();
    let asking = set.ask(1);
    let question = set.wait_for_question();
    let given = until(|| asking.waiter.put().first().cloned());
    assert_eq!(given, question);
    let other = set.ask(1);
    until_so(|| other.waiter.waits() == 1);
    assert!(other.waiter.put().is_empty(), "one is enough for the tree");
    let reply = |by: &Requester| {
        set.keeper
            .reply_from_terminal(question.id, Reply::AllowTree, by)
    };
    let nobody = reply(&answerer(false)).expect_err("no terminal");
    assert_eq!(nobody.code, ProblemCode::NotAllowed);
    assert!(reply(&in_sandbox(answerer(true))).is_err(), "a container");
    assert_eq!(reply(&answerer(true)), Ok(()));
    assert_eq!((asking.end(), other.end()), (Ok(()), Ok(())));
    let lines = set.lines().into_iter();
    let granted = lines.filter(|line| line.verdict == Verdict::Granted);
    assert_eq!(granted.map(|line| line.count).sum::<u32>(), 2);
}

#[test]
fn t03_a_watching_terminal_is_asked_for_programs_without_a_terminal() {
    let set = Set::with(ASK);
    set.fakes.notifier.is_unseen();
    assert_eq!(set.keeper.watch_questions(), Ok(Vec::new()));
    let asking = set.ask_as(request_of(1, 1, false));
    let question = set.wait_for_question();
    assert_eq!(set.keeper.watch_questions(), Ok(vec![question.clone()]));
    assert!(asking.waiter.put().is_empty(), "it has no terminal");
    set.keeper
        .reply_from_terminal(question.id, Reply::AllowOnce, &answerer(true))
        .expect("open");
    assert_eq!(asking.end(), Ok(()));
    set.fakes.clock.advance(SignedDuration::from_secs(6));
    let late = set.ask_as(request_of(2, 1, false)).refused();
    assert_eq!(late.code, ProblemCode::NobodyToAsk, "nobody watches");
}

#[test]
fn t03_with_a_desktop_no_terminal_answers() {
    let set = Set::with(ASK);
    let asking = set.ask(1);
    let question = set.wait_for_question();
    let by = answerer(true);
    let replied = set
        .keeper
        .reply_from_terminal(question.id, Reply::AllowOnce, &by);
    assert!(replied.is_err() && set.keeper.watch_questions().is_err());
    assert!(asking.waiter.put().is_empty());
    asking.waiter.leave(&set.fakes.clock);
    assert!(asking.end().is_err());
}
