//! What happens when sessions come to their end: automatic renewals, and what is said about them.

use std::sync::Arc;

use jiff::SignedDuration;
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::asker::requester::{Ancestor, ProcessId, Requester};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::role::renew::Renew;
use rolecall_core::session::Phase;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::notice::NoticeAction;
use rolecall_core::view::snapshot::{Mode, SessionView};
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::{FakeWaiter, Fakes, until};
use rolecall_keeper::ports::Clock;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str = r#"
[roles.guest]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"
renew = "automatic"

[roles.plain]
arn = "arn:aws:iam::808768216571:role/plain"
source = "user"

[roles.careful]
arn = "arn:aws:iam::808768216571:role/careful"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
mfa_code = "own"
renew = "automatic"

[roles.short]
arn = "arn:aws:iam::808768216571:role/short"
source = "user"
renew = "never"
lead_times = ["5m"]
"#;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

struct World {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl World {
    fn with_roles(roles: &str) -> Self {
        let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
        roles.clone_into(&mut fakes.files.roles.lock().expect("not poisoned"));
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        keeper.restore_sessions();
        let pair =
            KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
        keeper.add_key(&name("user"), &pair).expect("kept");
        Self { fakes, keeper }
    }

    fn assume(&self, role: &str) -> SessionView {
        self.keeper.assume(&name(role), None).expect("assumed");
        self.fakes.notifier.take_titles();
        self.session(role)
    }

    fn session(&self, role: &str) -> SessionView {
        let sessions = self.keeper.snapshot().sessions;
        let found = sessions.into_iter().find(|it| it.role == role);
        found.expect("a session")
    }

    /// Lets time pass, with a tick every 15 seconds, and returns the titles of the notifications.
    fn pass(&self, time: SignedDuration) -> Vec<String> {
        let steps = time.as_secs() / 15;
        let mut titles = Vec::new();
        for _ in 0..steps {
            self.fakes.clock.advance(SignedDuration::from_secs(15));
            self.tick();
            titles.extend(self.fakes.notifier.take_titles());
        }
        titles
    }

    /// Ticks, and waits until the renewals that it began have ended.
    fn tick(&self) {
        self.keeper.tick();
        until(|| (self.keeper.renewals_under_way() == 0).then_some(()));
    }

