//! Policies apply to access keys as to roles, and requests for unknown names get nothing. Sessions of keys are listed
//! and can be ended.

mod purpose;

use std::sync::Arc;
use std::thread;

use jiff::SignedDuration;
use rolecall_core::asker::consent::{Consent, Reply, Subject};
use rolecall_core::asker::history::{Line, Query, Request, RequestKind, Verdict};
use rolecall_core::asker::requester::{Ancestor, ProcessId, Requester};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::role::RoleDraft;
use rolecall_core::role::limits::{AccessLimit, LimitsView};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::{FakeWaiter, Fakes, in_sandbox, process, until, until_so};
use rolecall_keeper::{Given, Keeper};

/// A keeper with the key `user` and a role `guest`, and their policies in the settings.
struct Set {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl Set {
    fn with(settings: &str) -> Self {
        let fakes = Fakes::at("2026-11-22T12:00:00Z".parse().expect("an instant"));
        *fakes.files.settings.lock().expect("free") = settings.to_owned();
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        keeper.restore_sessions();
        let secret = Secret::new("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx".into());
        let pair = KeyPair::parse("AKIASQ7EXAMPLEKEYID1", &secret).expect("a pair");
        keeper.add_key(&name("user"), &pair).expect("added");
        let set = Self { fakes, keeper };
        set.save_role("guest", "user");
        set
    }

    fn save_role(&self, role: &str, source: &str) {
        let draft = RoleDraft {
            name: role.into(),
            arn: format!("arn:aws:iam::808768216571:role/{role}"),
            source: source.into(),
            ..RoleDraft::default()
        };
        self.keeper.save_role(None, &draft).expect("saved");
    }

    fn again(&self) -> Self {
        self.keeper.flush();
        let keeper = Arc::new(Keeper::new(self.fakes.ports(), Mode::Own));
        keeper.restore_sessions();
        Self {
            fakes: self.fakes.clone(),
            keeper,
        }
    }

    fn serve(&self, request: &Request) -> Result<(), Problem> {
        self.keeper.serve(request, &FakeWaiter::default(), || {
            match request.subject() {
                Subject::Role(role) => self.keeper.credentials(&role),
                Subject::Key(key) => self.keeper.key_credentials(&key),
            }
            .map(drop)
        })
    }

    fn refused(&self, request: &Request) -> Problem {
        let calls = self.calls();
        let problem = self.serve(request).expect_err("a refusal");
        assert_eq!(self.calls(), calls, "nothing is done");
        problem
    }

    fn calls(&self) -> usize {
        self.fakes.sts.calls().len() + self.fakes.sts.token_calls().len()
    }

    fn last_line(&self) -> Line {
        let all = Query {
            role: None,
            since: None,
            limit: 1,
        };
        self.keeper.history(&all).expect("in memory").remove(0)
    }

