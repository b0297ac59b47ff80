//! Consent for programs: the role's policy, the question, and the history of requests.

mod endpoint;
mod production;
mod terminal;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::asker::consent::{Consent, Reply, Subject};
use rolecall_core::asker::history::{Line, Query, Request, RequestKind, Verdict};
use rolecall_core::asker::requester::{Ancestor, ProcessId, Requester};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::role::RoleDraft;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::notice::Topic;
use rolecall_core::view::question::ConsentView;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::{Background, FakeWaiter, Fakes, in_sandbox, process, until, until_so};
use rolecall_keeper::{Given, Keeper};

/// A keeper with one role, and its policy in the settings.
struct Set {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

type Served = Result<(), Problem>;

impl Set {
    fn with(settings: &str) -> Self {
        let fakes = Fakes::at("2026-11-22T12:00:00Z".parse().expect("an instant"));
        *fakes.files.settings.lock().expect("free") = settings.to_owned();
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        keeper.restore_sessions();
        let secret = Secret::new("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx".into());
        let pair = KeyPair::parse("AKIASQ7EXAMPLEKEYID1", &secret).expect("a pair");
        keeper.add_key(&name("user"), &pair).expect("added");
        let draft = RoleDraft {
            name: "guest".into(),
            arn: "arn:aws:iam::808768216571:role/guest".into(),
            source: "user".into(),
            ..RoleDraft::default()
        };
        keeper.save_role(None, &draft).expect("saved");
        Self { fakes, keeper }
    }

    /// Makes a program of a tree request credentials, on a thread of its own.
    fn ask(&self, tree: u32) -> Asking {
        self.ask_as(request(tree))
    }

    fn ask_as(&self, request: Request) -> Asking {
        let waiter = Arc::new(FakeWaiter::default());
        let (keeper, waiting) = (self.keeper.clone(), waiter.clone());
        let served = Background::start(move || {
            keeper.serve(&request, &*waiting, || {
                keeper.credentials(&request.name).map(drop)
            })
        });
        Asking { served, waiter }
    }

    fn questions(&self) -> Vec<ConsentView> {
        self.keeper.snapshot().consents().cloned().collect()
    }

    fn wait_for_question(&self) -> ConsentView {
        until(|| self.questions().first().cloned())
    }

    fn lines(&self) -> Vec<Line> {
        let all = Query {
            role: None,
            since: None,
            limit: 100,
        };
        self.keeper.history(&all).expect("in memory")
    }

    fn verdicts(&self) -> Vec<(Verdict, u32)> {
        self.lines()
            .iter()
            .map(|line| (line.verdict, line.count))
            .collect()
    }
}

struct Asking {
    served: Background<Served>,
    waiter: Arc<FakeWaiter>,
}

impl Asking {
    fn end(self) -> Served {
        self.served.join().expect("no fault")
    }