    fn assumed(&self) -> usize {
        self.fakes.sts.calls().len()
    }
}

fn offline() -> StsError {
    StsError::Unreachable {
        host: "sts.amazonaws.com".into(),
        reason: "no route".into(),
    }
}

#[test]
fn an_automatic_session_is_renewed_in_time_and_nobody_is_bothered() {
    let world = World::with_roles(ROLES);
    let first = world.assume("guest");
    let at = first.renews_at.expect("a renewal");
    let left = first.expires_at.expect("an expiry").duration_since(at);
    assert!((minutes(10)..=minutes(20)).contains(&left), "{left}");
    assert_eq!(world.pass(minutes(180)), Vec::<String>::new());
    assert!(world.session("guest").expires_at > first.expires_at);
    assert!((4..=5).contains(&world.assumed()), "{}", world.assumed());
}

#[test]
fn a_session_that_is_shorter_than_usual_is_renewed_without_a_warning_too() {
    let brief = "[roles.brief]\narn = \"arn:aws:iam::808768216571:role/brief\"\nsource = \"user\"\n\
                 duration = \"15m\"\nrenew = \"automatic\"\n";
    let world = World::with_roles(brief);
    world.assume("brief");
    assert_eq!(world.pass(minutes(60)), Vec::<String>::new());
    assert!(world.assumed() > 4);
}

#[test]
fn a_session_that_is_not_automatic_is_left_alone() {
    let world = World::with_roles(ROLES);
    assert_eq!(world.assume("plain").renews_at, None);
    let titles = world.pass(minutes(61));
    assert_eq!(
        titles,
        [
            "plain expires in 10m",
            "plain expires in 2m",
            "plain has expired"
        ]
    );
    assert_eq!(world.assumed(), 1);
}

#[test]
fn where_a_code_is_needed_a_notification_asks_first_and_no_prompt_opens() {
    let world = World::with_roles(ROLES);
    let code = rolecall_core::value::mfa::MfaCode::parse("123456").expect("a code");
    let assumed = world.keeper.assume(&name("careful"), Some(code));
    assumed.expect("assumed");
    world.fakes.notifier.take_titles();
    assert_eq!(world.session("careful").renews_at, None);
    let titles = world.pass(minutes(41));
    assert_eq!(titles, ["careful expires in 20m"]);
    assert!(world.keeper.snapshot().open_questions.is_empty());
    assert_eq!(world.assumed(), 1);
}

#[test]
fn a_failed_renewal_says_why_and_when_it_is_tried_again_and_the_session_stays() {
    let world = World::with_roles(ROLES);
    let first = world.assume("guest");
    world.fakes.sts.refuse_role("guest", offline());
    let titles = world.pass(minutes(55));
    assert_eq!(titles, ["guest was not renewed", "guest expires in 10m"]);
    let session = world.session("guest");
    assert_eq!(session.expires_at, first.expires_at);
    assert!(session.problem.is_some());
    let next = session.renews_at.expect("another try");
    assert!(next > world.fakes.clock.now());
    assert!((4..=8).contains(&world.assumed()), "{}", world.assumed());
    world.fakes.sts.allow_role("guest");
    world.pass(minutes(10));
    let renewed = world.session("guest");
    assert!(renewed.expires_at > first.expires_at && renewed.problem.is_none());
}

#[test]
fn r38_what_will_not_pass_is_not_tried_again() {
    let world = World::with_roles(ROLES);
    world.assume("guest");
    let denied = StsError::Refused(Refusal {
        status: 403,
        code: "AccessDenied".into(),
        message: "no".into(),
        ..Refusal::default()
    });
    world.fakes.sts.refuse_role("guest", denied);
    let titles = world.pass(minutes(61));
    assert_eq!(
        titles,
        [
            "guest was not renewed",
            "guest expires in 10m",
            "guest expires in 2m",
            "guest has expired"
        ]
    );
    assert_eq!(
        (world.assumed(), world.session("guest").renews_at),
        (2, None)
    );
}

#[test]
fn a_locked_keychain_opens_no_dialog_for_a_renewal() {
    let world = World::with_roles(ROLES);
    world.assume("guest");
    world.fakes.keychain.lock_with_dialog();
    world.pass(minutes(51));
    assert_eq!(world.fakes.keychain.dialogs(), 0);
    assert!(world.session("guest").problem.is_some());
}

#[test]
fn r10_many_renewals_are_spread_and_at_most_four_are_in_flight() {
    let roles: String = (0..60)
        .map(|number| {
            format!(
                "[roles.r{number}]\narn = \"arn:aws:iam::808768216571:role/r{number}\"\n\
                 source = \"user\"\nrenew = \"automatic\"\n"
            )
        })
        .collect();
    let world = World::with_roles(&roles);
    for number in 0..60 {
        let role = name(&format!("r{number}"));
        world.keeper.assume(&role, None).expect("assumed");
    }
    world.fakes.notifier.take_titles();
    let mut starts: Vec<_> = world.keeper.snapshot().sessions;
    starts.sort_by_key(|it| it.renews_at);
    let (first, last) = (starts[0].renews_at, starts[59].renews_at);
    let spread = last.zip(first).expect("renewals");
    assert!(spread.0.duration_since(spread.1) > minutes(7), "{spread:?}");
    world.fakes.clock.advance(minutes(39));
    let mut before = 0;
    while world.assumed() != before
        || world.fakes.clock.now() < spread.0 + SignedDuration::from_secs(20)
    {
        before = world.assumed();
        world.tick();
        if world.assumed() == before {
            world.fakes.clock.advance(SignedDuration::from_secs(10));
        }
    }
    assert!(world.fakes.sts.most_at_once() <= 4);
    assert_eq!(world.assumed(), 120);
    assert_eq!(world.fakes.notifier.take_titles(), Vec::<String>::new());
}

#[test]
fn r01_after_suspend_the_renewals_come_within_half_a_minute() {
    let world = World::with_roles(ROLES);
    let first = world.assume("guest");
    world.keeper.tick();
    world.fakes.clock.jump(SignedDuration::from_hours(8));
    world.tick();
    let at = world.session("guest").renews_at.expect("a renewal");
    let wait = at.duration_since(world.fakes.clock.now());
    assert!(wait <= SignedDuration::from_secs(30), "{wait}");
    assert_eq!(world.pass(minutes(1)), Vec::<String>::new());
    assert!(world.session("guest").expires_at > first.expires_at);
}

#[test]
fn a_role_that_is_never_renewed_warns_in_its_own_time_and_programs_keep_its_session() {
    let world = World::with_roles(ROLES);
    world.assume("short");
    assert_eq!(world.pass(minutes(54)), Vec::<String>::new());
    let line = world.keeper.credentials(&name("short"));
    line.expect("the session");
    assert!(!world.keeper.claims_renewal(&name("short")));
    assert_eq!(world.assumed(), 1);
    world.fakes.clock.advance(minutes(1));
    world.keeper.tick();
    let notice = world.fakes.notifier.take().remove(0);
    assert_eq!(notice.title, "short expires in 5m");
    assert!(!notice.actions.contains(&NoticeAction::Renew), "{notice:?}");
}

#[test]
fn a_session_that_programs_use_says_so() {
    let world = World::with_roles(ROLES);
    world.assume("plain");
    let terraform = Ancestor {
        id: ProcessId {
            pid: 4211,
            started: 1,
        },
        name: "terraform".into(),
        ..Ancestor::default()
    };
    let request = Request {
        name: name("plain"),
        kind: RequestKind::Credentials,
        requester: Some(Requester::new(&[terraform], &[])),
    };
    let waiter = FakeWaiter::default();
    let line = world.keeper.serve(&request, &waiter, || {
        world.keeper.credentials(&request.name)
    });
    line.expect("credentials");
    assert_eq!(world.session("plain").used_by, ["terraform"]);
    world.fakes.clock.advance(minutes(51));
    world.keeper.tick();
    let notice = world.fakes.notifier.take().remove(0);
    assert!(notice.body.ends_with("Used by terraform."), "{notice:?}");
    world.keeper.assume(&name("plain"), None).expect("renewed");
    assert!(world.session("plain").used_by.is_empty());
}

#[test]
fn it_is_set_for_the_users_own_role_in_its_file_and_for_others_beside_their_labels() {
    let world = World::with_roles(ROLES);
    let file = || {
        world
            .fakes
            .files
            .roles
            .lock()
            .expect("not poisoned")
            .clone()
    };
    world
        .keeper
        .set_renew(&name("plain"), Some(Renew::Automatic))
        .expect("set");
    assert_eq!(file().matches("renew = \"automatic\"").count(), 3);
    assert!(world.assume("plain").renews_at.is_some());
    world.keeper.set_renew(&name("plain"), None).expect("set");
    assert_eq!(file(), ROLES);
    assert!(world.keeper.set_renew(&name("gone"), None).is_err());
}

#[test]
fn a_snoozed_warning_comes_again_after_five_minutes() {
    let world = World::with_roles(ROLES);
    world.assume("plain");
    assert_eq!(world.pass(minutes(50)), ["plain expires in 10m"]);
    world.keeper.snooze(&name("plain"));
    assert_eq!(world.pass(minutes(4)), Vec::<String>::new());
    assert_eq!(world.pass(minutes(1)), ["plain expires in 5m"]);
    assert_eq!(world.pass(minutes(2)), Vec::<String>::new());
    assert_eq!(world.pass(minutes(1)), ["plain expires in 2m"]);
}

#[test]
fn a_session_that_is_let_end_ends_in_silence_also_after_a_restart() {
    let world = World::with_roles(ROLES);
    world.assume("plain");
    world.assume("guest");
    world.keeper.let_end(&name("plain"));
    world.keeper.let_end(&name("guest"));
    let again = Keeper::new(world.fakes.ports(), Mode::Own);
    again.restore_sessions();
    let world = World {
        keeper: Arc::new(again),
        ..world
    };
    assert_eq!(world.pass(minutes(62)), Vec::<String>::new());
    assert_eq!(world.assumed(), 2);
}

#[test]
fn r36_the_end_of_a_session_is_shown_although_the_program_crashed_then() {
    let world = World::with_roles(ROLES);
    world.assume("plain");
    world.pass(minutes(59));
    world.fakes.clock.advance(minutes(1));
    let again = Keeper::new(world.fakes.ports(), Mode::Own);
    again.restore_sessions();
    let world = World {
        keeper: Arc::new(again),
        ..world
    };
    assert_eq!(world.pass(minutes(3)), ["plain has expired"]);
    world.keeper.restore_sessions();
    assert_eq!(world.pass(minutes(3)), Vec::<String>::new());
}

#[test]
fn r10_five_hundred_ends_in_a_minute_give_a_few_notices() {
    let roles: String = (0..500)
        .map(|number| {
            format!("[roles.r{number}]\narn = \"arn:aws:iam::808768216571:role/r{number}\"\nsource = \"user\"\n")
        })
        .collect();
    let world = World::with_roles(&roles);
    world
        .fakes
        .store
        .sessions_of(500, minutes(60), minutes(1), world.fakes.clock.now());
    world.keeper.restore_sessions();
    world.fakes.clock.advance(minutes(49));
    world.keeper.tick();
    world.fakes.notifier.take_titles();
    let mut titles = Vec::new();
    for _ in 0..(4 * 20) {
        world.fakes.clock.advance(SignedDuration::from_secs(3));
        world.tick();
        titles.extend(world.fakes.notifier.take_titles());
    }
    assert!((1..=4).contains(&titles.len()), "{titles:?}");
    let reported: usize = titles
        .iter()
        .map(|title| {
            title
                .split(' ')
                .next()
                .and_then(|it| it.parse().ok())
                .unwrap_or(1)
        })
        .sum();
    assert_eq!(reported, 500, "{titles:?}");
}

#[test]
fn in_quiet_hours_nothing_comes_and_afterwards_what_is_still_true() {
    let world = World::with_roles(ROLES);
    "[notifications]\nquiet_hours = \"12:30-14:00\"\n"
        .clone_into(&mut world.fakes.files.settings.lock().expect("not poisoned"));
    world.keeper.reload_settings();
    world.assume("plain");
    assert_eq!(world.pass(minutes(119)), Vec::<String>::new());
    assert_eq!(world.pass(minutes(2)), ["plain has expired"]);
}

#[test]
fn a_session_that_aws_no_longer_accepts_is_not_shown_as_alive() {
    let world = World::with_roles(ROLES);
    world.assume("plain");
    world.assume("short");
    let callers = world.fakes.sts.checked().len();
    world.keeper.check_sessions().expect("checked");
    assert_eq!(world.fakes.sts.checked().len(), callers + 2);
    assert!(world.session("plain").problem.is_none());
    world.fakes.sts.kill("ASIAFAKE000000000001");
    world.keeper.check_sessions().expect("checked");
    assert_eq!(
        world.fakes.notifier.take_titles(),
        ["plain no longer works"]
    );
    let plain = world.session("plain");
    assert_eq!(plain.phase, Phase::Failed);
    assert_eq!(world.session("short").phase, Phase::Active);
    assert!(
        plain
            .problem
            .is_some_and(|it| it.what.contains("no longer accepts"))
    );
}

#[test]
fn r01_after_suspend_aws_is_asked_about_the_sessions() {
    let world = World::with_roles(ROLES);
    world.assume("plain");
    world.keeper.tick();
    world.fakes.sts.kill("ASIAFAKE000000000001");
    world.fakes.clock.jump(minutes(20));
    world.keeper.tick();
    until(|| (world.session("plain").phase == Phase::Failed).then_some(()));
}

#[test]
fn r05_offline_says_what_holds_until_when_and_the_return_is_noticed() {
    let world = World::with_roles(ROLES);
    world.assume("plain");
    world.fakes.sts.refuse_role("short", offline());
    world.fakes.sts.fail_in("us-east-1", offline());
    assert!(world.keeper.assume(&name("short"), None).is_err());
    let problems = world.keeper.snapshot().problems;
    let [problem] = problems.as_slice() else {
        panic!("{problems:?}");
    };
    assert_eq!(
        problem.remedy,
        "Your session keeps working until 13:00 UTC."
    );
    world.pass(minutes(2));
    assert_eq!(world.keeper.snapshot().problems.len(), 1);
    world.fakes.sts.reach_in("us-east-1");
    world.pass(minutes(5));
    until(|| world.keeper.snapshot().problems.is_empty().then_some(()));
}
