//! The heartbeat only wakes up for changes.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests measure how long a pause takes, and that nothing happens for a moment"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
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
    /// What the last tick showed.
    shown: Mutex<Vec<Problem>>,
}

impl Audience for Ticks {
    fn publish(&self, _: &Snapshot) {}
    #[expect(clippy::panic, reason = "a fault that a test asks for")]
    fn tick(&self, snapshot: &Snapshot, _: Timestamp) {
        *self.shown.lock().expect("no panic") = snapshot.problems.clone();
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

    /// Fails if there are so many ticks within a moment. The last change may cause two.
    fn stay_below(&self, count: usize) {
        let end = Instant::now() + Duration::from_millis(300);
        while Instant::now() < end {
            assert!(self.count() < count, "{} ticks", self.count());
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    fn shows(&self, what: &str) -> bool {
        let shown = self.shown.lock().expect("no panic");
        shown.iter().any(|it| it.what == what)
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
    let (fakes, keeper, ticks) = beating();
    for round in 1..=10 {
        fakes.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(fakes.clock.next_alarm(), None, "nothing wakes it up");
        keeper.set_standing(Concern::Tray, Some(problem(round)));
        ticks.wait_for(round + 1);
    }
    assert_eq!(ticks.count(), 11, "one for each change");
}

#[test]
fn a_change_wakes_it_and_a_burst_of_changes_causes_few_ticks() {
    let (_fakes, keeper, ticks) = beating();
    for number in 1..=1000 {
        keeper.set_standing(Concern::Tray, Some(problem(number)));
    }
    fakes::until_so(|| ticks.shows("1000"));
    assert!((2..30).contains(&ticks.count()), "{} ticks", ticks.count());
    ticks.stay_below(ticks.count() + 2);
}

fn problem(number: usize) -> Problem {
    Problem::new(ProblemCode::NoTray, number.to_string(), "")
}

#[test]
fn a_panic_is_shown_once_and_the_heartbeat_goes_on() {
    let (_fakes, keeper, ticks) = beating();
    ticks.faults.store(2, Ordering::SeqCst);
    keeper.set_standing(Concern::Tray, Some(problem(0)));
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
