//! Tests of the deadlines with a scripted keychain.

use std::sync::mpsc;

use zeroize::Zeroizing;

use super::*;
use crate::keychain::request::{ItemRequest, Operation, Work};

/// How long a test waits for another thread before it fails.
const SOON: Duration = Duration::from_secs(30);

/// A keychain whose calls wait for the test, which opens a dialog or ends them.
struct Scripted {
    began: mpsc::Sender<String>,
    steps: mpsc::Receiver<Step>,
}

enum Step {
    OpenDialog,
    End(Outcome),
}

impl Backend for Scripted {
    fn run(&mut self, request: &Request, dialog_opens: &dyn Fn()) -> Outcome {
        let Work::Item(item) = &request.work else {
            return Ok(Vec::new());
        };
        self.began.send(item.account.clone()).expect("a test");
        loop {
            match self.steps.recv().expect("a test") {
                Step::OpenDialog => dialog_opens(),
                Step::End(outcome) => return outcome,
            }
        }
    }
}

struct Bench {
    worker: Arc<Worker>,
    began: mpsc::Receiver<String>,
    steps: mpsc::Sender<Step>,
}

impl Bench {
    /// Returns a worker with these timeouts in milliseconds.
    fn new(answer: u64, dialog: u64) -> Self {
        let (begins, began) = mpsc::channel();
        let (steps, received) = mpsc::channel();
        let backend = Scripted {
            began: begins,
            steps: received,
        };
        let timeouts = Timeouts {
            answer: Duration::from_millis(answer),
            dialog: Duration::from_millis(dialog),
        };
        Self {
            worker: Arc::new(Worker::new(timeouts, || Box::new(backend))),
            began,
            steps,
        }
    }

    fn call(&self, account: &str, asking: Asking) -> thread::JoinHandle<Outcome> {
        let (worker, request) = (self.worker.clone(), request(account, asking));
        let queued = self.worker.desk.lock().last_ticket;
        let call = thread::spawn(move || worker.run(request));
        self.wait_until(|state| state.last_ticket > queued);
        call
    }

    fn step(&self, step: Step) {
        self.steps.send(step).expect("a backend");
    }

    fn wait_until(&self, is_so: impl Fn(&State) -> bool) {
        let desk = &self.worker.desk;
        let waited = desk
            .changed
            .wait_timeout_while(desk.lock(), SOON, |state| !is_so(state))
            .expect("no panic inside");
        assert!(!waited.1.timed_out(), "it did not happen");
    }
}

fn request(account: &str, asking: Asking) -> Request {
    let item = ItemRequest {
        account: account.into(),
        label: account.into(),
        operation: Operation::Fetch,
    };
    Request {
        work: Work::Item(item),
        asking,
    }
}

fn value() -> Outcome {
    Ok(vec![Some(Zeroizing::new(b"value".to_vec()))])
}

fn end(call: thread::JoinHandle<Outcome>) -> Outcome {
    call.join().expect("ends")
}

#[test]
fn r15_a_stuck_keychain_fails_at_once_until_it_answers() {
    let bench = Bench::new(50, 10_000);
    let first = bench.call("first", Asking::MayPrompt);
    assert_eq!(end(first), Err(KeychainError::Frozen));
    for _ in 0..20 {
        let next = bench.worker.run(request("next", Asking::MayPrompt));
        assert_eq!(next, Err(KeychainError::Frozen));
    }
    bench.step(Step::End(value()));
    bench.wait_until(|state| !state.stuck);
    bench.step(Step::End(value()));
    assert_eq!(end(bench.call("last", Asking::MayPrompt)), value());
    drop(bench.steps);
    assert_eq!(
        bench.began.iter().take(2).collect::<Vec<_>>(),
        ["first", "last"]
    );
}

#[test]
fn r14_all_wait_while_the_dialog_is_open() {
    let bench = Bench::new(1_000, 30_000);
    let first = bench.call("first", Asking::MayPrompt);
    bench.step(Step::OpenDialog);
    bench.wait_until(|state| state.dialog_open);
    let second = bench.call("second", Asking::MayPrompt);
    // Longer than the timeout without a dialog.
    assert!(bench.began.recv().is_ok());
    assert!(
        bench
            .began
            .recv_timeout(Duration::from_millis(1_500))
            .is_err()
    );
    bench.step(Step::End(value()));
    bench.step(Step::End(value()));
    assert_eq!((end(first), end(second)), (value(), value()));
}

#[test]
fn r14_a_cancelled_dialog_answers_all_that_waited_and_none_opens_again() {
    let bench = Bench::new(10_000, 10_000);
    let first = bench.call("first", Asking::MayPrompt);
    bench.step(Step::OpenDialog);
    let others = [Asking::MayPrompt, Asking::Quiet].map(|asking| bench.call("other", asking));
    bench.step(Step::End(Err(KeychainError::Locked)));
    assert_eq!(end(first), Err(KeychainError::Locked));
    for other in others {
        assert_eq!(end(other), Err(KeychainError::Locked));
    }
    assert_eq!(bench.began.try_iter().count(), 1);
}

#[test]
fn what_fails_quietly_still_lets_the_next_ask() {
    let bench = Bench::new(10_000, 10_000);
    let quiet = bench.call("quiet", Asking::Quiet);
    let asking = bench.call("asking", Asking::MayPrompt);
    bench.step(Step::End(Err(KeychainError::Locked)));
    bench.step(Step::End(value()));
    assert_eq!(end(quiet), Err(KeychainError::Locked));
    assert_eq!(end(asking), value());
}

#[test]
fn a_dialog_that_nobody_answers_is_locked() {
    let bench = Bench::new(2_000, 100);
    let call = bench.call("first", Asking::MayPrompt);
    bench.step(Step::OpenDialog);
    assert_eq!(end(call), Err(KeychainError::Locked));
}
