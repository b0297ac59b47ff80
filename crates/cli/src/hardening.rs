//! Protects this process's memory from core dumps and from the user's other programs.

/// Prevents core dumps of this process, and hides its memory and environment from other programs of the same user.
/// Call it first in `main`, before there is a secret.
///
/// A program that this one starts or becomes is not hidden and may dump its core. It would inherit a limit on the size
/// of core dumps, so none is set.
/// <https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html>
#[cfg(target_os = "linux")]
pub(crate) fn harden() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    // Supported kernels do not refuse this.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Does nothing: macOS protects the process with the hardened runtime, which the bundle enables.
#[cfg(not(target_os = "linux"))]
pub(crate) fn harden() {}
