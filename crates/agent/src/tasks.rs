//! The keeper's own tasks, each on a thread.

use std::thread;

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::{Task, Tasks};

/// Runs each task on a thread of its own.
#[derive(Debug, Default)]
pub(crate) struct Threads;

impl Tasks for Threads {
    fn start(&self, task: Task) -> Result<(), Problem> {
        let thread = thread::Builder::new().name("attempt".into());
        let started = thread.spawn(move || task.run());
        started.map(drop).map_err(|error| {
            let what = "No thread could be started, so Rolecall cannot do this.";
            let remedy = "End some programs, then try again.";
            Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string())
        })
    }
}
