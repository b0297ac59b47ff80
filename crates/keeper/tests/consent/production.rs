//! Production: no program gets a session without a question, and a person confirms that a role is assumed.

use super::*;
use rolecall_core::view::question::ProductionView;
use rolecall_core::view::snapshot::SessionView;

const PRODUCTION: &str = "[roles.guest]\nproduction = true\n";

/// Returns a keeper whose role acts on production.
fn production(settings: &str) -> Set {
    let set = Set::with(settings);
    *set.fakes.files.marks.lock().expect("free") = PRODUCTION.to_owned();
    set.keeper.reload_marks();
    set
}

fn of_kind(kind: RequestKind, tree: u32) -> Request {
    Request {
        kind,
        ..request(tree)
    }
}

#[test]
fn t03_no_program_gets_production_without_a_question_even_if_the_policy_allows_it() {
    for settings in ["", "[ask.roles]\nguest = \"allow\"\n"] {
        for (kind, tree) in [
            (RequestKind::Credentials, 1),
            (RequestKind::Endpoint, 2),
            (RequestKind::Env, 3),
            (RequestKind::Exec, 4),
            (RequestKind::Console, 5),
        ] {
            let set = production(settings);
            set.keeper.assume(&name("guest"), None).expect("assumed");
            let asking = set.ask_as(of_kind(kind, tree));
            let question = set.wait_for_question();
            assert_eq!(question.request, kind);
            assert!(question.tree.is_some(), "its tree can be allowed");
            assert!(!asking.served.is_finished(), "{kind:?}");
            let reply = Given::Reply(Reply::Deny);
            set.keeper.answer(question.id, reply).expect("open");
            assert_eq!(asking.refused().code, ProblemCode::NotAllowed, "{kind:?}");
        }
    }
}

#[test]
fn t03_a_live_session_of_production_is_not_given_to_a_program_without_a_question() {
    let set = production("");
    set.keeper.assume(&name("guest"), None).expect("assumed");
    set.fakes.notifier.take_titles();
    let asking = set.ask(1);
    let question = set.wait_for_question();
    assert_eq!(
        set.fakes.notifier.take_titles(),
        ["Production: aws wants access to guest"]
    );
    let reply = Given::Reply(Reply::AllowTree);
    set.keeper.answer(question.id, reply).expect("open");
    assert_eq!(asking.end(), Ok(()));
    assert_eq!(set.ask(1).end(), Ok(()), "its tree is asked about once");
    let other = set.ask(2);
    set.wait_for_question();
    other.waiter.leave(&set.fakes.clock);
    assert!(other.end().is_err());
}

#[test]
fn t03_a_program_that_asks_for_a_new_session_of_production_is_put_to_the_user() {
    let set = production("");
    let asking = set.ask(1);
    let question = set.wait_for_question();
    assert!(
        set.fakes.sts.calls().is_empty(),
        "nothing before the answer"
    );
    let reply = Given::Reply(Reply::AllowOnce);
    set.keeper.answer(question.id, reply).expect("open");
    assert_eq!(asking.end(), Ok(()));
    assert_eq!(set.fakes.sts.calls().len(), 1);
}

#[test]
fn t03_a_stricter_policy_of_production_stays() {
    let never = production("[ask.roles]\nguest = \"never\"\n");
    assert!(never.ask(1).refused().what.contains("No program may use"));
    let ask = production(ASK);
    let asking = ask.ask(1);
    let question = ask.wait_for_question();
    assert_eq!(question.tree, None, "each request is asked about");
    asking.waiter.leave(&ask.fakes.clock);
    assert!(asking.end().is_err());
}

#[test]
fn t03_production_has_no_temporary_profile_which_every_program_can_read() {
    let set = production("[temporary_profiles]\nroles = [\"guest\"]\n");
    set.keeper.assume(&name("guest"), None).expect("assumed");
    set.keeper.tick();
    let credentials = set
        .fakes
        .files
        .aws_credentials
        .lock()
        .expect("free")
        .clone();
    assert!(!credentials.contains("guest"), "{credentials}");
    let refused = set.keeper.keep_temporary_profile(&name("guest"));
    let problem = refused.expect_err("refused");
    assert_eq!(problem.code, ProblemCode::NotAllowed);
    assert!(problem.what.contains("acts on production"), "{problem}");
}

#[test]
fn t03_marks_that_cannot_be_read_put_each_role_to_the_user() {
    let set = Set::with("");
    assert_eq!(set.ask(1).end(), Ok(()));
    *set.fakes.files.marks.lock().expect("free") = "[roles.guest]\nproducton = true\n".to_owned();
    set.keeper.reload_marks();
    let asking = set.ask(1);
    set.wait_for_question();
    asking.waiter.leave(&set.fakes.clock);
    assert!(asking.end().is_err());
}

