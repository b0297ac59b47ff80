//! Random stories from a seed: clicks, programs, answers, edits, ends, failures, crashes and restarts in virtual time,
//! in any order of events that the keeper's waits allow. After every step, invariants are checked.

mod acts;
mod checks;
mod story;
mod world;

use story::Story;

/// The default number of seeds, which `SIMULATION_SEEDS` can change.
const SEEDS: u64 = 50;
/// The minimum number of steps of a story.
const STEPS: usize = 200;

#[test]
fn no_order_of_events_breaks_an_invariant() {
    let (first, count) = seeds();
    let failed = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            let own = (first..first + count).filter(move |seed| seed % 2 == half);
            scope.spawn(move || own.filter_map(run).collect::<Vec<String>>())
        });
        halves.map(|half| {
            half.join()
                .unwrap_or_else(|_| vec!["a story broke off".into()])
        })
    });
    let failed = failed.concat();
    let shown: Vec<&str> = failed.iter().take(3).map(String::as_str).collect();
    assert!(
        failed.is_empty(),
        "{} of {count} stories end badly:\n{}",
        failed.len(),
        shown.join("\n\n")
    );
}

/// Runs one story. Returns its log if it fails.
fn run(seed: u64) -> Option<String> {
    let mut story = Story::of(seed);
    for _ in 0..STEPS {
        story.step();
        if story.fault().is_some() {
            return Some(story.log());
        }
    }
    story.end();
    story.fault().map(|_| story.log())
}

/// Returns the first seed and the number of seeds: `SIMULATION_SEEDS=COUNT` or `SIMULATION_SEEDS=FIRST..COUNT`.
#[expect(
    clippy::disallowed_methods,
    reason = "a longer run, or one seed again, is asked for in the environment"
)]
fn seeds() -> (u64, u64) {
    let Ok(text) = std::env::var("SIMULATION_SEEDS") else {
        return (1, SEEDS);
    };
    let (first, count) = text.split_once("..").unwrap_or(("1", &text));
    let number = |text: &str| {
        text.parse()
            .expect("SIMULATION_SEEDS is COUNT or FIRST..COUNT")
    };
    (number(first), number(count))
}
