//! A clock that is wrong, and that somebody sets, with the shared fakes.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::session::Phase;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::menu::tray;
use rolecall_core::view::snapshot::{Mode, SessionView};
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::{Fakes, until};
use rolecall_keeper::ports::{Clock, Store};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str = r#"
[roles.guest]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"
duration = "15m"

[roles.coded]
arn = "arn:aws:iam::808768216571:role/coded"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
"#;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn keeper_over(fakes: &Fakes) -> Arc<Keeper> {
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    Arc::new(keeper)
}

/// Returns a keeper with a session of 15 minutes and an MFA session.
fn ready() -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:05Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let keeper = keeper_over(&fakes);
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    keeper.assume(&name("guest"), None).expect("assumed");
    let code = MfaCode::parse("123456").expect("a code");
    keeper.assume(&name("coded"), Some(code)).expect("assumed");
    (fakes, keeper)
}

fn guest(keeper: &Keeper) -> Option<SessionView> {
    let sessions = keeper.snapshot().sessions;
    sessions.iter().find(|it| it.role == "guest").cloned()
}

fn is_live(keeper: &Keeper) -> bool {
    guest(keeper).is_some_and(|it| it.phase == Phase::Active && it.expires_at.is_some())
}

fn rows(fakes: &Fakes) -> (usize, usize) {
    let sessions = fakes.store.load().expect("rows").len();
    (sessions, fakes.store.load_mfa().expect("rows").len())
}

#[test]
fn a_session_never_has_more_left_than_its_life_when_the_clock_is_set_back() {
    let (fakes, keeper) = ready();
    for hours in [4, 24 * 365 * 50] {
        fakes.clock.jump(-HOUR * hours);
        keeper.tick();
        let view = guest(&keeper).expect("listed");
        let left = view.left_at(fakes.clock.now()).expect("live");
        assert_eq!(left, SignedDuration::from_mins(15));
        let shown = format!("{:?}", tray(&keeper.snapshot(), fakes.clock.now()));
        assert!(shown.contains("guest · 15m"), "{shown}");
    }
}

#[test]
fn the_heartbeat_wakes_at_once_when_the_clock_is_set() {
    for jump in [-HOUR * 4, SignedDuration::from_secs(5)] {
        let (fakes, keeper) = ready();
        let pulse = keeper.tick();
        let (woken, wakes) = mpsc::channel();
        let waiting = keeper.clone();
        let waiter = thread::spawn(move || {
            waiting.wait_after(pulse);
            let _ = woken.send(());
        });
        until(|| fakes.clock.next_alarm());
        assert!(wakes.try_recv().is_err(), "nothing happened yet");
        fakes.clock.jump(jump);
        wakes.recv_timeout(Duration::from_secs(60)).expect("awake");
        waiter.join().expect("no panic");
    }
}

#[test]
fn a_restart_with_a_clock_that_nobody_confirmed_deletes_nothing_and_sessions_come_back() {
    for days in [1, 400] {
        let (fakes, keeper) = ready();
        drop(keeper);
        assert_eq!(rows(&fakes), (2, 1));
        fakes.clock.confirm(false);
        fakes.clock.jump(HOUR * 24 * days);
        let keeper = keeper_over(&fakes);
        keeper.tick();
        assert!(!is_live(&keeper), "it looks expired");
        assert!(keeper.snapshot().keys[0].mfa.is_empty());
        assert_eq!(rows(&fakes), (2, 1), "{days}");
        fakes.clock.jump(-HOUR * 24 * days);
        keeper.tick();
        assert!(is_live(&keeper), "{days}");
        assert_eq!(keeper.snapshot().keys[0].mfa.len(), 1);
    }
}

#[test]
fn sessions_that_expired_by_a_confirmed_clock_are_deleted() {
    let (fakes, keeper) = ready();
    drop(keeper);
    fakes.clock.confirm(false);
    fakes.clock.jump(HOUR * 48);
    let keeper = keeper_over(&fakes);
    keeper.tick();
    assert_eq!(rows(&fakes), (2, 1));
    fakes.clock.confirm(true);
    keeper.tick();
    keeper.flush();
    assert_eq!(rows(&fakes), (0, 0));
    assert!(!is_live(&keeper));
}

#[test]
fn a_running_program_keeps_sessions_on_disk_until_the_clock_is_confirmed() {
    let (fakes, keeper) = ready();
    fakes.clock.confirm(false);
    fakes.clock.jump(HOUR * 24);
    keeper.tick();
    keeper.flush();
    assert_eq!(rows(&fakes), (2, 1));
    fakes.clock.jump(-HOUR * 24);
    keeper.tick();
    assert!(is_live(&keeper));
}

/// Ticks for so long as the heartbeat does, and returns how often.
fn ticks_in(fakes: &Fakes, keeper: &Keeper, time: SignedDuration) -> usize {
    let end = fakes.clock.now() + time;
    let mut count = 0;
    loop {
        let sleep = keeper.tick().sleep.expect("sessions are live");
        fakes.clock.advance(sleep);
        if fakes.clock.now() > end {
            return count;
        }
        count += 1;
    }
}

#[test]
fn ten_sessions_wake_the_heartbeat_once_a_minute_and_for_warnings() {
    let role = |number: i32| {
        format!(
            "[roles.r{number}]\narn = \"arn:aws:iam::808768216571:role/r\"\nsource = \"user\"\n"
        )
    };
    let fakes = Fakes::at("2026-11-21T12:00:05Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = (0..10).map(role).collect();
    let keeper = keeper_over(&fakes);
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    for number in 0..10 {
        keeper
            .assume(&name(&format!("r{number}")), None)
            .expect("assumed");
        fakes.clock.advance(SignedDuration::from_secs(6));
    }
    assert_eq!(ticks_in(&fakes, &keeper, SignedDuration::from_mins(10)), 10);
    fakes.notifier.take_titles();
    // They warn ten minutes before they expire, each at its own time.
    let ticks = ticks_in(&fakes, &keeper, SignedDuration::from_mins(40));
    assert!(ticks <= 40 + 3 * 10, "{ticks}");
    assert_eq!(fakes.notifier.take_titles().len(), 10);
}

#[test]
fn the_time_left_of_the_next_session_to_end_is_right_after_every_tick() {
    let (fakes, keeper) = ready();
    for _ in 0..40 {
        let sleep = keeper.tick().sleep.expect("sessions are live");
        let label = |at| tray(&keeper.snapshot(), at).tooltip;
        let nanosecond = SignedDuration::from_nanos(1);
        let now = fakes.clock.now();
        let last = now + (sleep - nanosecond).max(SignedDuration::ZERO);
        if guest(&keeper).is_some_and(|it| it.left_at(now) > Some(SignedDuration::from_mins(1))) {
            assert_eq!(label(now), label(last));
        }
        fakes.clock.advance(sleep);
    }
}
