//! Permission for one purpose is none for another: sessions, secrets in files, changes of IAM.

use std::thread;

use rolecall_core::asker::consent::{Consent, Reply, Subject};
use rolecall_core::asker::history::{RequestKind, Verdict};
use rolecall_core::asker::requester::Requester;
use rolecall_core::setup::{SetupAct, SetupQuestion};
use rolecall_core::view::notice::Notice;
use rolecall_keeper::fakes::{FakeWaiter, until};
use rolecall_keeper::{About, Given};

use super::{Set, name, of_key, request, requester};

#[test]
fn t03_permission_for_sessions_of_a_key_is_none_for_its_secret_in_a_file() {
    let set = Set::with("[ask.keys]\nuser = \"once\"\n");
    let ask = |kind: RequestKind, reply: Reply| {
        let keeper = set.keeper.clone();
        let asking = thread::spawn(move || {
            let request = request(kind, "user");
            keeper.serve(&request, &FakeWaiter::default(), || Ok(()))
        });
        let question = until(|| set.keeper.snapshot().consents().next().cloned());
        assert_eq!(question.request, kind);
        set.keeper
            .answer(question.id, Given::Reply(reply))
            .expect("open");
        asking.join().expect("no fault")
    };
    assert_eq!(ask(RequestKind::Key, Reply::AllowTree), Ok(()));
    assert_eq!(set.serve(&of_key()), Ok(()), "without a question");
    assert!(ask(RequestKind::PutBack, Reply::Deny).is_err());
    assert_eq!(set.serve(&of_key()), Ok(()), "only the other was denied");
}

#[test]
fn t03_a_question_for_sessions_of_a_key_is_not_joined_by_one_for_its_secret() {
    let set = Set::with("[ask.keys]\nuser = \"ask\"\n");
    let ask = |kind: RequestKind| {
        let keeper = set.keeper.clone();
        thread::spawn(move || {
            let request = request(kind, "user");
            keeper.serve(&request, &FakeWaiter::default(), || Ok(()))
        })
    };
    let asking = [ask(RequestKind::Key), ask(RequestKind::PutBack)];
    let questions = until(|| {
        let open: Vec<_> = set.keeper.snapshot().consents().cloned().collect();
        (open.len() == 2).then_some(open)
    });
    for question in questions {
        let reply = match question.request {
            RequestKind::PutBack => Reply::Deny,
            _ => Reply::AllowOnce,
        };
        set.keeper
            .answer(question.id, Given::Reply(reply))
            .expect("open");
    }
    let [of_key, put_back] = asking.map(|it| it.join().expect("no fault"));
    assert_eq!(of_key, Ok(()));
    assert!(put_back.is_err());
}

/// Returns the verdict of a request to which the user says no if asked.
fn verdict_without_a_yes(set: &Set, kind: RequestKind, of: &str) -> Verdict {
    let (keeper, request) = (set.keeper.clone(), request(kind, of));
    let asking = thread::spawn(move || keeper.serve(&request, &FakeWaiter::default(), || Ok(())));
    until(|| {
        let question = set.keeper.snapshot().consents().next().cloned();
        if let Some(question) = question {
            assert_eq!(question.tree, None, "no process tree is allowed");
            let no = set.keeper.answer(question.id, Given::Reply(Reply::Deny));
            no.expect("open");
        }
        asking.is_finished().then_some(())
    });
    drop(asking.join());
    set.last_line().verdict
}

#[test]
fn t03_a_key_that_every_program_may_use_still_changes_iam_only_after_a_question() {
    for policy in ["allow", "once", "ask"] {
        let set = Set::with(&format!("[ask]\ndefault = \"{policy}\"\n"));
        let verdict = verdict_without_a_yes(&set, RequestKind::SetupWithKey, "user");
        assert_eq!(verdict, Verdict::Denied, "{policy}");
    }
    let never = Set::with("[ask]\ndefault = \"never\"\n");
    let verdict = verdict_without_a_yes(&never, RequestKind::SetupWithKey, "user");
    assert_eq!(verdict, Verdict::Never);
}