const NAMED: &str =
    "[roles.guest]\nproduction = true\n[accounts]\n\"808768216571\" = \"Shop Prod\"\n";

fn clicked() -> Request {
    Request {
        requester: None,
        kind: RequestKind::Assume,
        ..request(1)
    }
}

/// What the user or a terminal began, until it ends.
struct Ending(Background<Served>);

impl Ending {
    fn end(self) -> Served {
        self.0.join().expect("no panic")
    }
}

impl Set {
    fn named(settings: &str) -> Self {
        let set = Self::with(settings);
        *set.fakes.files.marks.lock().expect("free") = NAMED.to_owned();
        set.keeper.reload_marks();
        set
    }

    /// Makes the user click on the role, on a thread of its own.
    fn click(&self) -> Ending {
        let keeper = self.keeper.clone();
        Ending(Background::start(move || {
            let request = clicked();
            keeper.clicked(&request, || keeper.assume(&request.name, None).map(drop))
        }))
    }

    /// Makes a terminal ask for production, on a thread of its own.
    fn confirm(&self, by: Request, yes: bool) -> Ending {
        let keeper = self.keeper.clone();
        Ending(Background::start(move || {
            let requester = by.requester.expect("somebody");
            let waiter = FakeWaiter::default();
            keeper.confirm_production(&by.name, yes, &requester, &waiter)
        }))
    }

    /// Makes the command line of a terminal assume the role.
    fn assume_from(&self, by: &Request) -> Served {
        let request = Request {
            kind: RequestKind::Assume,
            ..by.clone()
        };
        let assume = || self.keeper.assume(&request.name, None).map(drop);
        let waiter = FakeWaiter::default();
        self.keeper.observed(&request, &waiter, assume)
    }

    fn asked(&self) -> Vec<ProductionView> {
        self.keeper.snapshot().productions().cloned().collect()
    }

    fn wait_to_be_asked(&self) -> ProductionView {
        until(|| self.asked().first().cloned())
    }

    fn sessions(&self) -> Vec<SessionView> {
        self.keeper.snapshot().sessions
    }
}

fn code(served: Served) -> ProblemCode {
    served.expect_err("a refusal").code
}

#[test]
fn t03_a_click_assumes_production_only_after_the_accounts_name_was_typed() {
    let set = Set::named("");
    let click = set.click();
    let question = set.wait_to_be_asked();
    assert_eq!(question.account_name.as_deref(), Some("Shop Prod"));
    assert_eq!((question.process, question.at_terminal), (None, false));
    for typed in ["", "guest", "Shop", "yes"] {
        let wrong = set.keeper.answer_account(question.id, typed, None);
        assert_eq!(code(wrong), ProblemCode::InvalidInput, "{typed}");
    }
    assert!(set.fakes.sts.calls().is_empty() && !click.0.is_finished());
    let right = set.keeper.answer_account(question.id, " shop prod ", None);
    assert_eq!(right, Ok(()));
    assert_eq!(click.end(), Ok(()));
    assert_eq!(set.fakes.sts.calls().len(), 1);
    assert!(set.asked().is_empty());
    assert_eq!(set.click().end(), Ok(()), "a renewal is not asked about");
}

#[test]
fn the_id_confirms_an_account_without_a_name_and_two_clicks_share_a_question() {
    let set = production("");
    let first = set.click();
    let question = set.wait_to_be_asked();
    let second = set.click();
    assert_eq!(question.account_name, None);
    let right = set.keeper.answer_account(question.id, "808768216571", None);
    assert_eq!((right, first.end()), (Ok(()), Ok(())));
    // It either joined the question or came after the session.
    assert_eq!(second.end(), Ok(()));
    assert!(set.asked().is_empty());
}

#[test]
fn a_confirmation_can_be_given_after_its_first_deadline_if_it_was_extended() {
    let set = Set::named("");
    let click = set.click();
    let id = set.wait_to_be_asked().id;
    set.fakes.clock.advance(SignedDuration::from_secs(110));
    assert_eq!(set.keeper.extend_question(id), Ok(()));
    set.fakes.clock.advance(SignedDuration::from_secs(110));
    assert_eq!(set.wait_to_be_asked().id, id);
    assert_eq!(set.keeper.answer_account(id, "Shop Prod", None), Ok(()));
    assert_eq!(click.end(), Ok(()));
    assert!(set.keeper.extend_question(id).is_err());
}

#[test]
fn t03_production_that_is_not_confirmed_is_not_assumed() {
    let set = Set::named("");
    let cancelled = set.click();
    let id = set.wait_to_be_asked().id;
    set.keeper.cancel_account(id, None).expect("open");
    assert_eq!(code(cancelled.end()), ProblemCode::Cancelled);
    let expired = set.click();
    set.wait_to_be_asked();
    set.fakes.clock.advance(SignedDuration::from_secs(121));
    assert_eq!(code(expired.end()), ProblemCode::Cancelled);
    assert!(set.fakes.sts.calls().is_empty() && set.sessions().is_empty());
}

