//! The heartbeat wakes for what changes and for nothing else.
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

/// Counts how often the keeper looked at the time.
#[derive(Default)]
struct Looks(AtomicUsize);

impl Audience for Looks {
    fn publish(&self, _: &Snapshot) {}
    fn tick(&self, _: &Snapshot, _: Timestamp) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Looks {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn wait_for(&self, count: usize) {
        let begun = Instant::now();
        while self.count() < count {
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{} looks",
                self.count()
            );
            thread::yield_now();
        }
    }
}

fn beating() -> (Fakes, Arc<Keeper>, Arc<Looks>) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    let looks = Arc::<Looks>::default();
    let ports = Ports {
        audience: looks.clone(),
        ..fakes.ports()
    };
    let keeper = Arc::new(Keeper::new(ports, Mode::Own));
    heartbeat::start(keeper.clone()).expect("a thread");
    looks.wait_for(1);
    (fakes, keeper, looks)
}

#[test]
fn it_does_not_wake_while_nothing_is_active() {
    let (fakes, _keeper, looks) = beating();
    fakes.clock.advance(SignedDuration::from_hours(1));
    thread::sleep(Duration::from_millis(600));
    assert_eq!(looks.count(), 1);
}

#[test]
fn a_change_wakes_it_and_a_burst_of_changes_is_few_looks() {
    let (_fakes, keeper, looks) = beating();
    for number in 0..1000 {
        let problem = Problem::new(ProblemCode::NoTray, number.to_string(), "");
        keeper.set_standing(Concern::Tray, Some(problem));
    }
    looks.wait_for(2);
    thread::sleep(Duration::from_millis(300));
    assert!((2..30).contains(&looks.count()), "{} looks", looks.count());
    let before = looks.count();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(looks.count(), before, "it has gone to sleep again");
}