    fn key_sessions(&self) -> Vec<String> {
        let sessions = self.keeper.snapshot().key_sessions;
        sessions.into_iter().map(|session| session.key).collect()
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn requester() -> Requester {
    let lineage = [
        process(9, "rolecall"),
        process(8, "aws"),
        process(1, "bash"),
    ];
    Requester::new(&lineage, &[])
}

fn request(kind: RequestKind, of: &str) -> Request {
    Request {
        name: name(of),
        kind,
        requester: Some(requester()),
    }
}

fn of_key() -> Request {
    request(RequestKind::Key, "user")
}

fn sandboxed(request: Request) -> Request {
    let requester = request.requester.clone().map(in_sandbox);
    Request {
        requester,
        ..request
    }
}

/// Returns all kinds of requests. A new kind must be added here, or this does not compile.
fn kinds() -> Vec<RequestKind> {
    let next = |kind: RequestKind| match kind {
        RequestKind::Credentials => Some(RequestKind::Env),
        RequestKind::Env => Some(RequestKind::Exec),
        RequestKind::Exec => Some(RequestKind::Console),
        RequestKind::Console => Some(RequestKind::Endpoint),
        RequestKind::Endpoint => Some(RequestKind::Assume),
        RequestKind::Assume => Some(RequestKind::Copy),
        RequestKind::Copy => Some(RequestKind::Profile),
        RequestKind::Profile => Some(RequestKind::Key),
        RequestKind::Key => Some(RequestKind::PutBack),
        RequestKind::PutBack => Some(RequestKind::Preview),
        RequestKind::Preview => Some(RequestKind::PreviewWithKey),
        RequestKind::PreviewWithKey => Some(RequestKind::Setup),
        RequestKind::Setup => Some(RequestKind::SetupWithKey),
        RequestKind::SetupWithKey => Some(RequestKind::Revoke),
        RequestKind::Revoke => Some(RequestKind::RevokeWithKey),
        RequestKind::RevokeWithKey => Some(RequestKind::Rotate),
        RequestKind::Rotate => None,
    };
    std::iter::successors(Some(RequestKind::Credentials), |kind| next(*kind)).collect()
}

#[test]
fn t03_a_policy_of_never_holds_for_every_kind_of_request() {
    let set = Set::with("[ask]\ndefault = \"never\"\n");
    for kind in kinds() {
        let of = match request(kind, "x").subject() {
            Subject::Role(_) => "guest",
            Subject::Key(_) => "user",
        };
        let problem = set.refused(&request(kind, of));
        assert_eq!(problem.code, ProblemCode::NotAllowed, "{kind:?}");
        assert_eq!(set.last_line().verdict, Verdict::Never, "{kind:?}");
    }
}

#[test]
fn t39_a_container_gets_nothing_of_any_kind_of_request() {
    let set = Set::with("");
    for kind in kinds() {
        for of in ["guest", "user", "nobody"] {
            let problem = set.refused(&sandboxed(request(kind, of)));
            assert_eq!(problem.code, ProblemCode::OtherNamespace, "{kind:?}");
        }
    }
    let line = set.last_line();
    assert_eq!((line.verdict, line.sandboxed), (Verdict::Sandboxed, true));
    assert_eq!(
        (line.process.as_str(), line.role.as_str()),
        ("aws", "nobody")
    );
}

#[test]
fn what_is_neither_role_nor_key_gets_nothing_of_any_kind_of_request() {
    let set = Set::with("");
    for kind in kinds() {
        let (other, code) = match request(kind, "x").subject() {
            Subject::Role(_) => ("user", ProblemCode::UnknownRole),
            Subject::Key(_) => ("guest", ProblemCode::UnknownKey),
        };
        for of in ["nobody", other] {
            let waiter = FakeWaiter::default();
            let act = || -> Result<(), Problem> { panic!("{kind:?} of {of} was done") };
            let problem = set.keeper.serve(&request(kind, of), &waiter, act);
            assert_eq!(problem.expect_err("refused").code, code, "{kind:?} of {of}");
            assert_eq!(
                (waiter.waits(), set.last_line().verdict),
                (0, Verdict::Unknown)
            );
        }
    }
}

#[test]
fn t03_a_key_has_a_policy_of_its_own_independent_of_a_role_with_its_name() {
    let set = Set::with("[ask]\ndefault = \"never\"\n[ask.keys]\nuser = \"allow\"\n");
    assert_eq!(set.serve(&of_key()), Ok(()));
    assert_eq!(set.last_line().verdict, Verdict::Allowed);
    let other = Set::with("[ask.roles]\nuser = \"allow\"\n[ask.keys]\nuser = \"never\"\n");
    let problem = other.refused(&of_key());
    let said = "No program may use the access key \"user\".";
    assert!(
        problem.what == said && problem.remedy.contains("[ask.keys]"),
        "{problem}"
    );
    let roles = Set::with("[ask.roles]\nuser = \"never\"\n");
    assert_eq!(roles.serve(&of_key()), Ok(()));
}

#[test]
fn t39_the_policy_of_containers_holds_for_a_key_if_it_is_stricter() {
    let open = Set::with("[ask]\ncontainers = \"allow\"\n");
    assert_eq!(open.serve(&sandboxed(of_key())), Ok(()));
    let line = open.last_line();
    assert!(
        line.sandboxed && line.aws_call,
        "the history tells where it came from"
    );
    let closed = Set::with("[ask]\ncontainers = \"allow\"\n[ask.keys]\nuser = \"never\"\n");
    assert_eq!(
        closed.refused(&sandboxed(of_key())).code,
        ProblemCode::NotAllowed
    );
}

#[test]
fn t03_the_question_says_that_an_access_key_is_asked_for() {
    let set = Set::with("[ask.keys]\nuser = \"once\"\n");
    let (keeper, waiter) = (set.keeper.clone(), Arc::new(FakeWaiter::default()));
    let waiting = waiter.clone();
    let asking = thread::spawn(move || {
        let get = || keeper.key_credentials(&name("user")).map(drop);
        keeper.serve(&of_key(), &*waiting, get)
    });
    let question = until(|| set.keeper.snapshot().consents().next().cloned());
    assert_eq!(
        (set.calls(), question.account_id.as_str()),
        (0, "177634097045")
    );
    let title = "aws wants access to the access key user";
    assert_eq!(set.fakes.notifier.last_title().as_deref(), Some(title));
    let body = set.fakes.notifier.take_bodies().remove(0);
    assert!(body.contains("everything the key's user may do"), "{body}");
    set.keeper
        .answer(question.id, Given::Reply(Reply::AllowTree))
        .expect("open");
    assert_eq!(asking.join().expect("no fault"), Ok(()));
    assert_eq!(set.serve(&of_key()), Ok(()), "the tree is allowed");
    assert_eq!(set.last_line().verdict, Verdict::Granted);
    assert_eq!(set.keeper.snapshot().keys[0].consent, Consent::Once);
}

#[test]
fn a_policy_follows_its_key_to_its_new_name() {
    let set = Set::with("[ask.keys]\nuser = \"never\"\n");
    set.keeper
        .rename_key(&name("user"), &name("me"))
        .expect("renamed");
    assert_eq!(
        set.refused(&request(RequestKind::Key, "me")).code,
        ProblemCode::NotAllowed
    );
    let settings = set.fakes.files.settings.lock().expect("free").clone();
    assert_eq!(settings, "[ask.keys]\nme = \"never\"\n");
    let key = Subject::Key(name("me"));
    set.keeper.set_consent(&key, None).expect("written");
    assert_eq!(set.serve(&request(RequestKind::Key, "me")), Ok(()));
    let view = set.keeper.snapshot().keys.remove(0);
    assert_eq!(
        (view.consent, view.consent_is_default),
        (Consent::Allow, true)
    );
}

#[test]
fn a_session_of_a_key_is_listed_until_it_is_over() {
    let set = Set::with("");
    set.serve(&of_key()).expect("given");
    let view = set.keeper.snapshot().key_sessions.remove(0);
    assert_eq!(
        (view.key.as_str(), view.account_id.as_str()),
        ("user", "177634097045")
    );
    assert_eq!(view.expires_at.to_string(), "2026-11-22T13:00:00Z");
    assert_eq!(set.keeper.sessions_snapshot().key_sessions.len(), 1);
    let sleep = set.keeper.tick().sleep.expect("something lives");
    assert_eq!(sleep, SignedDuration::from_hours(1));
    set.fakes.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(set.keeper.tick().sleep, None);
    assert!(set.key_sessions().is_empty());
}

#[test]
fn a_session_of_a_key_is_returned_at_once_until_it_is_due_for_renewal() {
    let set = Set::with("");
    let at_hand = || {
        let line = set.keeper.key_credentials_at_hand(&name("user"));
        line.map(|line| line.expose().to_owned())
    };
    assert_eq!(at_hand(), None);
    let line = set.keeper.key_credentials(&name("user"));
    let line = line.expect("a session").expose().to_owned();
    assert_eq!(at_hand(), Some(line));
    set.fakes.clock.advance(SignedDuration::from_mins(40));
    assert_eq!(at_hand(), None);
}

#[test]
fn an_ended_session_of_a_key_is_not_returned_again_even_after_a_restart() {
    let set = Set::with("");
    let line = |set: &Set| {
        let line = set
            .keeper
            .key_credentials(&name("user"))
            .expect("a session");
        line.expose().to_owned()
    };
    let first = line(&set);
    assert_eq!(
        (line(&set), set.key_sessions()),
        (first.clone(), vec!["user".to_owned()])
    );
    set.keeper.end_key(&name("user")).expect("ended");
    assert!(set.key_sessions().is_empty());
    assert!(set.keeper.end_key(&name("user")).is_err(), "there is none");
    assert_ne!(line(&set.again()), first);
    assert_ne!(line(&set), first);
    set.keeper
        .end(&name("user"))
        .expect("no role has this name");
    assert!(set.key_sessions().is_empty());
}

#[test]
fn a_session_of_a_key_that_is_ended_during_the_call_is_dropped() {
    let set = Set::with("");
    set.fakes.sts.close();
    let keeper = set.keeper.clone();
    let asking = thread::spawn(move || keeper.key_credentials(&name("user")).map(drop));
    until_so(|| !set.fakes.sts.token_calls().is_empty());
    assert!(
        set.keeper.end_key(&name("user")).is_err(),
        "none is there yet"
    );
    set.fakes.sts.open();
    let problem = asking.join().expect("no fault").expect_err("ended");
    assert_eq!(problem.code, ProblemCode::NoSession);
    assert!(set.key_sessions().is_empty());
}

#[test]
fn ending_a_session_of_a_key_drops_the_permission_of_a_tree() {
    let set = Set::with("[ask.keys]\nuser = \"once\"\n");
    let allow = |reply: Reply| {
        let keeper = set.keeper.clone();
        let asking = thread::spawn(move || {
            let get = || keeper.key_credentials(&name("user")).map(drop);
            keeper.serve(&of_key(), &FakeWaiter::default(), get)
        });
        let question = until(|| set.keeper.snapshot().consents().next().cloned());
        set.keeper
            .answer(question.id, Given::Reply(reply))
            .expect("open");
        asking.join().expect("no fault")
    };
    assert_eq!(allow(Reply::AllowTree), Ok(()));
    assert_eq!(set.serve(&of_key()), Ok(()));
    set.keeper.end_key(&name("user")).expect("ended");
    assert!(allow(Reply::Deny).is_err(), "it is asked about again");
}

#[test]
fn a_key_does_not_get_the_name_of_a_session_of_a_role_that_was_removed() {
    let set = Set::with("");
    set.keeper.assume(&name("guest"), None).expect("assumed");
    set.keeper.remove_role(&name("guest")).expect("removed");
    let secret = Secret::new("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx".into());
    let pair = KeyPair::parse("AKIASQ7EXAMPLEKEYID2", &secret).expect("a pair");
    let problem = set.keeper.add_key(&name("guest"), &pair);
    assert_eq!(problem.expect_err("taken").code, ProblemCode::NameTaken);
    let problem = set.keeper.rename_key(&name("user"), &name("guest"));
    assert_eq!(problem.expect_err("taken").code, ProblemCode::NameTaken);
}

#[test]
fn t03_a_limited_session_obeys_the_policy_of_its_role_also_when_that_changes() {
    let set = Set::with("");
    let limits = LimitsView {
        access: Some(AccessLimit::ReadOnly),
        ..LimitsView::default()
    };
    let limited = set
        .keeper
        .limited(&name("guest"), &limits)
        .expect("limited");
    let of = |kind| request(kind, limited.as_str());
    assert_eq!(set.serve(&of(RequestKind::Exec)), Ok(()));
    let endpoint = {
        let own = |pid| Ancestor {
            id: ProcessId { pid, started: 7 },
            name: "rolecall".into(),
            ..Ancestor::default()
        };
        Requester::new(&[own(70)], &[])
    };
    let named = set.keeper.name_endpoint(&limited, &endpoint, &requester());
    assert_eq!(named, Ok(()));
    let from_endpoint = Request {
        requester: Some(endpoint),
        ..of(RequestKind::Endpoint)
    };
    assert_eq!(set.serve(&from_endpoint), Ok(()));
    set.keeper
        .set_consent(&Subject::Role(name("guest")), Some(Consent::Ask))
        .expect("written");
    set.fakes.notifier.is_unseen();
    assert_eq!(set.refused(&from_endpoint).code, ProblemCode::NobodyToAsk);
    set.keeper
        .set_consent(&Subject::Role(name("guest")), Some(Consent::Never))
        .expect("written");
    for kind in kinds() {
        if matches!(request(kind, "x").subject(), Subject::Role(_)) {
            assert_eq!(
                set.refused(&of(kind)).code,
                ProblemCode::NotAllowed,
                "{kind:?}"
            );
        }
    }
}

#[test]
fn t03_a_policy_that_changes_in_the_file_drops_earlier_permissions() {
    let set = Set::with("");
    assert_eq!(set.serve(&request(RequestKind::Exec, "guest")), Ok(()));
    let endpoint = Requester::new(
        &[Ancestor {
            id: ProcessId {
                pid: 70,
                started: 7,
            },
            name: "rolecall".into(),
            ..Ancestor::default()
        }],
        &[],
    );
    let named = set
        .keeper
        .name_endpoint(&name("guest"), &endpoint, &requester());
    assert_eq!(named, Ok(()));
    *set.fakes.files.settings.lock().expect("free") = "[ask]\ndefault = \"ask\"\n".to_owned();
    set.keeper.reload_settings();
    set.fakes.notifier.is_unseen();
    let request = Request {
        requester: Some(endpoint),
        ..request(RequestKind::Endpoint, "guest")
    };
    assert_eq!(set.refused(&request).code, ProblemCode::NobodyToAsk);
}

#[test]
fn t03_the_session_of_a_role_that_was_removed_still_obeys_its_policy() {
    let set = Set::with("[ask.roles]\nguest = \"never\"\n");
    set.keeper.assume(&name("guest"), None).expect("assumed");
    set.keeper.remove_role(&name("guest")).expect("removed");
    let problem = set.refused(&request(RequestKind::Credentials, "guest"));
    assert_eq!(problem.code, ProblemCode::NotAllowed);
}

#[test]
fn t03_a_renewal_for_an_endpoint_obeys_the_policy() {
    let set = Set::with("[ask.roles]\nguest = \"never\"\n");
    let refusal = |role: &str, by: &Requester| {
        let refusal = set.keeper.renewal_refusal(&name(role), by);
        refusal.map(|problem| problem.code)
    };
    set.save_role("audit", "guest");
    assert_eq!(
        refusal("guest", &requester()),
        Some(ProblemCode::NotAllowed)
    );
    assert_eq!(
        refusal("nobody", &requester()),
        Some(ProblemCode::UnknownRole)
    );
    let elsewhere = in_sandbox(requester());
    assert_eq!(
        refusal("audit", &elsewhere),
        Some(ProblemCode::OtherNamespace)
    );
    assert_eq!(refusal("audit", &requester()), None);
}

#[test]
fn a_role_is_handed_out_by_its_own_policy_and_never_what_it_is_assumed_through() {
    let settings = "[ask.roles]\nguest = \"never\"\n[ask.keys]\nuser = \"never\"\n";
    let set = Set::with(settings);
    set.save_role("audit", "guest");
    assert_eq!(
        set.serve(&request(RequestKind::Credentials, "audit")),
        Ok(())
    );
    assert_eq!(set.fakes.sts.calls().len(), 2, "through guest");
    for hidden in [request(RequestKind::Credentials, "guest"), of_key()] {
        assert_eq!(set.refused(&hidden).code, ProblemCode::NotAllowed);
    }
}

#[test]
fn t03_only_what_every_program_may_have_is_written_where_every_program_can_read_it() {
    for policy in ["never", "ask", "once"] {
        let settings = format!(
            "[ask.roles]\nguest = \"{policy}\"\n[temporary_profiles]\nroles = [\"guest\", \"audit\"]\n"
        );
        let set = Set::with(&settings);
        set.save_role("audit", "guest");
        let assume = request(RequestKind::Assume, "audit");
        let waiter = FakeWaiter::default();
        let assumed = set.keeper.observed(&assume, &waiter, || {
            set.keeper.assume(&assume.name, None).map(drop)
        });
        assert_eq!(assumed, Ok(()));
        set.keeper.tick();
        let file = set
            .fakes
            .files
            .aws_credentials
            .lock()
            .expect("free")
            .clone();
        assert!(
            file.contains("[audit]") && !file.contains("[guest]"),
            "{policy}: {file}"
        );
        let problem = set.keeper.keep_temporary_profile(&name("guest"));
        assert_eq!(problem.expect_err("refused").code, ProblemCode::NotAllowed);
    }
}
