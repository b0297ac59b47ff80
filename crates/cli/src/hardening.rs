//! Keeps this process's memory out of core dumps and away from the user's other programs.

/// Forbids core dumps of this process, and hides its memory and environment from other programs of the same user.
/// Belongs into the first lines of `main`, before there is a secret.
///
/// A program that takes this one's place or is started by it is not hidden, and may dump its core: that is why no limit
/// on the size of core dumps is set, which it would inherit.
/// <https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html>
#[cfg(target_os = "linux")]
pub(crate) fn harden() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    // No kernel that Rolecall runs on refuses it.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Linux only: macOS does it with the hardened runtime, which the bundle asks for.
#[cfg(not(target_os = "linux"))]
pub(crate) fn harden() {}
