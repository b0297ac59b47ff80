//! Whether this process may open more files. Without any, calls fail in places that do not say why: the program that asks
//! cannot be looked up, or the bus closes the connection.

#[cfg(unix)]
use rolecall_core::value::problem::{Problem, ProblemCode};

/// How many a request needs at most: for its program, the keychain, AWS and the state.
#[cfg(unix)]
const NEEDED: usize = 16;

/// Returns whether as many more can be opened as a request needs.
#[cfg(unix)]
pub(crate) fn are_left() -> bool {
    use rustix::io::{Errno, fcntl_dupfd_cloexec};
    let copies: Result<Vec<_>, _> = (0..NEEDED)
        .map(|_| fcntl_dupfd_cloexec(std::io::stderr(), 0))
        .collect();
    !copies.is_err_and(|error| matches!(error, Errno::MFILE | Errno::NFILE | Errno::NOMEM))
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(crate) fn are_left() -> bool {
    true
}

/// Returns the problem of a request that failed, which is another one if no files were left.
#[cfg(unix)]
pub(crate) fn cause(problem: Problem) -> Problem {
    let is_vague = matches!(
        problem.code,
        ProblemCode::StorageFailed | ProblemCode::Internal
    );
    match is_vague && !are_left() {
        true => Problem::too_many_files("Rolecall cannot do this"),
        false => problem,
    }
}