#[test]
fn production_is_not_confirmed_if_the_settings_say_so() {
    let set = Set::named("[production]\nconfirm = false\n");
    assert_eq!(set.click().end(), Ok(()));
    assert_eq!(set.assume_from(&request(1)), Ok(()));
}

#[test]
fn t03_a_terminal_assumes_production_only_after_its_own_question() {
    let set = Set::named("");
    let terminal = request(1);
    assert_eq!(
        code(set.assume_from(&terminal)),
        ProblemCode::ConfirmationNeeded
    );
    let asking = set.confirm(terminal.clone(), false);
    let question = set.wait_to_be_asked();
    assert!(question.at_terminal);
    assert_eq!(question.process.map(|it| it.name), Some("bash".to_owned()));
    let other = request(2).requester;
    let answered = set
        .keeper
        .answer_account(question.id, "Shop Prod", other.as_ref());
    assert_eq!(code(answered), ProblemCode::NotAllowed, "another terminal");
    let own = terminal.requester.as_ref();
    let answered = set.keeper.answer_account(question.id, "Shop Prod", own);
    assert_eq!((answered, asking.end()), (Ok(()), Ok(())));
    assert_eq!(
        code(set.assume_from(&request(2))),
        ProblemCode::ConfirmationNeeded
    );
    assert_eq!(set.assume_from(&terminal), Ok(()));
    set.keeper.end(&name("guest")).expect("ended");
    set.fakes.clock.advance(SignedDuration::from_secs(121));
    assert_eq!(
        code(set.assume_from(&terminal)),
        ProblemCode::ConfirmationNeeded
    );
}

#[test]
fn t03_what_a_program_can_type_gives_it_no_session_where_the_desktop_asks() {
    let set = Set::named("");
    let terminal = request(1);
    let asking = set.confirm(terminal.clone(), false);
    let id = set.wait_to_be_asked().id;
    let by = terminal.requester.as_ref();
    assert_eq!(set.keeper.answer_account(id, "Shop Prod", by), Ok(()));
    assert_eq!(asking.end(), Ok(()));
    let exec = set.ask_as(of_kind(RequestKind::Exec, 1));
    set.wait_for_question();
    exec.waiter.leave(&set.fakes.clock);
    assert!(exec.end().is_err());

    let asking = set.confirm(request(3), false);
    let id = set.wait_to_be_asked().id;
    assert_eq!(set.keeper.answer_account(id, "Shop Prod", None), Ok(()));
    assert_eq!(asking.end(), Ok(()));
    let exec = set.ask_as(of_kind(RequestKind::Exec, 3));
    assert_eq!(exec.end(), Ok(()), "the window's answer is the user's");
}

#[test]
fn without_a_terminal_production_is_refused_and_yes_needs_its_setting() {
    let set = Set::named("");
    let script = request_of(1, 1, false);
    let refused = set.confirm(script.clone(), false).end();
    let problem = refused.expect_err("refused");
    assert_eq!(problem.code, ProblemCode::ConfirmationNeeded);
    assert!(problem.remedy.contains("allow_yes"), "{problem}");
    let refused = set
        .confirm(script.clone(), true)
        .end()
        .expect_err("refused");
    assert_eq!(refused.code, ProblemCode::NotAllowed);
    assert!(refused.remedy.contains("allow_yes"), "{refused}");
    assert!(set.asked().is_empty());
    let open = Set::named("[production]\nallow_yes = true\n");
    assert_eq!(open.confirm(script.clone(), true).end(), Ok(()));
    assert_eq!(open.assume_from(&script), Ok(()));
}

#[test]
fn a_session_of_production_is_as_short_as_the_settings_say_unless_its_role_says_another() {
    let settings = "[production]\nconfirm = false\nduration = \"20m\"\n";
    for (marks, own, expected) in [
        (NAMED, None, "20m"),
        (NAMED, Some("45m"), "45m"),
        ("", None, "1h"),
    ] {
        let set = Set::with(settings);
        *set.fakes.files.marks.lock().expect("free") = marks.to_owned();
        set.keeper.reload_marks();
        let draft = RoleDraft {
            name: "guest".into(),
            arn: "arn:aws:iam::808768216571:role/guest".into(),
            source: "user".into(),
            duration: own.map(str::to_owned),
            ..RoleDraft::default()
        };
        let before = name("guest");
        set.keeper.save_role(Some(&before), &draft).expect("saved");
        assert_eq!(set.click().end(), Ok(()));
        let asked = set.fakes.sts.calls()[0].duration.to_string();
        assert_eq!(asked, expected, "{marks} {own:?}");
    }
}