    fn refused(self) -> Problem {
        self.end().expect_err("a refusal")
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

/// Returns a request of a tool below the shell `tree`.
fn request(tree: u32) -> Request {
    request_of(tree, 1, true)
}

/// Returns a request of a tool below the shell `tree`, whose processes `started` then and may have a terminal.
fn request_of(tree: u32, started: u64, has_terminal: bool) -> Request {
    let process = |pid, name| Ancestor {
        id: ProcessId { pid, started },
        session: tree,
        has_terminal,
        in_foreground: has_terminal,
        ..process(pid, name)
    };
    let lineage = [
        process(9000 + tree, "rolecall"),
        process(8000 + tree, "aws"),
        process(tree, "bash"),
    ];
    Request {
        name: name("guest"),
        kind: RequestKind::Credentials,
        requester: Some(Requester::new(&lineage, &[])),
    }
}

const ONCE: &str = "[ask.roles]\nguest = \"once\"\n";
const ASK: &str = "[ask]\ndefault = \"ask\"\n";

#[test]
fn by_default_nobody_is_asked() {
    let set = Set::with("");
    assert_eq!(set.ask(1).end(), Ok(()));
    assert_eq!(set.verdicts(), [(Verdict::Allowed, 1)]);
    assert!(set.fakes.notifier.take_titles().is_empty());
}

#[test]
fn t03_nothing_is_done_until_the_user_allows_it() {
    let set = Set::with(ASK);
    let asking = set.ask(1);
    let question = set.wait_for_question();
    assert_eq!(
        (question.role.as_str(), question.process.name.as_str()),
        ("guest", "aws")
    );
    assert_eq!(
        (question.tree, question.parents[0].name.as_str()),
        (None, "bash")
    );
    assert!(set.fakes.sts.calls().is_empty() && !asking.served.is_finished());
    assert_eq!(
        set.fakes.notifier.take_titles(),
        ["aws wants access to guest"]
    );
    set.keeper
        .answer(question.id, Given::Reply(Reply::AllowOnce))
        .expect("open");
    assert_eq!(asking.end(), Ok(()));
    assert_eq!(set.fakes.sts.calls().len(), 1);
    assert_eq!(set.verdicts(), [(Verdict::Accepted, 1)]);
    assert!(set.lines()[0].aws_call);
    let withdrawn = set.fakes.notifier.withdrawn();
    assert!(withdrawn.contains(&Topic::Question(question.id)));
    assert!(set.questions().is_empty());
}

#[test]
fn t03_a_policy_that_is_set_while_a_program_waits_decides() {
    for (consent, is_given) in [(Consent::Never, false), (Consent::Allow, true)] {
        let set = Set::with(ASK);
        let asking = set.ask(1);
        set.wait_for_question();
        let subject = Subject::Role(Name::parse("guest").expect("a name"));
        set.keeper
            .set_consent(&subject, Some(consent))
            .expect("written");
        assert_eq!(asking.end().is_ok(), is_given, "{consent:?}");
        assert_eq!(set.fakes.sts.calls().len(), usize::from(is_given));
        assert!(set.questions().is_empty());
    }
}

#[test]
fn t03_a_denial_gives_nothing_and_holds_for_half_a_minute() {
    let set = Set::with(ONCE);
    let asking = set.ask(1);
    set.keeper
        .answer(set.wait_for_question().id, Given::Reply(Reply::Deny))
        .expect("open");
    assert_eq!(asking.refused().code, ProblemCode::NotAllowed);
    assert_eq!(set.ask(1).refused().code, ProblemCode::NotAllowed);
    assert!(set.fakes.sts.calls().is_empty() && set.questions().is_empty());
    let verdicts = set.verdicts();
    assert!(verdicts.contains(&(Verdict::Denied, 1)) && verdicts.contains(&(Verdict::Limited, 1)));
    assert!(
        set.lines()
            .iter()
            .all(|line| line.failure == Some(ProblemCode::NotAllowed))
    );

    set.fakes.clock.advance(SignedDuration::from_secs(31));
    let again = set.ask(1);
    set.keeper
        .answer(set.wait_for_question().id, Given::Reply(Reply::AllowOnce))
        .expect("open");
    assert_eq!(again.end(), Ok(()));
}

#[test]
fn t03_no_answer_is_a_denial() {
    let set = Set::with(ASK);
    let asking = set.ask(1);
    let question = set.wait_for_question();
    set.fakes.clock.advance(SignedDuration::from_secs(46));
    assert!(asking.refused().what.contains("in time"));
    assert_eq!(set.verdicts(), [(Verdict::Unanswered, 1)]);
    assert!(
        set.keeper
            .answer(question.id, Given::Reply(Reply::AllowOnce))
            .is_err(),
        "too late"
    );
}

#[test]
fn a_question_that_gets_more_time_stays_open_as_long_as_its_program_waits() {
    let set = Set::with(ASK);
    let asking = set.ask(1);
    let question = set.wait_for_question();
    for times in 1..=10 {
        set.fakes.clock.advance(SignedDuration::from_secs(40));
        assert_eq!(set.keeper.extend_question(question.id), Ok(()));
        until_so(|| asking.waiter.waits() == 1 + times);
    }
    let extended = set.wait_for_question();
    let longer = extended.deadline.duration_since(question.deadline);
    assert_eq!((extended.id, longer.as_secs()), (question.id, 400));
    set.fakes.clock.advance(SignedDuration::from_secs(46));
    assert!(asking.refused().what.contains("in time"));
    let late = set.keeper.extend_question(question.id);
    assert!(late.is_err_and(|it| it.what.contains("no longer open")));
}

#[test]
fn t03_r11_200_callers_of_one_tree_share_one_question() {
    let set = Set::with(ONCE);
    let askers: Vec<Asking> = (0..200).map(|_| set.ask(1)).collect();
    until_so(|| askers.iter().all(|it| it.waiter.waits() == 1));
    assert_eq!(set.questions().len(), 1);
    assert_eq!(set.fakes.notifier.take_titles().len(), 1);
    set.keeper
        .answer(set.questions()[0].id, Given::Reply(Reply::AllowOnce))
        .expect("open");
    assert!(askers.into_iter().all(|it| it.end().is_ok()));
    assert_eq!(set.fakes.sts.calls().len(), 1);
    let later = set.ask(1);
    let question = set.wait_for_question();
    set.keeper
        .answer(question.id, Given::Reply(Reply::Deny))
        .expect("open");
    assert!(later.end().is_err(), "allowed once is not allowed again");
}

#[test]
fn t03_an_allowed_tree_needs_no_more_questions_and_another_one_does() {
    let set = Set::with(ONCE);
    let first = set.ask(1);
    let question = set.wait_for_question();
    assert_eq!(question.tree.as_ref().map(|it| it.pid), Some(1));
    set.keeper
        .answer(question.id, Given::Reply(Reply::AllowTree))
        .expect("open");
    assert_eq!(first.end(), Ok(()));
    assert_eq!(set.ask(1).end(), Ok(()));
    assert_eq!(
        set.verdicts(),
        [(Verdict::Granted, 1), (Verdict::Granted, 1)]
    );

    let other = set.ask(2);
    set.keeper
        .answer(set.wait_for_question().id, Given::Reply(Reply::Deny))
        .expect("open");
    assert!(other.end().is_err());

    set.keeper.end(&name("guest")).expect("ended");
    let ended = set.ask(1);
    set.wait_for_question();
    ended.waiter.leave(&set.fakes.clock);
    assert!(
        ended.end().is_err(),
        "ending a session takes the permission back"
    );
}

#[test]
fn a_tree_cannot_be_allowed_if_each_request_needs_a_question() {
    let set = Set::with(ASK);
    let asking = set.ask(1);
    set.keeper
        .answer(set.wait_for_question().id, Given::Reply(Reply::AllowTree))
        .expect("open");
    assert_eq!(asking.end(), Ok(()));
    assert_eq!(set.verdicts(), [(Verdict::Accepted, 1)]);
    let again = set.ask(1);
    set.wait_for_question();
    again.waiter.leave(&set.fakes.clock);
    assert!(again.end().is_err());
}

#[test]
fn a_question_that_nobody_waits_for_is_withdrawn() {
    let set = Set::with(ASK);
    let asking = set.ask(1);
    let question = set.wait_for_question();
    asking.waiter.leave(&set.fakes.clock);
    assert!(asking.end().is_err());
    assert!(set.questions().is_empty());
    assert_eq!(
        set.fakes.notifier.withdrawn().last(),
        Some(&Topic::Question(question.id))
    );
}

#[test]
fn t03_the_number_of_questions_is_limited() {
    let set = Set::with(ASK);
    let askers: Vec<Asking> = (1..=40).map(|tree| set.ask(tree)).collect();
    let refused = || askers.iter().filter(|it| it.served.is_finished()).count();
    until_so(|| refused() == 35);
    assert_eq!(set.questions().len(), 5, "so many at once");
    for question in set.questions() {
        set.keeper
            .answer(question.id, Given::Reply(Reply::Deny))
            .expect("open");
    }
    assert!(askers.into_iter().all(|it| it.end().is_err()));
    for tree in 50..60 {
        let one = set.ask(tree);
        let question = until(|| match one.served.is_finished() {
            true => Some(None),
            false => set.questions().first().cloned().map(Some),
        });
        question.map(|it| set.keeper.answer(it.id, Given::Reply(Reply::Deny)));
        assert!(one.end().is_err());
    }
    let denied = set.verdicts().into_iter();
    let denied = denied.filter(|(verdict, _)| *verdict == Verdict::Denied);
    assert_eq!(
        denied.map(|(_, count)| count).sum::<u32>(),
        10,
        "so many a minute"
    );
}

#[test]
fn t39_a_container_gets_nothing_unless_the_settings_say_so() {
    let apart = || {
        let request = request(1);
        Request {
            requester: request.requester.map(in_sandbox),
            ..request
        }
    };
    let ask = |set: &Set| {
        let request = apart();
        let waiter = FakeWaiter::default();
        set.keeper.serve(&request, &waiter, || {
            set.keeper.credentials(&request.name).map(drop)
        })
    };
    let set = Set::with("");
    assert_eq!(
        ask(&set).expect_err("refused").code,
        ProblemCode::OtherNamespace
    );
    assert_eq!(set.verdicts(), [(Verdict::Sandboxed, 1)]);
    let requester = apart().requester.expect("one");
    assert!(set.keeper.admit(&requester).is_err());

    let open = Set::with("[ask]\ncontainers = \"allow\"\n");
    assert_eq!(ask(&open), Ok(()));
    assert!(open.keeper.admit(&requester).is_ok());

    let stricter = Set::with("[ask]\ncontainers = \"allow\"\ndefault = \"never\"\n");
    assert!(ask(&stricter).is_err());
}

#[test]
fn a_role_for_no_program_is_still_there_for_its_user() {
    let set = Set::with("[ask.roles]\nguest = \"never\"\n");
    assert!(set.ask(1).refused().what.contains("No program may use"));
    let by_hand = Request {
        requester: None,
        kind: RequestKind::Assume,
        ..request(1)
    };
    set.keeper
        .clicked(&by_hand, || set.keeper.assume(&by_hand.name, None))
        .expect("assumed");
    let line = &set.lines()[0];
    assert_eq!(
        (line.verdict, line.process.as_str(), line.aws_call),
        (Verdict::Clicked, "", true)
    );
}

#[test]
fn a_role_that_does_not_exist_needs_no_question() {
    let set = Set::with(ASK);
    let waiter = FakeWaiter::default();
    let request = Request {
        name: name("nobody"),
        ..request(1)
    };
    let served = set
        .keeper
        .serve(&request, &waiter, || set.keeper.credentials(&request.name));
    assert_eq!(
        served.map(drop).expect_err("unknown").code,
        ProblemCode::UnknownRole
    );
    assert_eq!(
        (waiter.waits(), set.lines()[0].failure),
        (0, Some(ProblemCode::UnknownRole))
    );
}

#[test]
fn a_policy_is_set_and_follows_its_role_to_its_new_name() {
    let set = Set::with("# mine\n");
    let of = |role: &str| {
        let snapshot = set.keeper.snapshot();
        let role = snapshot
            .roles
            .into_iter()
            .find(|it| it.name == role)
            .expect("there");
        (role.consent, role.consent_is_default)
    };
    assert_eq!(of("guest"), (Consent::Allow, true));
    set.keeper
        .set_consent(&Subject::Role(name("guest")), Some(Consent::Never))
        .expect("written");
    assert_eq!(of("guest"), (Consent::Never, false));
    let draft = RoleDraft {
        name: "visitor".into(),
        arn: "arn:aws:iam::808768216571:role/guest".into(),
        source: "user".into(),
        ..RoleDraft::default()
    };
    set.keeper
        .save_role(Some(&name("guest")), &draft)
        .expect("renamed");
    assert_eq!(of("visitor"), (Consent::Never, false));
    let text = set.fakes.files.settings.lock().expect("free").clone();
    assert!(
        text.starts_with("# mine\n") && !text.contains("guest"),
        "{text}"
    );
    set.keeper
        .set_consent(&Subject::Role(name("visitor")), None)
        .expect("written");
    assert_eq!(of("visitor"), (Consent::Allow, true));
}

#[test]
fn a_changed_policy_drops_permissions() {
    let set = Set::with(ONCE);
    let asking = set.ask(1);
    set.keeper
        .answer(set.wait_for_question().id, Given::Reply(Reply::AllowTree))
        .expect("open");
    assert_eq!(asking.end(), Ok(()));
    set.keeper
        .set_consent(&Subject::Role(name("guest")), Some(Consent::Ask))
        .expect("written");
    set.keeper
        .set_consent(&Subject::Role(name("guest")), Some(Consent::Once))
        .expect("written");
    let again = set.ask(1);
    set.wait_for_question();
    again.waiter.leave(&set.fakes.clock);
    assert!(again.end().is_err());
}

#[test]
fn the_history_shows_the_requester_and_never_a_secret() {
    let set = Set::with("");
    for _ in 0..3 {
        assert_eq!(set.ask(1).end(), Ok(()));
    }
    let lines = set.lines();
    let shown: Vec<(bool, u32)> = lines
        .iter()
        .map(|line| (line.aws_call, line.count))
        .collect();
    assert!(
        shown.contains(&(true, 1)) && shown.contains(&(false, 2)),
        "{shown:?}"
    );
    let line = &lines[0];
    assert_eq!(
        (line.process.as_str(), line.parents.as_slice()),
        ("aws", ["bash".to_owned()].as_slice())
    );
    let text = serde_json::to_string(&lines).expect("JSON");
    assert!(
        !text.contains("c2VjcmV0") && !text.contains("ASIA"),
        "{text}"
    );
    assert!(line.since <= line.at && line.at <= Timestamp::MAX);
}

#[test]
fn t03_many_questions_at_once_are_one_notice() {
    let set = Set::with(ASK);
    let askers: Vec<Asking> = (1..=4).map(|tree| set.ask(tree)).collect();
    until_so(|| set.questions().len() == 4);
    let last = || set.fakes.notifier.last_title();
    until_so(|| last().as_deref() == Some("4 programs want access"));
    for question in set.questions() {
        set.keeper
            .answer(question.id, Given::Reply(Reply::Deny))
            .expect("open");
    }
    assert!(askers.into_iter().all(|it| it.end().is_err()));
    let withdrawn = set.fakes.notifier.withdrawn();
    assert!(withdrawn.contains(&Topic::Questions), "{withdrawn:?}");
}
