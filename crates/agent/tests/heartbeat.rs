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
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::Audience;
use rolecall_keeper::{Concern, Keeper, Ports};

/// Counts the ticks of the keeper.
#[derive(Default)]
struct Ticks(AtomicUsize);

impl Audience for Ticks {
    fn publish(&self, _: &Snapshot) {}
    fn tick(&self, _: &Snapshot, _: Timestamp) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Ticks {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn wait_for(&self, count: usize) {
        let begun = Instant::now();
        while self.count() < count {
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{} ticks",
                self.count()
            );
            thread::yield_now();
        }
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
