//! Many callers at once, over the socket.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use rolecall_agent::answer::answer;
use rolecall_agent::caller::Caller;
use rolecall_agent::socket::{self, Server};
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::value::problem::Problem;
use rolecall_practice::FaultKind;

use crate::Set;

/// As long as a person notices no delay, on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(4);
const SOON: Duration = Duration::from_secs(60);
const A_WHILE: Duration = Duration::from_secs(2);

/// A set that is served on a socket.
struct Served {
    dir: PathBuf,
    _server: Server,
    _folder: tempfile::TempDir,
}

impl Served {
    fn new(set: &Set) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("rolecall");
        let (keeper, in_flight) = (set.keeper.clone(), set.in_flight.clone());
        let handler: socket::Handler =
            Arc::new(move |call, peer| answer(&keeper, &in_flight, call, &Caller::Program(peer)));
        Self {
            _server: socket::serve(&dir, handler).expect("a server"),
            dir,
            _folder: folder,
        }
    }

    fn ask(&self, call: Call) -> Result<Answer, Problem> {
        socket::ask(&self.dir, call, SOON)
    }

    fn credentials(&self, role: &str) -> Result<String, Problem> {
        let role = role.to_owned();
        match self.ask(Call::Credentials {
            role,
            reasons: Vec::new(),
        })? {
            Answer::Text(text) => Ok(text.expose().to_owned()),
            other => unreachable!("{other:?}"),
        }
    }

    /// Lets this many callers ask for a role.
    fn callers<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        count: usize,
        role: &'scope str,
    ) -> Vec<ScopedJoinHandle<'scope, Result<String, Problem>>> {
        let callers = (0..count).map(|_| scope.spawn(|| self.credentials(role)));
        callers.collect()
    }
}

/// Returns the result, which must come at once.
fn at_once<T>(act: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = act();
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    result
}

#[test]
fn r11_200_callers_at_once_cost_one_call_and_get_one_answer() {
    let set = Set::with_faults(&[FaultKind::Latency(300)]);
    let served = Served::new(&set);
    let lines: Vec<String> = thread::scope(|scope| {
        let asking = served.callers(scope, 200, "guest").into_iter();
        let answers = asking.map(|asked| asked.join().expect("no panic"));
        answers.map(|line| line.expect("credentials")).collect()
    });
    assert!(lines.iter().all(|line| *line == lines[0]));
    assert_eq!(set.count("AssumeRole"), 1);
    at_once(|| (0..200).for_each(|_| drop(served.credentials("guest"))));
}

#[test]
fn callers_that_wait_for_a_code_keep_nobody_from_entering_it() {
    let set = Set::new();
    let served = Served::new(&set);
    served.credentials("guest").expect("a session");
    let begun = Instant::now();
    thread::scope(|scope| {
        let waiting = served.callers(scope, 40, "operator");
        let prompt = loop {
            let role = "operator".to_owned();
            let attended = at_once(|| served.ask(Call::Attend { role }));
            match attended.expect("an answer") {
                Answer::Prompt(Some(prompt)) => break prompt,
                _ => assert!(begun.elapsed() < SOON, "no prompt"),
            }
        };
        // Time for all forty to ask.
        let asked_at = Instant::now();
        while asked_at.elapsed() < A_WHILE {
            at_once(|| served.ask(Call::Snapshot).expect("a snapshot"));
            at_once(|| served.credentials("guest").expect("the session at hand"));
        }
        let code = WireSecret::new(set.code());
        let call = Call::AnswerPrompt {
            id: prompt.id,
            code,
        };
        at_once(|| served.ask(call).expect("accepted"));
        for asked in waiting {
            asked.join().expect("no panic").expect("credentials");
        }
    });
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert_eq!(set.count("AssumeRole"), 2);
}

#[test]
fn callers_that_wait_for_a_slow_aws_delay_nobody_else() {
    let set = Set::new();
    let served = Served::new(&set);
    served.credentials("guest").expect("a session");
    set.set_faults(&[FaultKind::Latency(5_000)]);
    thread::scope(|scope| {
        let waiting = served.callers(scope, 40, "quarter-hour");
        let begun = Instant::now();
        while begun.elapsed() < A_WHILE {
            at_once(|| served.ask(Call::Snapshot).expect("a snapshot"));
            at_once(|| served.credentials("guest").expect("the session at hand"));
        }
        for asked in waiting {
            asked.join().expect("no panic").expect("credentials");
        }
    });
}