#[test]
fn t03_a_role_that_every_program_may_use_also_changes_iam() {
    for (policy, expected) in [
        ("allow", Verdict::Allowed),
        ("once", Verdict::Denied),
        ("never", Verdict::Never),
    ] {
        let set = Set::with(&format!("[ask]\ndefault = \"{policy}\"\n"));
        let verdict = verdict_without_a_yes(&set, RequestKind::Setup, "guest");
        assert_eq!(verdict, expected, "{policy}");
    }
}

#[test]
fn t03_a_preview_needs_no_question_but_a_policy_of_never_holds() {
    for (policy, expected) in [
        ("allow", Verdict::Allowed),
        ("ask", Verdict::Allowed),
        ("never", Verdict::Never),
    ] {
        let set = Set::with(&format!("[ask]\ndefault = \"{policy}\"\n"));
        let request = request(RequestKind::PreviewWithKey, "user");
        let waiter = FakeWaiter::default();
        let served = (set.keeper).serve_unasked(&request, &waiter, Verdict::Allowed, || Ok(()));
        assert_eq!(served.is_ok(), expected.is_allowed(), "{policy}");
        let line = set.last_line();
        assert_eq!(
            (line.verdict, line.request),
            (expected, RequestKind::PreviewWithKey)
        );
    }
}

#[test]
fn the_history_says_that_the_user_allowed_a_change_only_if_somebody_was_asked() {
    for (policy, expected) in [("allow", Verdict::Allowed), ("ask", Verdict::Accepted)] {
        let set = Set::with(&format!("[ask]\ndefault = \"{policy}\"\n"));
        let request = request(RequestKind::Setup, "guest");
        let waiter = FakeWaiter::default();
        let served = (set.keeper).serve_unasked(&request, &waiter, Verdict::Accepted, || Ok(()));
        assert_eq!(served, Ok(()));
        assert_eq!(set.last_line().verdict, expected, "{policy}");
    }
}

#[test]
fn t03_a_question_about_a_setup_says_which_it_is_for() {
    let set = Set::with("");
    let setup = SetupQuestion {
        act: SetupAct::Undo,
        role_arn: "arn:aws:iam::808768216571:role/guest".to_owned(),
        steps: 3,
    };
    let (keeper, asked) = (set.keeper.clone(), setup.clone());
    let asking = thread::spawn(move || {
        let request = request(RequestKind::SetupWithKey, "user");
        let about = About {
            setup: Some(&asked),
            ..About::default()
        };
        keeper.serve_about(&request, about, &FakeWaiter::default(), || Ok(()))
    });
    let question = until(|| set.keeper.snapshot().consents().next().cloned());
    assert_eq!(question.setup, Some(setup));
    let text = question.setup_text().expect("a text");
    assert!(Notice::question(&question).body.contains(&text), "{text}");
    set.keeper
        .answer(question.id, Given::Reply(Reply::Deny))
        .expect("open");
    assert!(asking.join().expect("no fault").is_err());
}

#[test]
fn t03_a_change_of_iam_that_was_allowed_goes_on_only_as_it_was_shown_and_below_the_same_terminal() {
    let set = Set::with("");
    let signers = [Subject::Key(name("user")), Subject::Role(name("guest"))];
    let go_on = SetupAct::Resume;
    (set.keeper).allow_change("digest", go_on, &requester(), &signers);
    let is_allowed =
        |set: &Set, digest: &str, by: &Requester| set.keeper.is_change_allowed(digest, go_on, by);
    assert!(is_allowed(&set, "digest", &requester()));
    assert!(!is_allowed(&set, "other", &requester()));
    let undo = SetupAct::Undo;
    assert!(!(set.keeper).is_change_allowed("digest", undo, &requester()));
    assert!(!is_allowed(&set, "digest", &Requester::default()));
    assert!(!is_allowed(&set, "digest", &requester().without_tree()));
    assert!(!is_allowed(&set.again(), "digest", &requester()), "memory");
    let policy = Some(Consent::Ask);
    set.keeper.set_consent(&signers[1], policy).expect("set");
    assert!(!is_allowed(&set, "digest", &requester()), "another policy");
    set.keeper
        .allow_change("mine", go_on, &Requester::default(), &signers);
    assert!(!is_allowed(&set, "mine", &Requester::default()));
}
