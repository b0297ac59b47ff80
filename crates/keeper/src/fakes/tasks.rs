//! Tasks on threads, as in the real program.

use std::thread;

use super::ring;
use crate::ports::{Task, Tasks};
use rolecall_core::value::problem::Problem;

/// Runs each task on a thread of its own.
#[derive(Debug, Default)]
pub struct FakeTasks;

impl Tasks for FakeTasks {
    fn start(&self, task: Task) -> Result<(), Problem> {
        drop(thread::spawn(move || {
            task.run();
            ring();
        }));
        Ok(())
    }
}
