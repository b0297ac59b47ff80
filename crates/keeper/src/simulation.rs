//! Random stories from a seed: clicks, programs, answers, edits, ends, failures, crashes and restarts in virtual time,
//! in any order of events that the keeper's waits allow. After every step, invariants are checked.

mod acts;
mod checks;
mod month;
mod story;
mod world;

use std::io::Write as _;

use month::Month;
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

/// The sessions and days of a month, of which an ordinary run plays a part.
const MONTH: (usize, i64) = (10_000, 30);
const MOMENT: (usize, i64) = (100, 1);

#[test]
fn r36_r40_in_a_month_no_warning_is_missed_false_or_doubled() {
    let is_long = is_long();
    let (sessions, days) = if is_long { MONTH } else { MOMENT };
    let played = Month::of(seeds().0).play(days);
    let figures = played.unwrap_or_else(|log| panic!("{log}"));
    assert!(figures.sessions >= sessions, "{figures}");
    if is_long {
        // Not captured, unlike what a macro prints.
        let _ = writeln!(std::io::stderr(), "{figures}");
    }
}

/// Returns whether a longer run is asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "a longer run is asked for in the environment"
)]
fn is_long() -> bool {
    std::env::var_os("SIMULATION_SEEDS").is_some()
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
