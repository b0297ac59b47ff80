//! The heartbeat only wakes up for changes.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests wait for a while in which nothing may happen"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rolecall_agent::heartbeat;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::{Mode, Snapshot};
use rolecall_keeper::fakes::{self, Fakes};
use rolecall_keeper::ports::Audience;
use rolecall_keeper::{Concern, Keeper, Ports};

/// Counts the ticks of the keeper.
#[derive(Default)]
struct Ticks {
    count: AtomicUsize,
    /// How many of the next ticks panic.
    faults: AtomicUsize,
}

impl Audience for Ticks {
    fn publish(&self, _: &Snapshot) {}
    #[expect(clippy::panic, reason = "a fault that a test asks for")]
    fn tick(&self, _: &Snapshot, _: Timestamp) {
        self.count.fetch_add(1, Ordering::SeqCst);
        fakes::ring();
        let take_one = |faults: usize| faults.checked_sub(1);
        let taken = self
            .faults
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take_one);
        if taken.is_ok() {
            std::panic::panic_any("a fault that this test asks for");
        }
    }
}

impl Ticks {
    fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn wait_for(&self, count: usize) {
        fakes::until_so(|| self.count() >= count);
    }
}

fn beating() -> (Fakes, Arc<Keeper>, Arc<Ticks>) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    let ticks = Arc::<Ticks>::default();
    let ports = Ports {
        audience: ticks.clone(),
        ..fakes.ports()
    };
    let keeper = Arc::new(Keeper::new(ports, Mode::Own));
    heartbeat::start(keeper.clone()).expect("a thread");
    ticks.wait_for(1);
    (fakes, keeper, ticks)
}

#[test]
fn it_does_not_wake_up_without_active_sessions() {
    let (fakes, _keeper, ticks) = beating();
    fakes.clock.advance(SignedDuration::from_hours(1));
    thread::sleep(Duration::from_millis(600));
    assert_eq!(ticks.count(), 1);
}

#[test]
fn a_change_wakes_it_and_a_burst_of_changes_causes_few_ticks() {
    let (_fakes, keeper, ticks) = beating();
    for number in 0..1000 {
        let problem = Problem::new(ProblemCode::NoTray, number.to_string(), "");
        keeper.set_standing(Concern::Tray, Some(problem));
    }
    ticks.wait_for(2);
    thread::sleep(Duration::from_millis(300));
    assert!((2..30).contains(&ticks.count()), "{} ticks", ticks.count());
    let before = ticks.count();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(ticks.count(), before, "it has gone to sleep again");
}

#[test]
fn a_panic_is_shown_once_and_the_heartbeat_goes_on() {
    let (_fakes, keeper, ticks) = beating();
    ticks.faults.store(2, Ordering::SeqCst);
    let problem = Problem::new(ProblemCode::NoTray, "", "");
    keeper.set_standing(Concern::Tray, Some(problem));
    let begun = Instant::now();
    ticks.wait_for(3);
    let shown = || {
        let problems = keeper.snapshot().problems;
        let faults = problems
            .iter()
            .filter(|it| it.code == ProblemCode::Internal);
        faults.count()
    };
    assert_eq!(shown(), 1);
    keeper.dismiss(ProblemCode::Internal);
    ticks.wait_for(4);
    assert!(begun.elapsed() > Duration::from_secs(2), "it pauses");
    assert_eq!(shown(), 0, "the second panic does not show it again");
    keeper.set_standing(Concern::Tray, None);
    ticks.wait_for(5);
}
